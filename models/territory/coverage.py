"""How much of what is needed is made at home: 100·P/C, not capped, with its scope; and when no such ratio is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.carriers import Carrier, Perimeter, Ring
from models.territory.amount import Amount
from models.territory.balance import RingBalance

PAIRS = {
    Perimeter.PATRIMONY: Perimeter.PATRIMONY,
    Perimeter.MUNICIPAL_ROOFS: Perimeter.PATRIMONY,
    Perimeter.TERRITORY: Perimeter.TERRITORY,
}
"""Over whose needs the plants of each perimeter are held: municipal plants over municipal buildings, and no others."""


class Refusal(StrEnum):
    """Why no ratio is told."""

    NO_NEEDS = "no-needs"
    """Nobody has the consumption."""
    NO_PRODUCTION = "no-production"
    PARTIAL = "partial"
    """A carrier is missing: partial, not computable."""
    CIRCULAR = "circular"
    """The denominator was worked back out of a published ratio: dividing by it would give that ratio again."""


@dataclass(frozen=True, slots=True)
class Scoped:
    """Energy of one perimeter: needs are those of the patrimony or of the territory, nothing else."""

    perimeter: Perimeter
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """One ratio with its scope and year, or why there is none."""

    year: int
    perimeter: Perimeter
    ring: Ring
    consumption: Amount | None
    production: Amount | None
    percent: float | None
    """100·P/C; None when refused."""
    gap: float | None
    """C - P in MWh; the territory is positive in that year when it is not above 0."""
    refused: Refusal | None = None
    missing: tuple[Carrier, ...] = ()
    roots: tuple[str, ...] = ()
    """Published ratios out of which the denominator was worked back."""


def coverage(year: int, ring: Ring, supply: Scoped, needs: Scoped, missing: tuple[Carrier, ...] = ()) -> Coverage:
    """The ratio of one ring in one perimeter. ValueError when plants of one perimeter meet the needs of another."""
    if PAIRS[supply.perimeter] is not needs.perimeter:
        raise ValueError(f"plants of the {supply.perimeter} are not held against the needs of the {needs.perimeter}")
    made, used = supply.amount, needs.amount
    roots = tuple(sorted(used.derived_from)) if used else ()
    refused = None
    if missing:
        refused = Refusal.PARTIAL
    elif used is None or used.mwh <= 0:
        refused = Refusal.NO_NEEDS
    elif roots:
        refused = Refusal.CIRCULAR
    elif made is None:
        refused = Refusal.NO_PRODUCTION
    if refused or made is None or used is None:
        return Coverage(year, supply.perimeter, ring, used, made, None, None, refused, missing, roots)
    percent, gap = 100 * made.mwh / used.mwh, used.mwh - made.mwh
    return Coverage(year, supply.perimeter, ring, used, made, percent, gap)


def of_ring(year: int, ring: RingBalance) -> Coverage:
    """The territory's ratio of one ring of its balance."""
    supply = Scoped(Perimeter.TERRITORY, ring.production)
    return coverage(year, ring.ring, supply, Scoped(Perimeter.TERRITORY, ring.consumption), ring.missing)
