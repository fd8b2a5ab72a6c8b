"""What every source says of each year, as amounts: imports, typed figures, our own plants, municipal buildings."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from collector.opendata.dataset import Fact
from collector.opendata.kept import OpenBatch, Territory
from collector.store import Store
from config.carriers import Carrier, Known, Sector
from config.kwh import Step, Subject
from config.territory import Territory as Facts
from config.town import Site, Town
from models.calendar import day_of, day_start
from models.territory.amount import Amount
from models.territory.balance import Use
from models.territory.plants import Monitored, Row

CONSUMPTION = ("ore", "enedis-consumption", "ore-archive")
"""Data sets of what was drawn, the best first: two never speak of one year."""
PRODUCTION = ("register", "enedis-production")
NEAR_NEW_YEAR = 45
"""Days: the twelve months before such an edition are a civil year, about."""
WH_PER_MWH = 1e6
WHOLE_MONTH = 0.97
"""A month of which more than a day is unknown is not a month."""
SiteYears = Mapping[int, Mapping[str, Amount]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that is known, by year."""

    uses: Mapping[int, tuple[Use, ...]]
    rows: Mapping[int, tuple[Row, ...]]
    """Of the register or the operator; typed production follows them as sums of their filiere."""
    sites: SiteYears
    patrimony: Mapping[int, tuple[Use, ...]]
    """Of the municipal buildings."""
    months: Mapping[str, Mapping[Carrier, Mapping[str, float]]]
    """Building -> carrier -> ``2024-01`` -> kWh."""
    editions: Mapping[int, date | None]
    """Of the rows of a year."""
    sources: tuple[OpenBatch, ...]
    """Imports that hold."""


def gathered(kept: Territory, facts: Facts, sites: SiteYears, tz: tzinfo) -> Gathered:
    """Read everything once."""
    sources: dict[int, OpenBatch] = {}
    uses: dict[int, list[Use]] = {}
    rows: dict[int, list[Row]] = {}
    editions: dict[int, date | None] = {}
    for batch, fact in kept.facts(CONSUMPTION):
        sources[batch.id] = batch
        uses.setdefault(fact.year, []).append(_use(batch, fact))
    for batch, fact in kept.facts(PRODUCTION):
        sources[batch.id] = batch
        rows.setdefault(fact.year, []).append(_row(batch, fact))
        edition = date.fromisoformat(batch.edition) if batch.edition else None
        editions[fact.year] = edition if batch.dataset == "register" else date(fact.year, 12, 31)
    _typed(facts, uses, rows)
    months = _months(kept, facts, tz)
    patrimony = _patrimony(facts, months)
    frozen = {year: tuple(some) for year, some in sorted(uses.items())}
    made = {year: tuple(some) for year, some in sorted(rows.items())}
    return Gathered(frozen, made, sites, patrimony, months, editions, tuple(sources[n] for n in sorted(sources)))


def site_years(store: Store | None, town: Town, tz: tzinfo, now: int) -> SiteYears:
    """What each monitored site made in each year, from the closed days; a year under way is as complete as it is."""
    if store is None:
        return {}
    columns = ["energy", "completeness", "basis", "status"]
    rows = store.read_rollups(Step.DAY, Subject.SITE, [site.id for site in town.sites], 0, now, columns)
    if rows.empty:
        return {}
    days = [day_of(int(time), tz) for time in rows["time"]]
    rows = rows.assign(year=[day.year for day in days], day=days)
    found: dict[int, dict[str, Amount]] = {}
    for (year, site), part in rows.groupby(["year", "subject"]):
        energy = part["energy"].to_numpy(float)
        known = [(e, c) for e, c in zip(energy, part["completeness"].to_numpy(float), strict=True) if math.isfinite(e)]
        whole = 365 + calendar.isleap(int(str(year)))
        share = math.fsum(0.0 if math.isnan(c) else c for _e, c in known) / whole
        if not known or share <= 0:
            continue
        sure = set(part["status"]) <= {"measured", "imported"}
        bases = sorted({str(basis) for basis in part["basis"] if basis and str(basis) != "none"})
        found.setdefault(int(str(year)), {})[str(site)] = Amount(
            max(math.fsum(e for e, _c in known), 0.0) / WH_PER_MWH,
            frozenset({f"tepos ({', '.join(bases) or '-'})"}),
            frozenset({max(part["day"]).isoformat()}),
            Known.MEASURED if sure else Known.ESTIMATED,
            min(share, 1.0),
        )
    return found


def monitored(town: Town, facts: Facts, made: Mapping[str, Amount]) -> list[Monitored]:
    """The town's own plants with what they made in a year."""
    return [_monitored(site, facts, made.get(site.id)) for site in town.sites]


def _monitored(site: Site, facts: Facts, made: Amount | None) -> Monitored:
    kwp = sum(array.kwp.value for roof in site.roofs for array in roof.arrays)
    plant = facts.plant(site.id)
    return Monitored(site.id, kwp, made, None, site.commissioned, plant.register_name if plant else None)


def _use(batch: OpenBatch, fact: Fact) -> Use:
    carrier, sector = fact.carrier or Carrier.ELECTRICITY, fact.sector or Sector.UNKNOWN
    if fact.mwh is None:
        return Use(carrier, sector, None, fact.basis)
    amount = Amount(fact.mwh, frozenset({batch.publisher}), frozenset({batch.vintage}), Known.MEASURED, 1.0, fact.gaps)
    return Use(carrier, sector, amount, fact.basis)


