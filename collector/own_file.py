"""A local SQLite file of tepos' own beside the store: opened, told from other programs' files, brought to its schema.

Promise: what a transaction here has changed is there whole or not at all, and survives a power cut (WAL,
synchronous=FULL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar, Self

from collector.errors import StoreError, StoreUnavailable
from collector.store.sqlite_errors import translated
from config.language import _

Migration = str | Callable[[sqlite3.Connection], None]


class OwnFile:
    """One connection to the file; the classes that hold a concept of it derive from this one. One per thread.

    Raises StoreUnavailable when the file cannot be used now, StoreError when it is another program's or of a newer
    tepos. `path` None is an empty one in memory, for who only looks and must not make a file.
    """

    application: ClassVar[int]
    """SQLite's application_id of the file."""
    migrations: ClassVar[Sequence[Migration]]
    """migrations[n] takes a file of schema version n to version n + 1: a script, or what is called."""
    busy_seconds: ClassVar[float] = 30.0
    """For so long another process may hold the file."""
    pragmas: ClassVar[Sequence[str]] = ()
    """Besides those that keep the promise."""
    begin: ClassVar[str] = "IMMEDIATE"
    """How a transaction begins that does not say."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._name = str(path or ":memory:")
        with self._translated():
            if path is not None:
                try:
                    self._made(path)
                except OSError as error:
                    raise StoreUnavailable(f"{path}: {error.strerror}") from error
            self._sql = sqlite3.connect(self._name, timeout=self.busy_seconds, isolation_level=None)
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

    def _made(self, path: Path) -> None:
        """Make what must be there before SQLite opens the file. OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)

    def _prepare(self) -> None:
        execute = self._sql.execute
        tables, application, version = (
            execute(query).fetchone()[0]
            for query in ("SELECT count(*) FROM sqlite_master", "PRAGMA application_id", "PRAGMA user_version")
        )
        if tables and application != self.application:
            raise StoreError(_("{url} is another program's database: choose another file").format(url=self._name))
        if version > len(self.migrations):
            raise StoreError(
                _("{url} was written by a newer tepos (schema {found}, this one knows {known}): update tepos").format(
                    url=self._name, found=version, known=len(self.migrations)
                )
            )
        for pragma in ("journal_mode = WAL", "synchronous = FULL", *self.pragmas):
            execute(f"PRAGMA {pragma}")
        if version < len(self.migrations):
            self._migrate()

    def _migrate(self) -> None:
        with self._transaction("IMMEDIATE") as sql:
            (version,) = sql.execute("PRAGMA user_version").fetchone()  # another process may have been first
            for step in self.migrations[version:]:
                if callable(step):
                    step(sql)
                    continue
                for statement in statements(step):
                    sql.execute(statement)
            sql.execute(f"PRAGMA application_id = {self.application}")
            sql.execute(f"PRAGMA user_version = {len(self.migrations)}")

    @contextmanager
    def _transaction(self, kind: str = "") -> Iterator[sqlite3.Connection]:
        with self._translated():
            self._sql.execute(f"BEGIN {kind or self.begin}")
            try:
                yield self._sql
                if self._sql.in_transaction:
                    self._sql.execute("COMMIT")
            except BaseException:
                if self._sql.in_transaction:
                    self._sql.execute("ROLLBACK")
                raise

    def _translated(self) -> AbstractContextManager[None]:
        """Inside, an error of SQLite becomes StoreUnavailable."""
        return translated(self._name)


def statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger holds semicolons of its own."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
