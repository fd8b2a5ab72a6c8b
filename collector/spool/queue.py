"""The durable queue between the poller and the store. What `append` took is delivered or counted, come what may.

Promise: when `append` returns, the cycle survives SIGKILL and power cuts. It is handed out, oldest first, until it is
settled; or dropped because the bound in bytes or age is reached; or found damaged. Each sample ends in exactly one
counter: appended = sent + rejected + dropped + damaged + queued; they change with the rows in one transaction.
A settled sample may be handed out again only after a power cut in the middle of `settle`: delivery is at least once.

Each record stands at its ordinal: how many samples were appended up to and including it. So the place to read from is
the number of samples settled, a missing record is a gap between ordinals, and what is queued needs no counter.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self, TypeVar

from collector.errors import SpoolError
from collector.sample import Sample
from collector.spool import file as spool_file
from collector.spool import record as spool_record
from collector.spool.check import Damaged
from collector.spool.counters import Counters
from collector.spool.database import Database
from collector.spool.file import MIN_BYTES, Layout
from collector.spool.recent import Recent
from collector.spool.record import HEAD, Kind
from collector.spool.rows import RESERVE_PAGES, Rows, pages_of
from collector.spool.status import SpoolStatus, inspect, oldest
from config.language import _

log = logging.getLogger(__name__)
MAX_BYTES = 256 * 1024 * 1024
MAX_AGE = timedelta(days=90)
RECORD_SAMPLES = 2_000  # of one record: a larger cycle becomes several records of one transaction
BALLAST_EVERY = 60_000  # ms between attempts to make the ballast again
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A sample that the store will never take, and what it said."""

    sample: Sample
    reason: str
    time: int
    """When it was refused: UTC, ms since 1970."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The oldest samples of the queue, in the order in which they were appended; `start` and `end` are the queue's."""

    samples: list[Sample]
    start: int
    end: int


