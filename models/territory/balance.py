"""The energy of one civil year: what the commune needs (C), what it makes (P), by ring. MWh final, PCI.

C_elec is what was drawn from the network plus what plants gave their own house; P_elec is what they injected plus the
same: self-consumption stands on both sides. Gas in higher heating value counts 0.9. What heat pumps take from the air
counts in P only when it counts in C as well. A carrier that is missing makes the ring of all uses partial, and leaves
the ring of electricity alone. Formulas: law 2015-992 (annual balance), indicators cae_2.a, cae_3.a, cae_3.b of
Territoires en Transitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from config.carriers import ELECTRIC, HEAT_CARRIERS, HEATING, Basis, Carrier, Filiere, Ring, Sector
from models.territory.amount import GAS_PCI_PER_PCS, Amount, total
from models.territory.plants import Counted, Production

WASTE_SHARE = 0.5
"""Of incineration, as renewable (cae_17)."""
ALWAYS = frozenset({Carrier.ELECTRICITY})


@dataclass(frozen=True, slots=True)
class Use:
    """What one sector used of one carrier; `amount` None for a cell that is withheld: a gap, not a zero."""

    carrier: Carrier
    sector: Sector
    amount: Amount | None
    basis: Basis = Basis.PCI

    @property
    def pci(self) -> Amount | None:
        """In lower heating value."""
        return self.amount.scaled(GAS_PCI_PER_PCS) if self.amount and self.basis is Basis.PCS else self.amount


@dataclass(frozen=True, slots=True)
class RingBalance:
    """Needs and production of one ring in one year; None is what cannot be computed."""

    ring: Ring
    consumption: Amount | None
    production: Amount | None
    missing: tuple[Carrier, ...] = ()
    """Carriers of the ring of which nothing is known: with any, the ring is partial."""

    @property
    def computable(self) -> bool:
        """Whether a coverage may be told."""
        return not self.missing and self.consumption is not None and self.consumption.mwh > 0


@dataclass(frozen=True, slots=True)
class Balance:
    """One year of one perimeter."""

    year: int
    uses: tuple[Use, ...]
    production: Production
    rings: tuple[RingBalance, ...]

    def ring(self, ring: Ring) -> RingBalance:
        """The balance of one ring."""
        return next(each for each in self.rings if each.ring is ring)


def ambient_heat(delivered: float, spf: float) -> float:
    """What a heat pump takes from air or ground: Q·(1 - 1/SPF), MWh of Q MWh delivered. ValueError for SPF <= 1."""
    if spf <= 1:
        raise ValueError(f"a seasonal performance factor of {spf} is no heat pump's")
    return delivered * (1 - 1 / spf)


def balance(
    year: int,
    uses: Iterable[Use],
    made: Production,
    wanted: Sequence[Carrier],
    heat: Sequence[Carrier] = (Carrier.GAS, Carrier.OIL, Carrier.WOOD),
) -> Balance:
    """The rings of one year. `wanted`, `heat`: carriers without which that ring is partial."""
    uses = tuple(uses)
    own = made.self_consumed()
    electricity = _consumed(uses, ALWAYS)
    electricity = total([electricity, own]) if electricity and own else electricity
    ambient = _consumed(uses, frozenset({Carrier.AMBIENT}))
    counted = [each for each in made.counted if each.filiere is not Filiere.HEAT_PUMP or ambient]
    everything = _consumed(uses, frozenset(Carrier))
    everything = total([everything, own]) if everything and own else everything
    gone = {carrier for carrier in Carrier if _consumed(uses, frozenset({carrier})) is None}
    renewable = [_renewable(each) for each in counted if each.filiere is not Filiere.OTHER]
    blind = len(made.unknown)
    rings = (
        RingBalance(
            Ring.ALL_USES,
            everything,
            _gapped(total(a for _f, a in renewable), blind),
            tuple(c for c in wanted if c in gone),
        ),
        RingBalance(
            Ring.ELECTRICITY,
            electricity,
            _gapped(total(a for f, a in renewable if f in ELECTRIC), blind),
            tuple(c for c in ALWAYS if c in gone),
        ),
        RingBalance(
            Ring.HEAT,
            _consumed(uses, HEAT_CARRIERS),
            total(a for f, a in renewable if f in HEATING),
            tuple(c for c in heat if c in gone),
        ),
    )
    return Balance(year, uses, made, rings)


def _gapped(amount: Amount | None, gaps: int) -> Amount | None:
    return replace(amount, gaps=amount.gaps + gaps) if amount else None


def _renewable(each: Counted) -> tuple[Filiere, Amount]:
    return each.filiere, each.made.scaled(WASTE_SHARE) if each.filiere is Filiere.WASTE else each.made


def _consumed(uses: Iterable[Use], carriers: frozenset[Carrier]) -> Amount | None:
    """The sum of these carriers in PCI; None when no cell of them is known. Withheld cells are counted as gaps."""
    cells = [use for use in uses if use.carrier in carriers]
    known = total(use.pci for use in cells if use.pci is not None)
    if known is None:
        return None
    withheld = sum(use.amount is None for use in cells)
    share = (len(cells) - withheld) / len(cells)
    return Amount(
        known.mwh, known.sources, known.vintages, known.status, known.completeness * share,
        known.gaps + withheld, known.derived_from,
    )  # fmt: skip
