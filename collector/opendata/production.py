"""What the plants of a commune injected in a year, by filiere (Enedis): sums, with withheld cells as gaps.

One line for each level of voltage, two columns for each filiere (plants, MWh).
"""

from __future__ import annotations

from collections.abc import Iterator

from collector.opendata.cells import number, whole, year
from collector.opendata.dataset import Dataset, Fact, Item, Seen, Wanted, of_commune
from collector.opendata.heading import Heading
from config.carriers import Filiere

FILIERES = {
    "photovoltaique": Filiere.PHOTOVOLTAIC, "eolien": Filiere.WIND, "hydraulique": Filiere.HYDRO,
    "bioenergie": Filiere.BIOENERGY, "cogeneration": Filiere.OTHER, "autresfilieres": Filiere.OTHER,
}  # fmt: skip


def _energy(word: str) -> str:
    return f"energieproduiteannuelle{word}enedismwh"


def read(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """One fact for each filiere of a line that has plants; of one without plants nothing."""
    place = found.places
    for at, cells in of_commune(found, lines, "codecommune", wanted.insee, seen):
        when = year(cells[place["annee"]], at, "annee")
        seen.years.add(when)
        if wanted.year is not None and when != wanted.year:
            continue
        for word, filiere in FILIERES.items():
            if (energy := place.get(_energy(word))) is None:
                continue
            mwh = number(cells[energy], at, found.names[energy])
            count = place.get(f"nbsites{word}enedis")
            sites = whole(cells[count], at, found.names[count]) if count is not None else None
            if not sites and not mwh:
                continue
            mwh = mwh or None  # plants without any energy: withheld
            seen.withheld += mwh is None
            yield Fact(at, when, mwh, filiere=filiere, name=word, plants=sites, is_sum=True)


ENEDIS = Dataset(
    "enedis-production", "Enedis, production électrique par filière à la maille commune", "Enedis",
    frozenset({"annee", "codecommune", _energy("photovoltaique")}), read, lambda wanted: wanted.insee,
)  # fmt: skip
