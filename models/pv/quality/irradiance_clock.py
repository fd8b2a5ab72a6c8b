"""The clock against irradiance: by the changes that clouds make, which do not depend on how the modules stand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline

from models.pv.quality.clock import UNDECIDED, ClockOffset, Label, told_by
from models.pv.quality.runs import HOUR, MINUTE, Floats, Times, usual_period
from models.pv.quality.segments import DAY, Segment, same_clock

FINEST = 5 * MINUTE
"""Steps below are averaged: what moves faster is different for a sensor and for a roof."""
SMOOTH = 45 * MINUTE
"""Standard deviation of the average that is taken away: the course of the day."""
NEAR = 3 * HOUR
"""How far around the lag of the daily courses that of the clouds is looked for."""
SAMPLED = 1.25
"""Power so much rougher than irradiance is read at instants while irradiance is averaged."""
LEAST = 0.1
"""Correlation of changes below which nothing is said."""
DRAWS = 300


def offset_to_irradiance(
    power: pd.Series,
    irradiance: pd.Series,
    power_label: Label = Label.START,
    irradiance_label: Label = Label.START,
    most_hours: float = 14.0,
) -> ClockOffset:
    """What must be added to the labels of `power` so that it follows `irradiance`, whose labels are taken as right.

    Both with an index of rising instants with a time zone, any unit, NaN missing; steps may differ. `irradiance` may
    be in the plane, horizontal, or from a satellite (then some months are needed). The answer is about what the two
    labels stand for (`Label`): a mean labelled by its end taken for one labelled by its start is an error of one step.
    Where power is rougher than irradiance it is a reading at instants whose place in the step nobody knows, and the
    interval gets half a step on either side. Where the interval then holds whole numbers of steps, the best of them is
    `seconds` (loggers err by steps and hours); `estimate` is the finer figure. Search within `most_hours`.

    ValueError for an index that is not as said.
    """
    made, lit = _times(power), _times(irradiance)
    if min(len(made), len(lit)) < 10:
        return UNDECIDED
    steps = usual_period(made), usual_period(lit)
    step = max(*steps, FINEST)
    first = min(made[0], lit[0]) // step - 1
    count = int(max(made[-1], lit[-1]) // step - first + 2)
    edges = (first + np.arange(count + 1)) * step
    p = _means(made, power.to_numpy(float), steps[0], power_label, edges)
    x = _means(lit, irradiance.to_numpy(float), steps[1], irradiance_label, edges)
    reach = int(most_hours * HOUR // step)
    middle = _best_lag(np.nan_to_num(p - np.nanmean(p)), np.nan_to_num(x - np.nanmean(x)), np.arange(-reach, reach + 1))
    rough = _roughness(p) / _roughness(x)
    p, x = _changes(p, step), _changes(x, step)
    lags = middle + np.arange(-int(NEAR // step), int(NEAR // step) + 1)
    day = ((edges[:-1] + step // 2 - _quiet(made, power.to_numpy(float))) // DAY).astype(np.int64)
    day -= day[0]
    scores = np.stack([np.bincount(day, p * _shifted(x, lag)) for lag in lags], axis=1)
    told = np.bincount(day, p != 0) > 6 * HOUR / step / 2
    strength = scores.sum(axis=0).max() / np.sqrt((p**2).sum() * (x**2).sum())
    if not told.any() or not strength > LEAST:
        return UNDECIDED
    return UNDECIDED
