"""The company's month: energy sold, what it brings, how far that is from what was invoiced, and what the roof costs.

E = Idx_end - Idx_start of the injection register, a change of meter making two segments. R = T0·L·min(E, E_cap) +
T_cap·max(0, E - E_cap), E_cap = kWp × hours, by contract year. A month's revenue is accrued: an estimate, since the
cap is that of the contract year and the invoice comes later. Money is `Decimal`, euro without VAT; kWh at this edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Literal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class IndexReading:
    """The register of one meter on one day, kWh."""

    on: date
    meter: str
    kwh: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract pays."""

    price: Decimal
    """EUR/kWh below the cap: T0·L, or a mean price."""
    power: Decimal
    """kWp"""
    cap_hours: Decimal | None = None
    cap_price: Decimal | None = None
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """How the owner of the roof is paid; see config.contracts.Fee."""

    basis: Literal["year", "kwp-year", "m2-year", "revenue", "kwh"]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Revenue:
    """What an energy brings."""

    energy: Decimal
    below_cap: Decimal
    above_cap: Decimal
    cap: Decimal | None
    """kWh of the contract year."""
    euro: Decimal


def energy(readings: Iterable[IndexReading], start: date, end: date) -> Decimal | None:
    """E between two days on which an index was read: the sum over meters of what each gained; None without readings.

    A meter that was changed has its last reading, and the new one its first, on days between. ValueError when an index
    falls. Only readings within start..end count, and each meter needs two.
    """
    meters: dict[str, list[IndexReading]] = {}
    for reading in sorted(readings, key=lambda each: each.on):
        if start <= reading.on <= end:
            meters.setdefault(reading.meter, []).append(reading)
    segments = [rows for rows in meters.values() if len(rows) > 1]
    days = [row.on for rows in meters.values() for row in rows]
    if not segments or len(segments) != len(meters) or min(days) != start or max(days) != end:
        return None
    gained = Decimal(0)
    for rows in segments:
        if any(later.kwh < earlier.kwh for earlier, later in pairwise(rows)):
            raise ValueError(f"the index of meter {rows[0].meter} falls")
        gained += rows[-1].kwh - rows[0].kwh
    return gained


def revenue(terms: Terms, kwh: Decimal, before: Decimal = Decimal(0)) -> Revenue:
    """R of so many kWh, `before` of which were sold in the same contract year already. ValueError below 0."""
    if kwh < 0 or before < 0:
        raise ValueError("an energy sold is not negative")
    cap = terms.power * terms.cap_hours if terms.cap_hours is not None else None
    room = kwh if cap is None else max(Decimal(0), cap - before)
    below = min(kwh, room)
    above = kwh - below
    euro = terms.price * below + (terms.cap_price or Decimal(0)) * above
    return Revenue(kwh, below, above, cap, cents(euro))


def fee(lease: Lease, months: int, power: Decimal, area: Decimal | None, sold: Revenue) -> Decimal | None:
    """What the owner of the roof is due for so many months; None where the area that it needs is not known."""
    share = Decimal(months) / 12
    if lease.basis == "m2-year" and area is None:
        return None
    due = {
        "year": lease.amount * share,
        "kwp-year": lease.amount * power * share,
        "m2-year": lease.amount * (area or Decimal(0)) * share,
        "revenue": lease.amount * sold.euro,
        "kwh": lease.amount * sold.energy,
    }
    return cents(due[lease.basis])


def specific_yield(kwh: Decimal, power: Decimal) -> Decimal:
    """Y_spec = E/P_kWp. ValueError without power."""
    if power <= 0:
        raise ValueError("a plant without power has no specific yield")
    return kwh / power


def contract_year(start: date | None, day: date) -> date:
    """First day of the contract year in which a day lies; the civil year where the contract's start is not known."""
    if start is None:
        return date(day.year, 1, 1)
    month, first = (start.month, start.day) if (start.month, start.day) != (2, 29) else (3, 1)
    begun = date(day.year, month, first)
    return begun if begun <= day else date(day.year - 1, month, first)


def cents(euro: Decimal) -> Decimal:
    """Rounded as an invoice is."""
    return euro.quantize(CENT, ROUND_HALF_UP)
