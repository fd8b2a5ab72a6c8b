"""Closes what is due of a job, the oldest first: lease, run, done rows. Nothing here knows what a job does.

A run that fails leaves its periods open for the next round. Of several periods that fail together the one that is the
cause is found by halving, so it holds up neither the others nor other jobs.
"""

from __future__ import annotations

import logging
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo

from collector.errors import ChannelError, StoreError, WeatherError
from collector.periods import Lease, Periods, Span
from scripts.jobs.job import Job
from scripts.jobs.period import Period, period_of, periods_between

log = logging.getLogger(__name__)

LEASE_SECONDS = 300.0
"""For so long a stretch stays taken where nobody can tell that its holder was killed; a run renews it three times."""
MOST_FAILURES = 3
"""So many periods may fail by themselves; then the rest of the job waits for the next round."""


@dataclass(slots=True)
class Outcome:
    """What one round did of one job."""

    closed: int = 0
    waiting: int = 0
    """Periods that were due but wait for those of another job."""
    failed: int = 0
    error: str | None = None
    """What went wrong last."""
    held: Lease | None = None
    """Another process works on the next periods: this round ended there."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs jobs on one ledger, in one thread. `now` is asked again and again (ms UTC); `stop` ends a round early.

    `until` (ms): what ends later is left alone, though it may be settled.
    """

    periods: Periods
    tz: tzinfo
    now: Callable[[], int]
    stop: Callable[[], bool] = lambda: False
    until: int | None = None

    def due(self, job: Job) -> Outcome:
        """Close all open periods that are settled, in order. Raises StoreError for the ledger's own troubles only."""
        outcome = Outcome()
        try:
            if (bounds := self.closable(job)) is not None:
                self._close(job, self.periods.gaps(job.name, *bounds), bounds, outcome)
        except Exception as error:  # of the job itself, which must not stop the others
            self._failed(job, error, outcome)
        if outcome.held is None and not self.stop():
            self.periods.failed(job.name, outcome.error, self.now())
        return outcome

    def again(self, job: Job, stretch: Period, jobs: Sequence[Job]) -> Outcome:
        """Close these periods whether or not they are done; what `jobs` have built on them opens again.

        What is not settled, or lies before the first instant of the job, is left out.
        """
        outcome = Outcome()
        bounds = self.closable(job)
        if bounds is not None:
            names = [job.name, *(other.name for other in jobs if other.reopens and _built_on(other, job))]
            self._close(job, [(stretch.start, stretch.end)], bounds, outcome, names)
        return outcome

    def closable(self, job: Job) -> Span | None:
        """From where to where the periods of a job may be closed now; None when there is nothing at all."""
        first = job.first()
        if first is None:
            return None
        settled = job.settled_until(self.now())
        settled = settled if self.until is None else min(settled, self.until)
        start, end = (period_of(each, job.step, self.tz).start for each in (first, settled))
        return start, max(start, end)

    def _close(
        self, job: Job, spans: Iterable[Span], bounds: Span, outcome: Outcome, reopen: Sequence[str] = ()
    ) -> None:
        """Close the periods within the spans; with `reopen`, the jobs of these names open theirs again first."""
        waits_for = self._open(job.after, bounds)

        def free(since: int, until: int) -> Iterator[Period]:
            for period in periods_between(max(since, bounds[0]), min(until, bounds[1]), job.step, self.tz):
                if waits_for(period):
                    outcome.waiting += 1
                else:
                    yield period

        for span in spans:
            for batch in _batches(free(*span), job.batch):
                if self.stop() or not self._attempt(job, batch, outcome, reopen):
                    return

    def _attempt(self, job: Job, batch: Sequence[Period], outcome: Outcome, reopen: Sequence[str]) -> bool:
        """Close a batch, or what of it can be closed; False when this round of the job is over."""
        try:
            with self._leased(job, batch) as lease:
                if lease is None:
                    held = self.periods.leases(job.name, batch[0].start, batch[-1].end, self.now())
                    outcome.held = held[0] if held else None
                    return False
                start, end = lease.start, lease.end
                self.periods.reopen({name: [(start, end)] for name in reopen}, by=lease)
                # What may be closed can shrink until one holds the lease, and another may have closed some of it.
                bounds = self.closable(job)
                if bounds is None or bounds[0] > start:
                    return False
                done = self.periods.done(job.name, start, end)
                for part in _batches((period for period in batch if period.start not in done), job.batch):
                    job.run(part)
                    spans = [(period.start, period.end) for period in part]
                    outcome.closed += self.periods.mark(lease, spans, self.now())
                return True
        except (StoreError, ChannelError) as error:  # it would fail for the others as well
            self._failed(job, error, outcome)
            return False
        except Exception as error:
            if len(batch) == 1:
                self._failed(job, error, outcome, batch[0])
                return outcome.failed < MOST_FAILURES
        log.info("%s: a run of %d periods failed; trying them in two parts", job.name, len(batch))
        middle = len(batch) // 2
        return all(self._attempt(job, part, outcome, reopen) for part in (batch[:middle], batch[middle:]))

    def _failed(self, job: Job, error: Exception, outcome: Outcome, period: Period | None = None) -> None:
        outcome.failed += 1
        foreseen = isinstance(error, StoreError | WeatherError | ChannelError)
        outcome.error = str(error) if foreseen else f"{type(error).__name__}: {error}"
        where = f" {period.label(job.step, self.tz)}" if period else ""
        known = self.periods.failure(job.name)
        again = known is not None and known[0] == outcome.error
        if isinstance(error, WeatherError):  # each day without weather says the same
            again = known is not None or outcome.failed > 1
        level = logging.DEBUG if again else logging.ERROR  # told once, not each quarter
        log.log(level, "%s%s: %s", job.name, where, outcome.error, exc_info=None if foreseen else error)

    def _open(self, jobs: Iterable[Job], bounds: Span) -> Callable[[Period], bool]:
        """Whether a period overlaps one that any of these jobs has still to close."""
        found = []
        for job in jobs:
            first = job.first()
            if first is not None:
                start = max(bounds[0], period_of(first, job.step, self.tz).start)
                found.append(self.periods.gaps(job.name, start, bounds[1]))

        def overlaps(period: Period) -> bool:
            for gaps in found:
                place = bisect_right(gaps, period.start, key=lambda gap: gap[1])
                if place < len(gaps) and gaps[place][0] < period.end:
                    return True
            return False

        return overlaps

    @contextmanager
    def _leased(self, job: Job, batch: Sequence[Period]) -> Iterator[Lease | None]:
        """The lease on a batch, renewed from a thread of its own as long as the block runs; None when it is taken."""
        lease = self.periods.lease(job.name, batch[0].start, batch[-1].end, self.now(), LEASE_SECONDS)
        if lease is None:
            yield None
            return
        ended = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(lease, ended), name="lease", daemon=True)
        renewing.start()
        try:
            yield lease
        finally:
            ended.set()
            renewing.join()
            self.periods.release(lease)

    def _renew(self, lease: Lease, ended: threading.Event) -> None:
        while not ended.wait(LEASE_SECONDS / 3):
            try:
                with Periods(self.periods.path) as periods:
                    periods.renew(lease, self.now(), LEASE_SECONDS)
            except StoreError as error:
                log.warning("%s: the lease could not be renewed: %s", lease.job, error)


def _batches(periods: Iterable[Period], size: int) -> Iterator[list[Period]]:
    """Runs of at most so many periods that follow on each other."""
    batch: list[Period] = []
    for period in periods:
        if batch and (len(batch) == size or batch[-1].end != period.start):
            yield batch
            batch = []
        batch.append(period)
    if batch:
        yield batch


def _built_on(job: Job, other: Job) -> bool:
    """Whether a job comes after another, directly or through a third."""
    return any(each.name == other.name or _built_on(each, other) for each in job.after)
