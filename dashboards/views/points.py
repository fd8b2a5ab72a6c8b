"""Energy as a chart and its table show it: one point for every day or quarter-hour, those without a figure too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from config.kwh import EnergyStatus, ExpectedBasis, Step, Subject
from dashboards.exports import COMPLETE, DIGITS
from dashboards.views.look import Look
from models.calendar import QUARTER, day_of, day_start, days

COLUMNS = ("energy", "expected", "expected_low", "expected_high", "completeness", "status", "expected_basis")
HOUR = 3_600_000
"""ms. Zones whose offset is no whole hour begin theirs on the grid of UTC."""
SURE = frozenset({EnergyStatus.MEASURED, EnergyStatus.RECONSTITUTED})
UNSURE_EXPECTATIONS = frozenset({ExpectedBasis.CLEAR_SKY, ExpectedBasis.NONE})


@dataclass(frozen=True, slots=True)
class Point:
    """One bar of a chart, one line of its table. kWh; None is not known, and never 0."""

    start: int
    """ms since 1970, UTC."""
    energy: float | None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    status: str = EnergyStatus.UNKNOWN
    """A word of EnergyStatus."""

    @property
    def missing(self) -> bool:
        """Nothing was measured."""
        return self.energy is None

    @property
    def sure(self) -> bool:
        """Measured in full: all else looks different, without colour."""
        return self.status in SURE


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of a stretch, in order of time."""

    step: Step
    points: tuple[Point, ...]

    @property
    def energy(self) -> float | None:
        """kWh of all that is known."""
        return total(point.energy for point in self.points)

    @property
    def gaps(self) -> int:
        """Points of which nothing is known."""
        return sum(point.missing for point in self.points)

    @property
    def unsure(self) -> int:
        """Points with a figure that is not measured in full."""
        return sum(not point.missing and not point.sure for point in self.points)


def total(values: Iterable[float | None]) -> float | None:
    """The sum of those that are known; None when none is."""
    known = [value for value in values if value is not None]
    return math.fsum(known) if known else None


def by_days(look: Look, kind: Subject, subject: str, first: date, last: date) -> Curve:
    """The days first..last of one subject; what is not closed yet is not known."""
    starts = [day_start(day, look.tz) for day in days(first, last)]
    end = day_start(last, look.tz) + 1
    rows = look.rows(Step.DAY, kind, [subject], starts[0] if starts else end, end, COLUMNS)
    return Curve(Step.DAY, _points(rows, starts))


def by_quarters(look: Look, kind: Subject, subject: str, day: date) -> Curve:
    """The quarter-hours of one day, up to the last that is closed: what lies ahead is no gap."""
    start = day_start(day, look.tz)
    end = start + 25 * 3_600_000
    rows = look.rows(Step.QUARTER, kind, [subject], start, end, COLUMNS)
    rows = rows[[day_of(int(time), look.tz) == day for time in rows["time"]]]
    last = int(rows["time"].max()) if len(rows) else start - QUARTER
    return Curve(Step.QUARTER, _points(rows, range(start, last + 1, QUARTER)))


def by_hours(quarters: Curve) -> Curve:
    """Quarter-hours put together to hours of the town; an hour of which a part is unknown is partial."""
    hours: dict[int, list[Point]] = {}
    for each in quarters.points:
        hours.setdefault(each.start // HOUR * HOUR, []).append(each)
    return Curve(Step.QUARTER, tuple(_together(start, parts) for start, parts in hours.items()))


def _together(start: int, parts: list[Point]) -> Point:
    energy = total(part.energy for part in parts)
    status = EnergyStatus.PARTIAL if any(part.missing for part in parts) else max(parts, key=_doubt).status
    known = all(part.expected is not None for part in parts)
    expected = total(part.expected for part in parts) if known else None
    return Point(start, energy, expected, status=status if energy is not None else EnergyStatus.UNKNOWN)


def _doubt(part: Point) -> int:
    return list(EnergyStatus).index(EnergyStatus(part.status))


def kwh(value: float) -> float | None:
    """Wh as kWh, as the exports round them: the same figure stands everywhere."""
    return round(value / 1000, DIGITS) if math.isfinite(value) else None


def point(row: Mapping[str, Any]) -> Point:
    """A rollup row as a point."""
    energy = kwh(row["energy"])
    status = row["status"] or EnergyStatus.UNKNOWN
    if energy is not None and row["completeness"] < COMPLETE and status in SURE:
        status = EnergyStatus.PARTIAL
    believed = row["expected_basis"] not in (*UNSURE_EXPECTATIONS, None)
    expected, low, high = (
        kwh(row[name]) if believed else None for name in ("expected", "expected_low", "expected_high")
    )
    return Point(int(row["time"]), energy, expected, low, high, status)


def _points(rows: pd.DataFrame, starts: Iterable[int]) -> tuple[Point, ...]:
    records = [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
    known = {int(row["time"]): point(row) for row in records}
    return tuple(known.get(start) or Point(start, None) for start in starts)
