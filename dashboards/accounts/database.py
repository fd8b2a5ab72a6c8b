"""The file accounts.db. Only its owner may read it; passwords, sessions and tokens stand in it as hashes only."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from collector.errors import StoreError, StoreUnavailable
from config.language import _

ACCOUNTS = "accounts.db"
"""Its name in the data directory."""
APPLICATION = 0x74657061
"""SQLite's application_id of this file: "tepa"."""
SCHEMA = """
CREATE TABLE account (
    name TEXT PRIMARY KEY, roles TEXT NOT NULL, password TEXT NOT NULL, made INTEGER NOT NULL
);
CREATE TABLE session (
    hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    begun INTEGER NOT NULL, until INTEGER NOT NULL
);
CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    scope TEXT NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL
);
CREATE TABLE attempt (door TEXT PRIMARY KEY, failures INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE TABLE trail (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    about TEXT NOT NULL
);
CREATE TRIGGER trail_stays BEFORE UPDATE ON trail BEGIN SELECT raise(ABORT, 'the trail is never changed'); END;
CREATE TRIGGER trail_remains BEFORE DELETE ON trail BEGIN SELECT raise(ABORT, 'the trail is never deleted'); END;
CREATE TABLE secret (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL);
"""


class Database:
    """One connection to accounts.db; made where there is none. One per thread.

    StoreUnavailable when the file cannot be used now, StoreError when it belongs to another program.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.translated():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
            except OSError as error:
                raise StoreUnavailable(f"{path}: {error.strerror}") from error
            self.sql = sqlite3.connect(path, timeout=10.0, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self.sql.close()
                raise

    def close(self) -> None:
        """Release the file."""
        self.sql.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def key(self) -> bytes:
        """The secret of this installation, with which its forms are sealed."""
        with self.translated():
            return bytes(self.sql.execute("SELECT key FROM secret").fetchone()[0])

    def _prepare(self) -> None:
        self.sql.execute("PRAGMA journal_mode = WAL")
        self.sql.execute("PRAGMA foreign_keys = ON")
        with self.transaction() as sql:
            (application,) = sql.execute("PRAGMA application_id").fetchone()
            if application == APPLICATION:
                return
            if sql.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise StoreError(_("{url} is another program's database: choose another file").format(url=self.path))
            statement = ""
            for piece in SCHEMA.split(";"):
                statement += piece + ";"
                if sqlite3.complete_statement(statement):
                    sql.execute(statement)
                    statement = ""
            sql.execute("INSERT INTO secret (one, key) VALUES (1, ?)", (secrets.token_bytes(32),))
            sql.execute(f"PRAGMA application_id = {APPLICATION}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing; others wait."""
        with self.translated():
            self.sql.execute("BEGIN IMMEDIATE")
            try:
                yield self.sql
                self.sql.execute("COMMIT")
            except BaseException:
                if self.sql.in_transaction:
                    self.sql.execute("ROLLBACK")
                raise

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Errors of SQLite as ours."""
        try:
            yield
        except sqlite3.Error as error:
            what = _("the accounts cannot be used now: {why}; check the disk, its room and the permissions")
            raise StoreUnavailable(f"{self.path}: {what.format(why=error)}") from error
