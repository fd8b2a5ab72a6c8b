"""Production and load at the same time, by hand; and that a coarser step overstates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.territory.matching import coarser, matching, spread

MADE, LOAD = np.array([0.0, 6.0, 10.0, 0.0]), np.array([4.0, 4.0, 4.0, 4.0])


def test_the_shares_of_four_steps():
    # met: 0 + 4 + 4 + 0 = 8 of 16 made and 16 needed
    found = matching(MADE, LOAD, 15, modelled=False)
    assert (found.self_consumption, found.self_sufficiency, found.annual_ratio) == (0.5, 0.5, 1.0)
    assert (found.step_minutes, found.modelled, found.carbon_free) == (15, False, None)


def test_the_grid_adds_its_carbon_free_share_to_what_was_not_met():
    # 8 met, and of the 8 others 75 %: (8 + 6)/16
    assert matching(MADE, LOAD, 30, modelled=True, grid=np.full(4, 0.75)).carbon_free == 0.875


def test_steps_that_one_side_does_not_know_are_left_out_and_counted():
    found = matching(np.array([np.nan, 6.0, 10.0, 0.0]), LOAD, 15, modelled=False)
    assert (found.steps, found.known, found.self_sufficiency) == (3, 0.75, pytest.approx(8 / 12))


def test_a_coarser_step_overstates():
    # by pairs: 6 against 8, 10 against 8: 14 of 16
    found = matching(coarser(MADE, 2), coarser(LOAD, 2), 30, modelled=False)
    assert found.self_sufficiency == 14 / 16


def test_a_year_spread_by_a_profile_keeps_its_energy():
    assert spread(200.0, np.array([1.0, 3.0, np.nan])).tolist()[:2] == [50.0, 150.0]
    with pytest.raises(ValueError, match="profile"):
        spread(1.0, np.zeros(3))


def test_without_load_there_is_no_share():
    assert matching(MADE, np.zeros(4), 15, modelled=False).self_sufficiency is None


@pytest.mark.parametrize(
    ("made", "load", "more"),
    [
        (MADE[:3], LOAD, {}),
        (-MADE, LOAD, {}),
        (MADE, LOAD, {"grid": np.full(4, 1.5)}),
        (MADE, LOAD, {"grid": MADE[:2]}),
    ],
)
def test_curves_that_make_no_sense_are_refused(made, load, more):
    with pytest.raises(ValueError, match=r"steps|negative|share"):
        matching(made, load, 15, modelled=False, **more)


curves = arrays(float, 8, elements=st.floats(0, 100))


@given(curves, curves)
def test_self_sufficiency_never_exceeds_the_annual_ratio_and_a_coarser_step_never_lowers_it(made, load):
    fine = matching(made, load, 15, modelled=False)
    rough = matching(coarser(made, 4), coarser(load, 4), 60, modelled=False)
    if fine.self_sufficiency is not None and fine.annual_ratio is not None:
        assert fine.self_sufficiency <= min(1, fine.annual_ratio) + 1e-9
        assert rough.self_sufficiency >= fine.self_sufficiency - 1e-9
