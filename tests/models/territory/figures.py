"""Amounts for the tests: figures whose source is a test."""

from config.carriers import Basis, Carrier, Filiere, Known, Sector
from models.territory.amount import Amount
from models.territory.balance import Use
from models.territory.plants import Monitored, Row


def mwh(value: float, status: Known = Known.MEASURED, **more) -> Amount:
    return Amount(value, frozenset({"a test"}), frozenset({"2025-01-01"}), status, **more)


def use(carrier: Carrier, value: float | None, basis: Basis = Basis.PCI, sector: Sector = Sector.RESIDENTIAL) -> Use:
    return Use(carrier, sector, None if value is None else mwh(value), basis)


def plant(name: str, kwp: float, made: float | None, **more) -> Monitored:
    return Monitored(name, kwp, None if made is None else mwh(made), **more)


def row(key: str, kw: float, made: float | None, plants: int | None = 1, **more) -> Row:
    filiere = more.pop("filiere", Filiere.PHOTOVOLTAIC)
    return Row(key, more.pop("name", "Confidentiel"), filiere, kw, plants, None if made is None else mwh(made), **more)