class Spool:
    """A bounded queue of samples in one SQLite file, for one process; any of its threads may call any method.

    Bound: the file never exceeds `max_bytes` (beside it stand a log and a ballast of about 2 MiB each, less for small
    bounds; a disk with less room gives a smaller file, until a start with more room), no record stays longer than
    `max_age`; then the oldest are dropped and counted. Damage to the file costs the records it hits, never the start:
    what can be salvaged goes into a new file, the old one is kept as ``.corrupt-<time>``. Raises SpoolError when the
    machine refuses (no room at all, no right to write, closed).
    """

    def __init__(self, layout: Layout, max_age: timedelta, now: int) -> None:
        self._layout = layout
        self._lock = threading.RLock()
        self._ballast_at = now
        self._recent = Recent()
        self._database = Database(layout, now)
        self._rows = Rows(self._database, int(max_age.total_seconds() * 1000))

    @classmethod
    def open(cls, path: Path, *, max_bytes: int = MAX_BYTES, max_age: timedelta = MAX_AGE, now: int) -> Self:
        """Open the spool, or make it. ValueError for a bound that holds nothing; SpoolError when it cannot be written,
        or was written by a newer version.
        """
        if max_bytes < MIN_BYTES or max_age <= timedelta(0):
            raise ValueError(f"a spool needs at least {MIN_BYTES} bytes and a positive age")
        layout = Layout(path.resolve(), max_bytes)
        try:
            layout.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return cls(layout, max_age, now)
            except (OSError, sqlite3.Error) as error:
                ballast = layout.beside(".ballast")
                if not ballast.exists():
                    raise
                log.warning("%s: %s; giving up the ballast", layout.path, error)
                ballast.unlink()
                return cls(layout, max_age, now)
        except (OSError, sqlite3.Error, Damaged) as error:
            raise SpoolError(
                _("{path}: the spool cannot be opened: {error}; make room or give the right to write there").format(
                    path=layout.path, error=error
                )
            ) from error

    def append(self, samples: Sequence[Sample], now: int) -> None:
        """Keep one cycle durably. On SpoolError nothing of it was kept: hold it and try again.

        ValueError for a value that is neither number, text nor None, and for a cycle larger than the whole spool.
        """
        parts = [samples[i : i + RECORD_SAMPLES] for i in range(0, len(samples), RECORD_SAMPLES)]
        payloads = [(len(part), spool_record.encode(part)) for part in parts]
        if sum(pages_of(payload) for _n, payload in payloads) > self._layout.capacity - 2 * RESERVE_PAGES:
            raise ValueError(
                f"{len(samples)} samples at once do not fit into a spool of {self._layout.max_bytes} bytes"
            )
        if payloads:
            with self._lock:
                self._database.now = now
                self._change(lambda _full: self._rows.append(payloads, now))
                self._recent.add(self.counters.appended - len(samples), samples)
                if now - self._ballast_at >= BALLAST_EVERY:
                    self._ballast_at = now
                    spool_file.keep_ballast(self._layout)

    def peek(self, max_samples: int = 10_000) -> Batch | None:
        """The oldest samples, at most so many; None when nothing is queued. Counts damaged records on its way."""
        while True:
            with self._lock:
                at = start = self.counters.position
                if remembered := self._recent.after(start, max_samples):
                    return Batch(remembered, start, start + len(remembered))
                rows = self._read(start, max_samples)
                if not rows:  # judged in the same breath: the next moment another thread may append
                    if self.counters.position == start and self.counters.queued:
                        self._mend("records are missing")
                    if self.counters.queued:
                        continue
                    return None
            samples: list[Sample] = []
            for ordinal, record in rows:
                head = spool_record.checked(record)
                if head is not None and not (head.end == ordinal and (head.start == at or head.start < at == start)):
                    self._mend("record in the wrong place")
                    break
                try:
                    found = spool_record.decode(record[HEAD.size :])[0] if head else []
                except ValueError:
                    found = []
                if head is None or len(found) != head.count:
                    if not samples:
                        self._skip(ordinal)
                    break
                samples += found[at - head.start :]
                at = ordinal
            if samples:
                samples = samples[:max_samples]
                return Batch(samples, start, start + len(samples))

    def settle(self, batch: Batch, rejected: Sequence[Rejected] = ()) -> None:
        """Remove a batch that the store has answered for: sent, but for the rejected, which go into quarantine.

        Samples of it that the bound dropped meanwhile stay counted as dropped. ValueError when a rejected sample is
        not in the batch, or the batch is not the oldest.
        """
        with self._lock:
            position = self.counters.position
            if batch.end <= position:
                return
            if batch.start > position:
                raise ValueError("not the oldest batch of this spool")
            if Counter(_identity(r.sample) for r in rejected) - Counter(map(_identity, batch.samples)):
                raise ValueError("a rejected sample is not in the batch")
            left = Counter(map(_identity, batch.samples[position - batch.start :]))
            kept = []
            for one in rejected:
                if left[_identity(one.sample)] > 0:
                    left[_identity(one.sample)] -= 1
                    kept.append(one)
            payloads = [(one.time, spool_record.encode([one.sample], one.reason)) for one in kept]
            self._change(lambda full: self._rows.settle(batch.end, payloads, full))

    def requeue(self, now: int) -> int:
        """Queue the quarantined samples again (they count as appended again); returns how many."""
        with self._lock:
            self._database.now = now
            again = [one.sample for one in self.quarantined()]
            if again:
                payload = spool_record.encode(again)

                def work(_full: bool) -> Counters:
                    self._database.sql.execute("DELETE FROM quarantine")
                    return self._rows.append([(len(again), payload)], now)

                self._change(work)
            return len(again)

    def quarantined(self) -> list[Rejected]:
        """The refused samples that are still kept, oldest first."""
        with self._lock:
            rows = self._guarded(
                lambda: self._database.sql.execute("SELECT record FROM quarantine ORDER BY id").fetchall()
            )
        found = []
        for (record,) in rows:
            head = spool_record.checked(record)
            if head is not None and head.kind == Kind.REJECTED:
                (sample,), reason = spool_record.decode(record[HEAD.size :])
                found.append(Rejected(sample, reason, head.time))
        return found

    @property
    def counters(self) -> Counters:
        """What became of all samples so far."""
        return self._database.state.counters

    @property
    def depth_bytes(self) -> int:
        """Bytes of the queued records."""
        return self._database.depth

    @property
    def oldest(self) -> int | None:
        """When the oldest queued record was appended (ms UTC); None when the queue is empty."""
        with self._lock:
            return self._guarded(lambda: oldest(self._database.sql))

    def verify(self) -> list[str]:
        """What is wrong with the stored records, as sentences; empty when all is well. Reads everything once."""
        faults = []
        try:
            with self._lock:
                (verdict,) = self._database.sql.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != b"ok":
                faults.append(_("the file is damaged: {what}").format(what=verdict.decode(errors="replace")))
            at, appended = self.counters.position, self.counters.appended
            while at < appended:
                with self._lock:  # a few at a time: the poller must not wait
                    at = max(at, self.counters.position)
                    rows = self._rows.after(at, 2_000)
                for ordinal, record in rows:
                    if not spool_record.checked(record):
                        faults.append(
                            _("{n} samples before number {at} are damaged").format(n=ordinal - at, at=ordinal)
                        )
                    at = ordinal
                if not rows:
                    if self.counters.position < appended:
                        faults.append(_("{n} samples are missing at the end").format(n=appended - at))
                    break
        except sqlite3.Error as error:
            faults.append(_("the file is damaged: {what}").format(what=error))
        return faults

    @staticmethod
    def inspect(path: Path) -> SpoolStatus:
        """A look from another process, also while the owner runs; writes nothing. SpoolError when there is nothing
        that can be read.
        """
        return inspect(path)

    def close(self) -> None:
        """Release the files; calling it again does nothing."""
        with self._lock:
            self._database.close()

    # --- what the machine refuses becomes a SpoolError ------------------------------------------------------------

    def _change(self, work: Callable[[bool], Counters]) -> None:
        """Do `work` in one transaction; when the log finds no room to grow, again from the log's beginning."""
        database = self._database
        try:
            try:
                database.change(lambda: work(False))
            except (sqlite3.Error, OSError) as error:
                log.warning("%s: %s; starting the log again", self._layout.path, error)
                database.sql.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
                database.change(lambda: work(True))
        except (sqlite3.Error, OSError, Damaged) as error:
            raise SpoolError(
                _("{path}: the spool cannot be written: {error}").format(path=self._layout.path, error=error)
            ) from error

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return self._database.guarded(work)
        except (sqlite3.Error, OSError, Damaged) as error:
            raise SpoolError(
                _("{path}: the spool cannot be read: {error}").format(path=self._layout.path, error=error)
            ) from error

    def _read(self, position: int, max_samples: int) -> list[tuple[int, bytes]]:
        return self._guarded(lambda: self._rows.after(position, max_samples))

    def _skip(self, end: int) -> None:
        with self._lock:
            log.error("%s: %d samples are damaged", self._layout.path, end - self.counters.position)
            self._change(lambda _full: self._rows.skip(end))

    def _mend(self, reason: str) -> None:
        with self._lock:
            self._recent.forget()
            try:
                self._database.mend(reason)
            except (sqlite3.Error, OSError, Damaged) as error:
                raise SpoolError(
                    _("{path}: the damaged spool cannot be replaced: {error}").format(
                        path=self._layout.path, error=error
                    )
                ) from error


def _identity(sample: Sample) -> tuple[str, int]:
    return sample.device, sample.time
