import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pv.scores import bias, day_sums, figures, nrmse, resampled, robust_sigma, score

HOURS = np.arange(240)
DAY = HOURS // 24
LIT = (HOURS % 24 >= 6) & (HOURS % 24 < 18)
SUNNY = np.where(LIT, 1000.0, 0.0)


def some_days(seed=1, noise=0.2):
    return SUNNY * (1 + noise * np.random.default_rng(seed).standard_normal(len(HOURS)))


def test_an_expectation_that_is_right_has_no_error():
    found = score(SUNNY, SUNNY, LIT, DAY)
    assert [found.bias.value, found.nrmse_hourly.value, found.nrmse_daily.value, found.sigma_daily.value] == [
        0,
        0,
        0,
        0,
    ]
    assert (found.hours, found.days) == (120, 10)


def test_ten_percent_too_much_everywhere_is_a_bias_and_an_error_of_ten_percent_without_scatter():
    found = score(1.1 * SUNNY, SUNNY, LIT, DAY)
    assert [found.bias.value, found.nrmse_hourly.value, found.nrmse_daily.value] == pytest.approx([0.1] * 3)
    assert found.sigma_daily.value == pytest.approx(0)


def test_the_figures_are_those_of_the_plain_formulas():
    expected = some_days()
    found = score(expected, SUNNY, LIT, DAY)
    assert found.bias.value == pytest.approx(bias(expected[LIT], SUNNY[LIT]))
    assert found.nrmse_hourly.value == pytest.approx(nrmse(expected[LIT], SUNNY[LIT]))
    daily = expected.reshape(-1, 24).sum(1), SUNNY.reshape(-1, 24).sum(1)
    assert found.nrmse_daily.value == pytest.approx(nrmse(*daily))
    ratios = daily[1] / daily[0]
    assert found.sigma_daily.value == pytest.approx(robust_sigma(ratios) / np.median(ratios))


def test_the_night_does_not_flatter_the_hourly_error():
    assert score(1.1 * SUNNY, SUNNY, LIT, DAY).nrmse_hourly.value == pytest.approx(0.1)
    assert score(1.1 * SUNNY, SUNNY, np.full(240, True), DAY).nrmse_hourly.value > 0.14


def test_unknown_hours_count_nowhere_and_a_day_with_many_of_them_not_in_the_daily_figures():
    measured = SUNNY.copy()
    measured[6:9] = np.nan  # a quarter of the first day's light
    measured[30] = np.nan  # a twelfth of the second's
    found = score(1.1 * SUNNY, measured, LIT, DAY)
    assert (found.hours, found.days) == (116, 9)
    assert found.bias.value == pytest.approx(0.1)


def test_nothing_known_gives_no_figure_rather_than_an_error():
    found = score(np.full(240, np.nan), SUNNY, LIT, DAY)
    assert found.hours == found.days == 0
    assert np.isnan([found.bias.value, found.nrmse_hourly.value, found.sigma_daily.value, found.bias.low]).all()


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="hours"):
        score(SUNNY, SUNNY[1:], LIT, DAY)
    with pytest.raises(ValueError, match="measured"):
        nrmse(SUNNY, SUNNY[1:])


def test_the_interval_holds_the_figure_and_narrows_with_more_days():
    few, many = np.arange(5 * 24), np.arange(200 * 24)
    wide, narrow = (_scored(hours).bias for hours in (few, many))
    assert wide.low <= wide.value <= wide.high
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2


def test_two_days_bound_nothing():
    assert np.isnan(_scored(np.arange(48)).bias.low)


def test_the_interval_of_the_mean_covers_the_truth_about_as_often_as_it_says():
    """Each of 100 worlds has 30 days whose errors are 10 % and shared by all hours of a day."""
    held = 0
    for world in range(100):
        error = np.repeat(np.random.default_rng(world).normal(0, 0.1, 30), 24)
        hours = np.arange(720)
        lit = (hours % 24 >= 6) & (hours % 24 < 18)
        found = score(np.where(lit, 1 + error, 0), np.where(lit, 1.0, 0), lit, hours // 24, draws=200).bias
        held += found.low <= 0 <= found.high
    assert 85 <= held <= 99


def test_a_seed_gives_the_same_interval_twice():
    assert score(some_days(), SUNNY, LIT, DAY, seed=3) == score(some_days(), SUNNY, LIT, DAY, seed=3)
    assert score(some_days(), SUNNY, LIT, DAY, seed=3) != score(some_days(), SUNNY, LIT, DAY, seed=4)


@given(factor=st.floats(0.01, 1000))
def test_the_unit_of_power_does_not_matter(factor):
    here, there = (
        score(some_days(), SUNNY, LIT, DAY, draws=5),
        score(some_days() * factor, SUNNY * factor, LIT, DAY, draws=5),
    )
    assert here.nrmse_daily.value == pytest.approx(there.nrmse_daily.value)
    assert here.sigma_daily.value == pytest.approx(there.sigma_daily.value)


def test_a_day_drawn_twice_counts_as_two_days():
    sums = day_sums(some_days(), SUNNY, LIT, DAY)
    twice = day_sums(
        np.r_[some_days(), some_days()[:24]], np.r_[SUNNY, SUNNY[:24]], np.r_[LIT, LIT[:24]], np.r_[DAY, DAY[:24] + 99]
    )
    assert figures(sums, np.r_[2.0, np.ones(9)]) == pytest.approx(figures(twice, np.ones(11)))


def test_each_resampling_has_as_many_days_as_there_are():
    assert (resampled(10, seed=1, draws=50).sum(1) == 10).all()


def test_the_robust_sigma_of_normal_values_is_their_standard_deviation_and_one_wild_value_changes_little():
    values = np.random.default_rng(1).normal(1, 0.1, 5000)
    assert robust_sigma(values) == pytest.approx(0.1, rel=0.05)
    assert robust_sigma(np.r_[values, 1e6, np.nan]) == pytest.approx(robust_sigma(values), rel=0.01)


def _scored(hours):
    lit = (hours % 24 >= 6) & (hours % 24 < 18)
    error = np.random.default_rng(7).normal(0, 0.1, len(hours) // 24)[hours // 24]
    return score(np.where(lit, 1 + error, 0), np.where(lit, 1.0, 0), lit, hours // 24)
