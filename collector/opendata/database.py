"""The file territory.db: what open data, meters of buildings and stations said, and each day's computed progress.

Always a local SQLite file. What a transaction has changed is there whole or not at all, and survives a power cut.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from collector.errors import StoreError, StoreUnavailable
from collector.store.sqlite_errors import translated
from config.language import _

NAME = "territory.db"
APPLICATION = 0x74657074
"""SQLite's application_id of this file: "tept"."""
BUSY_SECONDS = 60.0
FIRST = """
CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL, sha256 TEXT NOT NULL, dataset TEXT NOT NULL, title TEXT NOT NULL, publisher TEXT NOT NULL,
    licence TEXT NOT NULL, edition TEXT, imported_at INTEGER NOT NULL, undone_at INTEGER,
    lines INTEGER NOT NULL, rows INTEGER NOT NULL, withheld INTEGER NOT NULL, years TEXT NOT NULL
);
CREATE TABLE fact (
    batch INTEGER NOT NULL REFERENCES batch, line INTEGER NOT NULL, year INTEGER NOT NULL, mwh REAL,
    carrier TEXT, sector TEXT, basis TEXT NOT NULL, gaps INTEGER NOT NULL,
    filiere TEXT, name TEXT NOT NULL, kw REAL, plants INTEGER, own REAL, commissioned TEXT, is_sum INTEGER NOT NULL
);
CREATE INDEX fact_of ON fact (batch, year);
CREATE TABLE half_hour (
    batch INTEGER NOT NULL REFERENCES batch, start INTEGER NOT NULL, rank INTEGER NOT NULL,
    consumption REAL, thermal REAL, nuclear REAL, wind REAL, solar REAL, hydro REAL, bio REAL,
    PRIMARY KEY (batch, start)
) WITHOUT ROWID;
CREATE TABLE metered (
    batch INTEGER NOT NULL REFERENCES batch, building TEXT NOT NULL, carrier TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, wh REAL NOT NULL, basis TEXT NOT NULL,
    PRIMARY KEY (batch, building, carrier, start)
) WITHOUT ROWID;
CREATE TABLE weather_day (
    batch INTEGER NOT NULL REFERENCES batch, station TEXT NOT NULL, day TEXT NOT NULL, low REAL NOT NULL,
    high REAL NOT NULL, PRIMARY KEY (batch, station, day)
) WITHOUT ROWID;
CREATE TABLE progress (
    day TEXT PRIMARY KEY, computed_at INTEGER NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE said (digest TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
"""
MIGRATIONS = (FIRST,)
"""MIGRATIONS[n] takes a file of schema version n to version n + 1."""


class TerritoryFile:
    """One connection to the file. One per thread; `path` None is an empty one in memory, for who only looks.

    Raises StoreUnavailable when the file cannot be used now, StoreError when it is another program's or newer.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._name = str(path or ":memory:")
        with translated(self._name):
            if path is not None:
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    raise StoreUnavailable(f"{path}: {error.strerror}") from error
            self._sql = sqlite3.connect(self._name, timeout=BUSY_SECONDS, isolation_level=None)
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
            raise StoreError(_("{url} is another program's database: choose another file").format(url=self._name))
        if version > len(MIGRATIONS):
            raise StoreError(
                _("{url} was written by a newer tepos (schema {found}, this one knows {known}): update tepos").format(
                    url=self._name, found=version, known=len(MIGRATIONS)
                )
            )
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        if version < len(MIGRATIONS):
            with self._transaction("IMMEDIATE") as sql:
                (version,) = sql.execute("PRAGMA user_version").fetchone()  # another process may have been first
                for step in MIGRATIONS[version:]:
                    for statement in filter(str.strip, step.split(";")):
                        sql.execute(statement)
                sql.execute(f"PRAGMA application_id = {APPLICATION}")
                sql.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _transaction(self, kind: str = "DEFERRED") -> Iterator[sqlite3.Connection]:
        with translated(self._name):
            self._sql.execute(f"BEGIN {kind}")
            try:
                yield self._sql
                if self._sql.in_transaction:
                    self._sql.execute("COMMIT")
            except BaseException:
                if self._sql.in_transaction:
                    self._sql.execute("ROLLBACK")
                raise
