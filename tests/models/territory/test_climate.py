"""Degree days, climate correction and measured savings of buildings, by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from models.territory.buildings import saving, specific, yearly
from models.territory.climate import by_month, by_year, corrected, of_day, reference


def test_a_day_counts_what_its_mean_lacks_to_the_base():
    assert (of_day(2, 10), of_day(15, 25), of_day(2, 10, base=15)) == (12, 0, 9)


def test_a_month_stands_for_two_unknown_days_and_no_more():
    days = [(date(2024, 1, 1) + timedelta(days=n), 0.0, 8.0) for n in range(29)]
    assert by_month(days)["2024-01"] == pytest.approx(14 * 31)
    assert by_month(days[:28]) == {}
    assert by_month([(day, float("nan"), high) for day, _low, high in days]) == {}


def test_a_year_needs_all_its_months_and_a_reference_most_of_its_years():
    months = {f"2023-{n:02d}": 200.0 for n in range(1, 13)} | {f"2024-{n:02d}": 100.0 for n in range(1, 12)}
    assert by_year(months) == {2023: 2400}
    assert reference({2004: 2000, 2005: 2200, 2006: 2400, 2007: 2600}, 2004, 2008) == 2300
    assert reference({2004: 2000, 2005: 2200}, 2004, 2008) is None


def test_only_what_follows_the_cold_is_corrected():
    # 10 000 MWh, 60 % of it heat, a mild year of 2 000 against 2 400: 4 000 + 6 000 × 1.2
    assert corrected(10_000, 0.6, 2_000, 2_400) == pytest.approx(11_200)
    assert corrected(10_000, 0.0, 2_000, 2_400) == 10_000
    with pytest.raises(ValueError, match="share"):
        corrected(10_000, 1.2, 2_000, 2_400)


WINTERS = {f"{year}-{n:02d}": 400.0 * max(0.0, np.cos(2 * np.pi * (n - 1) / 12)) for year in (2022, 2023, 2024)
           for n in range(1, 13)}  # fmt: skip
WORKS = (date(2023, 7, 8), date(2023, 8, 30))


def used(month: str, base: float, per_degree: float, cold: dict[str, float] = WINTERS) -> float:
    days = {"02": 28 if month != "2024-02" else 29, "04": 30, "06": 30, "09": 30, "11": 30}.get(month[5:], 31)
    return base * days + per_degree * cold[month]


def test_a_saving_is_what_the_months_before_say_of_the_weather_after_less_what_was_used():
    # before: 20 kWh a day and 30 kWh a degree day; after the works 20 and 21: 9 kWh saved each degree day
    monthly = {month: used(month, 20, 30 if month < "2023-07" else 21) for month in WINTERS}
    found = saving(monthly, WINTERS, *WORKS)
    after = [month for month in WINTERS if month > "2023-08"]
    days = (date(2024, 12, 31) - date(2023, 8, 31)).days
    assert found.saved == pytest.approx(9 * sum(WINTERS[month] for month in after) * 365.25 / days)
    assert found.low == pytest.approx(found.high)
    assert (found.months_before, found.months_after, found.shown, found.corrected) == (18, 16, True, True)


def test_a_mild_winter_is_no_saving():
    mild = WINTERS | {month: WINTERS[month] * 0.7 for month in WINTERS if month > "2023-08"}
    monthly = {month: used(month, 20, 30, mild) for month in mild}
    assert saving(monthly, mild, *WORKS).saved == pytest.approx(0, abs=1e-6)
    assert saving(monthly, None, *WORKS).saved > 1000


def test_the_interval_of_a_saving_covers_the_truth_nine_times_of_ten():
    rng = np.random.default_rng(1)
    held = []
    for _turn in range(300):
        monthly = {m: used(m, 20, 30 if m < "2023-07" else 27) + float(rng.normal(0, 400)) for m in WINTERS}
        found = saving(monthly, WINTERS, *WORKS)
        days = (date(2024, 12, 31) - date(2023, 8, 31)).days
        truth = 3 * sum(WINTERS[month] for month in WINTERS if month > "2023-08") * 365.25 / days
        held.append(found.low <= truth <= found.high)
    assert 0.85 < np.mean(held) < 0.95


def test_too_few_months_say_nothing():
    monthly = {month: 1000.0 for month in list(WINTERS)[10:]}
    assert saving(monthly, WINTERS, *WORKS) is None


def test_a_year_of_a_building_says_how_many_months_it_knows():
    assert yearly({"2023-12": 5.0, "2024-01": 7.0, "2024-02": 8.0}, 2024) == (15.0, 2)
    assert yearly({}, 2024) == (None, 0)
    assert specific(145_000, 1_450) == 100
