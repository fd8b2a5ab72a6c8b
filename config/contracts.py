"""Sale contracts of the town's plants: contracts.toml. What a kilowatt-hour brings is data of each contract.

Tariffs differ by the day on which a contract was asked for, and its yearly indexation L is entered by hand with the
letter that says so: no table of tariffs and no formula of L stands in code. Prices are in euro for each kWh (not
cents), excluding VAT. `Decimal` of what the file says: 0.1125 is 1125/10000, not the nearest binary fraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from config.faults import Fault
from config.language import _
from config.shape import nearest
from config.strict import Strict
from config.town import Figure, Slug, Status, Text, between

FILE = "contracts.toml"

EuroPerKwh = Annotated[Figure, between(0.001, 1, "EUR/kWh")]
"""A tariff in cents (11.25) is out of these bounds, which is what they are for."""


class Indexed(Strict):
    """The coefficient L in force from a day on, as the buyer's letter gives it."""

    since: date
    coefficient: Annotated[Figure, between(0.5, 3, "")]
    evidence: Annotated[str, Field(min_length=3)]
    """What says so, as "letter of EDF OA, 3 May 2024"."""


class Fee(Strict):
    """What the owner of the roof is paid."""

    basis: Literal["year", "kwp-year", "m2-year", "revenue", "kwh"]
    """A sum a year, EUR for each kWp or m² a year, a share of the revenue (0.1 is a tenth), or EUR for each kWh."""
    amount: Annotated[Figure, between(0, 1_000_000, "")]


class Reading(Strict):
    """The index of the injection register on a day, as read."""

    on: date
    meter: Text
    """Number or name of the meter: after a change the index begins anew."""
    index: Annotated[Figure, between(0, 1e10, "kWh")]


class Invoice(Strict):
    """What was invoiced for a stretch of days; `until` is the first day that is no longer in it."""

    since: date
    until: date
    energy: Annotated[Figure, between(0, 1e9, "kWh")] | None = None
    amount: Annotated[Figure, between(0, 1e8, "EUR")]


class Contract(Strict):
    """One sale contract."""

    id: Slug
    name: Text
    sites: tuple[Slug, ...] = Field(min_length=1)
    """Ids of the sites whose injection it pays for."""
    producer: Text
    buyer: Text = ""
    scheme: Text | None = None
    """The tariff order, as S17."""
    source: Annotated[str, Field(min_length=3)]
    status: Status
    note: str = ""
    start: date | None = None
    """First day of delivery; its anniversary begins each contract year."""
    years: Annotated[Figure, between(1, 60, "a")] | None = None
    power: Annotated[Figure, between(0.1, 100_000, "kWp")] | None = None
    """kWp of the contract; absent: what town.toml says of the sites."""
    tariff: EuroPerKwh | None = None
    """T0: EUR/kWh on the first day."""
    indexation: tuple[Indexed, ...] = ()
    cap_hours: Annotated[Figure, between(100, 8760, "h/a")] | None = None
    """Hours × kWp of a contract year beyond which the lower price is paid."""
    cap_price: EuroPerKwh | None = None
    """EUR/kWh above the cap."""
    mean_price: EuroPerKwh | None = None
    """Where the tariff is not known: what a kWh brought on average. Never used beside a tariff."""
    income: Annotated[Figure, between(0, 1e8, "EUR/a")] | None = None
    """What the producer is said to earn a year: to compare with."""
    billing: Literal["month", "quarter", "half-year", "year"] | None = None
    fee: Fee | None = None
    readings: tuple[Reading, ...] = ()
    invoices: tuple[Invoice, ...] = ()

    def coefficient(self, on: date | None = None) -> Decimal:
        """L in force on that day, the last known without one; 1 before the first."""
        known = [each for each in self.indexation if on is None or each.since <= on]
        return decimal(max(known, key=lambda each: each.since).coefficient) if known else Decimal(1)


class Contracts(Strict):
    """All contracts of a town."""

    contracts: tuple[Contract, ...] = ()

    def of_site(self, site_id: str) -> Contract | None:
        """The contract that pays for that site; None when none is known."""
        return next((each for each in self.contracts if site_id in each.sites), None)


