"""What is known of a stretch of days before a single reading is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calendar import QUARTER, quarters
from models.pv.closing.weather import normal_temperature
from models.pv.expected.chain import Chain, ac_power, clear_sky_power, plane_irradiance
from models.pv.expected.losses import PVWATTS_RUNNING
from models.pv.plant import Plant
from models.pv.sun import Floats, Sun, clear_sky, split_ghi, sun_position

CHAIN = Chain(losses=PVWATTS_RUNNING)
"""Losses without the share that PVWatts gives to standstills: what a plant should make while it works."""
HOURS = QUARTER / 3_600_000
FACING = frozenset({"surface_tilt", "surface_azimuth"})
"""Figures of a plane that say how it follows the sun."""
DIMMED = (0.2, 0.4, 0.6, 0.8)
"""Shares of a cloudless sky's light, from a closed cover (0.25 at 8 oktas, Kasten & Czeplak 1980) to thin clouds."""
WIND = 3.0
"""m/s, a usual wind over northern France; it moves the cell temperature by a few degrees."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Quarters of a stretch with the sun in their middle, and what a cloudless sky would give."""

    starts: NDArray[np.int64]
    """ms UTC, shape (T,)."""
    sun: Sun
    temp_air: Floats
    """°C by the normals of the month, shape (T,): where nobody measured it."""
    clear: Floats
    """Wh per quarter of each inverter under a cloudless sky, shape (inverters, T): metadata and normals only."""
    share: Floats
    """Part of each plane in its inverter's energy, shape (planes, T); by capacity at night."""

    @property
    def elevation(self) -> Floats:
        """Degrees above the horizon, shape (T,)."""
        return 90.0 - self.sun.apparent_zenith


def ground(plant: Plant, start: int, end: int) -> Ground:
    """The ground from `start` to before `end` (ms UTC, on the grid of quarters)."""
    starts = quarters(start, end)
    middle = pd.DatetimeIndex(pd.to_datetime(starts + QUARTER // 2, unit="ms", utc=True))
    sun = sun_position(middle, plant.latitude, plant.longitude, plant.altitude)
    temp_air = normal_temperature(middle, plant.longitude)
    clear = clear_sky_power(plant, sun, temp_air, WIND, CHAIN) * HOURS
    return Ground(starts, sun, temp_air, clear, _share(plant, sun))


def under_clouds(plant: Plant, base: Ground) -> Floats:
    """As `Ground.clear`, when each of `DIMMED` of the cloudless sky's light gets through; (skies, inverters, T) Wh.

    NaN for inverters with modules whose tilt or azimuth is only assumed: how they follow the sun nobody knows.
    """
    bright = clear_sky(base.sun, plant.altitude).ghi
    skies = [split_ghi(share * bright, base.sun) for share in DIMMED]
    made = np.stack([ac_power(plant, base.sun, sky, base.temp_air, WIND, CHAIN) * HOURS for sky in skies])
    made[:, [plane.inverter for plane in plant.planes if plane.assumed & FACING]] = np.nan
    return made


def _share(plant: Plant, sun: Sun) -> Floats:
    """By the light on each plane: its losses and temperature are its inverter's other planes' too, nearly."""
    pdc0 = np.array([plane.pdc0 for plane in plant.planes])[:, None]
    feeds = plant.matrix()
    rows = np.array([plane.inverter for plane in plant.planes], dtype=np.int64)
    alone = feeds.sum(axis=1)[rows] == 1
    if alone.all():
        return np.ones((len(rows), len(sun.zenith)))
    made = pdc0 * plane_irradiance(plant, sun, clear_sky(sun, plant.altitude))
    made = np.where((feeds @ made)[rows] > 0, made, np.broadcast_to(pdc0, made.shape))
    share: Floats = made / (feeds @ made)[rows]
    return share
