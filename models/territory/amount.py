"""One figure of the territory: MWh with source, vintage, status and completeness; and what a sum of them knows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from config.carriers import Known

GAS_PCI_PER_PCS = 0.9
"""Lower over higher heating value of natural gas; the networks' open data are PCS."""


@dataclass(frozen=True, slots=True)
class Amount:
    """So many MWh, and how they are known. ValueError for what is no energy."""

    mwh: float
    sources: frozenset[str]
    vintages: frozenset[str]
    """Days (ISO) of the editions that it comes from."""
    status: Known
    completeness: float = 1.0
    """0 < c <= 1: the share of the whole that these MWh are, as far as anybody can tell."""
    gaps: int = 0
    """Cells that are withheld (statistical secrecy) or unknown: they are in no sum, and never 0."""
    derived_from: frozenset[str] = field(default_factory=frozenset)
    """Published ratios out of which a part of it was worked back."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.mwh) or self.mwh < 0:
            raise ValueError(f"{self.mwh} MWh is no energy")
        if not 0 < self.completeness <= 1:
            raise ValueError(f"completeness {self.completeness} is not within 0 (excluded) and 1")
        if not self.sources:
            raise ValueError("a figure needs its source")

    def scaled(self, factor: float) -> Amount:
        """The same figure times a factor: PCS to PCI, a share that counts."""
        return replace(self, mwh=self.mwh * factor)

    @property
    def whole(self) -> bool:
        """Whether nothing is known to be missing in it."""
        return self.gaps == 0 and self.completeness >= 0.995


def total(amounts: Iterable[Amount]) -> Amount | None:
    """The sum, as sure as the least sure part; None of nothing, which is not 0.

    Completeness: the known MWh over what they would be if each part were whole.
    """
    parts = list(amounts)
    if not parts:
        return None
    known, whole = math.fsum(p.mwh for p in parts), math.fsum(p.mwh / p.completeness for p in parts)
    least = min(p.completeness for p in parts)
    return Amount(
        known,
        frozenset().union(*(p.sources for p in parts)),
        frozenset().union(*(p.vintages for p in parts)),
        max((p.status for p in parts), key=lambda status: status.doubt),
        min(known / whole, 1.0) if whole > 0 and known > 0 else least,
        sum(p.gaps for p in parts),
        frozenset().union(*(p.derived_from for p in parts)),
    )