@dataclass(frozen=True, slots=True)
class Price:
    """What a kilowatt-hour of a site brings, below the cap of its contract."""

    eur_per_kwh: Decimal
    source: str
    status: Status
    derived: bool
    """True for a mean of published sums: no contract says it, and whoever shows it must say so."""
    contract: str
    """Id of the contract."""


def decimal(figure: Figure) -> Decimal:
    """The number as it was written."""
    return Decimal(str(figure.value))


def price_of(contracts: Contracts, site_id: str, on: date | None = None) -> Price | None:
    """Price of a kWh of that site: T0·L, or the mean price where no tariff is known; None when neither is.

    `on`: the day whose L holds; without it the last that is known.
    """
    contract = contracts.of_site(site_id)
    if contract is None:
        return None
    if contract.tariff is not None:
        value = decimal(contract.tariff) * contract.coefficient(on)
        return Price(value, contract.tariff.source, contract.tariff.status, False, contract.id)
    if contract.mean_price is not None:
        mean = contract.mean_price
        return Price(decimal(mean), mean.source, mean.status, True, contract.id)
    return None


def contract_faults(file: str, found: Contracts, sites: Iterable[str] | None) -> Iterator[Fault]:
    """What one table cannot see alone. `sites`: the ids of the town's; None when town.toml is too faulty to tell."""
    ids: set[str] = set()
    paid: dict[str, str] = {}
    known = None if sites is None else set(sites)
    for number, contract in enumerate(found.contracts):
        key = f"contracts[{number}] ({contract.id})"
        if contract.id in ids:
            what = _('the id "{id}" is already taken by {other}').format(id=contract.id, other="contracts")
            yield Fault(file, f"{key}.id", what, _("give one of them another id"))
        ids.add(contract.id)
        for site in contract.sites:
            if known is not None and site not in known:
                what = _('there is no site "{id}" in town.toml').format(id=site)
                yield Fault(file, f"{key}.sites", what, nearest(site, known))
            if (other := paid.setdefault(site, contract.id)) != contract.id:
                what = _('the site "{site}" is already paid by the contract "{other}"').format(site=site, other=other)
                yield Fault(file, f"{key}.sites", what, _("name each site in one contract only"))
        yield from _within(file, key, contract)


def _within(file: str, key: str, contract: Contract) -> Iterator[Fault]:
    if contract.tariff and contract.mean_price:
        what = _("a tariff and a mean price contradict each other: the tariff is the contract")
        yield Fault(file, f"{key}.mean_price", what, _("remove the line"))
    if (contract.cap_hours is None) is not (contract.cap_price is None):
        missing = "cap_hours" if contract.cap_hours is None else "cap_price"
        yield Fault(file, f"{key}.{missing}", _("cap_hours and cap_price belong together"), _("write both or neither"))
    if contract.indexation and contract.tariff is None:
        what = _("an indexation without the tariff that it multiplies")
        yield Fault(file, f"{key}.indexation", what, _("write the tariff T0 of the contract as well"))
    since = [each.since for each in contract.indexation]
    if len(set(since)) != len(since):
        what = _("two coefficients begin on the same day")
        yield Fault(file, f"{key}.indexation", what, _("keep the one that the letter gives"))
    for number, invoice in enumerate(contract.invoices):
        if invoice.until <= invoice.since:
            what = _("it ends before it begins")
            remedy = _("until is the first day that is no longer invoiced")
            yield Fault(file, f"{key}.invoices[{number}].until", what, remedy)
    last: dict[str, tuple[date, float]] = {}
    for number, reading in enumerate(sorted(contract.readings, key=lambda each: each.on)):
        before = last.get(reading.meter)
        if before is not None and (reading.on == before[0] or reading.index.value < before[1]):
            what = _("the index of one meter never falls, and has one value a day")
            remedy = _("a new meter has another name; correct the index or the date")
            yield Fault(file, f"{key}.readings[{number}]", what, remedy)
        last[reading.meter] = (reading.on, reading.index.value)
