"""The national register of installations (ODRE): who makes electricity in the commune, and what in the last 12 months.

Plants under 36 kW are sums of an IRIS or commune with a date that means nothing; names are often "Confidentiel";
injected is not produced; 0.0 often means that nobody declared it. Energies are kWh of the twelve months before the
edition, which no column tells: the day of the edition is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from collector.imports.faults import LayoutMismatch
from collector.opendata.cells import day, number, whole
from collector.opendata.dataset import Dataset, Fact, Item, Seen, Wanted, of_commune
from collector.opendata.heading import Heading, plain
from config.carriers import Filiere
from config.language import _

INJECTED, MADE = "energieannuelleglissanteinjectee", "energieannuelleglissanteproduite"
MOST_HOURS = 8784
FILIERES = {
    "solaire": Filiere.PHOTOVOLTAIC, "eolien": Filiere.WIND, "hydraulique": Filiere.HYDRO,
    "bioenergies": Filiere.BIOENERGY, "energiesmarines": Filiere.HYDRO, "geothermie": Filiere.BIOENERGY,
}  # fmt: skip
WASTE_WORDS = ("dechet", "menager", "incineration")


def read(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """One fact for each line; storage is left out, for it makes nothing."""
    if wanted.edition is None:
        raise LayoutMismatch(_("the register does not say its own date: give --edition, as 2025-12-31"))
    place, when = found.places, civil_year(wanted.edition)
    started = place.get("datemiseenservicedate", place.get("datemiseenservice"))
    for at, cells in of_commune(found, lines, "codeinseecommune", wanted.insee, seen):
        filiere = _filiere(found, cells)
        if filiere is None:
            continue
        kw = number(cells[place["puismaxinstallee"]], at, "puismaxinstallee")
        plants = whole(cells[place["nbinstallations"]], at, "nbinstallations") if "nbinstallations" in place else None
        injected, made = (number(cells[place[name]], at, name) if name in place else None for name in (INJECTED, MADE))
        injected, made = injected or None, made or None  # 0.0 is "not declared"
        _refuse_unit(at, kw, injected, made)
        energy = made if made is not None else injected
        own = made - injected if made and injected and made > injected else None
        small = (kw or 0) < 36 or (plants or 1) > 1
        seen.withheld += energy is None
        seen.years.add(max(when, wanted.edition.year))
        yield Fact(
            at, when, None if energy is None else energy / 1000,
            filiere=filiere, name=cells[place["nominstallation"]].strip() if "nominstallation" in place else "",
            kw=kw, plants=plants, own=None if own is None else own / 1000,
            commissioned=None if small or started is None else day(cells[started]),
        )  # fmt: skip


def civil_year(edition: date) -> int:
    """The year of which most of the twelve months before an edition are."""
    return edition.year if edition.month > 6 else edition.year - 1


def _filiere(found: Heading, cells: list[str]) -> Filiere | None:
    word = plain(cells[found.places["filiere"]])
    if "stockage" in word:
        return None
    if word.startswith("bio"):
        burnt = plain(cells[found.places["combustible"]]) if "combustible" in found.places else ""
        return Filiere.WASTE if any(each in burnt for each in WASTE_WORDS) else Filiere.BIOENERGY
    return FILIERES.get(word, Filiere.OTHER)


def _refuse_unit(line: int, kw: float | None, *energies: float | None) -> None:
    for energy in energies:
        if kw and energy and energy > kw * MOST_HOURS:
            what = _("line {line}: {energy:g} kWh in a year are not possible with {kw:g} kW: the file has another unit")
            raise LayoutMismatch(what.format(line=line, energy=energy, kw=kw))


REGISTER = Dataset(
    "register", "ODRÉ, registre national des installations de production et de stockage", "ODRÉ (RTE, GRD)",
    frozenset({"codeinseecommune", "filiere", "puismaxinstallee", INJECTED}), read, lambda wanted: wanted.insee,
    needs_edition=True,
)  # fmt: skip
