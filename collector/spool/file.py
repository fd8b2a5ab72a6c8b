"""The files of the spool: made with all the room they will ever need, opened, set aside when damaged.

A full disk must not stop an append. So the database is made at its full size, its pages free; the write-ahead log is
stretched once to the most it can grow to; and a ballast file holds the log's room while the spool is closed, because
SQLite removes the log then.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.spool import record as spool_record
from collector.spool.check import Damaged
from collector.spool.counters import SCHEMA, State
from collector.spool.salvage import PAGE

log = logging.getLogger(__name__)
MIN_BYTES = 32 * PAGE
KEPT_ASIDE = 3
_LOCK_BYTE_PAGE = 2**30 // PAGE + 1  # SQLite never uses this page
_TRUNK_LEAVES = PAGE // 4 - 8  # of a free list page; SQLite itself leaves the last six entries unused

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE queue (ordinal INTEGER PRIMARY KEY, record BLOB NOT NULL);
    CREATE TABLE quarantine (id INTEGER PRIMARY KEY AUTOINCREMENT, record BLOB NOT NULL);
    CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), envelope BLOB NOT NULL);
    """,
)
"""Script k leads from schema k to schema k + 1. `ordinal`: samples appended up to and including this record."""
assert len(MIGRATIONS) == SCHEMA


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the files of one spool are and how large they may become."""

    path: Path
    max_bytes: int

    @property
    def capacity(self) -> int:
        """Pages of the database."""
        return self.max_bytes // PAGE

    @property
    def checkpoint(self) -> int:
        """Frames of the log after which SQLite moves them into the database."""
        return max(16, min(256, self.capacity // 16))

    @property
    def wal_bytes(self) -> int:
        """The most the log grows to: a checkpoint's worth and the largest transaction after it."""
        return (self.checkpoint + min(256, self.capacity)) * (PAGE + 24) + 32

    @property
    def ballast_bytes(self) -> int:
        """The log, its index (32 KiB), and what a file system needs to note two files."""
        return self.wal_bytes + 64 * 1024

    def beside(self, suffix: str) -> Path:
        """A file that belongs to the spool: ``-wal``, ``-shm``, ``.counters``, ``.ballast``, ``.new``."""
        return self.path.with_name(self.path.name + suffix)


def build(path: Path, pages: int, state: State, rows: Iterable[tuple[int, bytes]], refused: Iterable[bytes]) -> None:
    """Make a whole new database of so many pages at `path`, durable on return. OSError, sqlite3.Error: no room."""
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size={PAGE}")
        migrate(connection, MIGRATIONS)
    _allocate(path, pages)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=MEMORY")
        connection.execute("PRAGMA synchronous=OFF")  # one fsync at the end: until then the file counts for nothing
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO queue VALUES (?, ?)", rows)
        connection.executemany("INSERT INTO quarantine (record) VALUES (?)", ((record,) for record in refused))
        connection.execute("INSERT INTO state VALUES (1, ?)", (state.pack(),))
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    sync(path)


