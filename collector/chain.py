"""The chain of facts: the hash of each covers the hash of the one before, so that no fact can be changed unseen.

What it proves: from any head that somebody wrote down elsewhere (a receipt, an export, the minutes of a council), that
nothing before it was changed, left out or put in since. What it cannot prove: that the newest facts were not cut off,
or all written anew, where nobody kept a head. Facts hold no personal data, only references (collector.people), so that
an erasure leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from config.language import _

BEGINNING = bytes(32)
"""What the first fact follows."""
COLUMNS = "id, kind, subject, at, data, by, recorded, undoes"
"""Of a fact, in the order in which its hash covers them."""
_STAYS = "CREATE TRIGGER fact_stays BEFORE UPDATE ON fact BEGIN SELECT raise(ABORT, 'a fact is never changed'); END"


@dataclass(frozen=True, slots=True)
class Head:
    """A fact and its hash: who keeps it can prove later what was before."""

    id: int
    """0 for the beginning."""
    hash: str
    """Hexadecimal."""

    def __str__(self) -> str:
        return f"{self.id}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain breaks first."""

    fact: int
    """The first fact that is not, or does not follow, what it should."""
    what: str


def hashed(before: bytes, row: Sequence[Any]) -> bytes:
    """The hash (SHA-256) of a fact, whose columns are COLUMNS, after the hash of the one before."""
    told = json.dumps(list(row), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(before + told.encode("utf-8", "surrogatepass")).digest()


def begin(sql: sqlite3.Connection) -> None:
    """The step of migration: every fact that is there gets its hash. Within the transaction of the migration."""
    sql.execute("DROP TRIGGER fact_stays")
    sql.execute("ALTER TABLE fact ADD COLUMN hash BLOB")
    before = BEGINNING
    for row in sql.execute(f"SELECT {COLUMNS} FROM fact ORDER BY id").fetchall():  # noqa: S608
        before = hashed(before, row)
        sql.execute("UPDATE fact SET hash = ? WHERE id = ?", (before, row[0]))
    sql.execute(_STAYS)


def newest(sql: sqlite3.Connection) -> tuple[int, bytes]:
    """Id and hash of the newest fact; 0 and BEGINNING when there is none."""
    row = sql.execute("SELECT id, hash FROM fact ORDER BY id DESC LIMIT 1").fetchone()
    return (int(row[0]), bytes(row[1] or b"")) if row else (0, BEGINNING)


def first_break(sql: sqlite3.Connection, known: Head | None = None) -> Broken | None:
    """The first broken link of the whole chain, or None; with `known` also whether that head still is in it."""
    before, last = BEGINNING, 0
    for row in sql.execute(f"SELECT {COLUMNS}, hash FROM fact ORDER BY id"):  # noqa: S608
        number = int(row[0])
        if number != last + 1:
            return Broken(last + 1, _("it is missing: fact {id} comes after {last}").format(id=number, last=last))
        if hashed(before, row[:-1]) != row[-1]:
            return Broken(number, _("it was changed, or it does not follow the one before it"))
        before, last = row[-1], number
        if known is not None and number == known.id and before.hex() != known.hash:
            return Broken(number, _("its hash is another than the one that was kept"))
    (counted,) = sql.execute("SELECT seq FROM sqlite_sequence WHERE name = 'fact'").fetchone() or (0,)
    if max(counted, known.id if known else 0) > last:
        return Broken(last + 1, _("the newest facts are missing"))
    return None
