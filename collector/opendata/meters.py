"""What a municipal building used, from exports of Enedis' customer space, or months typed in a table.

The file names a delivery point; tepos keeps the building and not the number. Curves are mean W whose stamp is the END
of the step, with offset; steps are of 10, 15, 30 or 60 minutes. An index is Wh, and a value that is empty is a gap. An
index that falls is a change of meter: nothing is known of that stretch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from collector.imports.faults import LayoutMismatch
from collector.opendata.cells import number
from collector.opendata.dataset import Dataset, Item, Metered, Seen, Wanted
from collector.opendata.heading import Heading, plain
from config.carriers import Basis, Carrier
from config.language import _

MINUTE = 60_000
STEPS = (10, 15, 30, 60)
TOWN_CLOCK = ZoneInfo("Europe/Paris")
"""By which Enedis writes a day without an offset."""
CARRIERS = {
    "electricite": Carrier.ELECTRICITY, "gaz": Carrier.GAS, "fioul": Carrier.OIL, "bois": Carrier.WOOD,
    "chaleur": Carrier.HEAT,
} | {carrier.value: carrier for carrier in Carrier}  # fmt: skip
Reading = tuple[int, int, float | None]
"""Line, instant (ms UTC), value."""


def curve(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """Energy of each step of a load curve."""
    about = _about(found, wanted)
    factor = {"kw": 1000.0, "kwh": 1000.0}.get(about.get("unite", "w"), 1.0)
    rows = _readings(found, lines, "horodate", "valeur", seen)
    minutes = _step(about.get("pasenminutes", ""), rows)
    for line, at, value in rows:
        if value is None:
            seen.withheld += 1
            continue
        _refuse_negative(line, value)
        energy = value * factor * (1.0 if about.get("unite", "w").endswith("h") else minutes / 60)
        yield Metered(line, _building(wanted), wanted.carrier, at - minutes * MINUTE, at, energy)


def index(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """Energy between two readings of the total register."""
    about = _about(found, wanted)
    factor = 1000.0 if about.get("unite") == "kwh" else 1.0
    rows = _readings(found, lines, "horodate", "east", seen)
    seen.withheld += sum(value is None for _line, _at, value in rows)
    known = [(line, at, value) for line, at, value in rows if value is not None]
    for (_line, start, before), (line, end, after) in pairwise(known):
        if after < before or end <= start:
            seen.notes.append(
                _("line {line}: the index falls (another meter?): nothing is known there").format(line=line)
            )
            continue
        yield Metered(line, _building(wanted), wanted.carrier, start, end, (after - before) * factor)


def daily(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """Energy of each day of the town."""
    _about(found, wanted)
    for line, at, value in _readings(found, lines, "date", "valeurenwh", seen):
        if value is None:
            seen.withheld += 1
            continue
        _refuse_negative(line, value)
        on = datetime.fromtimestamp(at / 1000, TOWN_CLOCK).date()
        yield Metered(
            line, _building(wanted), wanted.carrier, at, _midnight(date.fromordinal(on.toordinal() + 1)), value
        )


def monthly(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """Months of several buildings in one table, as gas is billed: batiment;mois;energie;kwh[;base]."""
    place = found.places
    for line, cells in found.rows(lines):
        kwh = number(cells[place["kwh"]], line, "kwh")
        seen.lines += 1
        if kwh is None:
            seen.withheld += 1
            continue
        _refuse_negative(line, kwh)
        carrier = CARRIERS.get(plain(cells[place["energie"]]))
        month = cells[place["mois"]].strip()
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            first = None
        if carrier is None or first is None:
            what = _("line {line}: a month is 2024-01, an energy one of {known}")
            raise LayoutMismatch(what.format(line=line, known=", ".join(sorted(CARRIERS))))
        seen.years.add(first.year)
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        base = Basis.PCS if "base" in place and plain(cells[place["base"]]) == "pcs" else Basis.PCI
        start, end = _midnight(first), _midnight(after)
        yield Metered(line, cells[place["batiment"]].strip(), carrier, start, end, kwh * 1000, base)


def _about(found: Heading, wanted: Wanted) -> dict[str, str]:
    """What the two lines about the meter say. LayoutMismatch for another meter, or for production."""
    about: dict[str, str] = {}
    for names, values in pairwise(found.preamble):
        about |= {
            plain(name): value.strip().lower() for name, value in zip(names, values, strict=False) if name.strip()
        }
    said = about.get("identifiantprm", "")
    if wanted.prm and said and said != wanted.prm.lower():
        raise LayoutMismatch(_("the file is about another delivery point than territory.toml names for this building"))
    business = plain(about.get("grandeurmetier", ""))
    above = plain(" ".join(" ".join(row) for row in found.preamble))
    if business.startswith(("prod", "inj")) or "injection" in above:
        raise LayoutMismatch(_("this is production: tepos import production --layout courbe_de_charge"))
    return about


def _readings(found: Heading, lines: Iterator[tuple[int, bytes]], time: str, value: str, seen: Seen) -> list[Reading]:
    rows: dict[int, Reading] = {}
    for line, cells in found.rows((at, raw) for at, raw in lines if raw.strip(b"; \t")):
        at = _moment(cells[found.places[time]], line)
        seen.lines += 1
        seen.years.add(datetime.fromtimestamp(at / 1000, UTC).year)
        rows[at] = (line, at, number(cells[found.places[value]], line, found.names[found.places[value]]))
    return [rows[at] for at in sorted(rows)]


def _moment(cell: str, line: int) -> int:
    text = cell.strip()
    try:
        if len(text) == 10:
            form = "%d/%m/%Y" if "/" in text else "%Y-%m-%d"
            return _midnight(datetime.strptime(text, form).date())  # noqa: DTZ007 - a day
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        what = _('line {line}: "{value}" is no instant with its offset, as 2024-01-01T00:30:00+01:00')
        raise LayoutMismatch(what.format(line=line, value=text[:30]))
    return int(moment.timestamp()) * 1000


def _midnight(on: date) -> int:
    return int(datetime(on.year, on.month, on.day, tzinfo=TOWN_CLOCK).astimezone(UTC).timestamp()) * 1000


def _step(told: str, rows: list[Reading]) -> int:
    """Minutes of a step: told, or the commonest distance of two stamps."""
    if told.isdigit() and int(told) in STEPS:
        return int(told)
    apart = Counter((after - before) // MINUTE for (_l, before, _v), (_m, after, _w) in pairwise(rows))
    for minutes, _count in apart.most_common():
        if minutes in STEPS:
            return int(minutes)
    what = _("the step of the curve is not known: {known} minutes are")
    raise LayoutMismatch(what.format(known=", ".join(map(str, STEPS))))


def _building(wanted: Wanted) -> str:
    if wanted.building is None:
        raise LayoutMismatch(_("whose meter is this? Give --building, an id of territory.toml"))
    return wanted.building


def _refuse_negative(line: int, value: float) -> None:
    if value < 0:
        raise LayoutMismatch(_("line {line}: a consumption is never negative").format(line=line))


def _nothing(_wanted: Wanted) -> None:
    return None


_SPACE = "Enedis, espace client"
CURVE = Dataset(
    "enedis-curve", f"{_SPACE}, courbe de charge", "Enedis", frozenset({"horodate", "valeur"}), curve, _nothing,
    preamble=4, licence="",
)  # fmt: skip
INDEX = Dataset(
    "enedis-index", f"{_SPACE}, index", "Enedis", frozenset({"horodate", "east"}), index, _nothing,
    preamble=4, licence="",
)  # fmt: skip
DAILY = Dataset(
    "enedis-daily", f"{_SPACE}, énergie quotidienne", "Enedis", frozenset({"date", "valeurenwh"}), daily, _nothing,
    preamble=4, licence="",
)  # fmt: skip
MONTHLY = Dataset(
    "monthly", "mois de bâtiments : batiment;mois;energie;kwh", "the town",
    frozenset({"batiment", "mois", "energie", "kwh"}), monthly, _nothing, licence="",
)  # fmt: skip
