"""Deletes raw samples after N days, and only those whose periods are closed. Rollups, done rows and ledger stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta, tzinfo

from collector.errors import StoreUnavailable
from collector.periods import Periods
from collector.store import Store
from config.language import _
from models.calendar import day_of, day_start
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep, period_of

NAME = "retention"
KEPT_SINCE = "kept_since"
DAY = 86_400_000
LATER = 13_200_000
"""ms after midnight at which the day's oldest samples go: 03:40, when nobody looks and the sun does not shine."""
LEASE_SECONDS = 3600.0


def whole_since(store: Store, periods: Periods) -> int | None:
    """The earliest instant from which on the store has all samples that ever came; None when it has none.

    A period before it must never be closed again: its samples are gone, and its figures would go with them.
    """
    oldest = store.first()
    deleted = periods.state(NAME, KEPT_SINCE, 2**62)
    return oldest if oldest is None or deleted is None else max(oldest, deleted[0])


class Retention:
    """The job that deletes. Its period is done when the samples of that day are no longer promised to be there."""

    name = NAME
    step = PeriodStep.DAY
    batch = 31
    after: Sequence[Job] = ()
    """Not the closing jobs: one open day of theirs holds up all later ones here, see `settled_until`."""
    reopens = False
    cadence = {"hour": "3", "minute": "40"}  # noqa: RUF012 - read only

    def __init__(
        self,
        store: Store,
        periods: Periods,
        closing: Sequence[Job],
        days: int,
        tz: tzinfo,
        now: Callable[[], int],
    ) -> None:
        """`closing`: the jobs that read raw samples; without any nothing is deleted. `days`: kept so long, >= 1."""
        if days < 1:
            raise ValueError(f"raw samples kept for {days} days")
        self._store, self._periods, self._closing = store, periods, closing
        self._days, self._tz, self._now = days, tz, now

    def first(self) -> int | None:
        """See Job."""
        return self._store.first() if self._closing else None

    def settled_until(self, now: int) -> int:
        """See Job: so many days ago, but never beyond the first period that is not closed."""
        day = day_of(now - LATER, self._tz) - timedelta(days=self._days)
        return self._closed_until(day_start(day, self._tz))

    def run(self, periods: Sequence[Period]) -> None:
        """See Job. Nobody closes a period before the end of these meanwhile: that would read what is half deleted."""
        end = periods[-1].end
        with ExitStack() as held:
            for job in self._closing:
                lease = self._periods.lease(job.name, 0, end, self._now(), LEASE_SECONDS)
                if lease is None:
                    raise StoreUnavailable(_("{job}: periods of that time are being closed").format(job=job.name))
                held.callback(self._periods.release, lease)
            if self._closed_until(end) < end:
                raise StoreUnavailable(_("periods of that time were opened again"))
            self._periods.keep_state(NAME, KEPT_SINCE, end, None, end)
            # A day more stays: the first energy of the next day begins at the last sample before it.
            self._store.delete_before(end - DAY)

    def _closed_until(self, end: int) -> int:
        """The end of what all closing jobs have done without a gap, at most `end`."""
        for job in self._closing:
            first = job.first()
            if first is None:
                return 0
            gaps = self._periods.gaps(job.name, period_of(first, job.step, self._tz).start, end)
            end = min([end, *(start for start, _end in gaps[:1])])
        return end
