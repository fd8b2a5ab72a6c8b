"""Index, cap, revenue, fee: numbers worked by hand, to the cent."""

from datetime import date
from decimal import Decimal as D

import pytest

from models.territory.company import (
    IndexReading,
    Lease,
    Terms,
    contract_year,
    energy,
    fee,
    revenue,
    specific_yield,
)

START, END = date(2023, 7, 1), date(2024, 7, 1)
TERMS = Terms(price=D("0.1115") * D("1.0412"), power=D(31), cap_hours=D(1600), cap_price=D("0.05"))


def read(day: date, kwh: str, meter: str = "A") -> IndexReading:
    return IndexReading(day, meter, D(kwh))


def test_the_energy_is_what_the_index_gained():
    assert energy([read(END, "60350"), read(START, "30100")], START, END) == 30_250


def test_a_change_of_meter_makes_two_segments():
    changed = date(2024, 1, 15)
    rows = [read(START, "30100"), read(changed, "42000"), read(changed, "0", "B"), read(END, "18350", "B")]
    assert energy(rows, START, END) == 11_900 + 18_350


def test_without_a_reading_at_both_ends_there_is_no_energy():
    assert energy([read(START, "30100")], START, END) is None
    assert energy([read(START, "30100"), read(date(2024, 6, 1), "60000")], START, END) is None
    assert energy([read(START, "30100"), read(END, "18350", "B")], START, END) is None


def test_an_index_that_falls_is_refused():
    with pytest.raises(ValueError, match="falls"):
        energy([read(START, "30100"), read(END, "30099")], START, END)


def test_below_the_cap_all_is_paid_at_the_indexed_tariff():
    # 30 250 × 0.1115 × 1.0412 = 3 511.837...
    found = revenue(TERMS, D(30_250))
    assert (found.euro, found.above_cap, found.cap) == (D("3511.84"), 0, 49_600)


def test_above_the_cap_the_rest_is_paid_at_the_lower_price():
    # cap 49 600: 49 600 × 0.1160938 + 400 × 0.05 = 5 758.252... + 20
    found = revenue(TERMS, D(50_000))
    assert (found.below_cap, found.above_cap, found.euro) == (49_600, 400, D("5778.25"))


def test_the_cap_is_that_of_the_contract_year_also_for_one_month_of_it():
    found = revenue(TERMS, D(1_000), before=D(49_000))
    assert (found.below_cap, found.above_cap) == (600, 400)
    assert revenue(TERMS, D(1_000), before=D(60_000)).below_cap == 0


def test_money_of_parts_is_the_money_of_the_whole():
    parts = [revenue(TERMS, D(kwh), D(before)) for kwh, before in ((30_000, 0), (20_000, 30_000))]
    assert abs(sum(part.euro for part in parts) - revenue(TERMS, D(50_000)).euro) <= D("0.01")


@pytest.mark.parametrize(
    ("basis", "amount", "due"),
    [("year", "600", "50.00"), ("kwp-year", "3", "7.75"), ("m2-year", "1.2", "16.00"), ("revenue", "0.1", "11.61"),
     ("kwh", "0.01", "10.00")],
)  # fmt: skip
def test_the_fee_of_one_month_by_each_basis(basis, amount, due):
    assert fee(Lease(basis, D(amount)), 1, D(31), D(160), revenue(TERMS, D(1_000))) == D(due)


def test_a_fee_by_area_needs_the_area():
    assert fee(Lease("m2-year", D("1.2")), 1, D(31), None, revenue(TERMS, D(1))) is None


def test_the_specific_yield_is_energy_over_power():
    assert specific_yield(D(440_000), D(448)).quantize(D("0.1")) == D("982.1")
    with pytest.raises(ValueError, match="power"):
        specific_yield(D(1), D(0))


def test_a_contract_year_begins_on_its_anniversary():
    assert contract_year(date(2022, 7, 1), date(2024, 6, 30)) == date(2023, 7, 1)
    assert contract_year(date(2022, 7, 1), date(2024, 7, 1)) == date(2024, 7, 1)
    assert contract_year(date(2020, 2, 29), date(2023, 3, 1)) == date(2023, 3, 1)
    assert contract_year(None, date(2024, 6, 30)) == date(2024, 1, 1)
