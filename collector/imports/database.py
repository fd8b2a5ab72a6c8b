"""The file imports.db: what was imported, batch by batch, apart from everything that was measured.

Always a local SQLite file. Promise: what a transaction here has changed is there whole or not at all, and survives a
power cut (WAL, synchronous=FULL).
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

APPLICATION = 0x74657069
"""SQLite's application_id of this file: "tepi"."""
BUSY_SECONDS = 60.0
"""Another import holds the file for as long as it reads its own."""
FIRST = """
CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL, sha256 TEXT NOT NULL, layout TEXT NOT NULL, basis TEXT NOT NULL,
    imported_at INTEGER NOT NULL, undone_at INTEGER,
    lines INTEGER NOT NULL, gaps INTEGER NOT NULL, repeated INTEGER NOT NULL, overlapping INTEGER NOT NULL,
    faults TEXT NOT NULL
);
CREATE TABLE series (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, UNIQUE (kind, subject));
CREATE TABLE part (
    batch INTEGER NOT NULL REFERENCES batch, series INTEGER NOT NULL REFERENCES series,
    rows INTEGER NOT NULL, energy REAL NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    longest INTEGER NOT NULL,
    PRIMARY KEY (series, batch)
) WITHOUT ROWID;
CREATE TABLE row (
    series INTEGER NOT NULL, batch INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, energy REAL NOT NULL, line INTEGER NOT NULL,
    PRIMARY KEY (series, batch, start)
) WITHOUT ROWID;
CREATE TABLE stale (id INTEGER PRIMARY KEY AUTOINCREMENT, start INTEGER NOT NULL, end INTEGER NOT NULL);
"""
MIGRATIONS = (FIRST,)
"""MIGRATIONS[n] takes a file of schema version n to version n + 1."""


class ImportsFile:
    """One connection to the file. One per thread; `path` None is an empty one in memory, for who only looks.

    Raises StoreUnavailable when the file cannot be used now, StoreError when it is another program's or of a newer
    tepos.
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
        execute("PRAGMA journal_size_limit = 67108864")
        if version < len(MIGRATIONS):
            with self._transaction("IMMEDIATE") as sql:
                (version,) = sql.execute("PRAGMA user_version").fetchone()  # another process may have been first
                for step in MIGRATIONS[version:]:
                    for statement in filter(str.strip, step.split(";")):
                        sql.execute(statement)
                sql.execute(f"PRAGMA application_id = {APPLICATION}")
                sql.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
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
