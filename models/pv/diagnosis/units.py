"""The inverters of a town as the diagnosis looks at them: what feeds which input, whose register map, how large."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo

from config.quantities import input_field
from config.town import Array, Inverter, Site, Town
from models.calendar import day_start
from models.pv.closing.books import Books
from models.pv.diagnosis.day import InputFacts, Unit
from models.pv.energy.sources import is_hybrid
from models.pv.plant import AZIMUTH, TILT

FIELDS = (
    "pac", "pv_power", "pdc", "frequency", "v_ac_ln_a", "v_ac_ln_b", "v_ac_ln_c", "temp_cabinet", "r_iso", "state",
    "fault_code", "alarms_a", "alarms_b", "alarms_c", "energy_ac_total", "energy_pv_total",
)  # fmt: skip
"""What the recipes read of an inverter itself."""
PER_INPUT = ("pdc", "v_dc", "i_dc")
"""And of each of its DC inputs."""


def units_of(town: Town, books: Books, tz: tzinfo) -> tuple[Unit, ...]:
    """The inverters of a town, in the order of its books."""
    pdc0 = books.plant.pdc0()
    rows = {facts.path: row for row, facts in enumerate(books.plant.inverters)}
    moving = {plane.inverter for plane in books.plant.planes if plane.mount != "fixed"}
    made = []
    for site in town.sites:
        commissioned = day_start(site.commissioned, tz) if site.commissioned else None
        for inverter in site.inverters:
            row = rows[f"{site.id}/{inverter.id}"]
            made.append(
                Unit(
                    path=f"{site.id}/{inverter.id}",
                    site=site.id,
                    pac_rated=books.plant.inverters[row].pac_rated,
                    pdc0=float(pdc0[row]),
                    inputs=_inputs(site, inverter),
                    hybrid=is_hybrid(town.maps[inverter.map]),
                    map=inverter.map,
                    commissioned=commissioned,
                    moving=row in moving,
                )
            )
    return tuple(made)


def fields_of(units: Sequence[Unit]) -> list[str]:
    """Every field of the stores that the recipes read of any of them."""
    inputs = max((facts.number for unit in units for facts in unit.inputs), default=0)
    return [*FIELDS, *(input_field(name, number) for number in range(1, inputs + 1) for name in PER_INPUT)]


def _inputs(site: Site, inverter: Inverter) -> tuple[InputFacts, ...]:
    """By what the arrays of its site feed; none where they do not say."""
    strings: dict[int, int] = {}
    pdc0: dict[int, float] = {}
    planes: dict[int, set[tuple[float, float]]] = {}
    for array in (array for roof in site.roofs for array in roof.arrays):
        modules = sum(feed.strings * feed.modules_per_string for feed in array.feeds)
        for feed in array.feeds:
            if feed.inverter == inverter.id:
                share = feed.strings * feed.modules_per_string / modules
                strings[feed.input] = strings.get(feed.input, 0) + feed.strings
                pdc0[feed.input] = pdc0.get(feed.input, 0.0) + 1000 * array.kwp.value * share
                planes.setdefault(feed.input, set()).add(_plane(array))
    return tuple(_facts(strings, pdc0, planes))


def _facts(
    strings: dict[int, int], pdc0: dict[int, float], planes: dict[int, set[tuple[float, float]]]
) -> Iterable[InputFacts]:
    for number in sorted(strings):
        yield InputFacts(number, strings[number], pdc0[number], tuple(sorted(planes[number])))


def _plane(array: Array) -> tuple[float, float]:
    tilt, azimuth = array.surface_tilt, array.surface_azimuth
    return tilt.value if tilt else TILT, azimuth.value if azimuth else AZIMUTH
