"""The file ledger.db: what an installation knows besides its samples. Deeds of people, closed periods, leases, states.

Always a local SQLite file, also when the samples are in InfluxDB: a lease needs one place where all of this machine
meet. Promise: what a transaction here has changed survives a power cut (WAL, synchronous=FULL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from collector import chain
from collector.errors import StoreError, StoreUnavailable
from config.language import _

LEDGER = "ledger.db"
"""The file of done rows, leases and facts in the data directory."""
APPLICATION = 0x7465706C
"""SQLite's application_id of this file: "tepl"."""
BUSY_SECONDS = 30.0
FIRST = """
CREATE TABLE fact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL,
    by TEXT NOT NULL, recorded INTEGER NOT NULL,
    undoes INTEGER UNIQUE REFERENCES fact
);
CREATE INDEX fact_of ON fact (kind, subject);
CREATE TRIGGER fact_stays BEFORE UPDATE ON fact BEGIN SELECT raise(ABORT, 'a fact is never changed'); END;
CREATE TRIGGER fact_remains BEFORE DELETE ON fact BEGIN SELECT raise(ABORT, 'a fact is never deleted'); END;
CREATE TABLE job (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    reach INTEGER, failure TEXT, failed_at INTEGER
);
CREATE TABLE done (
    job INTEGER NOT NULL REFERENCES job, start INTEGER NOT NULL, end INTEGER NOT NULL,
    closed_at INTEGER, revision INTEGER NOT NULL,
    PRIMARY KEY (job, start)
) WITHOUT ROWID;
CREATE INDEX reopened ON done (job, start) WHERE closed_at IS NULL;
CREATE TABLE lease (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES job, start INTEGER NOT NULL, end INTEGER NOT NULL,
    holder TEXT NOT NULL, until INTEGER NOT NULL
);
CREATE TABLE touched (
    lease INTEGER NOT NULL REFERENCES lease ON DELETE CASCADE, start INTEGER NOT NULL, end INTEGER NOT NULL
);
CREATE INDEX touched_of ON touched (lease);
CREATE TABLE arrival (
    device TEXT NOT NULL, quarter INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (device, quarter)
) WITHOUT ROWID;
CREATE TABLE state (
    job INTEGER NOT NULL REFERENCES job, key TEXT NOT NULL, at INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (job, key, at)
) WITHOUT ROWID;
"""
MIGRATIONS: tuple[str | Callable[[sqlite3.Connection], None], ...] = (FIRST, chain.begin)
"""MIGRATIONS[n] takes a file of schema version n to version n + 1: a script, or what is called."""


class LedgerFile:
    """One connection to the file; the classes that hold a concept of it derive from this one. One per thread.

    Raises StoreUnavailable when the file cannot be used now, StoreError when it belongs to another program or to a
    newer tepos. `path` None keeps everything in memory: for who only looks and must not make a file.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        with self._translated():
            if path is not None:
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    raise StoreUnavailable(f"{path}: {error.strerror}") from error
            self._sql = sqlite3.connect(path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._sql.close()
                raise

    def close(self) -> None:
        """Release the file."""
        self._sql.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _prepare(self) -> None:
        execute = self._sql.execute
        tables, application, version = (
            execute(query).fetchone()[0]
            for query in ("SELECT count(*) FROM sqlite_master", "PRAGMA application_id", "PRAGMA user_version")
        )
        if tables and application != APPLICATION:
            raise StoreError(_("{url} is another program's database: choose another file").format(url=self.path))
        if version > len(MIGRATIONS):
            raise StoreError(
                _("{url} was written by a newer tepos (schema {found}, this one knows {known}): update tepos").format(
                    url=self.path, found=version, known=len(MIGRATIONS)
                )
            )
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        execute("PRAGMA foreign_keys = ON")
        if version < len(MIGRATIONS):
            self._migrate()

    def _migrate(self) -> None:
        with self._transaction("IMMEDIATE"):
            (version,) = self._sql.execute("PRAGMA user_version").fetchone()  # another process may have been first
            for step in MIGRATIONS[version:]:
                if callable(step):
                    step(self._sql)
                    continue
                for statement in _statements(step):
                    self._sql.execute(statement)
            self._sql.execute(f"PRAGMA application_id = {APPLICATION}")
            self._sql.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        with self._translated():
            self._sql.execute(f"BEGIN {kind}")
            try:
                yield self._sql
                self._sql.execute("COMMIT")
            except BaseException:
                if self._sql.in_transaction:
                    self._sql.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            what = _("the ledger cannot be used now: {why}; check the disk, its room and the permissions")
            raise StoreUnavailable(f"{self.path}: {what.format(why=error)}") from error


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger holds semicolons of its own."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
