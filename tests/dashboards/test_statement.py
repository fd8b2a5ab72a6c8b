"""The producer's month on a real store: kWh and euro by hand, to the cent; estimates and means say what they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import config
from collector.store import open_store
from config.kwh import Step, Subject
from dashboards.statement import statement
from models.calendar import day_start
from tests.dashboards.progress.known_town import LOOS, PARIS, site_days

EXAMPLE = LOOS.parent / "example"
TOWN, CONTRACTS = config.load(EXAMPLE), config.load_contracts(EXAMPLE)
NOW = day_start(date(2026, 5, 1), PARIS)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The school: 30 MWh in the contract year to June 2024, by meter; its inverters counted 1 % less."""
    made = open_store(f"sqlite:///{tmp_path_factory.mktemp('statement')}/store.db")
    first, last = date(2023, 7, 1), date(2024, 6, 30)
    made.write_rollups(Step.DAY, site_days("ecole", 36.6, first, last))  # 366 days: 100 kWh each
    for inverter in ("inv-1", "inv-2"):
        made.write_rollups(Step.DAY, site_days(f"ecole/{inverter}", 18.117, first, last, Subject.INVERTER))
    yield made
    made.close()


def of(store, month, contracts=CONTRACTS, town=TOWN):
    return statement(town, contracts, store, date.fromisoformat(f"{month}-01"), PARIS, NOW)


def test_the_month_is_accrued_at_the_indexed_tariff(store):
    (school,) = of(store, "2024-03")["contracts"]
    # 31 days × 100 kWh × 0.1115 × 1.0412 = 359.89078
    assert (school["energy_kwh"], school["accrued"]["eur"], school["accrued"]["estimate"]) == (3100, "359.89", True)
    assert (school["price"]["eur_per_kwh"], school["price"]["derived"]) == ("0.1160938", False)
    assert school["specific_yield_kwh_kwp"] == 100.0


def test_the_cap_is_counted_from_the_anniversary(store):
    (school,) = of(store, "2024-03")["contracts"]
    # July to February: 244 days; cap 31 kWp × 1 600 h
    assert (school["contract_year"], school["energy_before_kwh"], school["cap_kwh"]) == ("2023-07-01", 24_400, 49_600)
    assert school["cap_used"] == pytest.approx(27_500 / 49_600, abs=1e-4)


def test_above_the_cap_the_lower_price_is_paid(store):
    low = CONTRACTS.contracts[0].cap_hours.model_copy(update={"value": 800.0})
    capped = CONTRACTS.model_copy(update={"contracts": (CONTRACTS.contracts[0].model_copy(update={"cap_hours": low}),)})
    (school,) = of(store, "2024-03", capped)["contracts"]
    # cap 24 800, 24 400 before: 400 × 0.1160938 + 2 700 × 0.05 = 46.43752 + 135
    assert (school["accrued"]["eur"], school["accrued"]["above_cap_kwh"]) == ("181.44", 2_700)


def test_the_meter_is_held_against_the_monitoring(store):
    (school,) = of(store, "2024-03")["contracts"]
    # two inverters of 49.5 kWh a day: 31 × (100 - 99)
    assert school["variance_kwh"] == pytest.approx(31, abs=0.1)


def test_an_invoice_is_held_against_what_the_index_says(store):
    (school,) = of(store, "2024-03")["contracts"]
    (invoice,) = school["invoices"]
    # index: 30 250 kWh -> 3 511.84; invoiced 3 510.05
    assert (invoice["basis"], invoice["expected_eur"], invoice["variance_eur"]) == ("index", "3511.84", "1.79")


def test_the_fee_of_the_roof_is_that_of_a_month(store):
    (school,) = of(store, "2024-03")["contracts"]
    assert (school["fee"]["eur"], school["fee"]["basis"]) == (str(Decimal("7.75")), "kwp-year")


def test_a_month_half_closed_is_told_with_its_completeness_and_is_estimated(store):
    rows = site_days("ecole", 1.0, date(2024, 7, 1), date(2024, 7, 10))
    store.write_rollups(Step.DAY, rows)
    (school,) = of(store, "2024-07")["contracts"]
    assert (school["days_known"], school["status"]) == (10, "estimated")
    assert school["completeness"] == pytest.approx(10 / 31, abs=1e-3)


def test_nothing_closed_is_nothing_and_no_zero(store):
    (school,) = of(store, "2020-01")["contracts"]
    assert (school["energy_kwh"], school["accrued"], school["fee"]) == (None, None, None)


def test_a_site_without_contract_has_energy_and_no_money(store):
    others = of(store, "2024-03")["without_contract"]
    assert [each["site"] for each in others] == ["mairie"]
    assert all("eur" not in str(each) for each in others)


def test_of_loos_the_price_is_derived_and_says_so(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.write_rollups(Step.DAY, site_days("eglise-saint-vaast", 3.1, date(2024, 3, 1), date(2024, 3, 31)))
    found = of(store, "2024-03", config.load_contracts(LOOS), config.load(LOOS))
    church = found["contracts"][0]
    assert (church["accrued"]["eur"], church["price"]["derived"], church["price"]["status"]) == (
        "483.60",
        True,
        "assumed",
    )
    assert church["cap_kwh"] is None
    store.close()
