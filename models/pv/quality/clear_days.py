"""Days of the sun alone, and what a plane makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.pv.quality.runs import HOUR, MINUTE, Floats, Times
from models.pv.quality.segments import DAY
from models.pv.sun import Irradiance, Sun, cell_temperature, clear_sky, sun_position, transpose

UNEVEN = 1.15
"""Rise and fall of a clear day's power over twice its height: one hill, no clouds."""
HIGH = 0.5
"""Of the usual height of the best days: what a clear day must reach."""
FINE = 10 * MINUTE
MARGIN = 4 * HOUR
"""Curves are known that long before and after a day, for clocks that are off."""
GAMMA = -0.004
"""Per °C; crystalline silicon."""
WARMEST = 15.0
"""Solar hour at which air is warmest, by SWING °C above the mean of AIR °C."""
SWING, AIR = 5.0, 15.0


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees north and east, m above sea level."""

    latitude: float
    longitude: float
    altitude: float = 0.0


def clear(table: Floats, most_per_week: int = 3) -> Times:
    """Rows of a table (days, steps) of power that are clear days: one smooth hill, high enough.

    Of each week the smoothest only, so that no season outweighs the others.
    """
    filled = np.nan_to_num(table)
    height = filled.max(axis=1)
    if not (height > 0).any():
        return np.zeros(0, np.int64)
    lit = np.isfinite(table) | (np.nanmean(filled, axis=0) < 0.02 * height.max())[None, :]
    way = np.abs(np.diff(filled, axis=1)).sum(axis=1) + filled[:, 0] + filled[:, -1]
    uneven = way / np.maximum(2 * height, 1e-9)
    steps = (filled > 0.1 * height[:, None]).sum(axis=1)
    week = np.arange(len(table)) // 7
    usual = np.array([height[np.abs(week - one) <= 4].max() for one in range(week[-1] + 1)])[week]
    good = (uneven <= UNEVEN) & lit.all(axis=1) & (height >= HIGH * usual) & (steps >= 4)
    rows = np.flatnonzero(good)
    rows = rows[np.lexsort((uneven[rows], week[rows]))]
    first = np.searchsorted(week[rows], week[rows])
    return np.sort(rows[np.arange(len(rows)) - first < most_per_week])


@dataclass(frozen=True, slots=True)
class Skies:
    """The cloudless skies of some days over a place: arrays of shape (days, instants)."""

    begin: Times
    """First instant of each day's stretch, ms."""
    sun: Sun
    light: Irradiance
    air: Floats
    """°C, an ordinary day: the afternoon is warmer than the morning."""

    def made(self, tilt: float, azimuth: float) -> Floats:
        """Cumulative power (any scale) of a plane at the instants, shape (days, instants + 1)."""
        shape = self.sun.zenith.shape
        plane = transpose(np.full(shape, tilt), np.full(shape, azimuth), self.sun, self.light)
        effective = np.nan_to_num(plane.effective())
        cell = cell_temperature(effective, self.air, np.ones(shape))
        power = effective * (1 + GAMMA * (cell - 25.0))
        return np.concatenate((np.zeros((len(power), 1)), np.cumsum(power, axis=1)), axis=1)


def skies(starts: Times, place: Place) -> Skies:
    """Of the days that begin at `starts` (ms), with a margin on both sides."""
    count = (DAY + 2 * MARGIN) // FINE
    begin = starts - MARGIN
    middles = begin[:, None] + FINE * np.arange(count)[None, :] + FINE // 2
    index = pd.DatetimeIndex(middles.ravel().astype("datetime64[ms]"), tz="UTC")
    flat = sun_position(index, place.latitude, place.longitude, place.altitude)
    light = clear_sky(flat, place.altitude)
    sun = Sun(*(getattr(flat, name).reshape(middles.shape) for name in Sun.__slots__))
    solar = (middles / HOUR + place.longitude / 15.0) % 24.0
    air = AIR + SWING * np.cos((solar - WARMEST) * np.pi / 12.0)
    parts = (getattr(light, name).reshape(middles.shape) for name in Irradiance.__slots__)
    return Skies(begin, sun, Irradiance(*parts), air)


def means_at(cumulative: Floats, offset: Floats, step: int, count: int) -> Floats:
    """Mean power over `count` steps from `offset` ms after the beginning of the stretches.

    `cumulative` (days, instants + 1), `offset` (lags,); shape (days, lags, count).
    """
    edges = (offset[:, None] + step * np.arange(count + 1)[None, :]) / FINE
    edges = np.clip(edges, 0, cumulative.shape[1] - 1.000001)
    low = edges.astype(np.int64)
    part = edges - low
    at = cumulative[:, low] * (1 - part) + cumulative[:, low + 1] * part
    made: Floats = np.diff(at, axis=2)
    return made
