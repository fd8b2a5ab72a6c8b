"""Sale contracts: what a kilowatt-hour brings, exactly, with its source; and what no contract can say."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import config
from config.contracts import Contracts, price_of
from config.town import Status

TOWNS = Path(config.__file__).parent / "towns"
EXAMPLE = (TOWNS / "example" / "contracts.toml").read_text("utf-8")


@pytest.fixture
def loos() -> Contracts:
    return config.load_contracts(TOWNS / "loos-en-gohelle")


@pytest.fixture
def faults(town):
    """The faults of the example's contracts with each (old, new) text replaced, as `tepos check` tells them."""

    def told(*edits):
        text, folder = EXAMPLE, town()
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / "contracts.toml").write_text(text, "utf-8")
        with pytest.raises(config.ConfigError) as caught:
            config.load(folder)
        return [(Path(fault.file).name, fault.key) for fault in caught.value.faults]

    return told


def test_a_price_is_the_tariff_times_the_coefficient_in_force_exactly():
    contracts = config.load_contracts(TOWNS / "example")
    first, indexed = (price_of(contracts, "ecole", date(2023, month, 30)) for month in (6, 7))
    assert first
    assert indexed
    assert (first.eur_per_kwh, first.derived) == (Decimal("0.1115"), False)
    assert indexed.eur_per_kwh == Decimal("0.1115") * Decimal("1.0412") == Decimal("0.11609380")


def test_without_a_day_the_last_known_coefficient_holds():
    contracts = config.load_contracts(TOWNS / "example")
    assert price_of(contracts, "ecole") == price_of(contracts, "ecole", date(2030, 1, 1))


@pytest.mark.parametrize(("site", "euro"), [("eglise-saint-vaast", "0.156"), ("cybercoin", "0.114")])
def test_of_loos_only_derived_mean_prices_are_known_and_say_so(loos, site, euro):
    price = price_of(loos, site)
    assert price
    assert (price.eur_per_kwh, price.status, price.derived) == (Decimal(euro), Status.ASSUMED, True)
    assert "déduit" in price.source


def test_a_site_without_a_contract_has_no_price(loos):
    assert price_of(loos, "base-11-19") is None
    assert price_of(Contracts(), "cybercoin") is None


def test_a_folder_without_the_file_has_no_contracts(town):
    assert config.load_contracts(town()) == Contracts()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('scheme = "S21"', 'sceme = "S21"', "contracts[0] (ecole).sceme"),
        ("tariff = { value = 0.1115", "tariff = { value = 11.15", "contracts[0] (ecole).tariff"),
        ('sites = ["ecole"]', 'sites = ["ekole"]', "contracts[0] (ecole).sites"),
        ("cap_price =", "mean_price =", "contracts[0] (ecole).cap_price"),
        ("since = 2023-07-01\ncoefficient", "since = 2023-13-01\ncoefficient", ""),
        ("60_350", "6_035", "contracts[0] (ecole).readings[1]"),
        ("until = 2024-07-01", "until = 2023-07-01", "contracts[0] (ecole).invoices[0].until"),
        ('source = "invented: contract, article 5", ', "", "contracts[0] (ecole).tariff.source"),
        ('billing = "year"', 'billing = "week"', "contracts[0] (ecole).billing"),
    ],
)
def test_each_fault_is_told_with_its_file_and_key(faults, old, new, key):
    assert ("contracts.toml", key) in faults((old, new))


def test_a_site_is_paid_by_one_contract(faults):
    second = EXAMPLE[EXAMPLE.index("[[contracts]]") :].replace('id = "ecole"', 'id = "ecole-2"')
    assert ("contracts.toml", "contracts[1] (ecole).sites") in faults(("[[contracts]]", second + "\n[[contracts]]"))
