"""Accounts, their sessions and tokens, and the trail of what was done. Times in ms UTC.

Sessions and tokens are secrets of 256 random bits of which only a hash is kept: whoever reads the file cannot use them.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from config.language import _
from dashboards.accounts.database import Database
from dashboards.accounts.passwords import hashed, matches
from dashboards.accounts.roles import ALLOWED, May, Role

SESSION = 12 * 3_600_000
"""ms: a working day."""
NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in. An account is a desk, as `services-techniques`, not a person."""

    name: str
    roles: frozenset[Role]

    def may(self, what: May) -> bool:
        """Whether one of its roles allows it."""
        return any(what in ALLOWED[role] for role in self.roles)


@dataclass(frozen=True, slots=True)
class Token:
    """A key of a program: it reads what its scope allows, and writes nothing."""

    id: int
    account: str
    scope: May
    until: int


@dataclass(frozen=True, slots=True)
class People:
    """The accounts of an installation."""

    database: Database

    def add(self, name: str, roles: Iterable[Role], password: str, now: int) -> None:
        """Make an account, or give one that exists these roles and this password. ValueError for no name, no role."""
        granted = sorted({Role(role) for role in roles})
        if not NAME.fullmatch(name) or len(name) > LONGEST:
            raise ValueError(_("{name} is no account: small letters, digits, dots and hyphens").format(name=repr(name)))
        if not granted:
            raise ValueError(_("an account needs a role"))
        kept = hashed(password)
        with self.database.transaction() as sql:
            sql.execute(
                "INSERT INTO account (name, roles, password, made) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET roles = excluded.roles, password = excluded.password",
                (name, ",".join(granted), kept, now),
            )
            sql.execute("DELETE FROM session WHERE account = ?", (name,))

    def remove(self, name: str) -> bool:
        """Remove an account with its sessions and tokens; False when there is none."""
        with self.database.transaction() as sql:
            return sql.execute("DELETE FROM account WHERE name = ?", (name,)).rowcount > 0

    def all(self) -> list[Account]:
        """The accounts by name."""
        rows = self.database.sql.execute("SELECT name, roles FROM account ORDER BY name").fetchall()
        return [_account(*row) for row in rows]

    def check(self, name: str, password: str) -> Account | None:
        """The account, when that is its password; takes as long when there is no such account."""
        row = self.database.sql.execute("SELECT name, roles, password FROM account WHERE name = ?", (name,)).fetchone()
        right = matches(password, row[2] if row else None)
        return _account(row[0], row[1]) if row and right else None

    def begin(self, name: str, now: int) -> str:
        """A new session of an account: what its browser keeps."""
        secret = secrets.token_urlsafe(32)
        with self.database.transaction() as sql:
            sql.execute("DELETE FROM session WHERE until <= ?", (now,))
            sql.execute("INSERT INTO session VALUES (?, ?, ?, ?)", (_hash(secret), name, now, now + SESSION))
        return secret

    def of_session(self, secret: str, now: int) -> Account | None:
        """Whose session it is; None when it is over, or never was."""
        row = self.database.sql.execute(
            "SELECT name, roles FROM session JOIN account ON name = account"
            " WHERE hash = ? AND begun <= ? AND until > ?",
            (_hash(secret), now + 60_000, now),
        ).fetchone()
        return _account(*row) if row else None

    def end(self, secret: str) -> None:
        """End a session."""
        with self.database.transaction() as sql:
            sql.execute("DELETE FROM session WHERE hash = ?", (_hash(secret),))

    def grant(self, name: str, scope: May, now: int, days: int) -> str:
        """A token of an account for a program, shown once. ValueError when the account may not that itself."""
        account = next((each for each in self.all() if each.name == name), None)
        if account is None or not account.may(scope):
            raise ValueError(_("{name} may not that itself, or is no account").format(name=repr(name)))
        secret = f"tepos_{secrets.token_urlsafe(32)}"
        with self.database.transaction() as sql:
            sql.execute(
                "INSERT INTO token (hash, account, scope, made, until) VALUES (?, ?, ?, ?, ?)",
                (_hash(secret), name, scope, now, now + days * 86_400_000),
            )
        return secret

    def of_token(self, secret: str, now: int) -> Token | None:
        """The token, as long as it lasts and its account may what it says."""
        row = self.database.sql.execute(
            "SELECT id, account, scope, until, roles FROM token JOIN account ON name = account"
            " WHERE hash = ? AND until > ?",
            (_hash(secret), now),
        ).fetchone()
        if row is None or not _account(row[1], row[4]).may(May(row[2])):
            return None
        return Token(row[0], row[1], May(row[2]), row[3])

    def tokens(self) -> list[Token]:
        """All tokens, without their secrets, which nobody has."""
        rows = self.database.sql.execute("SELECT id, account, scope, until FROM token ORDER BY id").fetchall()
        return [Token(id_, account, May(scope), until) for id_, account, scope, until in rows]

    def revoke(self, token: int) -> bool:
        """End a token; False when there is none of that number."""
        with self.database.transaction() as sql:
            return sql.execute("DELETE FROM token WHERE id = ?", (token,)).rowcount > 0

    def note(self, who: str, what: str, about: str, now: int) -> None:
        """Write down what was done; nobody can change it."""
        with self.database.transaction() as sql:
            sql.execute("INSERT INTO trail (at, who, what, about) VALUES (?, ?, ?, ?)", (now, who, what, about[:200]))

    def trail(self, limit: int = 100) -> list[tuple[int, str, str, str]]:
        """The newest entries: when, who, what, about what."""
        query = "SELECT at, who, what, about FROM trail ORDER BY id DESC LIMIT ?"
        return [(at, who, what, about) for at, who, what, about in self.database.sql.execute(query, (limit,))]


def _account(name: str, roles: str) -> Account:
    return Account(name, frozenset(Role(role) for role in roles.split(",")))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
