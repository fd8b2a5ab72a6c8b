"""The job that looks at each day for causes, and the look at today in between.

What one day has taught is kept for the next, as closing keeps its memory; what was found is kept for each day, for
good. A day that is closed anew is looked at anew, and the days after it as long as it makes a difference to them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from collector.periods import KEPT_FOR_GOOD, Periods, Span
from models.calendar import day_bounds, day_of, days
from models.pv.alerts.decide import told
from models.pv.alerts.works import for_diagnosis
from models.pv.diagnosis.day import Works
from models.pv.diagnosis.diagnose import Known, diagnose
from models.pv.diagnosis.finding import Finding
from scripts.jobs.closing import DAY, FULL_MEMORY, GRACE_DAY, Closing
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep
from scripts.jobs.town_days import TownDays
from scripts.jobs.works import works_in

log = logging.getLogger(__name__)

DIAGNOSIS = "diagnosis"
KNOWN, FINDINGS, LIVE = "known", "findings", "live"
"""Keys of what is kept: what was known at the end of a day, what was found on it, what was found today so far."""
LOOKED_BACK = 92 * DAY
"""ms: days longer ago are not looked at by the job: a catch-up of years costs what one of three months does. What needs
longer (ageing) learns on as the days pass; `tepos diagnose` looks at any past."""
FORGOTTEN = 2 * KEPT_FOR_GOOD * DAY
"""ms: days further after what is still known are not looked at again to know what was known that morning."""


class Diagnosis:
    """Looks at days of one town. What it reads was closed before."""

    def __init__(self, town_days: TownDays, closing: Closing) -> None:
        self.closing, self._days = closing, town_days

    def day(self, start: int, end: int, known: Known, *, whole: bool = True) -> tuple[list[Finding], Known]:
        """The findings of a day (ms), or of as much of it as is closed, and what is known after it."""
        return diagnose(self._days.day(start, end, whole=whole, works=self._works(end)), known)

    def days(self, bounds: Sequence[Span], known: Known) -> Iterator[tuple[int, list[Finding], Known]]:
        """Days that follow on each other (ms): of each its end, its findings, and what is known after it."""
        for day in self._days.days(bounds, self._works(bounds[-1][1]) if bounds else ()):
            found, known = diagnose(day, known)
            yield day.end, found, known

    def before(self, start: int) -> Known:
        """What is known of losses where nothing was looked at before `start`: from the sums of days alone."""
        return self._days.before(start)

    def known(self, start: int) -> Known:
        """What was known on the morning that begins at `start`.

        Of long ago only the state of one day in many is left: the days since then are looked at again.
        """
        periods, tz = self.closing.periods, self.closing.tz
        kept = periods.state(DIAGNOSIS, KNOWN, start)
        if kept is None:
            return self.before(start)
        at, text = kept
        try:
            known = Known.from_json(text)
        except ValueError as error:  # of an older tepos
            log.warning("what the diagnosis knew cannot be read and is learnt anew: %s", error)
            return self.before(start)
        first = self.closing.first()
        if at == start or start - at > FORGOTTEN or first is None or first > at:
            return known
        bounds = [day_bounds(day, tz) for day in days(day_of(at, tz), day_of(start - 1, tz))]
        for _end, _found, after in self.days(bounds, known):
            known = after
        return known

    def keep(self, end: int, findings: Iterable[Finding], known: Known) -> bool:
        """Keep what came of a day; whether the days after it, if any were looked at, must be looked at again."""
        periods, recent = self.closing.periods, self.closing.now() - FULL_MEMORY
        before, text = periods.state(DIAGNOSIS, KNOWN, end), known.to_json()
        periods.keep_state(DIAGNOSIS, FINDINGS, end, [told(finding) for finding in findings])
        periods.keep_state(DIAGNOSIS, KNOWN, end, text, min(recent, end - FULL_MEMORY))
        return before is not None and before[0] == end and before[1] != text

    def live(self, end: int) -> list[Finding] | None:
        """Today up to `end` (ms), from what was known in the morning; None before yesterday is done. Kept for people.

        What today teaches is not: the day is looked at whole when it is over.
        """
        periods = self.closing.periods
        start = day_bounds(day_of(end - 1, self.closing.tz), self.closing.tz)[0]
        kept = periods.state(DIAGNOSIS, KNOWN, start)
        if kept is None or kept[0] != start:
            return None
        found, _known = self.day(start, end, self.known(start), whole=False)
        periods.keep_state(DIAGNOSIS, LIVE, 0, {"end": end, "findings": [told(finding) for finding in found]})
        return found

    def _works(self, until: int) -> tuple[Works, ...]:
        return tuple(work for work in for_diagnosis(works_in(self.closing.periods.path)) if work.start < until)


class DiagnosisJob:
    """Looks at the days that are closed, in order."""

    name = DIAGNOSIS
    step = PeriodStep.DAY
    batch = 28
    reopens = True
    cadence = {"hour": "0", "minute": "30"}  # noqa: RUF012 - read only

    def __init__(self, diagnosis: Diagnosis, after: Sequence[Job] = ()) -> None:
        """`after`: the job that closes days."""
        self.after, self.diagnosis = after, diagnosis

    def first(self) -> int | None:
        """See Job."""
        closing = self.diagnosis.closing
        first = closing.first()
        return None if first is None else max(first, closing.now() - LOOKED_BACK)

    def settled_until(self, now: int) -> int:
        """See Job."""
        return now - GRACE_DAY

    def run(self, periods: Sequence[Period]) -> None:
        """See Job."""
        diagnosis, changed = self.diagnosis, False
        known = diagnosis.known(periods[0].start)
        for end, found, after in diagnosis.days([(period.start, period.end) for period in periods], known):
            changed = diagnosis.keep(end, found, after)
        if changed:
            diagnosis.closing.periods.reopen({DIAGNOSIS: [(periods[-1].end, diagnosis.closing.now())]})


def found_on(periods: Periods, at: int) -> tuple[int, list[Finding]] | None:
    """What was found on the newest day that ended at `at` (ms) or before, with that end; None when there is none.

    All findings that were open at the end of that day, and those that ended on it.
    """
    kept = periods.state(DIAGNOSIS, FINDINGS, at)
    return None if kept is None else (kept[0], _read(kept[1]))


def current(periods: Periods, at: int) -> tuple[int, list[Finding]] | None:
    """The newest findings by `at` (ms): those of today so far, else of the last day; with the instant they tell of."""
    day, live = found_on(periods, at), periods.state(DIAGNOSIS, LIVE, 0)
    if live is not None and live[1]["end"] <= at and (day is None or live[1]["end"] > day[0]):
        return live[1]["end"], _read(live[1]["findings"])
    return day


def open_findings(periods: Periods, at: int) -> list[Finding]:
    """What goes on at `at` (ms), as far as is known."""
    found = current(periods, at)
    return [finding for finding in found[1] if finding.open] if found else []


def _read(told: Iterable[Any]) -> list[Finding]:
    return [Finding.from_dict(each) for each in told]
