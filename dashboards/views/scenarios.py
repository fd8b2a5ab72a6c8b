"""What if all schools had panels? The roofs that are not built yet, by who could decide them. MODELLED and assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dashboards.roofs import scenario
from models.territory.roof_pipeline import Kind, Owner, Roof

Document = dict[str, Any]
PRICE = Decimal(1200)
"""Euro for each kWp of a roof whose cost nobody has told: an assumption, and shown as one."""
YEARS = 5
"""In which they are built, in even steps. Assumed."""


class Wish(StrEnum):
    """What if…, by the words of `dashboards.web.words`."""

    SCHOOLS = "schools"
    COMMUNE = "commune"
    HOUSING = "housing"
    COMPANIES = "companies"
    ALL = "all"


CHOSEN: dict[Wish, tuple[tuple[Kind, ...], tuple[Owner, ...]]] = {
    Wish.SCHOOLS: ((Kind.SCHOOL,), ()),
    Wish.COMMUNE: ((), (Owner.COMMUNE,)),
    Wish.HOUSING: ((Kind.HOUSING,), ()),
    Wish.COMPANIES: ((Kind.COMPANY,), ()),
    Wish.ALL: ((), ()),
}
"""Kinds and owners; empty is whichever. They overlap: a school of the commune is in two; nobody adds them up."""


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Each as dashboards.roofs.scenario gives it; those without a roof are left out."""

    first: int
    last: int
    wishes: dict[Wish, Document]
    used_mwh: float | None
    """Electricity of the territory in `used_year`; None while nobody knows it."""
    used_year: int | None

    @property
    def share(self) -> float | None:
        """All roofs together over that electricity."""
        whole = self.wishes.get(Wish.ALL)
        return whole["kwh_per_year"] / 1000 / self.used_mwh if whole and self.used_mwh else None


def scenarios(roofs: Sequence[Roof], year: int, progress: Document | None) -> Scenarios:
    """The wishes, built in the YEARS that follow `year`; `progress` is the territory's document."""
    first, last = year + 1, year + YEARS
    made = {wish: scenario(roofs, first, last, PRICE, *chosen) for wish, chosen in CHOSEN.items()}
    used, when = _used(progress)
    return Scenarios(first, last, {wish: found for wish, found in made.items() if found["roofs"]}, used, when)


def _used(progress: Document | None) -> tuple[float | None, int | None]:
    """Electricity that the territory used, only where all of it is known."""
    for each in (progress or {}).get("rings", ()):
        used = each["consumption"]
        if each["ring"] == "electricity" and used and not used["gaps"] and not each["refused"]:
            return used["mwh"], each["year"]
    return None, None
