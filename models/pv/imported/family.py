"""Who is part of whom in a town, and how much each weighs: roofs of inverters, sites of these, the town of sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from config.kwh import Subject
from config.town import Town
from models.calendar import day_start
from models.pv.plant import plant_of

Id = tuple[Subject, str]
TOWN: Id = (Subject.TOWN, "town")


@dataclass(frozen=True, slots=True)
class Home:
    """One site."""

    id: str
    capacity: float
    """W of modules."""
    since: int | None
    """ms since 1970 UTC: before it the site did not exist; None when nobody knows."""
    inverters: Mapping[str, float]
    """W of modules behind each."""
    roofs: Mapping[str, Mapping[str, float]]
    """Of each roof the inverters behind it, each with the share of its modules that lie there."""
    capacity_of: Mapping[str, float]
    """W of modules of each roof."""


@dataclass(frozen=True, slots=True)
class Family:
    """The sites of a town."""

    latitude: float
    longitude: float
    tz: tzinfo
    sites: tuple[Home, ...]
    rated: Mapping[str, float]
    """W that an inverter gives at most, where somebody knows."""

    def installed(self) -> dict[Id, float]:
        """W behind each inverter, roof and site; of an inverter its rated power, where that is known."""
        found: dict[Id, float] = {}
        for site in self.sites:
            found[Subject.SITE, site.id] = site.capacity
            found |= {(Subject.ROOF, roof): size for roof, size in site.capacity_of.items()}
            for inverter, size in site.inverters.items():
                if (most := self.rated.get(inverter, size)) > 0:
                    found[Subject.INVERTER, inverter] = most
        return found


def family_of(town: Town, tz: tzinfo) -> Family:
    """The family of a town whose days are those of `tz`."""
    plant = plant_of(town)
    behind = dict(zip((each.path for each in plant.inverters), plant.pdc0().tolist(), strict=True))
    shares: dict[str, dict[str, float]] = {}
    for plane in plant.planes:
        inverter = plant.inverters[plane.inverter].path
        roof = shares.setdefault(plane.roof, {})
        roof[inverter] = roof.get(inverter, 0.0) + plane.pdc0 / behind[inverter]
    sites = []
    for site in town.sites:
        sizes = {f"{site.id}/{roof.id}": sum(array.kwp.value * 1000 for array in roof.arrays) for roof in site.roofs}
        sites.append(
            Home(
                site.id,
                sum(sizes.values()),
                day_start(site.commissioned, tz) if site.commissioned else None,
                {f"{site.id}/{inverter.id}": behind[f"{site.id}/{inverter.id}"] for inverter in site.inverters},
                {roof: shares.get(roof, {}) for roof in sizes},
                sizes,
            )
        )
    rated = {each.path: each.pac_rated for each in plant.inverters if not each.rated_assumed}
    return Family(town.place.latitude, town.place.longitude, tz, tuple(sites), rated)
