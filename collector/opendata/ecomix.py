"""eco2mix of a region by half-hours, MW (RTE): what the grid there is made of.

`date_heure` is the instant, UTC or with its offset; `heure` is local, and comes twice in autumn: it is not read. tch_*
and tco_* are ratios, never summed. A figure may be text ("ND"). A half-hour that stands there as consolidated and as
definitive counts once: the definitive one. A filiere whose column is empty throughout does not exist in the region.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from collector.imports.faults import LayoutMismatch
from collector.opendata.cells import number
from collector.opendata.dataset import Dataset, HalfHour, Item, Seen, Wanted
from collector.opendata.heading import Heading, plain
from config.language import _

MINUTES = 30
NAMES = ("consommation", "thermique", "nucleaire", "eolien", "solaire", "hydraulique", "bioenergies")
ABSENT = [None] * len(NAMES)
RANKS = ("tempsreel", "consolid", "defini")
"""Natures, the last the surest."""
REGIONS = {"32": "Hauts-de-France"}


def read(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """The half-hours of the region."""
    place = found.places
    region = place["codeinseeregion"]
    columns = [(place[name], found.names[place[name]]) for name in NAMES]
    when, nature = place["dateheure"], place.get("nature")
    ranks: dict[str, int] = {}
    for at, cells in found.rows(lines):
        code = cells[region].strip().removesuffix(".0")
        if code != wanted.region:
            if len(seen.others) < 3 and code not in seen.others:
                seen.others.append(code)
            continue
        seen.lines += 1
        moment = _instant(cells[when], at)
        values = [number(cells[column], at, name) for column, name in columns]
        if values == ABSENT:
            continue  # the quarter-hours in between, and hours to come
        seen.withheld += values[0] is None
        seen.years.add(moment.year)
        if wanted.year is not None and moment.year != wanted.year:
            continue
        if moment.minute % MINUTES:
            raise LayoutMismatch(_("line {line}: {time} is no half-hour").format(line=at, time=moment.isoformat()))
        word = cells[nature] if nature is not None else ""
        if (rank := ranks.get(word)) is None:
            rank = ranks[word] = next((rank for rank, part in enumerate(RANKS) if part in plain(word)), 0)
        yield HalfHour(at, int(moment.timestamp()) * 1000, rank, *values)


def _instant(cell: str, line: int) -> datetime:
    try:
        moment = datetime.fromisoformat(cell.strip())
    except ValueError:
        what = _('line {line}: "{value}" is no instant; the column date_heure has 2024-01-01T00:00:00+00:00')
        raise LayoutMismatch(what.format(line=line, value=cell[:30])) from None
    if moment.tzinfo is None:
        what = _('line {line}: "{value}" has no offset: its hour would come twice in autumn')
        raise LayoutMismatch(what.format(line=line, value=cell[:30]))
    return moment.astimezone(UTC)


ECOMIX = Dataset(
    "eco2mix", "éco2mix régional, demi-heures", "RTE (ODRÉ)",
    frozenset({"codeinseeregion", "dateheure", *NAMES}), read, lambda wanted: REGIONS.get(wanted.region),
)  # fmt: skip
