"""What a town's files say of a plant, checked against what the plant does: capacity, tilt, azimuth, clock.

On clear days the shape of the power curve tells how the modules face and how the clock goes, whatever their size; its
height then tells the size. All three are fitted together, because each can pass for another: a plane turned to the
west and a late clock both move the noon. What the days cannot tell apart is UNDECIDED, and nothing is corrected here:
a person looks at what is OFF.

The fit: planes at a grid of turns and tilts (all planes of the inverter turn and tilt together) through the chain,
moved in time; each day's mismatch is 1 - cos² between measured and modelled curve, so that every day counts alike and
neither capacity nor haze matters; days are resampled for the intervals. Haze, shading and a horizon that nobody has
told of bias the fit by some degrees, which the tolerances allow for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from models.pv.expected.chain import DEFAULT, Chain, ac_power
from models.pv.plant import InverterFacts, Plant
from models.pv.sun import Floats, Irradiance, Sun, clear_sky, sun_position

MIN_DAYS = 8
"""Clear days below which nothing is decided."""
MOST_DAYS = 90
"""Clear days that are looked at, the clearest ones."""
CLEAR_HOURS = 4.0
"""A day is used from that many clear hours."""
CAPACITY = (0.75, 1.33)
"""Measured over expected power that weather, losses and the sky model may explain."""
AZIMUTH, TILT, CLOCK = 20.0, 15.0, 12.0
"""Degrees, degrees and minutes by which the fit may miss without being reported."""
DECISIVE = 2.0
"""A figure is decided when its interval is at most that many times its tolerance to either side of what was found."""
DRAWS, LEVEL = 200, 0.95


class Verdict(StrEnum):
    """What the data say about a figure."""

    OK = "ok"
    OFF = "off"
    """Reported to a person; the declared figure stays in use."""
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Check:
    """One figure: as declared, as found, and the interval that holds 95 % of the resamplings."""

    verdict: Verdict
    declared: float
    found: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Checked:
    """All figures of one inverter. Angles of several planes are those of the largest one; all turn together."""

    capacity: Check
    """Power over what the declared capacity should give; declared is 1."""
    azimuth: Check
    """Degrees east of north; the interval may pass 0 or 360."""
    tilt: Check
    clock: Check
    """Seconds to add to the labels; declared is 0."""
    days: int
    """Clear days that were used."""


def check(
    times: pd.DatetimeIndex,
    power: Floats,
    plant: Plant,
    irradiance: Irradiance | None = None,
    temp_air: ArrayLike = 15.0,
    wind_speed: ArrayLike = 1.0,
    chain: Chain = DEFAULT,
    seed: int = 1,
) -> Checked:
    """Check one inverter (the plant's only one) against its power in W.

    times: aware, in equal steps of at most an hour; the middles of the intervals that the powers are means of. power,
    temp_air, wind_speed and the irradiance (from its own, right clock): shape (times,), NaN is unknown. Without an
    irradiance the clear sky is the reference. ValueError for another number of inverters or uneven times.
    """
    if len(plant.inverters) != 1 or not plant.planes:
        raise ValueError(f"{len(plant.inverters)} inverters with {len(plant.planes)} planes, not one inverter")
    steps = np.unique(np.diff(times.asi8))
    if len(steps) != 1 or not 0 < (times[1] - times[0]).total_seconds() <= 3600:
        raise ValueError("times not in equal steps of at most an hour")
    curves = _Curves(times, np.asarray(power, float), plant, irradiance, temp_air, wind_speed, chain)
    return curves.checked(seed)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Candidates (a turn and a tilt in degrees, minutes) against the days that are used."""

    candidates: Floats
    """Shape (candidates, 3)."""
    crossed: Floats
    """Per candidate and day, the sum of measured x modelled,"""
    squared: Floats
    """of modelled²,"""
    own: Floats
    """and, per day, of measured²."""

    @property
    def mismatch(self) -> Floats:
        """1 - cos² per candidate and day: 0 for the same shape, 1 where nothing is modelled."""
        with np.errstate(invalid="ignore", divide="ignore"):
            made: Floats = np.nan_to_num(1 - self.crossed**2 / (self.squared * self.own), nan=1.0)
        return made


class _Curves:
    """The clear days of an inverter, and what its planes would have given on them."""

    def __init__(
        self,
        times: pd.DatetimeIndex,
        power: Floats,
        plant: Plant,
        irradiance: Irradiance | None,
        weather: tuple[ArrayLike, ArrayLike],
        chain: Chain,
    ) -> None:
        step = (times[1] - times[0]).total_seconds()
        days = _Days.of(times, step, plant.longitude)
        measured = days.matrix(power)
        clear = clear_hours(measured, step / 3600) if irradiance is None else days.matrix(
            _bright(times, plant, irradiance)
        ) > 0
        clear &= ~_plateau(measured, clear)
