"""Electricity and gas of a commune by sector, year by year: ORE's file of both, Enedis' of electricity.

Several lines of a commune (sector, NAF, operator) are parts to be summed. What is withheld is a gap. These files tell
what was drawn from the network: self-consumption is not in them. Gas is in higher heating value (PCS).
"""

from __future__ import annotations

from collections.abc import Iterator

from collector.imports.faults import LayoutMismatch
from collector.opendata.cells import number, whole, year
from collector.opendata.dataset import Dataset, Fact, Item, Seen, Wanted, of_commune, refuse_units
from collector.opendata.heading import Heading, plain
from config.carriers import Basis, Carrier, Sector
from config.language import _

ENERGY = "consototalemwh"
ARCHIVE = "consototale"
SECTORS = {
    "r": Sector.RESIDENTIAL, "residentiel": Sector.RESIDENTIAL, "res": Sector.RESIDENTIAL,
    "t": Sector.TERTIARY, "tertiaire": Sector.TERTIARY, "petitprofessionnel": Sector.TERTIARY,
    "i": Sector.INDUSTRY, "industrie": Sector.INDUSTRY, "a": Sector.AGRICULTURE, "agriculture": Sector.AGRICULTURE,
}  # fmt: skip


def read(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """Facts of the commune: one for each line, None MWh where it is withheld."""
    refuse_units(found, ARCHIVE, "mwh")
    place = found.places
    energy = place[ENERGY] if ENERGY in place else place[ARCHIVE]
    column = "codecommune" if "codecommune" in place else "codeiris"
    if column not in place:
        raise LayoutMismatch(_("no column says which commune a line is about: give the file by commune or by IRIS"))
    hidden = place.get("nombredemaillessecretisees")
    filiere, sector = place.get("filiere"), place.get("codegrandsecteur")
    for at, cells in of_commune(found, lines, column, wanted.insee, seen):
        when = year(cells[place["annee"]], at, "annee")
        seen.years.add(when)
        if wanted.year is not None and when != wanted.year:
            continue
        gas = filiere is not None and plain(cells[filiere]).startswith("gaz")
        mwh = number(cells[energy], at, found.names[energy])
        gaps = (whole(cells[hidden], at, found.names[hidden]) or 0) if hidden is not None else 0
        seen.withheld += (mwh is None) + gaps
        yield Fact(
            at, when, mwh,
            Carrier.GAS if gas else Carrier.ELECTRICITY,
            SECTORS.get(plain(cells[sector]), Sector.UNKNOWN) if sector is not None else Sector.UNKNOWN,
            Basis.PCS if gas else Basis.PCI,
            gaps,
        )  # fmt: skip


def _insee(wanted: Wanted) -> str:
    return wanted.insee


ORE = Dataset(
    "ore", "ORE, consommation annuelle d'électricité et gaz par commune", "Agence ORE",
    frozenset({"operateur", "filiere", "annee", "codecommune", "codegrandsecteur", ENERGY}), read, _insee,
)  # fmt: skip
ORE_ARCHIVE = Dataset(
    "ore-archive", "ORE, consommation annuelle par secteur d'activité (méthode 2011-2021)", "Agence ORE",
    frozenset({"operateur", "filiere", "annee", "codecommune", ARCHIVE}), read, _insee, frozenset({ENERGY}),
)  # fmt: skip
ENEDIS = Dataset(
    "enedis-consumption", "Enedis, consommation électrique par secteur d'activité", "Enedis",
    frozenset({"annee", "codegrandsecteur", ENERGY}), read, _insee, frozenset({"filiere"}),
)  # fmt: skip
