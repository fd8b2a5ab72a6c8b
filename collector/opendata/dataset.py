"""What is read of an open-data file, whose it is, and what a reader gives: facts of one commune, year by year."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from collector.imports.faults import LayoutMismatch
from collector.opendata.heading import Heading, first_line, heading, separator_of
from config.carriers import Basis, Carrier, Filiere, Sector
from config.language import _

OPEN = "Licence Ouverte 2.0"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for."""

    insee: str
    year: int | None = None
    """Only this year; the file must have it."""
    edition: date | None = None
    """Day of the publisher's last update, where the file does not say it."""
    region: str = "32"
    """Code of the region, for eco2mix: 32 is Hauts-de-France."""
    station: str | None = None
    """For degree days."""
    building: str | None = None
    """Whose meter a customer-space export is of."""
    prm: str | None = None
    """The number that such an export must have; never kept."""
    carrier: Carrier = Carrier.ELECTRICITY


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about the commune: something used or made in a year; `mwh` None is withheld or not declared."""

    line: int
    year: int
    mwh: float | None
    carrier: Carrier | None = None
    sector: Sector | None = None
    basis: Basis = Basis.PCI
    gaps: int = 0
    """Cells that are withheld inside of its sum."""
    filiere: Filiere | None = None
    name: str = ""
    kw: float | None = None
    plants: int | None = None
    own: float | None = None
    """MWh that the plants used themselves."""
    commissioned: date | None = None
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class HalfHour:
    """One half-hour of a region, mean MW; None what is not told. `rank`: definitive before consolidated."""

    line: int
    start: int
    """ms since 1970, UTC."""
    rank: int
    consumption: float | None
    thermal: float | None
    nuclear: float | None
    wind: float | None
    solar: float | None
    hydro: float | None
    bio: float | None


@dataclass(frozen=True, slots=True)
class Metered:
    """What a building used between two instants (ms since 1970, UTC), Wh."""

    line: int
    building: str
    carrier: Carrier
    start: int
    end: int
    wh: float
    basis: Basis = Basis.PCI


@dataclass(frozen=True, slots=True)
class WeatherDay:
    """The extremes of a day at a station, °C."""

    line: int
    station: str
    on: date
    low: float
    high: float


Item = Fact | HalfHour | Metered | WeatherDay


@dataclass(slots=True)
class Seen:
    """What a reader met on its way; it tells it while it yields."""

    lines: int = 0
    """Lines about the commune."""
    withheld: int = 0
    """Cells that say that nobody may know."""
    years: set[int] = field(default_factory=set)
    others: list[str] = field(default_factory=list)
    """The first few other communes that the file is about."""
    notes: list[str] = field(default_factory=list)


Reader = Callable[[Heading, Iterator[tuple[int, bytes]], Wanted, Seen], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class Dataset:
    """One kind of file."""

    name: str
    title: str
    publisher: str
    columns: frozenset[str]
    """Plain names without which it is not this."""
    read: Reader
    needle: Callable[[Wanted], str | None]
    """What a line must hold to be worth parsing."""
    without: frozenset[str] = frozenset()
    """Plain names with which it is another one."""
    preamble: int = 0
    needs_edition: bool = False
    licence: str = OPEN


def recognise(path: Path, datasets: Sequence[Dataset]) -> tuple[Dataset, Heading]:
    """Which of them a file is. LayoutMismatch when it is none, with what its first line looks like."""
    near: tuple[int, Dataset, frozenset[str]] | None = None
    for dataset in datasets:
        found = heading(path, dataset.columns, dataset.preamble)
        if found is not None and not dataset.without & set(found.places):
            return dataset, found
        present = heading(path, frozenset(), dataset.preamble)
        missing = dataset.columns - set(present.places) if present else dataset.columns
        if present and (near is None or len(missing) < near[0]):
            near = (len(missing), dataset, missing)
    text = first_line(path)
    if sign := separator_of(text):
        raise LayoutMismatch(_('the cells are separated by "{sign}": export with semicolons').format(sign=sign))
    if near and 2 * near[0] < len(near[1].columns):
        what = _("this looks like {dataset}, but these columns are missing: {names}; is the unit another one?")
        raise LayoutMismatch(what.format(dataset=near[1].title, names=", ".join(sorted(near[2]))))
    what = _('this is none of the files that are known ({known}); its first line is "{line}"')
    raise LayoutMismatch(what.format(known=", ".join(each.name for each in datasets), line=text))


def refuse_units(found: Heading, stem: str, unit: str) -> None:
    """LayoutMismatch when the energy stands in another unit: consototalekwh where consototalemwh is meant."""
    for name in found.places:
        if name.startswith(stem) and name != stem + unit and name[len(stem) :] in ("kwh", "gwh", "wh", "mwh", "tep"):
            shown = found.names[found.places[name]]
            what = _('the column "{name}" is in another unit than {unit}: give the publisher\'s own file')
            raise LayoutMismatch(what.format(name=shown, unit=unit.upper()))


def of_commune(
    found: Heading, lines: Iterator[tuple[int, bytes]], column: str, insee: str, seen: Seen
) -> Iterator[tuple[int, list[str]]]:
    """The lines whose commune is this one. The code may stand elsewhere in a line too: that one is passed over."""
    place = found.places[column]
    for number, cells in found.rows(lines):
        code = cells[place].strip().removesuffix(".0")
        if code[:5] == insee and (len(code) == 5 or column == "codeiris"):
            seen.lines += 1
            yield number, cells
        elif len(seen.others) < 3 and code and code not in seen.others:
            seen.others.append(code)
