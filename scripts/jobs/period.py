"""Periods: quarter-hours, days and months of the town, half-open; how they are written, and what `--for` means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from config.language import _
from models.calendar import QUARTER, day_of, day_start, quarter_of
from scripts.moments import iso


class PeriodStep(StrEnum):
    """The grids on which periods lie."""

    QUARTER = "quarter"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Start and end, half-open, ms since 1970 UTC."""

    start: int
    end: int

    def label(self, step: PeriodStep, tz: tzinfo) -> str:
        """``2026-11-22T10:15+01:00``, ``2026-11-22`` or ``2026-11``."""
        text = iso(self.start, tz)
        if step is PeriodStep.QUARTER:
            return text[:16] + text[19:]
        return text[:10] if step is PeriodStep.DAY else text[:7]


def period_of(instant: int, step: PeriodStep, tz: tzinfo) -> Period:
    """The period in which an instant lies."""
    if step is PeriodStep.QUARTER:
        start = quarter_of(instant)
        return Period(start, start + QUARTER)
    day = day_of(instant, tz)
    if step is PeriodStep.MONTH:
        day = day.replace(day=1)
        return Period(day_start(day, tz), day_start(_next_month(day), tz))
    return Period(day_start(day, tz), day_start(day + timedelta(days=1), tz))


def periods_between(start: int, end: int, step: PeriodStep, tz: tzinfo) -> Iterator[Period]:
    """The periods that lie wholly within start..end, in order; made one by one, for there may be half a million."""
    period = period_of(start, step, tz)
    if period.start < start:
        period = period_of(period.end, step, tz)
    while period.end <= end:
        yield period
        period = period_of(period.end, step, tz)


def asked(text: str, step: PeriodStep, tz: tzinfo) -> Period:
    """The stretch that a person names: a quarter-hour, a day, a month, a year, or ``A..B`` with both of them in it.

    Quarter-hours are in the town's time, or with an offset of their own. ValueError, in words for that person, for
    what is no period, or cuts one of this step apart.
    """
    first, dots, last = text.partition("..")
    start, end = _stretch(first.strip(), tz).start, _stretch((last if dots else first).strip(), tz).end
    if end <= start:
        raise ValueError(_("{text}: the end lies before the start").format(text=text))
    if period_of(start, step, tz).start != start or period_of(end, step, tz).start != end:
        wanted = {
            PeriodStep.QUARTER: _("a quarter-hour"),
            PeriodStep.DAY: _("a whole day"),
            PeriodStep.MONTH: _("a whole month"),
        }
        raise ValueError(_("{text}: this job closes {step} at a time").format(text=text, step=wanted[step]))
    return Period(start, end)


def _stretch(text: str, tz: tzinfo) -> Period:
    """One side of `asked`."""
    try:
        if re.fullmatch(r"\d{4}", text):
            first = date(int(text), 1, 1)
            return Period(day_start(first, tz), day_start(date(first.year + 1, 1, 1), tz))
        if re.fullmatch(r"\d{4}-\d\d", text):
            first = date.fromisoformat(f"{text}-01")
            return Period(day_start(first, tz), day_start(_next_month(first), tz))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = date.fromisoformat(text)
            return Period(day_start(day, tz), day_start(day + timedelta(days=1), tz))
        if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:00)?(Z|[+-]\d\d:\d\d)?", text):
            start = _instant(datetime.fromisoformat(text), text, tz)
            if start % QUARTER == 0:
                return Period(start, start + QUARTER)
    except (ValueError, OverflowError) as error:
        if isinstance(error, _NoInstant):
            raise
    remedy = _("{text} is no period; write 2026-11-22T10:15, 2026-11-22, 2026-11, or two of them as A..B")
    raise ValueError(remedy.format(text=repr(text)))


class _NoInstant(ValueError):
    """A time of day that the clocks of the town do not show on that day, or show twice."""


def _instant(moment: datetime, text: str, tz: tzinfo) -> int:
    if moment.tzinfo is not None:
        return _ms(moment)
    first, second = (moment.replace(tzinfo=tz, fold=fold) for fold in (0, 1))
    if _ms(first) != _ms(second):
        back = datetime.fromtimestamp(_ms(first) // 1000, tz).replace(tzinfo=None)
        if back != moment:
            raise _NoInstant(_("{text}: the clocks skip this time; give an offset, as +01:00").format(text=text))
        raise _NoInstant(_("{text} comes twice that day; give an offset, as +01:00").format(text=text))
    return _ms(first)


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp()) * 1000


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
