"""The one number of the public page: what the town's roofs have made today, and up to when that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from config.kwh import Step, Subject
from dashboards.views.look import TOWN, Look
from dashboards.views.points import COLUMNS, Curve, Point, by_days, by_hours, by_quarters, point
from models.calendar import QUARTER, day_bounds

DAYS = 14
"""Of the small picture below the number."""
ENOUGH = 0.8
"""Part of the expectation that must have been in the light before the day is compared with it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The part of the day that was measured in full and has an expectation, kWh: only it is compared."""

    energy: float
    expected: float
    sites: int
    """To which it belongs; all of them where the town as a whole is known."""


@dataclass(frozen=True, slots=True)
class Today:
    """The day so far. kWh; None is not known."""

    energy: float | None
    expected: float | None
    until: int | None
    """ms UTC: up to here the day is measured; None when nothing is closed yet."""
    age: int | None
    """ms since then."""
    yesterday: float | None
    power: float | None
    """W of the inverters that answer now."""
    hours: Curve
    days: Curve
    sites: int
    judged: Judged

    @property
    def index(self) -> float | None:
        """Measured over expected so far; None before enough light fell to say so."""
        return self.judged.energy / self.judged.expected if self.judged.expected >= ENOUGH else None


def today(look: Look) -> Today:
    """The day of the town at the look's instant."""
    quarters = by_quarters(look, Subject.TOWN, TOWN, look.today)
    last = look.today - timedelta(days=1)
    passed = by_days(look, Subject.TOWN, TOWN, last - timedelta(days=DAYS - 1), last)
    both = [point for point in quarters.points if point.energy is not None and point.expected is not None]
    until = _closed_until(look, quarters)
    return Today(
        energy=quarters.energy,
        expected=sum(point.expected or 0.0 for point in both) if both else None,
        until=until,
        age=None if until is None else max(0, look.now - until),
        yesterday=passed.points[-1].energy if passed.points else None,
        power=look.power(),
        hours=_lit(by_hours(quarters)),
        days=passed,
        sites=len(look.town.sites),
        judged=_judged(look, quarters),
    )


def _judged(look: Look, quarters: Curve) -> Judged:
    """Of the town; where one silent inverter or one roof without an expectation hides it, of the sites that are known.

    A work of the page every half minute: the rows of the sites are read only then.
    """
    whole = [each for each in quarters.points if _compares(each)]
    if len(whole) * 2 > len([each for each in quarters.points if not each.missing]):
        return _together(whole, len(look.town.sites))
    rows = look.rows(Step.QUARTER, Subject.SITE, None, *day_bounds(look.today, look.tz), [*COLUMNS])
    rows = rows[pd.notna(rows["expected"]) & (rows["expected"] > 0)]
    known = [(str(row["subject"]), point(row)) for row in rows.to_dict("records")]  # type: ignore[arg-type]
    judged = [(site, each) for site, each in known if _compares(each)]
    return _together([each for _site, each in judged], len({site for site, _each in judged}))


def _compares(each: Point) -> bool:
    return each.sure and each.energy is not None and each.expected is not None


def _together(points: list[Point], sites: int) -> Judged:
    return Judged(sum(each.energy or 0.0 for each in points), sum(each.expected or 0.0 for each in points), sites)


def _lit(hours: Curve) -> Curve:
    """Without the hours before and after the light, in which nothing was to be made and nothing was."""
    lit = [n for n, each in enumerate(hours.points) if each.energy != 0 or (each.expected or 0) > 0]
    return Curve(hours.step, hours.points[lit[0] : lit[-1] + 1] if lit else hours.points)


def _closed_until(look: Look, quarters: Curve) -> int | None:
    known = [point.start for point in quarters.points if not point.missing]
    if known:
        return known[-1] + QUARTER
    # Just after midnight, or after an outage: the newest quarter-hour of the days before.
    rows = look.rows(Step.QUARTER, Subject.TOWN, [TOWN], look.now - 30 * 86_400_000, look.now, ["energy"])
    rows = rows[rows["energy"].notna()]
    return int(rows["time"].max()) + QUARTER if len(rows) else None
