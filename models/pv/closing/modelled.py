"""What the chain expects of every inverter on one stretch: from the sensors of its site, and from a weather service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from config.kwh import ExpectedBasis
from models.pv.closing.books import Books
from models.pv.closing.ground import CHAIN, HOURS, WIND, Ground
from models.pv.closing.weather import Seen, Weather
from models.pv.expected.chain import ac_power, ac_power_from_poa, plane_irradiance
from models.pv.expected.heat import corrected_irradiance
from models.pv.plant import Plant
from models.pv.sun import Floats

SAME_PLANE = 5.0
"""Degrees within which the planes of a site count as the one in which its sensor lies."""

Parts = tuple[Floats, Floats, Floats, Floats]
PARTS = ("energy", "insolation", "corrected", "cut")
"""Of Modelled."""


@dataclass(frozen=True, slots=True)
class Modelled:
    """Energy by the chain, without any scale, and the light that it was told of."""

    basis: ExpectedBasis
    energy: Floats
    """Wh per quarter, shape (inverters, T); NaN where this basis says nothing."""
    insolation: Floats
    """Wh/m² per quarter in the plane of the modules, by capacity, shape (inverters, T)."""
    corrected: Floats
    """The same as if the cells had stayed at 25 °C; NaN where neither their temperature nor the air's was measured."""
    cut: Floats
    """Wh per quarter beyond `energy` that the inverter cuts at its rated power, shape (inverters, T)."""

    def during(self, piece: slice) -> Modelled:
        """These quarters of it."""
        return Modelled(self.basis, *(getattr(self, name)[:, piece] for name in PARTS))


def modelled(books: Books, ground: Ground, weather: Weather) -> list[Modelled]:
    """What each basis says, the surest first."""
    count, length = len(books.inverters), len(ground.starts)
    made: list[Modelled] = []
    if weather.sensors:
        whole = np.full((len(PARTS), count, length), np.nan)
        for site in books.sites:
            if site.id in weather.sensors and site.inverters:
                told = _warmed(weather.sensors[site.id], weather.service)
                plant = part_of_plant(books.plant, site.inverters)
                whole[:, list(site.inverters)] = _by_sensors(plant, ground, told)
        made.append(Modelled(ExpectedBasis.SENSOR, *whole))
    if weather.service is not None:
        made.append(Modelled(weather.service.basis, *_by_irradiance(books.plant, ground, weather.service)))
    return made


def _warmed(seen: Seen, service: Seen | None) -> Seen:
    """A sensor without a thermometer, under the air of the service."""
    if service is None:
        return seen
    return replace(seen, temp_air=np.where(np.isfinite(seen.temp_air), seen.temp_air, service.temp_air))


def part_of_plant(plant: Plant, rows: Sequence[int]) -> Plant:
    """The plant of some of its inverters, in the order of these rows."""
    number = {row: new for new, row in enumerate(rows)}
    planes = tuple(
        replace(plane, inverter=number[plane.inverter]) for plane in plant.planes if plane.inverter in number
    )
    inverters = tuple(plant.inverters[row] for row in rows)
    return Plant(plant.latitude, plant.longitude, plant.altitude, planes, inverters)


def power_under(plant: Plant, ground: Ground, seen: Seen) -> Floats:
    """Wh per quarter of each inverter under this weather, shape (inverters, T)."""
    air, wind = _air(seen, ground)
    return ac_power(plant, ground.sun, seen.irradiance(ground.sun), air, wind, CHAIN) * HOURS


def _by_irradiance(plant: Plant, ground: Ground, seen: Seen) -> Parts:
    irradiance = seen.irradiance(ground.sun)
    air, wind = _air(seen, ground)
    cut = np.empty((len(plant.inverters), len(ground.starts)))
    energy = ac_power(plant, ground.sun, irradiance, air, wind, CHAIN, cut=cut) * HOURS
    poa = plane_irradiance(plant, ground.sun, irradiance)
    light, corrected = _lights(plant, ground, seen, poa)
    return energy, light, corrected, cut * HOURS


def _by_sensors(plant: Plant, ground: Ground, seen: Seen) -> Parts:
    """In the plane of the modules where the sensor lies in it, else from global horizontal irradiance."""
    parts = _by_irradiance(plant, ground, seen)
    if seen.poa_global is None or not _one_plane(plant):
        return parts
    air, wind = _air(seen, ground)
    there = np.isfinite(seen.poa_global)
    poa = np.tile(seen.poa_global, (len(plant.planes), 1))
    cut = np.empty((len(plant.inverters), len(ground.starts)))
    in_plane = ac_power_from_poa(plant, ground.sun, poa, air, wind, CHAIN, cut=cut) * HOURS
    _light, corrected = _lights(plant, ground, seen, poa)
    measured = (in_plane, seen.poa_global * HOURS, corrected, cut * HOURS)
    energy, light, corrected, cut = (np.where(there, *both) for both in zip(measured, parts, strict=True))
    return energy, light, corrected, cut


def _lights(plant: Plant, ground: Ground, seen: Seen, poa: Floats) -> tuple[Floats, Floats]:
    """Wh/m² of each inverter, and as of cells at 25 °C. A temperature that nobody measured corrects nothing."""
    wind = _air(seen, ground)[1]
    corrected = corrected_irradiance(plant, poa, seen.temp_air, wind, CHAIN, seen.temp_module)
    return _by_capacity(plant, poa) * HOURS, _by_capacity(plant, corrected) * HOURS


def _one_plane(plant: Plant) -> bool:
    tilts = [plane.surface_tilt for plane in plant.planes]
    turns = [(plane.surface_azimuth - plant.planes[0].surface_azimuth + 180) % 360 - 180 for plane in plant.planes]
    fixed = all(plane.mount == "fixed" for plane in plant.planes)
    return fixed and np.ptp(tilts) <= SAME_PLANE and float(np.abs(turns).max()) <= SAME_PLANE


def _air(seen: Seen, ground: Ground) -> tuple[Floats, Floats]:
    air = np.where(np.isfinite(seen.temp_air), seen.temp_air, ground.temp_air)
    return air, np.where(np.isfinite(seen.wind_speed), seen.wind_speed, WIND)


def _by_capacity(plant: Plant, poa: Floats) -> Floats:
    pdc0 = np.array([plane.pdc0 for plane in plant.planes])
    with np.errstate(invalid="ignore", divide="ignore"):
        light: Floats = plant.matrix() @ (pdc0[:, None] * poa) / plant.pdc0()[:, None]
    return light
