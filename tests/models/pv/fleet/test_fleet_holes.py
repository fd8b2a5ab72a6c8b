"""A day with holes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pv.fleet.holes import bridged
from tests.models.pv.fleet.fleet_sky import neighbourhood

DAY = neighbourhood(1, error=0.0)[0]
TWINS = DAY[:, :1] * np.array([1.0, 0.5, 2.0, 3.0])


def test_a_day_that_is_known_stays_as_it_is():
    assert np.array_equal(bridged(DAY), DAY)


@given(st.sets(st.tuples(st.integers(0, 23), st.integers(0, 7)), max_size=60))
def test_what_is_known_never_changes(holes):
    power = DAY.copy()
    for hour, row in holes:
        power[hour, row] = np.nan
    made = bridged(power)
    told = np.isfinite(made) & np.isfinite(power)
    assert np.array_equal(made[told], power[told])
    assert (np.isfinite(made).all(axis=0) | np.isnan(made).all(axis=0)).all()


def test_a_hole_is_filled_as_the_others_went():
    power = TWINS.copy()
    power[10:13, 1] = np.nan
    assert bridged(power)[10:13, 1] == pytest.approx(TWINS[10:13, 1], rel=0.02)


def test_of_a_day_that_is_unknown_for_the_most_part_nothing_is_made_up():
    power = TWINS.copy()
    power[8:16, 1] = np.nan
    assert np.isnan(bridged(power)[:, 1]).all()
    assert np.array_equal(bridged(power)[:, 2], TWINS[:, 2])


def test_a_dead_roof_stays_dead_and_a_fleet_that_nobody_knows_unknown():
    assert (bridged(np.where(np.arange(4) == 1, 0.0, TWINS))[:, 1] == 0).all()
    assert np.isnan(bridged(np.full((24, 3), np.nan))).all()
