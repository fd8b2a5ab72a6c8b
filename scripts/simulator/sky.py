"""A synthetic sky over one town: clouds, temperature, wind for any stretch of time. Simulated, never measured.

The same seed gives the same sky, whatever stretch is asked for: all randomness is a hash of (seed, name, index), so
there is no state to carry from the year 2025 to the quarter-hour of now. Clearness (irradiance over that of a clear
sky) is a logistic function of a Gaussian: a day's part (AR(1), 0.45 from day to day), a quarter-hour's part (0.75
from hour to hour) and a small one for each roof. A clear or an overcast day is thereby steady and a broken one is
restless, and the mean over many years is the climate's by construction, month by month.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.sun import Floats, Irradiance, Sun, clear_sky, split_ghi, sun_position

QUARTER = 900_000
"""ms; the grid of the simulation. Quarter number 0 began in 1970."""
PER_DAY = 96

GHI = (0.73, 1.38, 2.49, 3.83, 5.27, 5.34, 5.39, 4.57, 3.09, 1.79, 0.97, 0.55)
"""kWh/m² a day by month, 1080 a year: means of two neighbouring stations scaled to Brussels' last decade."""
TEMP_AIR = (3.9, 4.4, 7.5, 10.4, 13.9, 16.8, 18.6, 18.6, 16.2, 11.9, 7.6, 5.0)
"""°C, monthly means of Lille (older normals + 1.5 °C)."""

CLEARNESS = (0.06, 1.06)
"""Darkest overcast; brightest, with light from the edges of clouds."""
SPREAD_DAY, SPREAD_QUARTER, SPREAD_ROOF = 1.5, 0.8, 0.25
DAY_TO_DAY, QUARTER_TO_QUARTER = 0.45, 0.75**0.25


def uniform(seed: int, name: str, index: NDArray[np.int64]) -> Floats:
    """Random numbers in (0, 1), one per index: the same for the same arguments, on every machine (splitmix64)."""
    with np.errstate(over="ignore"):
        start = np.uint64(seed % 2**64) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(zlib.crc32(name.encode()) << 20)
        x = (index.astype(np.uint64) + start) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return ((x >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53


def normal(seed: int, name: str, index: NDArray[np.int64]) -> Floats:
    """Standard normal random numbers, one per index (Box-Muller)."""
    radius = np.sqrt(-2 * np.log(uniform(seed, name, index)))
    drawn: Floats = radius * np.cos(2 * np.pi * uniform(seed, name + "/angle", index))
    return drawn


def autoregressive(seed: int, name: str, first: int, last: int, rho: float) -> Floats:
    """AR(1) noise of unit variance at the indices first..last-1, as a moving average: any stretch by itself."""
    terms = int(np.ceil(np.log(0.01) / np.log(rho)))
    weights = rho ** np.arange(terms)
    white = normal(seed, name, np.arange(first - terms + 1, last))
    return np.convolve(white, weights / np.sqrt((weights**2).sum()), "valid")


@dataclass(frozen=True, slots=True)
class Weather:
    """The weather of the town on the grid; all arrays have one element per instant."""

    times: pd.DatetimeIndex
    sun: Sun
    irradiance: Irradiance
    temp_air: Floats
    wind_speed: Floats
    clearness: Floats
    level: Floats
    """The Gaussian behind the clearness, before the roofs' own part."""
    clear: Floats
    """Global horizontal irradiance of a cloudless sky."""


class Sky:
    """The sky over a place; angles in degrees, altitude in m. One seed, one sky."""

    def __init__(self, seed: int, latitude: float, longitude: float, altitude: float = 0.0) -> None:
        self.seed, self.latitude, self.longitude, self.altitude = seed, latitude, longitude, altitude
        self._level = _levels(latitude, longitude, altitude)

    def roofs(self, weather: Weather, names: Sequence[str]) -> Irradiance:
        """The irradiance over each roof, arrays of shape (roofs, instants): they differ by passing clouds only."""
        first = int(weather.times[0].timestamp() * 1000) // QUARTER
        last = first + len(weather.times)
        own = [autoregressive(self.seed, f"roof {name}", first, last, QUARTER_TO_QUARTER) for name in names]
        clearness = _logistic(weather.level + SPREAD_ROOF * np.array(own))
        return split_ghi(clearness * weather.clear, weather.sun)

    def weather(self, first: int, last: int) -> Weather:
        """The town's weather at the beginnings of the quarters first..last-1 (numbers of quarters since 1970)."""
        quarters = np.arange(first, last)
        times = pd.DatetimeIndex(pd.to_datetime(quarters * QUARTER, unit="ms", utc=True))
        sun = sun_position(times, self.latitude, self.longitude, self.altitude)
        clear = clear_sky(sun, self.altitude).ghi
        days = np.arange(first // PER_DAY - 1, last // PER_DAY + 2)
        day = autoregressive(self.seed, "day", int(days[0]), int(days[-1]) + 1, DAY_TO_DAY)
        month = times.day_of_year.to_numpy(float) / 365.25 * 12 - 0.5
        level = np.interp(month, np.arange(-1, 13), self._level[[11, *range(12), 0]])
        level += SPREAD_DAY * day[quarters // PER_DAY - days[0]]
        steady = _logistic(level)
        level += SPREAD_QUARTER * autoregressive(self.seed, "quarter", first, last, QUARTER_TO_QUARTER)
        clearness = _logistic(level)
        warmth = autoregressive(self.seed, "warmth", int(days[0]), int(days[-1]) + 1, 0.7)
        hour = quarters % PER_DAY / 4 + self.longitude / 15
        temp_air = (
            np.interp(month, np.arange(-1, 13), np.take(TEMP_AIR, [11, *range(12), 0]))
            + 2.5 * np.interp(quarters / PER_DAY, days + 0.5, warmth)
            + (1.5 + 4.0 * steady) * np.cos((hour - 14.5) / 24 * 2 * np.pi)
        )
        gusts = autoregressive(self.seed, "wind", first, last, 0.99)
        wind = np.maximum(3.5 * np.exp(0.5 * gusts - 0.125), 0.3)
        split = split_ghi(clearness * clear, sun)
        return Weather(times, sun, split, temp_air, wind, clearness, level, clear)


def _logistic(level: Floats) -> Floats:
    low, high = CLEARNESS
    clearness: Floats = low + (high - low) / (1 + np.exp(-level))
    return clearness


@lru_cache(maxsize=8)
def _levels(latitude: float, longitude: float, altitude: float) -> Floats:
    """For each month the level whose mean clearness gives the climate's irradiance, by bisection."""
    times = pd.date_range("2025-01-01", "2026-01-01", freq="h", inclusive="left", tz="UTC") + pd.Timedelta(minutes=30)
    clear = clear_sky(sun_position(times, latitude, longitude, altitude), altitude).ghi
    daily = pd.Series(clear).groupby(times.month).mean().to_numpy(float) * 24 / 1000
    wanted = np.asarray(GHI) / daily
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    spread = np.sqrt(SPREAD_DAY**2 + SPREAD_QUARTER**2)
    low, high = np.full(12, -9.0), np.full(12, 9.0)
    middle: Floats = low
    for _step in range(40):
        middle = (low + high) / 2
        mean = _logistic(middle[:, None] + spread * nodes) @ weights / weights.sum()
        low, high = np.where(mean < wanted, middle, low), np.where(mean < wanted, high, middle)
    return middle
