"""The rows of the spool: what its transactions do to queue and quarantine. Each returns the counters that go with it.

The position, how many samples are settled, is where reading goes on: a row whose ordinal is at most that is gone. The
methods work inside a transaction of `Database.change` and raise what it handles: sqlite3.Error and Damaged.
"""

from __future__ import annotations

from dataclasses import replace

from collector.spool import record as spool_record
from collector.spool.check import Damaged
from collector.spool.counters import Counters
from collector.spool.database import Database
from collector.spool.record import HEAD, Kind
from collector.spool.salvage import PAGE

RESERVE_PAGES = 8  # kept free of records, so that settling never needs room that is not there
EXPIRE_AT_ONCE = 64  # records: a transaction must stay small to succeed on a full disk
QUARANTINED = 10_000  # samples kept at most, the newest; fewer for small spools
_FIRST = f"SELECT ordinal, substr(record, 1, {HEAD.size}), length(record) FROM queue ORDER BY ordinal LIMIT 1"  # noqa: S608


class Rows:
    """Queue and quarantine of one database; `max_age` in ms."""

    def __init__(self, database: Database, max_age: int) -> None:
        self.database, self._max_age = database, max_age

    def append(self, payloads: list[tuple[int, bytes]], now: int) -> Counters:
        """Add records, (samples, payload), after making room for them."""
        counters = self._drop(now, sum(pages_of(payload) for _n, payload in payloads) + RESERVE_PAGES)
        at = counters.appended
        for count, payload in payloads:
            record = spool_record.seal(Kind.CYCLE, at, count, now, payload)
            at += count
            self.database.sql.execute("INSERT INTO queue VALUES (?, ?)", (at, record))
            self.database.depth += len(record)
        return replace(counters, appended=at)

    def _drop(self, now: int, pages: int) -> Counters:
        """Delete the oldest records until `pages` are free, and those too old (a few at a time: small deletes succeed
        where large ones find no room).
        """
        sql, counters, steps = self.database.sql, self.database.state.counters, 0
        while counters.queued:
            row = sql.execute(_FIRST).fetchone()
            if row is None or not counters.position < row[0] <= counters.appended:
                raise Damaged("records are missing")
            ordinal, start_of_record, length = row
            head = spool_record.look(start_of_record)
            expired = head is not None and head.time < now - self._max_age and steps < EXPIRE_AT_ONCE
            if not expired and self.database.free_pages() >= pages:
                break
            sql.execute("DELETE FROM queue WHERE ordinal = ?", (ordinal,))
            self.database.depth -= length or 0
            counters = replace(counters, dropped=counters.dropped + ordinal - counters.position)
            steps += 1
        return counters

    def settle(self, end: int, payloads: list[tuple[int, bytes]], full: bool) -> Counters:
        """Take out what stands before `end`; `payloads`: (time, payload) of each refused sample among it.

        `full`: there was no room for that; make some in the quarantine.
        """
        sql, counters = self.database.sql, self.database.state.counters
        if end <= counters.position:  # the file was replaced just now, and the batch did not fit into the new one
            return counters
        payloads = payloads[: end - counters.position]
        self.delete(end)
        if full:
            sql.execute("DELETE FROM quarantine WHERE id <= (SELECT (min(id) + max(id)) / 2 FROM quarantine)")
        for time, payload in payloads:
            record = spool_record.seal(Kind.REJECTED, 0, 1, time, payload)
            sql.execute("INSERT INTO quarantine (record) VALUES (?)", (record,))
        if payloads:
            kept = min(QUARANTINED, self.database.layout.max_bytes // 8 // 1024)
            sql.execute("DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?", (kept,))
        refused = len(payloads)
        sent = counters.sent + end - counters.position - refused
        return replace(counters, sent=sent, rejected=counters.rejected + refused)

    def skip(self, end: int) -> Counters:
        """Count what stands before `end` as damaged."""
        counters = self.database.state.counters
        self.delete(end)
        return replace(counters, damaged=counters.damaged + max(0, end - counters.position))

    def delete(self, end: int) -> None:
        """Delete the records that end at or before `end`."""
        sql = self.database.sql
        (freed,) = sql.execute("SELECT total(length(record)) FROM queue WHERE ordinal <= ?", (end,)).fetchone()
        sql.execute("DELETE FROM queue WHERE ordinal <= ?", (end,))
        self.database.depth -= int(freed)

    def after(self, position: int, max_samples: int) -> list[tuple[int, bytes]]:
        """The records behind a position, (ordinal, record), oldest first, until they hold `max_samples`."""
        query = "SELECT ordinal, record FROM queue WHERE ordinal > ? ORDER BY ordinal"
        rows: list[tuple[int, bytes]] = []
        cursor = self.database.sql.execute(query, (position,))
        for ordinal, record in cursor:
            rows.append((ordinal, record))
            if ordinal - position >= max_samples:
                break
        cursor.close()  # an open read keeps the log from starting again
        return rows


def pages_of(payload: bytes) -> int:
    """The most pages that a record takes: overflow, its leaf, and a split of the tree."""
    return 3 + (len(payload) + HEAD.size) // (PAGE - 4)
