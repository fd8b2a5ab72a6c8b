"""The balance and the coverages of each year, from everything that was gathered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.carriers import ELECTRIC, Carrier, Filiere, Perimeter, Ring
from config.territory import Territory as Facts
from config.town import Town
from dashboards.progress.gathered import Gathered, monitored
from models.territory.amount import Amount, total
from models.territory.balance import Balance, balance
from models.territory.coverage import Coverage, Scoped, coverage, of_ring
from models.territory.plants import Production, Row, production


@dataclass(frozen=True, slots=True)
class YearProgress:
    """One year."""

    year: int
    balance: Balance
    territory: tuple[Coverage, ...]
    """One for each ring."""
    municipal: tuple[Coverage, ...]
    """Patrimony and municipal roofs, electricity."""

    def ring(self, ring: Ring) -> Coverage:
        """The territory's coverage of that ring."""
        return next(each for each in self.territory if each.ring is ring)

    @property
    def all(self) -> tuple[Coverage, ...]:
        """Every coverage of the year."""
        return (*self.territory, *self.municipal)


def years_of(town: Town, facts: Facts, found: Gathered) -> Mapping[int, YearProgress]:
    """Each year of which anything is known, in order."""
    everything = {*found.uses, *found.rows, *found.sites, *found.patrimony}
    return {year: _year(town, facts, found, year) for year in sorted(everything)}


def _year(town: Town, facts: Facts, found: Gathered, year: int) -> YearProgress:
    rows = found.rows.get(year, ())
    plants = monitored(town, facts, found.sites.get(year, {}))
    if not rows and not any(plant.made for plant in plants):
        plants = []
    made = production(plants, _of_one_source(rows), found.editions.get(year))
    whole = balance(year, found.uses.get(year, ()), made, facts.wanted)
    territory = tuple(_told(of_ring(year, ring), rows) for ring in whole.rings)
    needs = Scoped(Perimeter.PATRIMONY, _electricity(found, year, made, facts))
    municipal = tuple(
        coverage(year, Ring.ELECTRICITY, Scoped(perimeter, _made(made, _sites(facts, perimeter))), needs)
        for perimeter in (Perimeter.PATRIMONY, Perimeter.MUNICIPAL_ROOFS)
    )
    return YearProgress(year, whole, territory, municipal)


def _told(told: Coverage, rows: tuple[Row, ...]) -> Coverage:
    """Without register and operator only our own plants are known: the production is at least that, and says so."""
    electric = any(row.filiere is Filiere.PHOTOVOLTAIC for row in rows)
    if told.production is None or electric or told.ring is Ring.HEAT:
        return told
    return replace(told, production=replace(told.production, gaps=told.production.gaps + 1))


def _of_one_source(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Typed sums of a filiere stand beside rows of others; rows and sums about one filiere never meet."""
    singles = {row.filiere for row in rows if not row.is_sum}
    return tuple(row for row in rows if not (row.is_sum and row.filiere in singles))


def _made(made: Production, sites: frozenset[str]) -> Amount | None:
    """What these plants made; those of which nothing is known are gaps."""
    known = made.of(ELECTRIC, sites)
    blind = len(sites - {each.id for each in made.counted})
    return replace(known, gaps=known.gaps + blind) if known else None


def _sites(facts: Facts, perimeter: Perimeter) -> frozenset[str]:
    if perimeter is Perimeter.PATRIMONY:
        return frozenset(plant.site for plant in facts.plants if plant.municipal_roof and plant.financed == "commune")
    return frozenset(plant.site for plant in facts.plants if plant.municipal_roof)


def _electricity(found: Gathered, year: int, made: Production, facts: Facts) -> Amount | None:
    """What the municipal buildings used: drawn, and what plants on their roofs gave them."""
    uses = [use for use in found.patrimony.get(year, ()) if use.carrier is Carrier.ELECTRICITY]
    drawn = total(use.amount for use in uses if use.amount)
    if drawn is None:
        return None
    gaps = sum(use.amount is None for use in uses)
    drawn = replace(drawn, gaps=drawn.gaps + gaps, completeness=drawn.completeness * (len(uses) - gaps) / len(uses))
    own = made.self_consumed(_sites(facts, Perimeter.MUNICIPAL_ROOFS))
    return total([drawn, own]) if own else drawn
