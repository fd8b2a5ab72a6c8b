"""Why there is no backup, or why one cannot be trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class BackupError(Exception):
    """The sentences of it say what is wrong with which file, for people."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__("; ".join(sentences))


@contextmanager
def about(what: object) -> Iterator[None]:
    """Inside, an error of SQLite becomes a BackupError that names the file it is about."""
    try:
        yield
    except sqlite3.Error as error:
        raise BackupError(f"{what}: {error}") from error
