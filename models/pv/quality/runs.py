"""Stretches of samples, solar days, the step in which values are given."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Mask = NDArray[np.bool_]

MINUTE = 60_000
HOUR = 60 * MINUTE


def aware(data: pd.Series | pd.DataFrame) -> Times:
    """ms since 1970 UTC of an index; ValueError when its instants have no time zone or do not rise."""
    index = data.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise ValueError("the index has no instants with a time zone")
    times: Times = index.as_unit("ms").asi8
    if len(times) > 1 and (np.diff(times) <= 0).any():
        raise ValueError("the instants of the index do not rise")
    return times


def stretches(mask: Mask) -> tuple[Times, Times]:
    """First places and ends (exclusive) of the stretches where a mask is true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).view(np.int8)))
    return edges[::2].astype(np.int64), edges[1::2].astype(np.int64)


def fill(length: int, starts: Times, ends: Times) -> Mask:
    """A mask of `length` that is true inside the stretches; these do not overlap."""
    change = np.zeros(length + 1, np.int64)
    np.add.at(change, starts, 1)
    np.add.at(change, ends, -1)
    inside: Mask = np.cumsum(change[:-1]) > 0
    return inside


def torn(times: Times, period: int) -> Mask:
    """Of each sample but the first: whether samples are missing before it. Length n - 1."""
    made: Mask = np.diff(times) > 2.5 * period
    return made


def solar_days(elevation: Floats) -> Times:
    """A number per sample that rises by one at each sunrise. `elevation` in degrees."""
    up = elevation > 0
    return np.cumsum(np.concatenate(([False], up[1:] & ~up[:-1]))).astype(np.int64)


def value_step(values: Floats) -> float:
    """The smallest usual difference between two different values: 1000 for power in whole kW, 1 for whole W.

    0 when there is only one value.
    """
    different = np.unique(values[np.isfinite(values)])
    if len(different) < 2:
        return 0.0
    apart = np.diff(different)
    apart = apart[apart > 1e-9 * np.abs(different).max()]
    return float(np.quantile(apart, 0.01, method="lower")) if len(apart) else 0.0


def usual_period(times: Times, given: int | None = None) -> int:
    """ms between samples: as given, or the middle of what is there (1 for fewer than two samples)."""
    if given is not None:
        return given
    return max(int(np.median(np.diff(times))), 1) if len(times) > 1 else 1


def power_scale(values: Floats, rated: float | None) -> float:
    """W that the device can make: rated, or what it nearly reached; 0 for a device that made nothing."""
    if rated is not None:
        return rated
    made = values[values > 0]
    return float(np.quantile(made, 0.99)) if len(made) else 0.0
