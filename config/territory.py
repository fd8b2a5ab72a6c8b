"""The territory: territory.toml. Its needs, its votes, its municipal buildings, and who holds what is not known.

Energies are MWh of final energy a civil year, within the commune. A figure that nobody has is absent: `[[missing]]`
says who holds it. A delivery-point number (prm) of a building never leaves this file: no export, page or log shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from config.carriers import Basis, Carrier, Filiere, Known, Perimeter, Ring, Sector
from config.faults import Fault
from config.language import _
from config.shape import nearest
from config.strict import Strict
from config.town import Figure, Slug, Status, Text, between

FILE = "territory.toml"

Year = Annotated[int, Field(ge=1990, le=2100)]
Source = Annotated[str, Field(min_length=3)]
Mwh = Annotated[Figure, between(0, 1e8, "MWh")]


class Milestone(Strict):
    """What the council voted for one year and one ring: needs and production, MWh."""

    ring: Ring
    year: Year
    consumption: Mwh
    production: Mwh
    voted: date
    source: Source
    """The deliberation, as "délibération 2024-31"."""


class Aim(Strict):
    """A public word about coverage, without the energies of a vote: it is shown with its scope, never computed with."""

    ring: Ring
    year: Year
    coverage: Annotated[Figure, between(0, 10_000, "%")]


class Used(Strict):
    """Energy used in a year, entered by hand: what no imported file tells (oil, wood, transport)."""

    year: Year
    carrier: Carrier
    sector: Sector = Sector.UNKNOWN
    mwh: Annotated[float, Field(ge=0, le=1e8)]
    basis: Basis = Basis.PCI
    source: Source
    vintage: date
    """Of which day the figure is: a later one of the same year, carrier and sector replaces it."""
    status: Known
    completeness: Annotated[float, Field(gt=0, le=1)] = 1.0
    derived_from: tuple[Slug, ...] = ()
    """Published ratios out of which this figure was worked back: such a ratio is then no result."""
    perimeter: Literal["territory", "patrimony"] = "territory"
    note: str = ""


class MadeByHand(Strict):
    """Energy made in a year by plants that are neither monitored nor in an imported file."""

    year: Year
    filiere: Filiere
    mwh: Annotated[float, Field(ge=0, le=1e8)]
    source: Source
    vintage: date
    status: Known
    completeness: Annotated[float, Field(gt=0, le=1)] = 1.0
    derived_from: tuple[Slug, ...] = ()
    note: str = ""


class Claim(Strict):
    """A ratio that was published: shown as a claim of its source, refused as a result."""

    id: Slug
    says: Text
    ratio: Annotated[Figure, between(0, 10_000, "%")]
    perimeter: Perimeter
    ring: Ring


class Missing(Strict):
    """A figure that nobody here has, and who does."""

    what: Text
    holder: Text
    carrier: Carrier | None = None
    """Which carrier of the balance it would fill."""


class Plant(Strict):
    """How a monitored site stands in the national register and on whose roof."""

    site: Slug
    municipal_roof: bool = False
    financed: Literal["commune", "others"] = "others"
    """`commune`: wholly or mostly; only then it belongs to the patrimony."""
    register_name: Text | None = None
    """Name of its row there, where power and date do not tell which one it is."""
    sale: Literal["total", "surplus", "unknown"] = "unknown"
    source: Source
    status: Status


class Climate(Strict):
    """By which station the weather of a year is told, and what it is held against."""

    station: Text
    base: Annotated[float, Field(ge=10, le=25)] = 18.0
    """°C below which a day counts."""
    reference: tuple[Year, Year]
    """First and last year of the reference period."""
    sensitive: dict[Carrier, Annotated[Figure, between(0, 1, "")]] = Field(default_factory=dict)
    """Share of each carrier that follows the cold."""


class Consumed(Strict):
    """A typed reading: what a building used of a carrier in a month."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    carrier: Carrier
    kwh: Annotated[float, Field(ge=0, le=1e8)]
    basis: Basis = Basis.PCI
    source: Source
    status: Known = Known.MEASURED


class Renovation(Strict):
    """Works or a change of habits at a building, whose effect is measured before and after."""

    id: Slug
    what: Text
    lever: Literal["sobriety", "efficiency"]
    carrier: Carrier
    started: date
    ended: date
    declared_kwh: Annotated[Figure, between(0, 1e8, "kWh/a")] | None = None
    """What was said beforehand, or by the installer; beside what is measured, never instead."""


