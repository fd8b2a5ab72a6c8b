"""The two jobs that close the town's energy: `days` for good, `quarters` for the day that is not over yet.

A day is closed from all that is known at once, and writes its quarters anew too, so a catch-up of years is a matter of
days; `quarters` only has to care for today. What one day has learnt for the next is kept in the ledger, day by day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from collector.periods import Periods
from collector.store import Store
from config.kwh import Step
from models.calendar import QUARTER, day_bounds, day_of
from models.pv.closing.books import Books
from models.pv.closing.close import Closed, Given, close
from models.pv.closing.memory import Memory
from models.pv.closing.weather import Seen
from models.pv.energy.authority import Total
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep
from scripts.jobs.readings import Around, around
from scripts.jobs.retention import whole_since

log = logging.getLogger(__name__)

MEMORY = "memory"
QUARTERS, DAYS = "quarters", "days"
GRACE_QUARTER, GRACE_DAY = 120_000, 900_000
"""ms after the end of a period in which stragglers still come in time."""
LEASE_SECONDS = 300.0
FULL_MEMORY = 40 * 86_400_000
"""ms: for so long every day's memory is kept, so that a late reading finds what was known that morning."""
SAMPLES = 1_500_000
"""So many samples are worked on at once: a few hundred MB."""

ServiceWeather = Callable[[int, int], Seen | None]
IndexTotals = Callable[[int, int], Mapping[str, Sequence[Total]]]


class Closing:
    """What both jobs share: the books of the town, where readings come from, where rows go."""

    def __init__(
        self,
        books: Books,
        store: Store,
        periods: Periods,
        tz: tzinfo,
        now: Callable[[], int],
        *,
        weather: ServiceWeather = lambda _start, _end: None,
        index: IndexTotals = lambda _start, _end: {},
    ) -> None:
        """`weather` and `index` give what is known of a stretch (ms) from services and from the network operator."""
        self.books, self.store, self.periods, self.tz, self.now = books, store, periods, tz, now
        self._weather, self._index = weather, index

    def first(self) -> int | None:
        """The earliest instant with samples; a day that begins before it is closed too."""
        return whole_since(self.store, self.periods)

    def close(self, start: int, end: int) -> tuple[Closed, Around]:
        """Close a stretch from the beginning of a day; with the readings that it was closed from."""
        known = self.periods.state(DAYS, MEMORY, start)
        memory = Memory()
        if known is not None:
            try:
                memory = Memory.from_json(known[1])
            except ValueError as error:  # of an older tepos: everything is learnt anew, in weeks
                log.warning("what was learnt until then cannot be read and is learnt anew: %s", error)
        readings = around(self.store, self.books, start, end)
        given = Given(readings.frames, self._weather(start, end), self._index(start, end))
        return close(self.books, given, memory, start, end, self.tz), readings


class DaysJob:
    """Closes whole days, their quarters included."""

    name = DAYS
    step = PeriodStep.DAY
    batch = 28
    after: Sequence[Job] = ()
    reopens = True
    cadence = {"hour": "0", "minute": "20"}  # noqa: RUF012 - read only

    def __init__(self, closing: Closing) -> None:
        self._closing = closing

    def first(self) -> int | None:
        """See Job."""
        return self._closing.first()

    def settled_until(self, now: int) -> int:
        """See Job."""
        return now - GRACE_DAY

    def run(self, periods: Sequence[Period]) -> None:
        """See Job. Rows first, then what was learnt; both may be written again."""
        rest, together = list(periods), 1
        while rest:
            part, rest = rest[:together], rest[together:]
            samples = self._run(part)
            together = max(1, min(len(rest), SAMPLES * together // max(samples, 1)))

    def _run(self, part: Sequence[Period]) -> int:
        closing = self._closing
        start, end = part[0].start, part[-1].end
        quarters = closing.periods.lease(QUARTERS, start, end, closing.now(), LEASE_SECONDS)
        try:
            closed, readings = closing.close(start, end)
            closing.store.write_rollups(Step.QUARTER, closed.quarters)
            if closed.days is not None:
                closing.store.write_rollups(Step.DAY, closed.days)
            self._learn(closed)
            if quarters is not None:
                times = closed.quarters["time"].unique().tolist()
                closing.periods.mark(quarters, [(time, time + QUARTER) for time in times], closing.now())
        finally:
            if quarters is not None:
                closing.periods.release(quarters)
        return readings.samples

    def _learn(self, closed: Closed) -> None:
        closing = self._closing
        recent = closing.now() - FULL_MEMORY
        last = max(closed.memories, default=None)
        for day, memory in closed.memories.items():
            at = day_bounds(day, closing.tz)[1]
            if at >= recent or day == last:
                closing.periods.keep_state(DAYS, MEMORY, at, memory.to_json(), recent)


class QuartersJob:
    """Closes the quarters of today, one after the other; what they say is settled when the day is closed."""

    name = QUARTERS
    step = PeriodStep.QUARTER
    batch = 96
    after: Sequence[Job] = ()
    reopens = True
    cadence = {"minute": "2,17,32,47"}  # noqa: RUF012 - read only

    def __init__(self, closing: Closing) -> None:
        self._closing = closing

    def first(self) -> int | None:
        """See Job."""
        return self._closing.first()

    def settled_until(self, now: int) -> int:
        """See Job."""
        return now - GRACE_QUARTER

    def run(self, periods: Sequence[Period]) -> None:
        """See Job: the day is worked out from its beginning, for a counter's step may be an hour long."""
        tz = self._closing.tz
        by_day: dict[int, list[Period]] = {}
        for period in periods:
            by_day.setdefault(day_bounds(day_of(period.start, tz), tz)[0], []).append(period)
        for start, some in by_day.items():
            closed, _ = self._closing.close(start, some[-1].end)
            wanted = closed.quarters[closed.quarters["time"].isin([period.start for period in some])]
            self._closing.store.write_rollups(Step.QUARTER, wanted.reset_index(drop=True))
