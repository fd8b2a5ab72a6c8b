"""What SQLite's errors mean for a person, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from collector.errors import StoreUnavailable
from config.language import _

BUSY_SECONDS = 5.0
"""How long a statement waits for another process's lock."""


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Inside, an error of SQLite becomes StoreUnavailable: all of them may pass."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreUnavailable(_explained(url, error)) from error


def _explained(url: str, error: sqlite3.Error) -> str:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            what = _("locked by another process for more than {seconds:g} s").format(seconds=BUSY_SECONDS)
        case sqlite3.SQLITE_FULL:
            what = _("the disk is full: free some space")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            what = _("the file is damaged or no database: set it aside or restore a backup; new data wait in the spool")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            what = _("cannot be opened for writing: check the folder and its permissions")
        case sqlite3.SQLITE_IOERR:
            what = _("the disk does not take or give data: check the disk")
        case _other:
            what = _("cannot be used now")
    return f"{url}: {what} ({error})"
