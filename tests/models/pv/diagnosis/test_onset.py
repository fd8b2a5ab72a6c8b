"""When a loss began, told from its days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pv.diagnosis.onset import onset

DAYS = np.arange(90.0)
EVEN = np.ones(90)


@given(st.integers(0, 88), st.floats(0.02, 1.0))
def test_a_step_begins_on_its_first_day(first, share):
    assert onset(DAYS, share * (first <= DAYS), EVEN) == first


@given(st.integers(0, 86), st.floats(0.0005, 0.01))
def test_a_slow_fall_begins_where_it_leaves_what_is_expected(first, slope):
    assert onset(DAYS, slope * np.maximum(DAYS - first, 0.0), EVEN) == first


def test_days_that_are_not_known_do_not_move_the_beginning():
    known = np.random.default_rng(1).random(90) < 0.5
    fall = 0.002 * np.maximum(DAYS - 30, 0.0)
    assert DAYS[known][onset(DAYS[known], fall[known], EVEN[known])] == pytest.approx(30, abs=3)


def test_dark_days_that_count_little_do_not_make_a_beginning():
    missing, weight = 0.15 * (DAYS >= 60), EVEN.copy()
    missing[5:40:5], weight[5:40:5] = 0.6, 0.01
    assert onset(DAYS, missing, weight) == 60


def test_more_than_expected_is_no_loss():
    assert onset(DAYS, np.where(DAYS < 50, -0.2, 0.1), EVEN) == 50


def test_without_a_day_nothing_can_be_told():
    with pytest.raises(ValueError, match="no day"):
        onset(np.array([]), np.array([]), np.array([]))
