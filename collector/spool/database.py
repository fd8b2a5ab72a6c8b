"""The spool's database in its owner's hands: transactions that carry the counters, and replacement of a damaged file.

Every change goes through `change`: rows and counters in one transaction, durable on return. Damage that shows at any
time, at the start or in the middle of work, leads to `mend`: what can be salvaged goes into a new file with the same
counters, the gaps become empty records, and the work is done again.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from collector.errors import SpoolError
from collector.spool import check as spool_check
from collector.spool import counters as spool_counters
from collector.spool import file as spool_file
from collector.spool import salvage as spool_salvage
from collector.spool.check import Damaged, means_damage
from collector.spool.counters import Sidecar, State
from collector.spool.file import MIN_BYTES, Layout
from collector.spool.salvage import PAGE
from config.language import _

log = logging.getLogger(__name__)
T = TypeVar("T")


class Database:
    """One open spool file. Not thread-safe. Raises OSError and sqlite3.Error when the machine refuses."""

    def __init__(self, layout: Layout, now: int) -> None:
        self.layout, self.now = layout, now
        self.depth = 0
        """Bytes of the queued records."""
        self._connection: sqlite3.Connection | None = None
        spool_file.finish_replacement(layout)
        beside = layout.beside(".counters")
        if beside.exists() and not beside.is_file():
            spool_file.set_aside(beside, (), now)
        self._sidecar: Sidecar | None = Sidecar(beside)
        try:
            self.state = self._start(None)
        except BaseException:
            self.close()
            raise

    @property
    def sql(self) -> sqlite3.Connection:
        """The connection. SpoolError when closed."""
        if self._connection is None:
            if self._sidecar is None:
                raise SpoolError(_("the spool is closed"))
            self.state = self._start(self.state)  # an earlier replacement found no room: try again
            assert self._connection is not None
        return self._connection

    def change(self, work: Callable[[], spool_counters.Counters]) -> None:
        """Do `work`, which returns the new counters, in one transaction with them; durable on return."""
        self.state = self.guarded(lambda: self._transaction(work))
        if self._sidecar is not None:
            self._sidecar.write(self.state)

    def guarded(self, work: Callable[[], T]) -> T:
        """Do `work`; when it shows that the file is damaged, replace the file and do it again."""
        try:
            return work()
        except (sqlite3.Error, Damaged) as error:
            if not means_damage(error):
                raise
            self.mend(str(error))
            return work()

    def free_pages(self) -> int:
        """Pages that records can still take."""
        (free,) = self.sql.execute("PRAGMA freelist_count").fetchone()
        return int(free)

    def mend(self, reason: str) -> None:
        """Replace the file by a new one with all that can be salvaged."""
        wal = self._wal()
        self._disconnect()
        self._replace(reason, self.state, wal)
        self.state = self._start(self.state)

    def close(self) -> None:
        """Release the files; the ballast takes the room that the log leaves."""
        if self._sidecar is None:
            return
        opened = self._connection is not None
        self._disconnect()
        self._sidecar.close()
        self._sidecar = None
        if opened:
            spool_file.keep_ballast(self.layout)

    def _transaction(self, work: Callable[[], spool_counters.Counters]) -> State:
        sql, depth = self.sql, self.depth
        sql.execute("BEGIN IMMEDIATE")
        try:
            state = self.state.next(work())
            if sql.execute("UPDATE state SET envelope = ? WHERE id = 1", (state.pack(),)).rowcount != 1:
                raise Damaged("the counters are gone")
            sql.execute("COMMIT")
        except BaseException:
            self.depth = depth
            if sql.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    sql.execute("ROLLBACK")
            raise
        return state

    def _start(self, known: State | None) -> State:
        """Open the file, or replace what stands in its place; `known`: what this process knows of the counters."""
        path, wal = self.layout.path, self._wal()
        if not path.is_file() or not path.stat().st_size:
            self._replace("not a file" if path.exists() and not path.is_file() else "", known or self._beside(), wal)
        else:
            os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))  # no right to write is to be told, it is no damage
        try:
            state = self._open(known)
        except (sqlite3.Error, Damaged) as error:
            if not means_damage(error):
                raise
            newest = known or (error.state if isinstance(error, Damaged) else self._beside())
            self._replace(str(error), newest, wal)
            state = self._open(newest)
        if self._resizable():
            self._disconnect()
            self._replace("", state, self._wal())
            state = self._open(state)
        if not spool_file.reserve_wal(self.layout) and self.layout.beside(".ballast").exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))  # the caller gives it up and comes again
        spool_file.keep_ballast(self.layout)
        assert self._sidecar is not None
        self._sidecar.write(state)
        return state

    def _open(self, known: State | None) -> State:
        assert self._sidecar is not None
        self._connection = spool_file.connect(self.layout)
        try:
            beside = known.pack() if known else self._sidecar.read()
            state, self.depth = spool_check.examine(self._connection, beside)
        except BaseException:
            self._disconnect()
            raise
        return state

    def _beside(self) -> State | None:
        assert self._sidecar is not None
        return spool_counters.unpack(self._sidecar.read())

    def _wal(self) -> bytes:
        """The log as it is now: closing the last connection deletes it, with what SQLite does not believe in it."""
        try:
            return self.layout.beside("-wal").read_bytes()
        except OSError:
            return b""

    def _resizable(self) -> bool:
        """Whether the file has not the size of its bound (a new bound, or a full disk when it was made) and could."""
        assert self._connection is not None
        (count,) = self._connection.execute("PRAGMA page_count").fetchone()
        capacity = self.layout.capacity
        room = _room(self.layout.path) - self.layout.wal_bytes - self.layout.ballast_bytes
        return bool(count > capacity or (count < capacity - capacity // 8 and room > self.layout.max_bytes * 9 // 8))

    def _replace(self, reason: str, known: State | None, wal: bytes) -> None:
        """Put a new file in the place of what is there (`reason`: what is wrong with it; empty when nothing is)."""
        layout, path = self.layout, self.layout.path
        found = spool_salvage.salvage(path, wal)
        refused = spool_file.quarantined(path)
        if known is None:  # history unknown: what was found is counted from 0
            known, found = State(secrets.randbits(63)), spool_salvage.renumbered(found)
        leave = 0 if layout.beside(".ballast").exists() else layout.ballast_bytes  # for the log
        if path.is_file() and _room(path) < layout.max_bytes + leave:
            log.warning("%s: no room for a second file beside it", path)
            path.unlink()  # all that is worth keeping of it is in memory
            layout.beside("-wal").unlink(missing_ok=True)
        pages = min(layout.capacity, (_room(path) - leave) // PAGE)
        if pages < MIN_BYTES // PAGE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        building, new = layout.beside(".building"), layout.beside(".new")
        budget = pages - 8 - sum(len(record) + 64 for record in refused) // PAGE
        while True:
            counters, rows = spool_salvage.arrange(found, known.counters, budget)
            # A revision like the known one: the counters in memory and beside stay comparable with the file's.
            state = State(known.identity, known.revision, counters)
            try:
                spool_file.build(building, pages, state, rows, refused)
                break
            except sqlite3.Error:
                if not rows:
                    raise
                budget -= 1 + budget // 16
        building.rename(new)
        spool_file.sync(path.parent)
        if path.exists() and reason:
            aside = spool_file.set_aside(path, ("-wal",), self.now)
            log.error("%s: %s; set aside as %s, %d records salvaged", path, reason, aside.name, len(rows))
        path.unlink(missing_ok=True)
        spool_file.finish_replacement(layout)
        if known.counters != counters:
            log.warning("%s: counters now %s", path, counters)

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _room(path: Path) -> int:
    """Bytes that the disk under `path` still has for us."""
    disk = os.statvfs(path.parent)
    return disk.f_bavail * disk.f_frsize
