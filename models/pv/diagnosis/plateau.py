"""The ceiling under which a day's power lies flat, where it has one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.pv.diagnosis.day import Bools, InverterDay, Times, TownDay
from models.pv.diagnosis.readings import Readings, readings, slots
from models.pv.quality.clipping import clipped
from models.pv.quality.runs import MINUTE
from models.pv.sun import Floats

HALF = 0.5
"""Part of an interval's readings that must lie on the ceiling for the interval to lie on it."""
LEAST = 45 * MINUTE
"""ms on a ceiling."""
COARSEST = 30 * MINUTE
"""ms between readings: three hours alike are a still noon."""


@dataclass(frozen=True, slots=True)
class Plateau:
    """One day's ceiling."""

    level: float
    """W"""
    on: Bools
    """(T,) intervals of the day on it."""
    since: int
    seen: int
    """ms: the first instant on it, and when it had lasted 45 minutes."""


def plateau(inverter: InverterDay, day: TownDay) -> Plateau | None:
    """The highest ceiling of the day, by the readings or else by the energies; None where power moves freely."""
    told = readings(inverter, day)
    power = told.column("pac") if len(told) else np.zeros(0)
    if np.isfinite(power).sum() >= 4:
        return _found(told.times, power, told.elevation, told.period, inverter, day, told)
    power = inverter.energy * 3_600_000 / day.width
    return _found(day.times, power, day.elevation, day.width, inverter, day, None)


def _found(
    times: Times, power: Floats, elevation: Floats, period: int, inverter: InverterDay, day: TownDay,
    told: Readings | None,
) -> Plateau | None:  # fmt: skip
    if period > COARSEST or not (np.nan_to_num(power) > 0).any():
        return None
    # Any ceiling counts here, at rated power or not: the day's own top is what clipped() shall believe.
    top = float(np.nanmax(power))
    on = clipped(power, elevation, max(inverter.unit.pac_rated, 1.0), period, top)
    if not on.any() or on.sum() * period < LEAST:
        return None
    level, places = float(np.median(power[on])), np.flatnonzero(on)
    if told is None:
        spread = on
    else:
        count = np.bincount(slots(day, times), minlength=len(day.elevation))
        flat = np.bincount(slots(day, times[on]), minlength=len(day.elevation))
        spread = (count > 0) & (flat >= HALF * count)
    lasted = places[np.cumsum(np.full(len(places), period)) >= LEAST]
    return Plateau(level, spread, int(times[places[0]]), int(times[lasted[0]]) + period)
