"""What if all schools had panels? Roofs that are not built yet, put on a calendar: what they would add, year by year.

MODELLED. Roofs that make energy already, or were set aside, add nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.territory.roof_pipeline import TO_COME, Kind, Owner, Roof

DEGRADATION = 0.005
"""Of a year's energy, lost with each year. Assumed: half a percent is usual of crystalline modules."""


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a scenario."""

    year: int
    roofs: int
    """Newly built in it; they make energy from the next year on."""
    kwp: float
    kwh: float
    """Made in it by all roofs built before."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The years, and the sums of all its roofs."""

    years: tuple[Year, ...]
    roofs: tuple[str, ...]
    """Ids, in the order in which they are built."""
    kwp: float
    kwh: float
    """A year, once all are built and new."""
    euros: Decimal
    euros_assumed: Decimal
    """Of it, what rests on the assumed price of a kWp, and not on a cost that is known."""


def scenario(
    roofs: Iterable[Roof],
    first: int,
    last: int,
    euros_per_kwp: Decimal,
    kinds: Sequence[Kind] = (),
    owners: Sequence[Owner] = (),
    least_kwp: float = 0.0,
) -> Scenario:
    """Build the roofs of these kinds and owners (all, when none is named) in even steps from `first` to `last`.

    The best ones (kWh per kWp) come first. ValueError when the years do not follow each other.
    """
    if not first <= last < first + 100:
        raise ValueError(f"{first} to {last}")
    chosen = sorted(
        (
            roof
            for roof in roofs
            if roof.stage in TO_COME
            and (not kinds or roof.kind in kinds)
            and (not owners or roof.owner in owners)
            and roof.kwp >= least_kwp
        ),
        key=lambda roof: (-roof.kwh / roof.kwp, roof.id),
    )
    length = last - first + 1
    built = {roof.id: first + number * length // max(len(chosen), 1) for number, roof in enumerate(chosen)}
    years = []
    for year in range(first, last + 2):
        new = [roof for roof in chosen if built[roof.id] == year]
        running = ((roof, year - built[roof.id] - 1) for roof in chosen if built[roof.id] < year)
        made = sum(roof.kwh * (1 - DEGRADATION) ** age for roof, age in running)
        years.append(Year(year, len(new), sum(roof.kwp for roof in new), made))
    priced = {roof.id: euros_per_kwp * Decimal(str(roof.kwp)) for roof in chosen if roof.euros is None}
    assumed = sum(priced.values(), Decimal(0))
    known = sum((roof.euros for roof in chosen if roof.euros is not None), Decimal(0))
    return Scenario(
        tuple(years), tuple(roof.id for roof in chosen), sum(roof.kwp for roof in chosen),
        sum(roof.kwh for roof in chosen), known + assumed, assumed,
    )  # fmt: skip
