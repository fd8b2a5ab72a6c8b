"""The producer's month, contract by contract: energy, revenue, variance, fee. Plain data; money as text, exact.

A month's revenue is accrued, an estimate: the cap is that of the contract year, the invoice comes later, and where no
tariff is known the price is a mean of published sums. Money is told as text with two decimals, so that no reader turns
it into a binary fraction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from collector.store import Store
from config.contracts import Contract, Contracts, Invoice, Price, decimal, price_of
from config.kwh import Step, Subject
from config.town import Site, Town
from models.calendar import day_of, day_start
from models.territory.company import (
    IndexReading,
    Lease,
    Terms,
    contract_year,
    energy,
    fee,
    revenue,
    specific_yield,
)

Document = dict[str, Any]
METERED = frozenset({"index", "meter"})
"""Bases of a site's energy that are a meter's."""
WHOLE = 0.995


def statement(town: Town, contracts: Contracts, store: Store | None, month: date, tz: tzinfo, now: int) -> Document:
    """The statement of the month that begins on that day; sites without a contract follow without money."""
    rows = [_of_contract(town, contracts, each, store, month, tz, now) for each in contracts.contracts]
    paid = {site for each in contracts.contracts for site in each.sites}
    return {
        "month": f"{month:%Y-%m}",
        "complete": _end(month) <= day_of(now, tz),
        "currency": "EUR",
        "vat": "excluded",
        "contracts": rows,
        "without_contract": [
            {"site": site.id, "name": site.name, **_energy(store, [site], month, _end(month), tz)}
            for site in town.sites
            if site.id not in paid
        ],
    }


def _of_contract(
    town: Town, contracts: Contracts, contract: Contract, store: Store | None, month: date, tz: tzinfo, now: int
) -> Document:
    sites = [site for site in town.sites if site.id in contract.sites]
    price = price_of(contracts, contract.sites[0], month)
    power = _power(contract, sites)
    made = _energy(store, sites, month, _end(month), tz)
    year = contract_year(contract.start, month)
    before = _energy(store, sites, year, month, tz)
    told: Document = {
        "contract": contract.id, "name": contract.name, "producer": contract.producer, "sites": list(contract.sites),
        "power_kwp": float(power), **made,
        "price": None if price is None else {
            "eur_per_kwh": str(price.eur_per_kwh.normalize()), "derived": price.derived, "status": price.status.value,
            "source": price.source, "coefficient": str(contract.coefficient(month))},
        "contract_year": year.isoformat(), "energy_before_kwh": before["energy_kwh"],
        "specific_yield_kwh_kwp": None, "cap_kwh": None, "cap_used": None, "accrued": None, "fee": None,
        "index": _index(contract, month), "invoices": [],
    }  # fmt: skip
    if made["energy_kwh"] is None or power <= 0:
        return told
    sold = Decimal(str(made["energy_kwh"]))
    told["specific_yield_kwh_kwp"] = round(float(specific_yield(sold, power)), 2)
    if price is not None:
        terms = _terms(contract, price, power)
        earlier = Decimal(str(before["energy_kwh"] or 0))
        earned = revenue(terms, sold, earlier)
        told["cap_kwh"] = None if earned.cap is None else float(earned.cap)
        told["cap_used"] = None if not earned.cap else round(float((earlier + sold) / earned.cap), 4)
        told["accrued"] = {"eur": str(earned.euro), "below_cap_kwh": float(earned.below_cap),
                           "above_cap_kwh": float(earned.above_cap), "estimate": True}  # fmt: skip
        if contract.fee:
            area = _area(sites)
            due = fee(Lease(contract.fee.basis, decimal(contract.fee.amount)), 1, power, area, earned)
            told["fee"] = {
                "eur": None if due is None else str(due), "basis": contract.fee.basis,
                "source": contract.fee.amount.source, "status": contract.fee.amount.status.value,
            }  # fmt: skip
        told["invoices"] = [
            _invoice(contract, each, terms, store, sites, tz)
            for each in contract.invoices
            if each.since < _end(month) and month < each.until
        ]
    return told


def _energy(store: Store | None, sites: Sequence[Site], start: date, end: date, tz: tzinfo) -> Document:
    """What sites made from day to day: kWh of the highest authority, of the monitoring, and their difference."""
    absent: Document = {"energy_kwh": None, "monitored_kwh": None, "variance_kwh": None, "days_known": 0,
                        "completeness": 0.0, "bases": [], "status": None}  # fmt: skip
    if store is None or start >= end or not sites:
        return absent
    span = (day_start(start, tz), day_start(end, tz))
    columns = ["energy", "completeness", "basis", "status"]
    rows = store.read_rollups(Step.DAY, Subject.SITE, [site.id for site in sites], *span, columns)
    known = rows[rows["energy"].notna()]
    if known.empty:
        return absent
    inverters = [f"{site.id}/{each.id}" for site in sites for each in site.inverters]
    watched = store.read_rollups(Step.DAY, Subject.INVERTER, inverters, *span, ["energy", "completeness"])
    whole = watched[watched["energy"].notna()]
    total, seen = math.fsum(known["energy"]) / 1000, math.fsum(whole["energy"]) / 1000
    bases = sorted({str(basis) for basis in known["basis"] if basis})
    days = (end - start).days * len(sites)
    share = math.fsum(c for c in known["completeness"] if math.isfinite(c)) / days
    both = set(bases) <= METERED and len(whole) == len(inverters) * (end - start).days
    sure = set(known["status"]) <= {"measured"} and share >= WHOLE
    return {
        "energy_kwh": round(total, 3), "monitored_kwh": round(seen, 3) if len(whole) else None,
        "variance_kwh": round(total - seen, 3) if both else None, "days_known": int(known["time"].nunique()),
        "completeness": round(min(share, 1.0), 4), "bases": bases, "status": "measured" if sure else "estimated",
    }  # fmt: skip


def _index(contract: Contract, month: date) -> Document | None:
    """What the typed readings of the register say of the month; None without readings on its first and last day."""
    gained = energy(_readings(contract), month, _end(month))
    return None if gained is None else {"kwh": float(gained)}


def _readings(contract: Contract) -> list[IndexReading]:
    return [IndexReading(each.on, each.meter, decimal(each.index)) for each in contract.readings]


def _invoice(
    contract: Contract, invoice: Invoice, terms: Terms, store: Store | None, sites: Sequence[Site], tz: tzinfo
) -> Document:
    """What an invoice says beside what it should be: by the index where it was read, else by what was measured."""
    gained = energy(_readings(contract), invoice.since, invoice.until)
    basis = "index"
    if gained is None:
        made = _energy(store, sites, invoice.since, invoice.until, tz)
        whole = made["energy_kwh"] is not None and made["completeness"] >= WHOLE
        gained, basis = (Decimal(str(made["energy_kwh"])), "rollups") if whole else (None, "unknown")
    expected = None if gained is None else revenue(terms, gained).euro
    billed = decimal(invoice.amount)
    return {
        "since": invoice.since.isoformat(), "until": invoice.until.isoformat(), "eur": str(billed),
        "kwh": invoice.energy and invoice.energy.value, "expected_kwh": None if gained is None else float(gained),
        "expected_eur": None if expected is None else str(expected), "basis": basis,
        "variance_eur": None if expected is None else str(expected - billed),
        "source": invoice.amount.source, "status": invoice.amount.status.value,
    }  # fmt: skip


def _terms(contract: Contract, price: Price, power: Decimal) -> Terms:
    hours = decimal(contract.cap_hours) if contract.cap_hours and not price.derived else None
    above = decimal(contract.cap_price) if contract.cap_price and not price.derived else None
    return Terms(price.eur_per_kwh, power, hours, above, contract.start)


def _power(contract: Contract, sites: Sequence[Site]) -> Decimal:
    if contract.power:
        return decimal(contract.power)
    return sum((decimal(a.kwp) for s in sites for r in s.roofs for a in r.arrays), Decimal(0))


def _area(sites: Sequence[Site]) -> Decimal | None:
    areas = [roof.area for site in sites for roof in site.roofs]
    known = [decimal(area) for area in areas if area]
    return sum(known, Decimal(0)) if len(known) == len(areas) else None


def _end(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)
