"""What a plant would make in whole years of recorded weather, by the chain: what a coming year is estimated from.

As it is declared, with the usual losses of PVWatts, standstills among them; nothing that was learnt of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, tzinfo

import numpy as np
import pandas as pd

from config.kwh import ExpectedBasis
from models.calendar import QUARTER, day_of, day_start
from models.pv.closing.ground import HOURS, WIND
from models.pv.closing.weather import Seen, normal_temperature
from models.pv.expected.chain import Chain, ac_power
from models.pv.expected.losses import PVWATTS
from models.pv.plant import InverterFacts, Plane, Plant
from models.pv.sky_quarters import SkyQuarters, best_quarters
from models.pv.sun import Floats, sun_position

CHAIN = Chain(losses=PVWATTS)
LEAST_KNOWN = 0.98
"""Part of a year whose light must be known."""
PIECE = 31 * 96
"""Quarters worked on at once: memory does not grow with the years."""


def weather_years(
    rows: Mapping[str, pd.DataFrame], tz: tzinfo, latitude: float, longitude: float, altitude: float = 0.0
) -> dict[int, SkyQuarters]:
    """The years of the town of which at least 98 % are known, from the best source for each quarter.

    rows: as `models.pv.sky_quarters.best_quarters` takes them. A part of the light that is not known is split off the
    global one later; without that nothing of a quarter is known.
    """
    ends = [int(pd.DatetimeIndex(frame.index).as_unit("ms").asi8[end]) for frame in rows.values() for end in (0, -1)
            if len(frame)]  # fmt: skip
    made = {}
    for year in range(day_of(min(ends), tz).year, day_of(max(ends), tz).year + 1) if ends else ():
        start, end = (day_start(date(each, 1, 1), tz) for each in (year, year + 1))
        sky = best_quarters(rows, start, end, latitude, longitude, altitude)
        if np.isfinite(sky.ghi).mean() >= LEAST_KNOWN:
            made[year] = sky
    return made


def yearly_energies(plant: Plant, years: Mapping[int, SkyQuarters]) -> dict[int, Floats]:
    """Wh of each inverter in each year, shape (inverters,); NaN for an inverter without planes.

    Temperature and wind that are not known are the usual ones. The quarters without light count as the others do, by
    the height of the sun.
    """
    return {year: _energy(plant, sky) for year, sky in years.items()}


def _energy(plant: Plant, sky: SkyQuarters) -> Floats:
    made, seen = np.zeros(len(plant.inverters)), np.zeros(len(plant.inverters))
    height = 0.0
    for first in range(0, len(sky.starts), PIECE):
        piece = slice(first, first + PIECE)
        middle = pd.DatetimeIndex(pd.to_datetime(sky.starts[piece] + QUARTER // 2, unit="ms", utc=True))
        sun = sun_position(middle, plant.latitude, plant.longitude, plant.altitude)
        air, wind = sky.temp_air[piece], sky.wind_speed[piece]
        weather = Seen(ExpectedBasis.SATELLITE, sky.ghi[piece], sky.dni[piece], sky.dhi[piece], air, wind)
        air = np.where(np.isfinite(air), air, normal_temperature(middle, plant.longitude))
        wind = np.where(np.isfinite(wind), wind, WIND)
        power = ac_power(plant, sun, weather.irradiance(sun), air, wind, CHAIN)
        up = np.maximum(np.cos(np.radians(sun.zenith)), 0.0)
        made += np.nansum(power, axis=1)
        seen += np.isfinite(power) @ up
        height += float(up.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        energy: Floats = made * HOURS * height / seen
    return energy


def by_roof(plant: Plant) -> Plant:
    """The same planes, as if each inverter were one for each of its roofs, by capacity; the paths are the roofs'."""
    pairs = sorted({(plane.inverter, plane.roof) for plane in plant.planes})
    whole = plant.pdc0()

    def part(inverter: int, roof: str) -> InverterFacts:
        own = sum(plane.pdc0 for plane in plant.planes if (plane.inverter, plane.roof) == (inverter, roof))
        facts = plant.inverters[inverter]
        return replace(facts, path=roof, pac_rated=facts.pac_rated * own / whole[inverter])

    def moved(plane: Plane) -> Plane:
        return replace(plane, inverter=pairs.index((plane.inverter, plane.roof)))

    return replace(plant, planes=tuple(map(moved, plant.planes)), inverters=tuple(part(*pair) for pair in pairs))