class Building(Strict):
    """A municipal building."""

    id: Slug
    name: Text
    surface: Annotated[Figure, between(1, 1e6, "m²")] | None = None
    carriers: tuple[Carrier, ...] = Field(min_length=1)
    prm: dict[Carrier, Annotated[str, Field(pattern=r"^[A-Z0-9]{6,20}$")]] = Field(default_factory=dict, repr=False)
    """Numbers of its delivery points. Private: needed to read a file of the network's, never shown."""
    closed: date | None = None
    consumed: tuple[Consumed, ...] = ()
    renovations: tuple[Renovation, ...] = ()


class Territory(Strict):
    """One territory."""

    population: Annotated[Figure, between(1, 1e7, "")] | None = None
    area: Annotated[Figure, between(0.01, 1e5, "km²")] | None = None
    bill: Annotated[Figure, between(0, 1e12, "EUR/a")] | None = None
    wanted: tuple[Carrier, ...] = (
        Carrier.ELECTRICITY, Carrier.GAS, Carrier.OIL, Carrier.WOOD, Carrier.FUEL,
    )  # fmt: skip
    """Carriers without which the ring of all uses is partial."""
    milestones: tuple[Milestone, ...] = ()
    aims: tuple[Aim, ...] = ()
    used: tuple[Used, ...] = ()
    made: tuple[MadeByHand, ...] = ()
    claims: tuple[Claim, ...] = ()
    declared: dict[Slug, Annotated[Figure, between(0, 1e9, "kWh/a")]] = Field(default_factory=dict)
    """What plants are said to make in a year: to compare with."""
    reported: dict[Slug, Figure] = Field(default_factory=dict)
    """Other published figures, each with its unit in its name: to show with their source, never to compute with."""
    missing: tuple[Missing, ...] = ()
    plants: tuple[Plant, ...] = ()
    climate: Climate | None = None
    buildings: tuple[Building, ...] = ()

    def plant(self, site_id: str) -> Plant | None:
        """What is said of that site."""
        return next((plant for plant in self.plants if plant.site == site_id), None)


def territory_faults(file: str, found: Territory, sites: Iterable[str] | None) -> Iterator[Fault]:
    """What one table cannot see alone. `sites`: ids of town.toml; None when it is too faulty to tell."""
    known = None if sites is None else set(sites)
    yield from _twice(file, "plants", [plant.site for plant in found.plants])
    yield from _twice(file, "buildings", [building.id for building in found.buildings])
    yield from _twice(file, "claims", [claim.id for claim in found.claims])
    yield from _twice(file, "milestones", [f"{each.ring} {each.year}" for each in found.milestones])
    used = [f"{u.perimeter} {u.year} {u.carrier} {u.sector} {u.vintage}" for u in found.used]
    yield from _twice(file, "used", used)
    yield from _twice(file, "made", [f"{each.year} {each.filiere} {each.vintage}" for each in found.made])
    for number, plant in enumerate(found.plants):
        if known is not None and plant.site not in known:
            what = _('there is no site "{id}" in town.toml').format(id=plant.site)
            yield Fault(file, f"plants[{number}].site", what, nearest(plant.site, known))
    claims = {claim.id for claim in found.claims}
    rooted = [("used", number, row.derived_from) for number, row in enumerate(found.used)]
    rooted += [("made", number, row.derived_from) for number, row in enumerate(found.made)]
    for name, number, roots in rooted:
        for ratio in sorted(set(roots) - claims):
            what = _('there is no claim "{id}"').format(id=ratio)
            yield Fault(file, f"{name}[{number}].derived_from", what, nearest(ratio, claims))
    if found.climate and found.climate.reference[0] > found.climate.reference[1]:
        remedy = _("write the first and the last year of the reference period")
        yield Fault(file, "climate.reference", _("it ends before it begins"), remedy)
    numbers: list[str] = []
    for at, building in enumerate(found.buildings):
        numbers += building.prm.values()
        for number, works in enumerate(building.renovations):
            key = f"buildings[{at}] ({building.id}).renovations[{number}] ({works.id})"
            if works.ended < works.started:
                yield Fault(file, f"{key}.ended", _("it ends before it begins"), _("correct the dates"))
            if works.carrier not in building.carriers:
                what = _("the building has no such carrier")
                yield Fault(file, f"{key}.carrier", what, nearest(works.carrier, building.carriers))
    for at, building in enumerate(found.buildings):
        if any(numbers.count(number) > 1 for number in building.prm.values()):
            what = _("a delivery point belongs to two buildings: its energy would count twice")
            yield Fault(file, f"buildings[{at}] ({building.id}).prm", what, _("name it once"))


def _twice(file: str, table: str, names: Sequence[str]) -> Iterator[Fault]:
    for number, name in enumerate(names):
        if name in names[:number]:
            what = _('"{name}" stands here twice').format(name=re.sub(r"\s+", " ", name))
            yield Fault(file, f"{table}[{number}]", what, _("keep one of the two"))
