"""The two jobs that close the town's energy: `days` for good, `quarters` for the day that is not over yet.

A day is closed from all that is known at once, and writes its quarters anew too, so a catch-up of years is a matter of
days; `quarters` only has to care for today. What one day has learnt for the next is kept in the ledger, day by day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from collector.errors import StoreUnavailable
from collector.periods import KEPT_FOR_GOOD, Periods, Span
from collector.store import Store
from config.kwh import Step
from config.language import _
from models.calendar import QUARTER, day_bounds, day_of, days
from models.pv.closing.books import Books
from models.pv.closing.close import Closed, Given, close
from models.pv.closing.measured import reach
from models.pv.closing.memory import Memory
from models.pv.closing.weather import Seen
from models.pv.energy.authority import Total
from scripts.jobs.answers import answered, answers
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep
from scripts.jobs.readings import Around, around, lit, widened
from scripts.jobs.retention import whole_since
from scripts.moments import iso

log = logging.getLogger(__name__)

MEMORY, DOUBTS = "memory", "doubts"
"""Keys of what is kept in the ledger for each day."""
QUARTERS, DAYS = "quarters", "days"
GRACE_QUARTER, GRACE_DAY = 120_000, 900_000
"""ms after the end of a period in which stragglers still come in time."""
LEASE_SECONDS = 300.0
DAY = 86_400_000
"""ms"""
HOURS = 7_200_000
"""ms: no interval of weather is longer (an hour, wherever it begins)."""
FULL_MEMORY = 40 * DAY
"""ms: for so long every day's memory is kept, so that a late reading finds what was known that morning."""
FORGOTTEN = 2 * KEPT_FOR_GOOD * DAY
"""ms: days further after the memory that is left are not learnt anew to know what was known that morning."""
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
        imported: Callable[[int, int], int] = lambda _start, _end: 0,
    ) -> None:
        """`weather` and `index` give what is known of a stretch (ms) from services and from the network operator.

        `imported` writes what was imported for a stretch into its rows, where nothing was measured.
        """
        self.books, self.store, self.periods, self.tz, self.now = books, store, periods, tz, now
        self.weather, self._index, self._imported = weather, index, imported
        self.built_on: tuple[str, ...] = ()
        """Names of jobs that read the days: a day closed anew opens theirs again, whatever the reason was."""

    def first(self) -> int | None:
        """The earliest instant with samples; a day that begins before it is closed too."""
        return whole_since(self.store, self.periods)

    def close(self, start: int, end: int) -> tuple[Closed, Around]:
        """Close a stretch from the beginning of a day; with the readings that it was closed from."""
        return self._close(self._known(start), start, end)

    def _close(self, memory: Memory, start: int, end: int) -> tuple[Closed, Around]:
        memory = answered(memory, answers(self.periods.path), start, self.tz)
        readings = around(self.store, self.books, start, end)
        around_it = self._weather_around(*reach(self.books, readings.frames, start, end))
        given = Given(readings.frames, self.weather(start, end), around_it, self._index(start, end))
        return close(self.books, given, memory, start, end, self.tz), readings

    def weather_changed(self, spans: Sequence[Span]) -> None:
        """Open again what was closed under another weather, and all days of the silences that reach into it."""
        first = self.first()
        if first is not None:
            known = [(start, end) for start, end in spans if end > first]
            since = [(max(start, first), end) for start, end in widened(self.store, self.books, known, self.tz)]
            self.periods.reopen({QUARTERS: since, DAYS: since})

    def _weather_around(self, first: int, last: int) -> Seen | None:
        """The weather of the quarters first..last, each as whoever asks for it finds it.

        At the ends of what is asked for hours are cut off, and spread by less than is known of them: one asks for more.
        """
        more = self.weather(first - HOURS, last + HOURS)
        return None if more is None else more.during(slice(HOURS // QUARTER, -HOURS // QUARTER))

    def _known(self, start: int) -> Memory:
        """What was known on the morning that begins at `start`.

        Of long ago only one memory in many is left: the days since then teach again what they taught.
        """
        known = self.periods.state(DAYS, MEMORY, start)
        if known is None:
            return Memory()
        at, text = known
        try:
            memory = Memory.from_json(text)
        except ValueError as error:  # of an older tepos: everything is learnt anew, in weeks
            log.warning("what was learnt until then cannot be read and is learnt anew: %s", error)
            return Memory()
        first = self.first()
        if at == start or start >= self.now() - FULL_MEMORY or start - at > FORGOTTEN or first is None or first > at:
            return memory
        for day in days(day_of(at, self.tz), day_of(start - 1, self.tz)):
            closed, _readings = self._close(memory, *day_bounds(day, self.tz))
            memory = closed.memories[day]
        return memory

    def keep(self, closed: Closed, start: int, end: int) -> None:
        """Write all that came of a stretch of whole days: rows first, then what was learnt."""
        self.write(closed, start, end)
        self._learn(closed, start)

    def write(self, closed: Closed, start: int, end: int) -> None:
        """Write the rows of a stretch of whole days, and what was not believed."""
        self.store.write_rollups(Step.QUARTER, closed.quarters)
        if closed.days is not None:
            self.store.write_rollups(Step.DAY, closed.days)
        self._imported(start, end)
        self._note(closed, start, end)

    def _learn(self, closed: Closed, start: int) -> None:
        """Keep the last memory, those of the last weeks, and those to start again from.

        Before the stretch as many weeks stay: who is killed begins it again, or a part of it.
        """
        recent = self.now() - FULL_MEMORY
        last = max(closed.memories, default=None)
        for day, memory in closed.memories.items():
            at = day_bounds(day, self.tz)[1]
            if at >= recent or day == last or at // DAY % KEPT_FOR_GOOD == 0:
                self.periods.keep_state(DAYS, MEMORY, at, memory.to_json(), min(recent, start - FULL_MEMORY))

    def _note(self, closed: Closed, start: int, end: int) -> None:
        """How many readings of each inverter were not believed, and why: for people (`tepos quality`)."""
        periods, tz = self.periods, self.tz
        for day in days(day_of(start, tz), day_of(end - 1, tz)):
            at = day_bounds(day, tz)[0]
            told = {path: found.counts[day] for path, found in closed.doubts.items() if day in found.counts}
            if told or ((known := periods.state(DAYS, DOUBTS, at)) is not None and known[0] == at):
                periods.keep_state(DAYS, DOUBTS, at, told)


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
        answered_on = {answer.at for answer in answers(self._closing.periods.path)}  # days that begin a part
        while rest:
            together = next((n for n in range(1, min(together, len(rest))) if rest[n].start in answered_on), together)
            part, rest = rest[:together], rest[together:]
            samples = self._run(part)
            together = max(1, min(len(rest), SAMPLES * together // max(samples, 1)))

    def _run(self, part: Sequence[Period]) -> int:
        closing = self._closing
        start, end = part[0].start, part[-1].end
        quarters = closing.periods.lease(QUARTERS, start, end, closing.now(), LEASE_SECONDS)
        if quarters is None:
            raise StoreUnavailable(_("{job}: periods of that time are being closed").format(job=QUARTERS))
        try:
            closed, readings = closing.close(start, end)
            closing.keep(closed, start, end)
            self._reopen(start, readings)
            closing.periods.reopen({name: [(start, end)] for name in closing.built_on})
            times = closed.quarters["time"].unique().tolist()
            closing.periods.mark(quarters, [(time, time + QUARTER) for time in times], closing.now())
        finally:
            closing.periods.release(quarters)
        return readings.samples

    def _reopen(self, start: int, readings: Around) -> None:
        """A device that speaks again tells what it made in its silence: the days of the silence are closed anew.

        Not for a silence in the dark, as every night of inverters that sleep.
        """
        closing = self._closing
        spans: list[Span] = []
        for device, last in readings.returned.items():
            if lit(closing.books.plant, last, start):
                spans.append((last, start))
                log.info("%s speaks again: what it made since %s is reckoned anew", device, iso(last, closing.tz))
        if spans:
            closing.periods.reopen({DAYS: spans, QUARTERS: spans})


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
            end = day_bounds(day_of(start, tz), tz)[1]
            if end + GRACE_DAY <= self._closing.now():  # quarters closed anew must sum to their day
                closed, _readings = self._closing.close(start, end)
                self._closing.write(closed, start, end)  # what it teaches is the business of `days`
                continue
            closed, _readings = self._closing.close(start, some[-1].end)
            wanted = closed.quarters[closed.quarters["time"].isin([period.start for period in some])]
            self._closing.store.write_rollups(Step.QUARTER, wanted.reset_index(drop=True))
