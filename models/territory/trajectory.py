"""Between the milestones of the council: where the territory should be, how far off it is, how fast it must go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Needs and production of one year, MWh."""

    year: int
    consumption: float
    production: float

    @property
    def percent(self) -> float:
        """The coverage that they mean."""
        return 100 * self.production / self.consumption


@dataclass(frozen=True, slots=True)
class Required:
    """What each year must bring until a milestone is reached, MWh a year."""

    until: int
    savings: float
    """(C - C*)/(y_T - y): less consumption each year; below 0 it may still rise."""
    growth: float
    """(P* - P)/(y_T - y): more production each year."""


def targeted(milestones: Sequence[Target], year: int) -> Target | None:
    """X*(y), linear between milestones; None before the first, after the last, and without any."""
    points = sorted(milestones)
    for point in points:
        if point.year == year:
            return point
    for before, after in pairwise(points):
        if before.year < year < after.year:
            share = (year - before.year) / (after.year - before.year)
            return Target(
                year,
                before.consumption + (after.consumption - before.consumption) * share,
                before.production + (after.production - before.production) * share,
            )
    return None


def deviation(milestones: Sequence[Target], year: int, percent: float) -> float | None:
    """D(y) = TC(y) - 100·P*/C*, points; below 0 the territory is late. None where the trajectory says nothing."""
    target = targeted(milestones, year)
    return None if target is None or target.consumption <= 0 else percent - target.percent


def required(milestones: Sequence[Target], year: int, consumption: float, production: float) -> tuple[Required, ...]:
    """The rhythm to each milestone that is still to come."""
    coming = [target for target in sorted(milestones) if target.year > year]
    return tuple(
        Required(t.year, (consumption - t.consumption) / (t.year - year), (t.production - production) / (t.year - year))
        for t in coming
    )


def kwp_per_year(growth: float, specific_yield: float) -> float:
    """kWp to build each year for so many more MWh a year: r_PV·1000/Y_spec. ValueError for a yield <= 0 kWh/kWp."""
    if specific_yield <= 0:
        raise ValueError(f"{specific_yield} kWh/kWp is no yield")
    return growth * 1000 / specific_yield
