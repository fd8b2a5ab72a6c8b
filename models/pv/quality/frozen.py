"""The same value again and again, and straight lines drawn over gaps.

How long a value may stay the same depends on how finely it is given: power in whole kilowatts stays for an hour, power
in watts does not. So a value is frozen when, over its stay, the sun's path alone should have moved it by several of
its own steps.
"""

from __future__ import annotations

import numpy as np

from models.pv.quality.runs import MINUTE, Floats, Mask, Times, fill, stretches, torn, value_step

LEAST = 45 * MINUTE
SAMPLES = 4
STEPS = 4.0
"""By how many steps of the values the sun should have moved a frozen one."""
FLOOR = 0.01
"""Share of the scale below which a constant is a standby value, or nothing."""
LINE = 90 * MINUTE
LINE_SAMPLES = 6
RISE = 60.0
"""Steps by which a line must rise or fall: below, the bend of a clear morning hides in the rounding."""


def frozen(times: Times, values: Floats, elevation: Floats, scale: float, period: int, limited: Mask) -> Mask:
    """Whether each power (W, NaN missing) is frozen.

    Times in ms; `elevation` of the sun in degrees; `limited` marks plateaus that have a cause; a
    stay that lies mostly in one is not frozen. All values of a stay are marked: which one was measured is not known.
    """
    there = np.flatnonzero(np.isfinite(values))
    made = np.zeros(len(values), bool)
    step = value_step(values)
    if len(there) < SAMPLES or scale <= 0:
        return made
    shown, at = values[there], times[there]
    same = (np.diff(shown) == 0) & ~torn(at, period)
    starts, ends = stretches(same)
    last = ends  # a stretch of n equal neighbours is n + 1 samples
    long = (ends - starts + 1 >= SAMPLES) & (at[last] - at[starts] >= LEAST)
    long &= np.abs(shown[starts]) > FLOOR * scale
    starts, last = starts[long], last[long]
    if not len(starts):
        return made
    high = np.maximum(np.sin(np.radians(elevation[there])), 0.0)
    bounds = np.column_stack((starts, last)).ravel()
    top, low = np.maximum.reduceat(high, bounds)[::2], np.minimum.reduceat(high, bounds)[::2]
    top, low = np.maximum(top, high[last]), np.minimum(low, high[last])
    moved = np.abs(shown[starts]) * np.where(top > 0, 1.0 - low / np.where(top > 0, top, 1.0), 1.0)
    known = np.concatenate(([0], np.cumsum(limited[there])))
    free = 2 * (known[last + 1] - known[starts]) < last + 1 - starts
    stuck = free & (moved >= STEPS * step)
    made[there] = fill(len(there), starts[stuck], last[stuck] + 1)
    return made


def interpolated(times: Times, values: Floats, scale: float, period: int) -> Mask:
    """Whether each power (W, NaN missing) lies on a straight line that is too straight and too long for the sun.

    At least 90 minutes and six samples, no sample off the chord by more than one step of the values, and not level.
    """
    there = np.flatnonzero(np.isfinite(values))
    made = np.zeros(len(values), bool)
    if len(there) < LINE_SAMPLES or scale <= 0:
        return made
    shown, at = values[there], times[there]
    step = value_step(values)
    slack = max(step, 1e-6 * scale) if step > 1e-5 * scale else 1e-6 * scale
    with np.errstate(invalid="ignore"):
        straight = (np.abs(np.diff(shown, 2)) <= 2 * slack) & (np.abs(np.diff(shown)[1:]) > 0)
    gap = torn(at, period)
    straight &= ~gap[1:] & ~gap[:-1]
    starts, ends = stretches(straight)
    ends = ends + 1  # the last sample of a stretch of n bends is n + 1 after its first
    long = (ends - starts + 1 >= LINE_SAMPLES) & (at[ends] - at[starts] >= LINE)
    for first, last in zip(starts[long], ends[long], strict=True):
        part, when = shown[first : last + 1], at[first : last + 1]
        chord = np.interp(when, when[[0, -1]], part[[0, -1]])
        rise = abs(part[-1] - part[0])
        if rise > RISE * slack and np.abs(part - chord).max() <= 1.01 * slack:
            made[there[first : last + 1]] = True
    return made
