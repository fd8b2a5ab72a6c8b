"""Between milestones, with numbers worked by hand; rhythms observed and required."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from models.territory.rhythm import reached, rhythm
from models.territory.trajectory import Target, deviation, kwp_per_year, required, targeted

VOTED = [Target(2050, 40_000, 40_000), Target(2025, 60_000, 3_000), Target(2030, 55_000, 8_000)]


def test_between_two_milestones_the_trajectory_is_a_straight_line():
    # 2027: two fifths from 60 000 to 55 000 and from 3 000 to 8 000
    assert targeted(VOTED, 2027) == Target(2027, 58_000, 5_000)


def test_at_a_milestone_it_is_what_was_voted():
    assert targeted(VOTED, 2030) == Target(2030, 55_000, 8_000)


@pytest.mark.parametrize("year", [2024, 2051])
def test_beyond_the_votes_it_says_nothing(year):
    assert targeted(VOTED, year) is None
    assert deviation(VOTED, year, 5.0) is None
    assert targeted([], 2027) is None


def test_the_deviation_is_in_points_of_coverage():
    # 2027 asks for 100 × 5 000 / 58 000 = 8.62 %
    assert deviation(VOTED, 2027, 7.0) == pytest.approx(7.0 - 8.620689655)


def test_the_required_rhythm_is_what_each_year_must_bring():
    # until 2030, from 2025 with 61 000 and 2 500: (61 000 - 55 000)/5 and (8 000 - 2 500)/5
    first, last = required(VOTED, 2025, 61_000, 2_500)
    assert (first.until, first.savings, first.growth) == (2030, 1_200, 1_100)
    assert (last.until, last.savings, last.growth) == (2050, 840, 1_500)


def test_a_rhythm_of_production_is_so_many_kwp_a_year():
    # 1 100 MWh a year more at 982 kWh/kWp
    assert kwp_per_year(1_100, 982) == pytest.approx(1_120.163, abs=1e-3)
    with pytest.raises(ValueError, match="no yield"):
        kwp_per_year(1_100, 0)


def test_under_five_years_there_is_not_enough_data():
    assert rhythm({2019: 1.0, 2020: 2.0, 2021: 3.0, 2022: 4.0}) is None
    assert reached({2019: 4.0, 2020: 3.0, 2021: 2.0, 2022: 1.0}) is None


def test_the_observed_rhythm_is_the_median_of_all_slopes_and_one_odd_year_hardly_moves_it():
    # slopes of pairs: 10 × (six of them), and those with the odd year 2021 (+200): 110, 210, -90, -190 -> median 10
    found = rhythm({2019: 100, 2020: 110, 2021: 320, 2022: 130, 2023: 140})
    assert found.slope == pytest.approx(10)
    assert found.low < 10 < found.high


@given(st.dictionaries(st.integers(1990, 2030), st.floats(-1e5, 1e5), min_size=5, max_size=20))
def test_the_rhythm_is_that_of_another_implementer(values):
    years = sorted(values)
    theirs = theilslopes([values[year] for year in years], years, 0.9)
    found = rhythm(values)
    assert (found.slope, found.low, found.high) == pytest.approx((theirs[0], theirs[2], theirs[3]))


def test_the_year_reached_follows_the_line_of_the_gap():
    # a gap of 1 000 in 2023 that falls by 100 a year
    found = reached({year: 1_000 + 100 * (2023 - year) for year in range(2018, 2024)})
    assert (found.year, found.earliest, found.latest) == pytest.approx((2033, 2033, 2033))


def test_a_gap_that_grows_is_never_closed_at_that_rhythm():
    assert reached({year: 1_000.0 + year for year in range(2018, 2024)}).year is None


def test_an_uncertain_rhythm_has_an_interval_that_may_be_open():
    found = reached({2018: 1000, 2019: 1010, 2020: 960, 2021: 990, 2022: 930, 2023: 985})
    assert found.earliest < found.year
    assert found.latest is None


def test_a_gap_that_is_closed_already_is_closed_now():
    assert reached({year: -5.0 - year % 2 for year in range(2018, 2024)}).year == 2023


def test_a_year_without_a_value_is_no_yearly_value():
    with pytest.raises(ValueError, match="without a value"):
        rhythm({2019: float("nan")})
