"""The progress of the territory as one document of plain data: every figure with source, vintage, status, completeness.

Kept as it was computed, day by day: what was shown in March can be shown again in June. Sentences are not in it but in
`dashboards.progress.words`: a reader has a language, a figure has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from typing import Any

from collector.opendata.kept import OpenBatch, Territory
from collector.store import Store
from config.carriers import Carrier, Perimeter, Ring
from config.territory import Territory as Facts
from config.town import Town
from dashboards.progress import path
from dashboards.progress.gathered import gathered, site_years
from dashboards.progress.measured import measured_matching
from dashboards.progress.years import YearProgress, years_of
from dashboards.views.coverage import Coverage as Bar
from dashboards.views.coverage import Missing
from models.territory.amount import Amount, total
from models.territory.balance import Use
from models.territory.coverage import Coverage
from models.territory.levers import Saving
from models.territory.trajectory import targeted

Document = dict[str, Any]
FORMAT = 1
Savings = Callable[[int], Sequence[Saving]]


def progress(
    town: Town,
    facts: Facts,
    kept: Territory,
    store: Store | None,
    tz: tzinfo,
    now: int,
    *,
    year: int | None = None,
    simulated: bool = False,
    savings: Savings = lambda _year: (),
) -> Document:
    """The document of a year; without one, of the latest that tells most. ValueError for a year that nobody knows.

    `store` None: there is none yet. `savings`: what initiatives declare for a year.
    """
    found = gathered(kept, facts, site_years(store, town, tz, now), tz)
    years = years_of(town, facts, found)
    if year is not None and year not in years:
        raise ValueError(f"nothing is known of {year}")
    chosen = year if year is not None else _best(years.values())
    here = years.get(chosen) if chosen is not None else None
    corrected, months = path.climate_corrected(kept, facts, found)
    rings = [_coverage(each, facts) for each in here.territory] if here else []
    return {
        "format": FORMAT,
        "town": town.place.name,
        "insee": town.place.insee,
        "simulated": simulated or town.simulated,
        "year": chosen,
        "years": list(years),
        "rings": rings,
        "perimeters": [_coverage(each, facts) for each in _perimeters(here)] if here else [],
        "bar": _bar(here, facts),
        "trajectory": [path.trajectory(facts, years, ring, chosen) for ring in Ring],
        "climate": corrected,
        "levers": path.levers_of(years, corrected, savings),
        "matching": path.matching_of(kept, years, chosen),
        "measured_matching": measured_matching(kept, facts, store, tz, chosen),
        "buildings": path.buildings_of(facts, found, months, chosen),
        "uses": _uses(here.balance.uses if here else ()),
        "made": [
            {"id": each.id if each.monitored else None, "filiere": each.filiere.value, "monitored": each.monitored,
             "in_register": each.same_as is not None, **_amount(each.made)}
            for each in (here.balance.production.counted if here else ())
        ],
        "unknown_plants": len(here.balance.production.unknown) if here else 0,
        "aims": [
            {"ring": a.ring.value, "year": a.year, "percent": a.coverage.value, "source": a.coverage.source,
             "status": a.coverage.status.value}
            for a in facts.aims
        ],
        "claims": [
            {"id": c.id, "says": c.says, "percent": c.ratio.value, "source": c.ratio.source, "ring": c.ring.value,
             "perimeter": c.perimeter.value, "result": False}
            for c in facts.claims
        ],
        "missing": [
            {"what": m.what, "holder": m.holder, "carrier": m.carrier and m.carrier.value} for m in facts.missing
        ],
        "population": facts.population and {"value": facts.population.value, "source": facts.population.source},
        "sources": [_source(batch) for batch in found.sources],
    }  # fmt: skip


def coverages(town: Town, facts: Facts, kept: Territory, store: Store | None, tz: tzinfo, now: int) -> list[Coverage]:
    """Every coverage of every year: for Grafana."""
    years = years_of(town, facts, gathered(kept, facts, site_years(store, town, tz, now), tz))
    return [each for year in years.values() for each in year.all]


def bar(document: Document | None) -> Bar:
    """The one bar of the home page, out of the document; without one the figure that is missing."""
    told = (document or {}).get("bar") or {"share": None, "year": None, "status": None}
    if told["share"] is None:
        return Bar(None, told["year"], None, (Missing("electricity_consumption", "network_operator"),))
    return Bar(told["share"], told["year"], told["status"], ())


def _best(years: Iterable[YearProgress]) -> int | None:
    """The latest year whose electricity is computable; else the latest of which our plants have a whole year."""
    known = list(years)
    for test in (_computable, _whole, lambda _each: True):
        if told := [each.year for each in known if test(each)]:
            return max(told)
    return None


def _computable(each: YearProgress) -> bool:
    return each.ring(Ring.ELECTRICITY).percent is not None


def _whole(each: YearProgress) -> bool:
    made = each.ring(Ring.ELECTRICITY).production
    return made is not None and made.completeness > 0.9


def _perimeters(here: YearProgress) -> Iterable[Coverage]:
    return (*here.municipal, here.ring(Ring.ELECTRICITY))


def _bar(here: YearProgress | None, facts: Facts) -> Document:
    """Electricity of the territory: the ring that a commune can know; its scope goes with it."""
    scope = {"ring": Ring.ELECTRICITY.value, "perimeter": Perimeter.TERRITORY.value}
    if here is None:
        return scope | {"share": None, "year": None, "status": None, "missing": _missing(facts, (Carrier.ELECTRICITY,))}
    told = here.ring(Ring.ELECTRICITY)
    share = None if told.percent is None else told.percent / 100
    missing = [] if share is not None else _missing(facts, told.missing or (Carrier.ELECTRICITY,))
    return scope | {"share": share, "year": here.year, "status": _status(told), "missing": missing}


def _coverage(each: Coverage, facts: Facts) -> Document:
    voted = path.targets(facts, each.ring) if each.perimeter is Perimeter.TERRITORY else []
    target = targeted(voted, each.year)
    return {
        "year": each.year,
        "perimeter": each.perimeter.value,
        "ring": each.ring.value,
        "percent": None if each.percent is None else round(each.percent, 3),
        "gap_mwh": None if each.gap is None else round(each.gap, 2),
        "positive": None if each.gap is None else each.gap <= 0,
        "consumption": None if each.consumption is None else _amount(each.consumption),
        "production": None if each.production is None else _amount(each.production),
        "status": _status(each),
        "refused": each.refused and each.refused.value,
        "missing": _missing(facts, each.missing),
        "worked_back_from": list(each.roots),
        "target_percent": None if target is None else round(target.percent, 3),
        "deviation_points": None if target is None or each.percent is None else round(each.percent - target.percent, 3),
    }


def _status(each: Coverage) -> str | None:
    """As sure as the less sure of the two; None without a ratio."""
    if each.percent is None or each.production is None or each.consumption is None:
        return None
    return max((each.production.status, each.consumption.status), key=lambda known: known.doubt).value


def _missing(facts: Facts, carriers: Sequence[Carrier]) -> list[Document]:
    holders = {m.carrier: m.holder for m in facts.missing if m.carrier}
    return [{"carrier": carrier.value, "holder": holders.get(carrier)} for carrier in carriers]


def _amount(amount: Amount) -> Document:
    return {
        "mwh": round(amount.mwh, 4), "sources": sorted(amount.sources), "vintages": sorted(amount.vintages),
        "status": amount.status.value, "completeness": round(amount.completeness, 4), "gaps": amount.gaps,
    }  # fmt: skip


def _uses(uses: Sequence[Use]) -> list[Document]:
    """One line for each carrier and sector; what is withheld in it is counted, and in no sum."""
    groups: dict[tuple[str, str, str], list[Use]] = {}
    for use in uses:
        groups.setdefault((use.carrier.value, use.sector.value, use.basis.value), []).append(use)
    told = []
    for (carrier, sector, basis), some in sorted(groups.items()):
        given, pci = total(u.amount for u in some if u.amount), total(u.pci for u in some if u.pci)
        told.append({
            "carrier": carrier, "sector": sector, "basis": basis, **(_amount(given) if given else {"mwh": None}),
            "mwh_pci": None if pci is None else round(pci.mwh, 4),
            "withheld": sum(use.amount is None for use in some),
        })  # fmt: skip
    return told


def _source(batch: OpenBatch) -> Document:
    return {
        "batch": batch.id, "title": batch.title, "publisher": batch.publisher, "licence": batch.licence or None,
        "vintage": batch.vintage, "dataset": batch.dataset, "sha256": batch.sha256,
    }  # fmt: skip
