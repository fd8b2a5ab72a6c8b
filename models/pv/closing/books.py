"""What closing needs to know of a town: its plant, its sites, and which field of which device counts what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo

from config.quantities import Role
from config.town import Meter, Site, Town
from models.calendar import day_start
from models.pv.energy.counter import CounterFacts
from models.pv.energy.sources import counter_facts, dc_field, meter_counts_production, production_fields
from models.pv.plant import Plant, plant_of


@dataclass(frozen=True, slots=True)
class Counted:
    """One device that counts energy."""

    path: str
    power: str
    """Field of its power, W."""
    counter: str
    """Field of its lifetime counter, Wh."""
    facts: CounterFacts
    dc: str | None = None
    """Field of the power on the side of its modules, W; None: it measures none. A hybrid's is `power`."""


@dataclass(frozen=True, slots=True)
class SiteBook:
    """One site: rows of its inverters in the plant, its production meters, its weather stations."""

    id: str
    inverters: tuple[int, ...]
    meters: tuple[Counted, ...]
    """Production meters whose count is the production of the inverters; several add up."""
    stations: tuple[str, ...]
    commissioned: date | None


@dataclass(frozen=True, slots=True)
class Books:
    """The town as closing sees it."""

    plant: Plant
    inverters: tuple[Counted, ...]
    """In the order of plant.inverters."""
    sites: tuple[SiteBook, ...]
    roofs: tuple[str, ...]
    """``site/roof`` of every roof with a plane behind an inverter, in the order of the planes."""

    @property
    def counted(self) -> list[Counted]:
        """Everything that counts energy."""
        return [*self.inverters, *(meter for site in self.sites for meter in site.meters)]

    @property
    def devices(self) -> list[str]:
        """Every device whose readings closing wants."""
        return [*(each.path for each in self.counted), *(path for site in self.sites for path in site.stations)]

    def fields(self) -> list[str]:
        """Every field of them that it wants."""
        energy = {name for device in self.counted for name in (device.power, device.counter, device.dc) if name}
        weather = WEATHER if any(site.stations for site in self.sites) else ()
        return [*sorted(energy), *weather]


WEATHER = ("ghi", "dni", "dhi", "poa_global", "temp_air", "temp_module", "wind_speed")


def books_of(town: Town, tz: tzinfo) -> Books:
    """The books of a town whose days are those of `tz`."""
    plant = plant_of(town)
    rows = {inverter.path: row for row, inverter in enumerate(plant.inverters)}
    counted: list[Counted] = []
    for site in town.sites:
        for inverter in site.inverters:
            path, device_map = f"{site.id}/{inverter.id}", town.maps[inverter.map]
            replaced = tuple(day_start(day, tz) for day in inverter.replaced)
            power, counter = production_fields(device_map)
            rated = plant.inverters[rows[path]].pac_rated
            facts = counter_facts(device_map, counter, rated, replaced)
            counted.append(Counted(path, power, counter, facts, dc_field(device_map)))
    sites = tuple(
        SiteBook(
            site.id,
            tuple(rows[f"{site.id}/{inverter.id}"] for inverter in site.inverters),
            tuple(_meters(town, site, plant, rows)),
            tuple(f"{site.id}/{station.id}" for station in site.weather),
            site.commissioned,
        )
        for site in town.sites
    )
    return Books(plant, tuple(counted), sites, tuple(dict.fromkeys(plane.roof for plane in plant.planes)))


def _meters(town: Town, site: Site, plant: Plant, rows: dict[str, int]) -> Iterator[Counted]:
    if not site.inverters or not meter_counts_production(town.maps[inverter.map] for inverter in site.inverters):
        return
    rated = sum(plant.inverters[rows[f"{site.id}/{inverter.id}"]].pac_rated for inverter in site.inverters)
    for meter in site.meters:
        if meter.measures == "production":
            yield _meter(town, site, meter, rated)


def _meter(town: Town, site: Site, meter: Meter, rated: float) -> Counted:
    device_map = town.maps[meter.map]
    power, counter = production_fields(device_map, Role.METER)
    facts = counter_facts(device_map, counter, rated)
    return Counted(f"{site.id}/{meter.id}", power, counter, facts)
