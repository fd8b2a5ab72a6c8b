"""The figures of IEC 61724-1, on numbers that can be followed by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pv.yields import (
    array_yield,
    availability,
    corrected_insolation,
    corrected_performance_ratio,
    energy_availability,
    exceedance,
    final_yield,
    performance_index,
    performance_ratio,
    reference_yield,
)


def test_a_day_of_a_roof_of_10_kwp():
    assert reference_yield(5000.0) == 5.0
    assert final_yield(42_000.0, 10_000.0) == pytest.approx(4.2)
    assert array_yield(44_000.0, 10_000.0) == pytest.approx(4.4)
    assert performance_ratio(42_000.0, 10_000.0, 5000.0) == pytest.approx(0.84)
    assert performance_index(42_000.0, 40_000.0) == pytest.approx(1.05)


def test_a_roof_in_the_dark_has_no_performance_and_an_unknown_day_no_yield():
    assert np.isnan(performance_ratio(0.0, 10_000.0, 0.0))
    assert np.isnan(performance_index(np.array([np.nan, 1.0]), np.array([5.0, 0.0]))).all()
    assert np.isnan(final_yield(np.nan, 10_000.0))


def test_hot_cells_are_forgiven_by_the_corrected_ratio():
    light, hot = np.array([900.0, 1000.0]), np.array([65.0, 65.0])
    made = 0.9 * light * (1 - 0.004 * 40) * 10
    assert performance_ratio(made.sum(), 10_000, light.sum()) == pytest.approx(0.9 * 0.84)
    corrected = corrected_insolation(light, hot, -0.004)
    assert corrected_performance_ratio(made.sum(), 10_000, corrected.sum()) == pytest.approx(0.9)


@given(st.floats(0, 1e5), st.floats(1, 1e4), st.floats(1, 1e4), st.floats(-0.006, 0.0), st.floats(-20, 80))
def test_at_25_degrees_both_ratios_are_one_and_heat_only_raises_the_corrected_one(made, pdc0, light, gamma, temp):
    plain = performance_ratio(made, pdc0, light)
    assert corrected_performance_ratio(made, pdc0, corrected_insolation(light, 25.0, gamma)) == plain
    corrected = corrected_performance_ratio(made, pdc0, corrected_insolation(light, temp, gamma))
    assert corrected >= plain if temp >= 25 else corrected <= plain


@given(st.floats(0, 1e5), st.floats(1, 1e4), st.floats(1, 1e4))
def test_reference_yield_times_performance_ratio_is_final_yield(made, pdc0, light):
    whole = reference_yield(light) * performance_ratio(made, pdc0, light)
    assert whole == pytest.approx(final_yield(made, pdc0), rel=1e-12)


def test_availability_counts_lit_intervals_only():
    works = np.array([True, False, True, False])
    assert availability(works, np.array([500.0, 500.0, 50.0, np.nan])) == 0.5
    assert np.isnan(availability(works, np.zeros(4)))
    assert energy_availability(90.0, 10.0) == pytest.approx(0.9)


def test_nine_years_in_ten_bring_more_than_p90():
    rng = np.random.default_rng(1)
    years = 1e6 * (1 + 0.05 * rng.standard_normal(4000))
    told = exceedance(years, model_sigma=0.0)
    assert told.p50 == pytest.approx(1e6, rel=0.005)
    assert np.mean(years > told.p90) == pytest.approx(0.9, abs=0.01)


def test_few_years_do_not_pretend_to_know_their_spread():
    told = exceedance([1000.0, 1001.0])
    assert told.sigma == pytest.approx(np.hypot(0.039, 0.07))
    with pytest.raises(ValueError, match="no year"):
        exceedance([np.nan])
