"""Where the council wants to be and where the territory was, year by year: the points of one drawing and its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.territory.trajectory import Target, targeted

Percents = tuple[float | None, ...]
EDGE = 0.02


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Coverage in percent by year; None where nothing is voted, or nothing known."""

    years: tuple[int, ...]
    aim: Percents
    """On the straight line between two milestones."""
    milestones: Percents
    observed: Percents
    gaps: tuple[int, ...]
    """Years between two that are known, of which nothing is."""

    def place(self, year: float) -> float:
        """Where a year stands, 0..1 of the width; dots at its ends stay inside of it."""
        return EDGE + (1 - 2 * EDGE) * (year - self.years[0]) / max(self.years[-1] - self.years[0], 1)


def trajectory(told: dict[str, Any]) -> Trajectory | None:
    """One ring of `progress()["trajectory"]`; None where neither a milestone nor a year is known."""
    voted = {each["year"]: each for each in told["milestones"] if each["percent"] is not None}
    seen = {each["year"]: each["percent"] for each in told["observed"]}
    between = range(min(seen), max(seen) + 1) if seen else range(0)
    years = sorted({*voted, *between})
    if not years:
        return None
    targets = [Target(year, each["consumption_mwh"], each["production_mwh"]) for year, each in voted.items()]
    aims = (targeted(targets, year) for year in years)
    return Trajectory(
        tuple(years),
        tuple(None if aim is None else round(aim.percent, 3) for aim in aims),
        tuple(voted[year]["percent"] if year in voted else None for year in years),
        tuple(seen.get(year) for year in years),
        tuple(year for year in between if year not in seen),
    )
