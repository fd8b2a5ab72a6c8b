"""Where the territory goes: trajectory and rhythms, climate, levers, matching by half-hours; as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from collector.opendata.kept import Territory
from config.carriers import Carrier, Filiere, Known, Perimeter, Ring
from config.territory import Renovation
from config.territory import Territory as Facts
from dashboards.progress.gathered import Gathered
from dashboards.progress.years import YearProgress
from models.territory import climate
from models.territory.amount import Amount
from models.territory.buildings import saving, specific
from models.territory.levers import Levers, Saving, levers
from models.territory.matching import Matching, matching, spread
from models.territory.plants import WHOLE_YEAR
from models.territory.rhythm import reached, rhythm
from models.territory.trajectory import Target, deviation, kwp_per_year, required, targeted

Document = dict[str, Any]
Years = Mapping[int, YearProgress]
SPECIFIC_YIELD = 982.0
"""kWh/kWp, of Mine de Soleil as published: what a rhythm of growth means in kWp where no measured yield is at hand."""
KNOWN_STEPS = 0.9
"""Of the half-hours of a year that eco2mix must have."""
HALF_HOUR = 1_800_000
MOST_CELLS = 0.5
"""Of the cells of a consumption that must be known for a rhythm; what is withheld is told beside every figure."""


def targets(facts: Facts, ring: Ring) -> list[Target]:
    """What the council voted for a ring, in order."""
    voted = [each for each in facts.milestones if each.ring is ring]
    return sorted(Target(m.year, m.consumption.value, m.production.value) for m in voted)


def trajectory(facts: Facts, years: Years, ring: Ring, year: int | None) -> Document:
    """Milestones, what was observed, how far off, how fast it goes and must go."""
    voted = targets(facts, ring)
    told = {y: each.ring(ring) for y, each in years.items()}
    whole = {y: c for y, c in told.items() if _made_whole(c.production) and _used_whole(c.consumption)}
    known = {y: c for y, c in whole.items() if c.percent is not None}
    gap = rhythm({y: c.gap for y, c in known.items() if c.gap is not None})
    closing = reached({y: c.gap for y, c in known.items() if c.gap is not None})
    here = told.get(year) if year is not None else None
    late = coming = None
    if here and year is not None and here.percent is not None and here.consumption and here.production:
        late = deviation(voted, year, here.percent)
        coming = required(voted, year, here.consumption.mwh, here.production.mwh)
    points = sorted({t.year for t in voted} | {y for y in known if targeted(voted, y)})
    return {
        "ring": ring.value,
        "milestones": [
            {"year": m.year, "consumption_mwh": m.consumption.value, "production_mwh": m.production.value,
             "percent": _round(100 * m.production.value / m.consumption.value) if m.consumption.value else None,
             "voted": m.voted.isoformat(), "source": m.source}
            for m in sorted(facts.milestones, key=lambda m: m.year) if m.ring is ring
        ],
        "target": [{"year": y, "percent": _round(t.percent)} for y in points if (t := targeted(voted, y))],
        "observed": [
            {"year": y, "percent": _round(c.percent), "consumption_mwh": c.consumption and _round(c.consumption.mwh),
             "production_mwh": c.production and _round(c.production.mwh)}
            for y, c in sorted(told.items()) if c.percent is not None
        ],
        "deviation_points": _round(late),
        "required": [
            {"until": r.until, "savings_mwh_per_year": _round(r.savings), "growth_mwh_per_year": _round(r.growth),
             "kwp_per_year": _round(kwp_per_year(r.growth, SPECIFIC_YIELD)) if r.growth > 0 else 0.0,
             "kwp_at_kwh_per_kwp": SPECIFIC_YIELD}
            for r in coming or ()
        ],
        "rhythm": None if gap is None else {
            "gap_mwh_per_year": _round(gap.slope), "low": _round(gap.low), "high": _round(gap.high),
            "years": gap.years},
        "enough_data": gap is not None,
        "reached": None if closing is None else {
            "year": _round(closing.year), "earliest": _round(closing.earliest), "latest": _round(closing.latest)},
    }  # fmt: skip


def climate_corrected(kept: Territory, facts: Facts, found: Gathered) -> tuple[Document | None, dict[str, float]]:
    """Raw and corrected consumption of each year with degree days; and the degree days by month."""
    if facts.climate is None:
        return None, {}
    said = facts.climate
    months = climate.by_month(kept.weather_days(said.station), said.base)
    by_year = climate.by_year(months)
    usual = climate.reference(by_year, *said.reference)
    rows = []
    for year, uses in sorted(found.uses.items()):
        if usual is None or year not in by_year:
            continue
        for carrier, share in said.sensitive.items():
            parts = [use.pci.mwh for use in uses if use.carrier is carrier and use.pci]
            if parts:
                raw = math.fsum(parts)
                fixed = climate.corrected(raw, share.value, by_year[year], usual)
                rows.append({"year": year, "carrier": carrier.value, "raw_mwh": _round(raw),
                             "corrected_mwh": _round(fixed), "sensitive_share": share.value,
                             "sensitive_status": share.status.value})  # fmt: skip
    told = {
        "station": said.station, "base": said.base, "reference": list(said.reference),
        "reference_degree_days": _round(usual), "degree_days": {str(y): _round(v) for y, v in by_year.items()},
        "consumption": rows,
    }  # fmt: skip
    return told, months


def levers_of(years: Years, corrected: Document | None, savings: Callable[[int], Sequence[Saving]]) -> Document | None:
    """The three levers between the first and the last year of which electricity is known; None without any year.

    What nobody measured is None there, beside what was declared.
    """
    if not years:
        return None
    known = [y for y, each in years.items() if _used_whole(each.ring(Ring.ELECTRICITY).consumption)]
    made = [y for y, each in years.items() if _made_whole(each.ring(Ring.ELECTRICITY).production)]
    told = known or made or [max(years)]
    since, until = min(told), max(told)
    both = None
    if since < until:
        both = (_consumed(years, since), _consumed(years, until))
    grown = None
    if {since, until} <= {*made} and since < until:
        grown = (_made(years, since), _made(years, until))
    fixed = _corrected(corrected, since, until)
    shift = (fixed[0] if fixed else 0.0, fixed[1] if fixed else 0.0)
    if both and fixed:
        both = (both[0] + shift[0], both[1] + shift[1])
    return plain_levers(levers(since, until, savings(until), both, grown, corrected=fixed is not None))


def plain_levers(found: Levers) -> Document:
    """The levers as plain data."""
    return {
        "since": found.since, "until": found.until, "climate_corrected": found.corrected,
        "levers": [
            {"lever": row.lever.value, "declared_mwh": _round(row.declared), "not_summed_mwh": _round(row.not_summed),
             "measured_mwh": _round(row.measured)}
            for row in found.rows
        ],
        "consumption_change_mwh": _round(found.change), "explained": _round(found.explained),
        "rest_mwh": _round(found.rest),
    }  # fmt: skip


def buildings_of(facts: Facts, found: Gathered, months: Mapping[str, float], year: int | None) -> list[Document]:
    """The municipal buildings: what they used in a year, and what each renovation saved, measured beside declared."""
    told = []
    for building in facts.buildings:
        used = found.months.get(building.id, {})
        by_carrier: dict[str, Document] = {}
        for carrier in building.carriers:
            parts = [kwh for month, kwh in used.get(carrier, {}).items() if month.startswith(f"{year}-")]
            by_carrier[carrier.value] = {"kwh": _round(math.fsum(parts)) if parts else None, "months": len(parts)}
        whole = [each["kwh"] for each in by_carrier.values() if each["months"] == 12]
        area = building.surface.value if building.surface else None
        intensity = specific(math.fsum(whole), area) if area and len(whole) == len(by_carrier) else None
        told.append({
            "id": building.id, "name": building.name, "surface_m2": area, "year": year, "used": by_carrier,
            "kwh_per_m2": _round(intensity),
            "renovations": [
                _renovation(works, used.get(works.carrier, {}), months) for works in building.renovations
            ],
        })  # fmt: skip
    return told


def _renovation(works: Renovation, monthly: Mapping[str, float], months: Mapping[str, float]) -> Document:
    measured = saving(monthly, months or None, works.started, works.ended)
    return {
        "id": works.id, "what": works.what, "lever": works.lever, "carrier": works.carrier.value,
        "started": works.started.isoformat(), "ended": works.ended.isoformat(),
        "declared_kwh_per_year": works.declared_kwh.value if works.declared_kwh else None,
        "measured": None if measured is None else {
            "kwh_per_year": _round(measured.saved), "low": _round(measured.low), "high": _round(measured.high),
            "share": _round(measured.share, 4), "months_before": measured.months_before,
            "months_after": measured.months_after, "climate_corrected": measured.corrected, "shown": measured.shown},
    }  # fmt: skip


def matching_of(kept: Territory, years: Years, year: int | None) -> Document | None:
    """Electricity of the territory by half-hours, MODELLED: yearly energies by the profiles of the region."""
    if year is None or year not in years:
        return None
    ring = years[year].ring(Ring.ELECTRICITY)
    if ring.percent is None or ring.consumption is None:
        return None
    start = int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1000
    end = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp()) * 1000
    rows = kept.half_hours(start, end)
    if len(rows) < KNOWN_STEPS * (end - start) / HALF_HOUR:
        return None
    table = np.array([[np.nan if v is None else v for v in row[1:]] for row in rows], float)
    absent = np.isnan(table).all(axis=0)  # a filiere that the region does not have
    table[:, absent] = 0.0
    load, thermal, nuclear, wind, solar, hydro, bio = table.T
    clean = np.clip(nuclear, 0, None) + np.clip(wind, 0, None) + np.clip(solar, 0, None)
    clean = clean + np.clip(hydro, 0, None) + np.clip(bio, 0, None)
    every = clean + np.clip(thermal, 0, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        grid = np.where(every > 0, clean / every, np.nan)
    made = np.zeros(len(rows))
    shapes = {Filiere.PHOTOVOLTAIC: solar, Filiere.WIND: wind}
    for counted in years[year].balance.production.counted:
        if counted.filiere in shapes and np.nansum(shapes[counted.filiere]) > 0:
            made = made + spread(counted.made.mwh, np.clip(shapes[counted.filiere], 0, None))
    found = matching(made, spread(ring.consumption.mwh, np.clip(load, 0, None)), 30, modelled=True, grid=grid)
    return plain_matching(found) | {
        "year": year,
        "status": Known.MODELLED.value,
        "perimeter": Perimeter.TERRITORY.value,
    }


def plain_matching(found: Matching) -> Document:
    """The shares as plain data."""
    return {
        "step_minutes": found.step_minutes, "modelled": found.modelled, "steps": found.steps,
        "known_share": _round(found.known, 4), "self_consumption": _round(found.self_consumption, 4),
        "self_sufficiency": _round(found.self_sufficiency, 4), "annual_ratio": _round(found.annual_ratio, 4),
        "carbon_free": _round(found.carbon_free, 4),
    }  # fmt: skip


def _made_whole(amount: Amount | None) -> bool:
    """Whether a production is that of a year."""
    return amount is not None and amount.completeness > WHOLE_YEAR


def _used_whole(amount: Amount | None) -> bool:
    """Whether a consumption can be held against other years: secrecy withholds cells each year."""
    return amount is not None and amount.completeness > MOST_CELLS


def _consumed(years: Years, year: int) -> float:
    amount = years[year].ring(Ring.ELECTRICITY).consumption
    return amount.mwh if amount else math.nan


def _made(years: Years, year: int) -> float:
    amount = years[year].ring(Ring.ELECTRICITY).production
    return amount.mwh if amount else math.nan


def _corrected(told: Document | None, *years: int) -> tuple[float, ...] | None:
    """How far the weather moved the electricity of these years; None when one of them is not told."""
    shifts = []
    for year in years:
        rows: Iterable[Document] = (told or {}).get("consumption", ())
        mine = [r for r in rows if r["year"] == year and r["carrier"] == Carrier.ELECTRICITY.value]
        if not mine:
            return None
        shifts.append(math.fsum(row["corrected_mwh"] - row["raw_mwh"] for row in mine))
    return tuple(shifts)


def _round(value: float | None, digits: int = 2) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, digits)