def _row(batch: OpenBatch, fact: Fact) -> Row:
    status = Known.MEASURED
    if batch.dataset == "register" and batch.edition:
        apart = abs((date.fromisoformat(batch.edition) - date(fact.year, 12, 31)).days)
        status = Known.MEASURED if apart <= NEAR_NEW_YEAR else Known.ESTIMATED

    def amount(mwh: float | None) -> Amount | None:
        told = frozenset({batch.publisher}), frozenset({batch.vintage})
        return None if mwh is None else Amount(mwh, *told, status)

    assert fact.filiere is not None
    return Row(
        f"{batch.dataset}:{fact.line}:{fact.filiere}", fact.name, fact.filiere, fact.kw, fact.plants, amount(fact.mwh),
        amount(fact.own), fact.commissioned, fact.is_sum,
    )  # fmt: skip


def _typed(facts: Facts, uses: dict[int, list[Use]], rows: dict[int, list[Row]]) -> None:
    """Figures of territory.toml, where no import speaks of the same; of two vintages the later."""
    imported = {(year, use.carrier) for year, some in uses.items() for use in some}
    latest = {(each.year, each.carrier, each.sector): each for each in sorted(facts.used, key=lambda u: u.vintage)
              if each.perimeter == "territory"}  # fmt: skip
    for (year, carrier, sector), used in latest.items():
        if (year, carrier) in imported:
            continue
        amount = Amount(
            used.mwh, frozenset({used.source}), frozenset({used.vintage.isoformat()}), used.status, used.completeness,
            0, frozenset(used.derived_from),
        )  # fmt: skip
        uses.setdefault(year, []).append(Use(carrier, sector, amount, used.basis))
    known = {(year, row.filiere) for year, some in rows.items() for row in some}
    made = {(each.year, each.filiere): each for each in sorted(facts.made, key=lambda m: m.vintage)}
    for (year, filiere), typed in made.items():
        if (year, filiere) in known:
            continue
        amount = Amount(
            typed.mwh, frozenset({typed.source}), frozenset({typed.vintage.isoformat()}), typed.status,
            typed.completeness, 0, frozenset(typed.derived_from),
        )  # fmt: skip
        rows.setdefault(year, []).append(Row(f"typed:{filiere}", "", filiere, None, None, amount, is_sum=True))


def _months(kept: Territory, facts: Facts, tz: tzinfo) -> dict[str, dict[Carrier, dict[str, float]]]:
    """kWh of each month of each building, PCI: meters first, typed months where no meter speaks."""
    found: dict[str, dict[Carrier, dict[str, float]]] = {}
    covered: dict[tuple[str, str, str], float] = {}
    speaker: dict[tuple[str, str, str], int] = {}
    for building, carrier, start, end, wh, basis, batch in kept.metered():
        kwh = wh / 1000 * (0.9 if basis == "pcs" else 1.0)
        for month, share, length in _split(start, end, tz):
            key = (building, carrier, month)
            if speaker.setdefault(key, batch) != batch:
                continue  # a later import speaks of that month
            here = found.setdefault(building, {}).setdefault(Carrier(carrier), {})
            here[month] = here.get(month, 0.0) + kwh * share
            covered[key] = covered.get(key, 0.0) + (end - start) * share / length
    for (name, carrier, month), share in covered.items():
        if share < WHOLE_MONTH:
            del found[name][Carrier(carrier)][month]
    for house in facts.buildings:
        for typed in house.consumed:
            here = found.setdefault(house.id, {}).setdefault(typed.carrier, {})
            here.setdefault(typed.month, typed.kwh * (0.9 if typed.basis.value == "pcs" else 1.0))
    return found


def _split(start: int, end: int, tz: tzinfo) -> Iterable[tuple[str, float, int]]:
    """Month, share of the interval that lies in it, length of the month (ms)."""
    first = datetime.fromtimestamp(start / 1000, tz).date().replace(day=1)
    while True:
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        since, until = day_start(first, tz), day_start(after, tz)
        inside = min(end, until) - max(start, since)
        if inside > 0:
            yield f"{first:%Y-%m}", inside / (end - start), until - since
        if until >= end:
            return
        first = after


def _patrimony(facts: Facts, months: Mapping[str, Mapping[Carrier, Mapping[str, float]]]) -> dict[int, tuple[Use, ...]]:
    """What the municipal buildings used, by year; a building of which nothing is known that year is a gap."""
    years = sorted({int(m[:4]) for by in months.values() for some in by.values() for m in some})
    found: dict[int, tuple[Use, ...]] = {}
    for year in years:
        uses = []
        for building in facts.buildings:
            for carrier in building.carriers:
                known = months.get(building.id, {}).get(carrier, {})
                parts = [kwh for month, kwh in known.items() if month.startswith(f"{year}-")]
                amount = None
                if parts:
                    told = frozenset({f"meters of {building.id}"}), frozenset({f"{year}-12-31"})
                    amount = Amount(math.fsum(parts) / 1000, *told, Known.MEASURED, len(parts) / 12)
                uses.append(Use(carrier, Sector.TERTIARY, amount))
        if any(use.amount for use in uses):
            found[year] = tuple(uses)
    for used in sorted(facts.used, key=lambda each: each.vintage):
        if used.perimeter == "patrimony" and used.year not in years:
            amount = Amount(
                used.mwh, frozenset({used.source}), frozenset({used.vintage.isoformat()}), used.status,
                used.completeness, 0, frozenset(used.derived_from),
            )  # fmt: skip
            before = [use for use in found.get(used.year, ()) if use.carrier is not used.carrier]
            found[used.year] = (*before, Use(used.carrier, used.sector, amount, used.basis))
    return found
