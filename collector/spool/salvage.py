"""Gets the records out of a spool file that SQLite cannot, or should not, read any more.

Trusts nothing of the file's structure but the place of pages: every page of the database and every frame of the
write-ahead log is searched for the heads of records; the rest of a record follows SQLite's overflow chain
(https://www.sqlite.org/fileformat2.html §1.5, §1.6), and its CRC tells whether what was put together is a record.
Records that were deleted but not yet overwritten are found as well: the caller knows by their place which are settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from collector.spool import record as spool_record
from collector.spool.counters import Counters
from collector.spool.record import HEAD, MAGIC, Head, Kind

PAGE = 4096
_WAL_HEAD, _FRAME_HEAD = 32, 24
# Bytes of a row that stand in its leaf page (fileformat2 §1.6, table leaf, U = usable size = page size).
_MOST_LOCAL = PAGE - 35
_LEAST_LOCAL = (PAGE - 12) * 32 // 255 - 23


class Pages:
    """The pages of a database file and, over them, those of its write-ahead log."""

    def __init__(self, path: Path, wal: bytes) -> None:
        self._file = path.open("rb") if path.is_file() else None
        self._count = path.stat().st_size // PAGE + 1 if self._file else 0
        self._frames: list[bytes] = []
        self._newest: dict[int, bytes] = {}
        for at in range(_WAL_HEAD, len(wal) - _FRAME_HEAD - PAGE + 1, _FRAME_HEAD + PAGE):
            frame = wal[at + _FRAME_HEAD : at + _FRAME_HEAD + PAGE]
            self._frames.append(frame)
            if wal[at + 8 : at + 16] == wal[16:24]:  # same salt: not left over from before the log was last reset
                self._newest[int.from_bytes(wal[at : at + 4], "big")] = frame

    def base(self, number: int) -> bytes:
        """Page `number` (from 1) of the database file; empty where it cannot be read."""
        if self._file is None or not 1 <= number <= self._count:
            return b""
        try:
            self._file.seek((number - 1) * PAGE)
            return self._file.read(PAGE)
        except OSError:  # a bad sector loses what stands on it, not the rest
            return b""

    def newest(self, number: int) -> bytes:
        """Page `number` as the log left it."""
        return self._newest.get(number) or self.base(number)

    def all(self) -> Iterator[bytes]:
        """Every version of every page there is, oldest first."""
        for number in range(1, self._count + 1):
            yield self.base(number)
        yield from self._frames

    def close(self) -> None:
        """Release the file."""
        if self._file is not None:
            self._file.close()


def salvage(path: Path, wal: bytes) -> dict[int, bytes]:
    """All undamaged cycles in a database file and the bytes of its log: start -> record. Never raises for damage.

    Holds what it finds in memory (at most about the size of the file): this is the rare day.
    """
    pages = Pages(path, wal)
    found: dict[int, bytes] = {}
    try:
        for page in pages.all():
            at = page.find(MAGIC)
            while at >= 0:
                head = spool_record.look(page[at : at + HEAD.size])
                if head is not None and head.kind == Kind.CYCLE:
                    for blob in _candidates(pages, page, at, head):
                        if spool_record.checked(blob):
                            found[head.start] = blob
                            break
                at = page.find(MAGIC, at + 1)
    finally:
        pages.close()
    return found


def arrange(found: dict[int, bytes], counters: Counters, budget: int) -> tuple[Counters, list[tuple[int, bytes]]]:
    """The rows of a new queue, (ordinal, record), of the records found, and the counters that belong to them.

    What is settled already is left out; a gap becomes an empty record, found damaged when its turn comes; what does
    not fit into `budget` pages is dropped, oldest first.
    """
    at = position = counters.position
    rows: list[tuple[int, bytes]] = []
    for start, blob in sorted(found.items()):
        head = spool_record.look(blob)
        if head is None or head.end <= position or (start < at and at != position):
            continue
        if start > at:
            rows.append((start, b""))
        rows.append((head.end, blob))
        at = head.end
    counters = counters.reached(at)
    if at < counters.appended:
        rows.append((counters.appended, b""))
    kept, used, left = len(rows), 0, 0
    while kept:
        local, overflow = _taken(len(rows[kept - 1][1]))
        local += 16  # lengths, the ordinal, the pointers to the cell and to its overflow
        used += overflow + (local > left)  # SQLite fills a leaf to the brim when rows come in order
        left = (left if local <= left else PAGE - 16) - local
        if used + used // 256 > budget:  # the tree above the leaves
            break
        kept -= 1
    if kept:
        counters = replace(counters, dropped=counters.dropped + rows[kept - 1][0] - position)
    return counters, rows[kept:]


def renumbered(found: dict[int, bytes]) -> dict[int, bytes]:
    """The same records counted from 0: for a queue whose history is unknown."""
    again: dict[int, bytes] = {}
    at = 0
    for _start, blob in sorted(found.items()):
        head = spool_record.look(blob)
        if head is not None:
            again[at] = spool_record.seal(Kind(head.kind), at, head.count, head.time, blob[HEAD.size :])
            at += head.count
    return again


def _taken(size: int) -> tuple[int, int]:
    """What a record of this size takes: bytes in its leaf page, overflow pages."""
    # A row is: header length, type of the ordinal (NULL: it is the row id), type of the blob (a varint), the blob.
    row = 2 + -(-(2 * size + 12).bit_length() // 7) + size
    if row <= _MOST_LOCAL:
        return row, 0
    local = _LEAST_LOCAL + (row - _LEAST_LOCAL) % (PAGE - 4)
    local = local if local <= _MOST_LOCAL else _LEAST_LOCAL
    return local, -(-(row - local) // (PAGE - 4))


def _candidates(pages: Pages, page: bytes, at: int, head: Head) -> Iterator[bytes]:
    """The record that begins at `at`, put together in the ways that are possible."""
    size = HEAD.size + head.length
    local, overflow = _taken(size)
    if not overflow:
        yield page[at : at + size]
        return
    local -= 2 + -(-(2 * size + 12).bit_length() // 7)  # the record begins behind the head of its row
    for read in (pages.newest, pages.base):
        parts, missing = [page[at : at + local]], size - local
        number = int.from_bytes(page[at + local : at + local + 4], "big")
        while missing > 0 and number:
            following = read(number)
            if len(following) < 4:
                break
            parts.append(following[4 : 4 + missing])
            missing -= PAGE - 4
            number = int.from_bytes(following[:4], "big")
        yield b"".join(parts)
