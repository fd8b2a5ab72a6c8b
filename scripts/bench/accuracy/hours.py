"""Samples to hours: mean powers, days and daylight of a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.sun import Floats, sun_position

HALF = 0.5
"""Part of an hour's samples that must be known for its mean."""
LOOKS = 12
"""Times per hour at which the sun is looked for."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Consecutive hours at a place, in its standard time."""

    starts: pd.DatetimeIndex
    daylight: NDArray[np.bool_]
    """The sun stands above the horizon in some part of the hour."""
    day: NDArray[np.int64]
    """Number of the hour's day."""

    def means(self, starts: pd.DatetimeIndex, values: Floats) -> Floats:
        """Hourly means of samples of shape (..., samples), labelled by their starts; NaN where half is unknown."""
        place = ((starts - self.starts[0]) // pd.Timedelta("1h")).to_numpy()
        inside = (place >= 0) & (place < len(self.starts))
        place, values = place[inside], values[..., inside]
        per_hour = pd.Timedelta("1h") / (starts[1] - starts[0])
        rows = values.reshape(-1, values.shape[-1])
        made = np.full((len(rows), len(self.starts)), np.nan)
        for row, sample in zip(made, rows, strict=True):
            known = np.isfinite(sample)
            count = np.bincount(place[known], minlength=len(row))
            enough = count >= HALF * per_hour
            row[enough] = (np.bincount(place[known], sample[known], len(row)) / np.maximum(count, 1))[enough]
        return made.reshape(*values.shape[:-1], -1)


def hours_of(first: pd.Timestamp, last: pd.Timestamp, latitude: float, longitude: float) -> Hours:
    """All hours of the days from the first to the last instant; the instants' zone is the place's standard time."""
    end = last.normalize() + pd.Timedelta("1D")
    starts = pd.date_range(first.normalize(), end, freq="1h", inclusive="left")
    looks = pd.date_range(starts[0], end, freq=pd.Timedelta("1h") / LOOKS, inclusive="left")
    zenith = sun_position(looks + pd.Timedelta("1h") / LOOKS / 2, latitude, longitude).apparent_zenith
    day = np.asarray((starts - starts[0]) // pd.Timedelta("1D"), np.int64)
    daylight: NDArray[np.bool_] = zenith.reshape(-1, LOOKS).min(axis=1) < 90
    return Hours(starts, daylight, day)
