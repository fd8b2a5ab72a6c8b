"""The figures of a stretch of days: each from the days that know what it needs, and saying how many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from config.kwh import Subject
from dashboards.yields import COLUMNS, figures, outlook
from models.pv.plant import InverterFacts, Plant

NAN = float("nan")
GOOD = {
    "subject": "hall", "energy": 40_000.0, "expected": 50_000.0, "insolation": 5000.0, "completeness": 1.0,
    "lost_outage": 6000.0, "lost_finding": 3000.0, "availability": 0.9, "expected_basis": "satellite",
    "insolation_corrected": 4000.0, "energy_dc": 42_000.0, "lost_clipping": 1500.0,
}  # fmt: skip


def found(*days, span=None, pdc0=10_000.0):
    rows = pd.DataFrame([GOOD | day for day in days], columns=["subject", *COLUMNS])
    (one,) = figures(rows, ["hall"], {"hall": pdc0}, span or len(days))
    return one


def test_two_good_days():
    one = found({}, {})
    assert (one["installed_kwp"], one["energy_kwh"], one["energy_known"]) == (10.0, 80.0, 1.0)
    assert (one["final_yield_h"], one["reference_yield_h"]) == (8.0, 10.0)
    assert (one["performance_ratio"], one["performance_index"], one["availability"]) == (0.8, 0.8, 0.9)
    assert (one["lost_outage_kwh"], one["lost_finding_kwh"], one["unexplained_kwh"]) == (12.0, 6.0, 2.0)


def test_the_side_of_the_modules_is_told_of_the_days_on_which_it_is_known():
    one = found({}, {"insolation_corrected": NAN, "energy_dc": NAN, "lost_clipping": NAN})
    assert (one["performance_ratio_25c"], one["performance_ratio_25c_days"]) == (1.0, 1)
    assert (one["array_yield_h"], one["array_yield_days"]) == (4.2, 1)
    assert (one["lost_clipping_kwh"], one["lost_clipping_days"]) == (1.5, 1)


def test_what_is_clipped_by_design_is_in_no_other_loss():
    with_it, without = found({}), found({"lost_clipping": 0.0})
    for name in ("lost_outage_kwh", "lost_finding_kwh", "unexplained_kwh", "performance_index"):
        assert with_it[name] == without[name]


@given(
    arrays(float, (3, 7), elements=st.floats(1e4, 1e5)), arrays(float, 7, elements=st.sampled_from([1.0, 0.5])),
    arrays(float, 7, elements=st.floats(1e3, 1e4) | st.just(NAN)),
)  # fmt: skip
def test_reference_yield_times_performance_ratio_is_the_final_yield_of_the_same_days(numbers, complete, light):
    columns = dict(zip(("energy", "expected", "energy_dc"), numbers, strict=True)) | {"insolation": light}
    columns |= {"insolation_corrected": light, "completeness": complete}
    days = [dict(zip(columns, day, strict=True)) for day in zip(*columns.values(), strict=True)]
    one = found(*days)
    mine = (complete >= 0.99) & np.isfinite(light)
    if mine.any():
        made = one["reference_yield_h"] * one["performance_ratio"]
        assert made == pytest.approx(numbers[0][mine].sum() / 10_000, rel=1e-3, abs=1e-5)
    assert one["performance_ratio_25c"] == one["performance_ratio"]  # cells that stayed at 25 °C


def test_a_part_of_a_day_is_in_the_energy_with_its_share_but_in_no_quotient():
    one = found({}, {"energy": 10_000.0, "completeness": 0.25})
    assert (one["energy_kwh"], one["energy_known"], one["days_complete"]) == (50.0, 0.625, 1)
    assert (one["performance_ratio"], one["performance_ratio_days"]) == (0.8, 1)
    assert (one["performance_index"], one["performance_index_days"], one["unexplained_days"]) == (0.8, 1, 1)


def test_a_day_that_is_not_closed_is_not_known():
    one = found({}, span=4)
    assert (one["days_closed"], one["energy_known"]) == (1, 0.25)


def test_a_day_without_light_is_in_the_index_and_not_in_the_ratio():
    one = found({}, {"insolation": NAN, "energy": 50_000.0})
    assert (one["performance_ratio"], one["performance_ratio_days"]) == (0.8, 1)
    assert (one["performance_index"], one["performance_index_days"]) == (0.9, 2)


@pytest.mark.parametrize("basis", ["clear_sky", "none"])
def test_a_cloudless_sky_is_no_expectation(basis):
    one = found({"expected_basis": basis})
    assert one["performance_index"] is one["lost_outage_kwh"] is one["unexplained_kwh"] is None
    assert one["performance_ratio"] == 0.8


def test_more_than_expected_is_a_negative_loss():
    assert found({"energy": 55_000.0, "lost_outage": 0.0, "lost_finding": 0.0})["unexplained_kwh"] == -5.0


def test_outages_count_although_the_day_is_not_complete():
    one = found({"completeness": 0.5, "energy": NAN})
    assert (one["lost_outage_kwh"], one["lost_outage_days"], one["unexplained_kwh"]) == (6.0, 1, None)


def test_what_is_not_known_is_missing_and_never_0():
    one = found({**dict.fromkeys(COLUMNS[:-1], NAN), "expected_basis": None})
    counted = {name: value for name, value in one.items() if name.endswith("days") or name.startswith("days")}
    assert counted.pop("days_closed") == 1
    assert {*counted.values()} == {0}
    rest = {name: value for name, value in one.items() if name not in counted and name != "days_closed"}
    assert rest == dict.fromkeys(rest) | {"subject": "hall", "installed_kwp": 10.0, "energy_known": 0.0}


def test_availability_is_weighted_by_what_was_expected():
    assert found({"availability": 1.0, "expected": 90_000.0}, {"availability": 0.0, "expected": 10_000.0})[
        "availability"
    ] == pytest.approx(0.9)


def test_only_a_whole_known_year_has_a_specific_yield():
    assert found(*[{}] * 365)["specific_yield_kwh_kwp"] == 1460.0
    assert found(*[{}] * 364)["specific_yield_kwh_kwp"] is None
    assert found(*[{}] * 350, span=365)["specific_yield_kwh_kwp"] is None


def test_a_subject_without_a_day_has_a_line_and_one_that_is_gone_has_its_own():
    rows = pd.DataFrame([GOOD | {"subject": "gone"}])
    hall, gone = figures(rows, ["hall"], {"hall": 10_000.0}, 1)
    assert (hall["subject"], hall["energy_kwh"], hall["energy_known"]) == ("hall", None, 0.0)
    assert (gone["energy_kwh"], gone["installed_kwp"], gone["performance_ratio"]) == (40.0, None, None)


def test_the_outlook_of_a_town_is_that_of_its_yearly_sums():
    inverters = tuple(InverterFacts(path, 9000.0, False) for path in ("a/x", "a/y", "b/x", "b/dark"))
    plant = Plant(50.0, 3.0, 0.0, (), inverters)
    years = {2020: np.array([1e6, 3e6, 2e6, NAN]), 2021: np.array([3e6, 1e6, 2e6, NAN])}
    (town,) = outlook(plant, Subject.TOWN, ["town"], years, {"town": 6000.0})
    assert (town["p50_kwh"], town["p50_kwh_kwp"]) == (6000.0, 1000.0)
    assert town["p90_kwh"] == pytest.approx(6000 * (1 - 1.2816 * np.hypot(0.07, 0.039)), rel=1e-4)
    none, site = outlook(plant, Subject.SITE, ["c", "a"], years, {"a": 4000.0})
    assert (none["p50_kwh"], site["p50_kwh"]) == (None, 4000.0)
    (dark,) = outlook(plant, Subject.INVERTER, ["b/dark"], years, {})
    assert dark["p50_kwh"] is dark["p90_kwh"] is None
