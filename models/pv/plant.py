"""The town's modules as rows of numbers: which plane feeds which inverter. What the models work on.

A *plane* here is the part of one array that feeds one inverter: an array with feeds into two inverters is two planes,
an inverter with an east and a west array has two planes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from config.kwh import Subject
from config.town import Array, Site, Town
from models.pv.sun import Floats, Mount

TILT, AZIMUTH = 30.0, 180.0
"""Assumed where the town does not say."""
GAMMA_PDC = {"hjt": -0.0026, "topcon": -0.003, "cdte": -0.0025, "cigs": -0.0033, "a-si": -0.002}
GAMMA_CRYSTALLINE = -0.0037
"""Relative change of power per °C, typical of data sheets; the rest is crystalline silicon."""
AC_PER_DC = 0.9
"""Rated AC power per installed DC power, assumed where the town does not say."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Modules of one orientation behind one inverter."""

    array: str
    """``site/roof/array``"""
    roof: str
    """``site/roof``"""
    inverter: int
    """Row in Plant.inverters."""
    pdc0: float
    """W under 1000 W/m² at 25 °C, before losses."""
    surface_tilt: float
    surface_azimuth: float
    """Degrees; of the axis for a single-axis mount; not used for a two-axis mount."""
    mount: Mount
    gamma_pdc: float
    """Per °C."""
    horizon: tuple[float, ...] = ()
    """Elevation in degrees of what stands in the way, at equal steps of azimuth from north over east; () is free."""
    assumed: frozenset[str] = field(default_factory=frozenset)
    """Names of the figures above that are not known but assumed here."""


@dataclass(frozen=True, slots=True)
class InverterFacts:
    """One inverter as the models need it."""

    path: str
    """``site/inv-1``"""
    pac_rated: float
    """W"""
    rated_assumed: bool
    replaced: tuple[date, ...] = ()
    """Days on which another device (or other modules) took this place: each begins a new epoch."""
    commissioned: date | None = None


@dataclass(frozen=True, slots=True)
class Plant:
    """All planes and inverters of a town (or any part of it) over one place."""

    latitude: float
    longitude: float
    altitude: float
    planes: tuple[Plane, ...]
    inverters: tuple[InverterFacts, ...]

    def matrix(self) -> Floats:
        """Shape (inverters, planes): 1 where the plane feeds the inverter."""
        made = np.zeros((len(self.inverters), len(self.planes)))
        for number, plane in enumerate(self.planes):
            made[plane.inverter, number] = 1.0
        return made

    def pdc0(self) -> Floats:
        """Shape (inverters,): W installed behind each."""
        made = np.zeros(len(self.inverters))
        for plane in self.planes:
            made[plane.inverter] += plane.pdc0
        return made

    def row(self, path: str) -> int:
        """Row of an inverter by its path; KeyError when the plant has none."""
        for number, inverter in enumerate(self.inverters):
            if inverter.path == path:
                return number
        raise KeyError(path)


def plant_of(town: Town) -> Plant:
    """The plant that the town's files describe.

    An array without feeds belongs to the inverters of its site that no array feeds, or else to all of them, in equal
    parts; a site without inverters has no planes (nothing would measure them).
    """
    planes: list[Plane] = []
    inverters: list[InverterFacts] = []
    for site in town.sites:
        first = len(inverters)
        own = list(_planes(site, first))
        planes += own
        for number, inverter in enumerate(site.inverters, first):
            installed = sum(plane.pdc0 for plane in own if plane.inverter == number)
            rated = inverter.pac_rated.value if inverter.pac_rated else max(AC_PER_DC * installed, 1.0)
            path = f"{site.id}/{inverter.id}"
            facts = InverterFacts(path, rated, inverter.pac_rated is None, inverter.replaced, site.commissioned)
            inverters.append(facts)
    place = town.place
    return Plant(place.latitude, place.longitude, place.altitude, tuple(planes), tuple(inverters))


def installed(plant: Plant, kind: Subject) -> dict[str, float]:
    """W of modules of every subject of one kind, by its id; those behind no inverter are not counted."""
    made: dict[str, float] = {}
    for plane in plant.planes:
        inverter = plant.inverters[plane.inverter].path
        names = {
            Subject.INVERTER: inverter, Subject.ROOF: plane.roof, Subject.SITE: inverter.split("/")[0],
            Subject.TOWN: "town",
        }  # fmt: skip
        made[names[kind]] = made.get(names[kind], 0.0) + plane.pdc0
    return made


def _planes(site: Site, first: int) -> Iterator[Plane]:
    rows = {inverter.id: number for number, inverter in enumerate(site.inverters, first)}
    fed = {feed.inverter for roof in site.roofs for array in roof.arrays for feed in array.feeds}
    idle = [row for inverter, row in rows.items() if inverter not in fed] or list(rows.values())
    for roof in site.roofs:
        for array in roof.arrays:
            for row, share in _shares(array, rows, idle).items():
                yield _plane(f"{site.id}/{roof.id}", array, row, share)


def _shares(array: Array, rows: dict[str, int], idle: list[int]) -> dict[int, float]:
    """Row of inverter -> its part of the array."""
    if not array.feeds:
        return {row: 1 / len(idle) for row in idle}
    modules = sum(feed.strings * feed.modules_per_string for feed in array.feeds)
    shares: dict[int, float] = {}
    for feed in array.feeds:
        row = rows[feed.inverter]
        shares[row] = shares.get(row, 0.0) + feed.strings * feed.modules_per_string / modules
    return shares


def _plane(roof: str, array: Array, row: int, share: float) -> Plane:
    tilt, azimuth, gamma = array.surface_tilt, array.surface_azimuth, array.module.gamma_pdc
    given = {"surface_tilt": tilt, "surface_azimuth": azimuth, "gamma_pdc": gamma}
    if array.mount == "two-axis":
        given = {"gamma_pdc": gamma}
    return Plane(
        array=f"{roof}/{array.id}",
        roof=roof,
        inverter=row,
        pdc0=array.kwp.value * 1000 * share,
        surface_tilt=tilt.value if tilt else TILT,
        surface_azimuth=azimuth.value if azimuth else AZIMUTH,
        mount=array.mount,
        gamma_pdc=gamma.value if gamma else GAMMA_PDC.get(array.module.technology, GAMMA_CRYSTALLINE),
        horizon=array.horizon,
        assumed=frozenset(name for name, figure in given.items() if figure is None),
    )
