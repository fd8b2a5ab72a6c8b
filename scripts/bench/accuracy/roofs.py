"""The measured roofs of the neighbours' set, and the days of the product replayed on them.

The same functions as the daily jobs, in the same order: expect, watch, learn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.kwh import ExpectedBasis
from models.pv.fleet.day import HOUR, FleetDay
from models.pv.fleet.expect import expect
from models.pv.fleet.finding import Watch, watch
from models.pv.fleet.learn import learn
from models.pv.fleet.nameplate import low_yield
from models.pv.fleet.state import FleetState
from models.pv.scores import nrmse, robust_sigma
from models.pv.sun import Floats

FILE = "neighbours/pv_W_per_kW.csv.gz"
LATITUDE, LONGITUDE, ALTITUDE = 34.1, -117.4, 380.0
"""Fontana, California. Labels are the starts of hours in its standard time (checked against sunrise and sunset)."""
CAPACITY = 1000.0
"""W: the file is in W per kW."""


@dataclass(frozen=True, slots=True)
class Roofs:
    """Whole days of hourly powers, W, shape (days, 24, roofs), from the first instant (ms)."""

    names: tuple[str, ...]
    power: Floats
    start: int
    months: NDArray[np.int64]
    """(days,)"""
    clear: Floats | None = None
    """(days, 24, roofs) W by the chain under a cloudless sky, for roofs of which it is known how they face."""
    dimmed: Floats | None = None
    """(skies, days, 24, roofs) W likewise under clouds, as in `FleetDay`."""

    def day(self, number: int) -> FleetDay:
        """One day as the models take it."""
        times = self.start + (24 * number + np.arange(24)) * HOUR
        capacity = np.full(len(self.names), CAPACITY)
        clear = None if self.clear is None else self.clear[number]
        dimmed = None if self.dimmed is None else self.dimmed[:, number]
        return FleetDay(self.names, times, HOUR, self.power[number], LONGITUDE, clear, dimmed, capacity)

    def with_loss(self, roof: int, first: int, kept: Floats) -> Roofs:
        """Only this share of one roof's energy left, on each of `len(kept)` days; nothing after them."""
        power = self.power[: first + len(kept)].copy()
        power[first:, :, roof] *= kept[:, None]
        return replace(self, power=power)


@dataclass(frozen=True, slots=True)
class Replay:
    """What came out day by day; index 0 is the first day replayed."""

    expected: Floats
    """(days, 24, roofs) W; NaN where not from the fleet."""
    inside: Floats
    """(days, 24, roofs) 1 where the measurement lies in the 80 % interval; NaN where none."""
    memories: list[tuple[FleetState, tuple[Watch, ...]]]
    """Before each day, and after the last."""


def load(path: Path) -> Roofs:
    """The file's whole days."""
    table = pd.read_csv(path, index_col=0)
    times = pd.DatetimeIndex(pd.to_datetime(table.index))
    whole = pd.Series(1, index=times).groupby(times.date).transform("sum").to_numpy() == 24
    times, table = times[whole], table[whole]
    power = table.to_numpy(float).reshape(-1, 24, table.shape[1])
    start = int(times[0].timestamp()) * 1000
    return Roofs(tuple(table.columns), power, start, times.month.to_numpy()[::24].astype(np.int64))


def replay(roofs: Roofs, first: int = 0, memory: tuple[FleetState, tuple[Watch, ...]] | None = None) -> Replay:
    """All days from `first` on, each from what the days before have left."""
    state, watches = memory or (FleetState.empty(), tuple(Watch() for _ in roofs.names))
    memories = [(state, watches)]
    expected, inside = (np.full(roofs.power[first:].shape, np.nan) for _ in range(2))
    for number in range(first, len(roofs.power)):
        day = roofs.day(number)
        told = expect(state, day, ~np.array([one.open for one in watches]))
        fleet = np.array([word is ExpectedBasis.FLEET for word in told.basis])
        expected[number - first] = np.where(fleet, told.expected, np.nan)
        hit = (day.measured >= told.low) & (day.measured <= told.high)
        inside[number - first] = np.where(fleet & (day.measured > 0), hit, np.nan)
        plate = low_yield(state.aligned(roofs.names), by_clear=roofs.clear is not None)
        both = np.isfinite(told.expected) & np.isfinite(day.measured)
        made, should = (np.where(both, part, 0.0).sum(axis=0) for part in (day.measured, told.expected))
        watches = tuple(
            watch(one, int(day.times[0]), float(made[row]), float(should[row]), _known(plate[row]))
            for row, one in enumerate(watches)
        )
        state = learn(state, day, told, ~np.array([one.open for one in watches]))
        memories.append((state, watches))
    return Replay(expected, inside, memories)


def scores(power: Floats, expected: Floats) -> tuple[list[float], list[float]]:
    """nrmse_hourly and sigma_daily of each roof."""
    hourly, daily = [], []
    for row in range(power.shape[2]):
        known = np.isfinite(expected[:, :, row]) & (power[:, :, row] > 0)
        own, truth = (np.where(known, part[:, :, row], np.nan) for part in (expected, power))
        hourly.append(nrmse(own, truth))
        days = known.any(axis=1) & (np.nansum(own, axis=1) > 0)
        ratio = np.nansum(truth[days], axis=1) / np.nansum(own[days], axis=1)
        daily.append(robust_sigma(ratio / np.median(ratio)) if days.any() else float("nan"))
    return hourly, daily


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