def migrate(connection: sqlite3.Connection, scripts: Sequence[str]) -> None:
    """Bring the tables to the newest schema, one transaction for each step."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for step in range(version, len(scripts)):
        try:
            connection.executescript(f"BEGIN; {scripts[step]}; PRAGMA user_version={step + 1}; COMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _allocate(path: Path, capacity: int) -> None:
    """Give a closed database all its pages, as SQLite's free list (fileformat2 §1.3.6, §1.5), without writing them.

    Writing 256 MiB of zeros would take half a minute on an SD card; the blocks are reserved instead.
    """
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        used = os.fstat(fd).st_size // PAGE
        os.posix_fallocate(fd, 0, capacity * PAGE)
        free = [number for number in range(used + 1, capacity + 1) if number != _LOCK_BYTE_PAGE]
        trunks = [free[i : i + _TRUNK_LEAVES + 1] for i in range(0, len(free), _TRUNK_LEAVES + 1)]
        for (trunk, *leaves), following in zip(trunks, [*trunks[1:], [0]], strict=True):
            words = [following[0], len(leaves), *reversed(leaves)]  # SQLite takes the last: fill from the front
            os.pwrite(fd, b"".join(word.to_bytes(4, "big") for word in words), (trunk - 1) * PAGE)
        first = trunks[0][0] if trunks else 0
        os.pwrite(fd, b"".join(word.to_bytes(4, "big") for word in (capacity, first, len(free))), 28)
    finally:
        os.close(fd)


def connect(layout: Layout) -> sqlite3.Connection:
    """Open the database for its one writer: WAL, synchronous=FULL, never larger than its bound."""
    connection = sqlite3.connect(layout.path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        connection.text_factory = bytes  # a flipped type bit must not make Python decode a blob
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != b"wal":
            raise Damaged(f"journal mode {mode!r}")
        for pragma in (
            "synchronous=FULL",
            "mmap_size=0",
            "secure_delete=OFF",
            "cell_size_check=ON",
            f"wal_autocheckpoint={layout.checkpoint}",
            "max_page_count=1",  # as large as it is: a file grown in the log only could not leave it on a full disk
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.close()
        raise
    return connection


def reserve_wal(layout: Layout) -> bool:
    """Stretch the log to the most it can grow to; False when there is room for a part of that only, or none.

    It may be opened beside SQLite: unlike the database and the index, no lock of the process hangs on this file.
    """
    fd = os.open(layout.beside("-wal"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        for size in (layout.wal_bytes, layout.wal_bytes // 2, layout.wal_bytes // 4, layout.wal_bytes // 8):
            with contextlib.suppress(OSError):
                if os.fstat(fd).st_size < size:
                    os.posix_fallocate(fd, 0, size)
                return size == layout.wal_bytes
        log.warning("%s: no room for its log", layout.path)
        return False
    finally:
        os.close(fd)


def quarantined(path: Path) -> list[bytes]:
    """The refused samples of a closed file, as far as SQLite still reads them; they are counted already."""
    if not path.is_file():
        return []
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.text_factory = bytes
            rows = connection.execute("SELECT record FROM quarantine ORDER BY id").fetchall()
    except (sqlite3.Error, MemoryError):
        return []
    return [record for (record,) in rows if spool_record.checked(record)]


def set_aside(path: Path, suffixes: Sequence[str], now: int) -> Path:
    """Rename a damaged file, and what belongs to it, for people to look at; only the newest few are kept."""
    stamp = datetime.fromtimestamp(max(0, min(now, 253402300799000)) / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
    path.rename(target)  # first: as long as it has its name it is the truth, and needs its log
    for suffix in suffixes:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(target.with_name(target.name + suffix))
    older = [p for p in path.parent.glob(f"{path.name}.corrupt-*") if p.is_file() and not p.name.endswith("-wal")]
    for old in sorted(older, key=lambda p: (p.stat().st_mtime, p.name))[:-KEPT_ASIDE]:
        old.unlink(missing_ok=True)
        old.with_name(old.name + "-wal").unlink(missing_ok=True)
    return target


def finish_replacement(layout: Layout) -> None:
    """Bring a replacement to its end that a power cut interrupted: the new file is whole once it is called ``.new``."""
    layout.beside(".building").unlink(missing_ok=True)
    new = layout.beside(".new")
    if not new.exists():
        return
    if layout.path.exists():  # the old one was not yet set aside: it is still the truth
        new.unlink()
        return
    for suffix in ("-wal", "-shm"):
        layout.beside(suffix).unlink(missing_ok=True)
    new.rename(layout.path)
    sync(layout.path.parent)


def keep_ballast(layout: Layout) -> bool:
    """Make the ballast file unless it is there; False when there is no room for it now."""
    path = layout.beside(".ballast")
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError:
        return False
    try:
        if os.fstat(fd).st_size < layout.ballast_bytes:
            os.posix_fallocate(fd, 0, layout.ballast_bytes)
        return True
    except OSError:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(fd)


def sync(path: Path) -> None:
    """Make a file, or the names in a directory, durable."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
