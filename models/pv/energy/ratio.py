"""What the meter counts for each kilowatt-hour of the inverters: learnt day by day, and watched for drift.

Inverters count at their terminals by their own current transformers, within a few percent; the meter stands behind
the cables and is legal metrology. The ratio is near 1 and constant; when it moves, one of them has changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.calendar import QUARTER
from models.pv.energy.rows import Floats, Mask, Times

DAY = 96 * QUARTER
"""ms"""
LEAST = 5
"""Days without which nothing is learnt."""
BRIGHT = 0.25
"""Days below this part of the median day do not count: a step of a counter is too much of them."""
RECENT = 30
"""Days that are held against those before."""
SIDE = 10
"""Days that each side of a drift needs."""
WORTH = 0.01
"""A smaller change is no finding..."""
SURE = 4.0
"""...and neither is one within so many standard errors."""


@dataclass(frozen=True, slots=True)
class Drift:
    """The ratio has moved."""

    before: float
    recent: float
    since: int
    """First of the recent days, ms."""
    days_before: int
    days_recent: int

    @property
    def change(self) -> float:
        """Relative: -0.02 is a meter that counts 2 % less than it did for the same inverters."""
        return self.recent / self.before - 1


@dataclass(frozen=True, slots=True)
class Ratio:
    """Meter over inverters."""

    value: float
    """Median of the days."""
    low: float
    high: float
    """Interval of that median at 95 %, by its order statistics."""
    days: int
    drift: Drift | None = None

    @property
    def current(self) -> float:
        """What holds today: of the recent days when the ratio has moved."""
        return self.drift.recent if self.drift else self.value


def learn_ratio(times: Times, meter: Floats, inverters: Floats, healthy: Mask | None = None) -> Ratio | None:
    """The ratio of daily energies, or None when fewer than five days are fit.

    `times`: starts of the days (ms, rising); `meter` and `inverters`: Wh, NaN where the day is not completely known;
    `healthy`: days without a finding at either. ValueError for arrays of different length.
    """
    if not len(times) == len(meter) == len(inverters) or (healthy is not None and len(healthy) != len(times)):
        raise ValueError("times, meter, inverters and healthy differ in length")
    fit = np.isfinite(meter) & np.isfinite(inverters) & (np.nan_to_num(inverters) > 0) & (np.nan_to_num(meter) > 0)
    if healthy is not None:
        fit &= healthy
    if fit.any():
        fit &= inverters >= BRIGHT * np.median(inverters[fit])
    count = int(fit.sum())
    if count < LEAST:
        return None
    ratios = meter[fit] / inverters[fit]
    outer = max(0, int(np.floor((count - 1.96 * np.sqrt(count)) / 2)))
    ordered = np.sort(ratios)
    value = float(np.median(ratios))
    return Ratio(value, float(ordered[outer]), float(ordered[-1 - outer]), count, _drift(times[fit], ratios, times[-1]))


def _drift(times: Times, ratios: Floats, last: int) -> Drift | None:
    since = last - (RECENT - 1) * DAY - DAY // 2  # a day of clock change may be 25 hours away
    sides = ratios[times < since], ratios[times >= since]
    if min(len(side) for side in sides) < SIDE:
        return None
    before, recent = (float(np.median(side)) for side in sides)
    variance = sum(_median_variance(side) for side in sides)
    if abs(recent / before - 1) < WORTH or abs(recent - before) < SURE * np.sqrt(variance):
        return None
    return Drift(before, recent, int(times[times >= since][0]), len(sides[0]), len(sides[1]))


def _median_variance(values: Floats) -> float:
    """Of a median, from the spread about it (normal in the middle: 1.4826 × MAD, 1.2533 / sqrt(n))."""
    spread = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return (1.2533 * spread) ** 2 / len(values)
