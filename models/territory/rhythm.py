"""The rhythm that was observed: the Theil-Sen slope of yearly values with its interval, and the year that it leads to.

Theil (1950), Sen (1968): the median of the slopes of all pairs, which a wrong year hardly moves. Under five years there
is not enough data, and no slope is told.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import median

LEAST_YEARS = 5
Z = 1.6448536269514722
"""Of the normal law: 90 % lie within."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A slope a year with the bounds of its 90 % interval, and the line through the medians."""

    slope: float
    low: float
    high: float
    years: int
    intercept: float
    """Of the line: value = intercept + slope·year."""


@dataclass(frozen=True, slots=True)
class Reached:
    """When a falling line reaches 0: the year, and its bounds; None is never, at that rhythm."""

    year: float | None
    earliest: float | None
    latest: float | None


def rhythm(values: Mapping[int, float]) -> Rhythm | None:
    """The rhythm of yearly values; None under five years: not enough data. ValueError for a value that is none."""
    if not all(math.isfinite(value) for value in values.values()):
        raise ValueError("a year without a value has no place among the yearly values")
    if len(values) < LEAST_YEARS:
        return None
    years = sorted(values)
    slopes = sorted((values[late] - values[early]) / (late - early) for early, late in combinations(years, 2))
    number, pairs = len(years), len(slopes)
    ties = sum(_kendall(count) for count in Counter(values.values()).values())
    spread = Z * math.sqrt((_kendall(number) - ties) / 18)  # Sen 1968
    low, high = max(round((pairs - spread) / 2) - 1, 0), min(round((pairs + spread) / 2), pairs - 1)
    slope = median(slopes)
    intercept = median(values.values()) - slope * median(years)
    return Rhythm(slope, slopes[low], slopes[high], number, intercept)


def _kendall(number: int) -> int:
    """18 times the variance of Kendall's statistic of so many values, or what so many equal ones take from it."""
    return number * (number - 1) * (2 * number + 5)


def reached(gap: Mapping[int, float]) -> Reached | None:
    """The year in which C - P is 0 if the rhythm stays; None under five years.

    From the line's value in the last year on: value/(-slope) years later, with the bounds of the slope.
    """
    found = rhythm(gap)
    if found is None:
        return None
    last = max(gap)
    now = found.intercept + found.slope * last

    def at(slope: float) -> float | None:
        if now <= 0:
            return float(last)
        return last + now / -slope if slope < 0 else None

    return Reached(at(found.slope), at(found.low), at(found.high))
