"""What lost energy would have earned: by the contract of its site, else by an assumption that is told as one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from config import load_contracts
from config.contracts import Contracts, price_of
from config.faults import ConfigError

ASSUMED = Decimal("0.10")
"""€/kWh where no contract is known: the order of French feed-in tariffs, a round figure and no more."""


@dataclass(frozen=True, slots=True)
class SitePrice:
    """€/kWh, and how it is known: a word of config.town.Status, `assumed` also for a mean of published sums."""

    euros: Decimal
    status: str


class Prices:
    """The prices of a town."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts

    def __call__(self, site: str) -> Decimal:
        """€/kWh of a site; of ``town`` and of sites without a contract the assumption."""
        return self.of(site).euros

    def of(self, site: str) -> SitePrice:
        """The same with its status."""
        found = price_of(self._contracts, site)
        if found is None:
            return SitePrice(ASSUMED, "assumed")
        return SitePrice(found.eur_per_kwh, "assumed" if found.derived else str(found.status))


def prices_of(folder: Path | None) -> Prices:
    """Those of a town's folder; assumptions where it has none, or where it cannot be read just now."""
    try:
        return Prices(load_contracts(folder) if folder is not None else Contracts())
    except ConfigError:
        return Prices(Contracts())
