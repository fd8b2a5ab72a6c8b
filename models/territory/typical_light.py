"""The light of a typical year over a place, ASSUMED: a clear sky, dimmed day by day until the year sums up right.

For what has no measured weather yet, as the potential of ten thousand roofs. Days are dull, mixed and bright in an
even, fixed order (no two runs differ), so that diffuse and direct light keep about their usual parts; the sum of the
year is the one that is given. A figure that rests on it is modelled, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from models.pv.closing.ground import WIND
from models.pv.closing.weather import normal_temperature
from models.pv.sun import Floats, Irradiance, Sun, clear_sky, split_ghi, sun_position

LOOS_KWH_M2 = 1080.0
"""kWh/m² a year on the horizontal: what the north of France gets, about; assumed for the town."""
YEAR = 2023
"""Whose sun it is: any year without a 29 February."""
_DULL, _BRIGHT = 0.12, 1.02
"""Global light of the darkest and of the brightest day, over that of a clear sky."""
_GOLDEN = 0.6180339887498949
_STEEPEST = 60.0


@dataclass(frozen=True, slots=True)
class TypicalLight:
    """A year in hours (their middles); arrays of their number."""

    sun: Sun
    irradiance: Irradiance
    temp_air: Floats
    wind_speed: float


@lru_cache(maxsize=4)
def typical_light(latitude: float, longitude: float, altitude: float, kwh_m2: float = LOOS_KWH_M2) -> TypicalLight:
    """The typical year over a place with so much global horizontal light.

    ValueError when no sky gives that much there (or that little).
    """
    hours = pd.date_range(f"{YEAR}-01-01T00:30", periods=8760, freq="1h", tz="UTC")
    sun = sun_position(hours, latitude, longitude, altitude)
    clear = clear_sky(sun, altitude).ghi
    by_day = clear.reshape(365, 24).sum(axis=1)
    bright = np.mod(np.arange(1, 366) * _GOLDEN, 1.0)
    wanted = kwh_m2 * 1000

    def index(power: float) -> Floats:
        made: Floats = _DULL + (_BRIGHT - _DULL) * bright**power
        return made

    low, high = 1 / _STEEPEST, _STEEPEST
    if not float(by_day @ index(high)) < wanted < float(by_day @ index(low)):
        raise ValueError(f"{kwh_m2:g} kWh/m² a year is not what a sky at latitude {latitude:g} gives")
    for _step in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if float(by_day @ index(middle)) > wanted else (low, middle)
    ghi = clear * np.repeat(index(low), 24)
    return TypicalLight(sun, split_ghi(ghi, sun), normal_temperature(hours, longitude), WIND)
