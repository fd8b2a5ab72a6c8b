"""One instant of several databases that other processes go on writing.

What is consistent? A sample leaves the spool only when the store has it; a late one only when the ledger, too, has its
arrival; a done row stands in the ledger only when the store has its rollups; weather that was handed on has reopened
its periods in the ledger. No order of copies keeps all of these: the ledger before the store would miss the arrival of
a late sample that the store's copy has, and its period would stay closed without it; the store before the ledger would
have done rows without rollups; and the spool must come before the store. So no order is needed: for a few milliseconds
nobody else may commit to any database but the spool, meanwhile a read transaction is begun on each of them, and on the
spool. What is copied from these later, however long it takes, is that instant (https://www.sqlite.org/isolation.html).

Polls never wait: nobody locks the spool, and its append is all that a poll does. Delivery and jobs wait for those few
milliseconds. Unlike a copy that looks again after every commit of others (https://www.sqlite.org/backup.html), this one
comes to an end however busy the writers are; only their write-ahead logs grow as long as it lasts.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from collector.spool import counters as spool_counters
from collector.spool import file as spool_file
from collector.spool.counters import Counters
from collector.spool.file import MIN_BYTES
from collector.spool.record import HEAD
from collector.spool.salvage import PAGE
from config.language import _
from scripts.backup.fault import BackupError, about
from scripts.backup.manifest import SPOOL

PATIENCE = 120.0
"""Seconds for which a moment is looked for in which nobody writes: an import may hold its file for a minute."""
HELD_SECONDS = 2.0
"""For so long at most one lock is held while another is waited for: writers of the store give up after 5 s."""
PAGES_AT_ONCE = 1024


@contextmanager
def one_instant(databases: Mapping[str, Path]) -> Iterator[dict[str, sqlite3.Connection]]:
    """Connections to these databases, by name, each in a read transaction of the same instant.

    BackupError when a file is no database, or when others go on writing into one without a pause.
    """
    deadline = time.monotonic() + PATIENCE
    with ExitStack() as pins:
        while True:
            try:
                with ExitStack() as locks:
                    for name, path in databases.items():
                        if name != SPOOL:
                            _lock(locks, path)
                    pinned = {name: _pinned(pins, name, path) for name, path in databases.items()}
                break
            except _Busy as busy:
                if time.monotonic() > deadline:
                    raise BackupError(_("{file}: another process goes on writing").format(file=busy)) from None
        yield pinned


def size(name: str, pinned: sqlite3.Connection) -> int:
    """Bytes that the copy of a pinned database will take, about."""
    with about(name):
        if name == SPOOL:
            (records,) = pinned.execute("SELECT total(length(record)) FROM queue").fetchone()
            return MIN_BYTES + int(records)
        (pages,), (each,) = (pinned.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size"))
        return int(pages * each)


def copy_database(source: sqlite3.Connection, target: Path, progress: Callable[[int], None]) -> None:
    """Copy a pinned database into a new file; `progress` is told of bytes. BackupError: no room, or damaged."""
    (page,) = source.execute("PRAGMA page_size").fetchone()
    done = 0

    def told(_status: int, remaining: int, total: int) -> None:
        nonlocal done
        progress((total - remaining - done) * page)
        done = total - remaining

    with about(target.name), closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("PRAGMA synchronous = OFF")  # it counts for nothing before the archive of it is whole
        source.backup(copy, pages=PAGES_AT_ONCE, progress=told)


def copy_spool(source: sqlite3.Connection, target: Path, progress: Callable[[int], None]) -> Counters:
    """Copy a pinned spool without its free room into a new file, which a collector gives its full size again."""
    with about(target.name):
        (envelope,) = source.execute("SELECT envelope FROM state WHERE id = 1").fetchone() or (None,)
        state = spool_counters.unpack(envelope)
        if state is None:
            raise BackupError(_("{path}: the counters cannot be read").format(path=target.name))

        def rows() -> Iterator[tuple[int, bytes]]:
            for ordinal, record in source.execute("SELECT ordinal, record FROM queue ORDER BY ordinal"):
                progress(len(record) + HEAD.size)
                yield ordinal, record

        refused = source.execute("SELECT record FROM quarantine ORDER BY id")
        spool_file.build(target, MIN_BYTES // PAGE, state, rows(), (record for (record,) in refused))
    return state.counters


class _Busy(Exception):
    """Somebody else writes into this file."""


def _lock(locks: ExitStack, path: Path) -> None:
    """Keep all others from committing to a database until the locks are given back."""
    with about(path):
        connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=HELD_SECONDS, isolation_level=None)
        locks.callback(connection.close)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise _Busy(path) from None
            raise


def _pinned(pins: ExitStack, name: str, path: Path) -> sqlite3.Connection:
    mode = "mode=rw"
    if name == SPOOL:  # opened as by all who only look: nothing of SQLite may be left for its owner to find
        mode = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
    with about(path):
        connection = sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, timeout=5, isolation_level=None)
        pins.callback(connection.close)
        if name == SPOOL:
            connection.text_factory = bytes
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # it begins with the first look
    return connection
