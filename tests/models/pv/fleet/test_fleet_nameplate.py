"""A roof that never made what its nameplate promises."""

import numpy as np
import pytest

from models.pv.fleet.nameplate import low_yield, nameplate_ratio
from tests.models.pv.fleet.fleet_sky import neighbourhood, taught, watched

CAPACITY = 1000.0 * (1 + 0.1 * np.arange(8))
DAYS = 32
MEASURED = neighbourhood(DAYS)


def hurt(row, kept):
    measured = MEASURED.copy()
    measured[:, :, row] *= kept
    return measured


def test_a_third_missing_from_the_first_day_is_reported_with_its_size():
    _state, watches, _told = watched(hurt(2, 0.67), capacity=CAPACITY)
    assert watches[2].first.from_first_day
    assert watches[2].first.ratio == pytest.approx(0.67, abs=0.08)
    assert [row for row, one in enumerate(watches) if one.first] == [2]


def test_with_a_modelled_clear_sky_a_fifth_is_enough():
    clear = np.tile(MEASURED.max(axis=0), (1, 1))
    ratio = low_yield(taught(hurt(5, 0.8), clear=clear), by_clear=True)
    assert ratio[5] == pytest.approx(0.8, abs=0.05)
    assert np.isnan(np.delete(ratio, 5)).all()


def test_nothing_is_said_in_the_first_weeks():
    assert np.isnan(nameplate_ratio(taught(hurt(2, 0.5)[:20], capacity=CAPACITY))).all()


def test_nothing_is_said_without_any_metadata():
    assert np.isnan(nameplate_ratio(taught(hurt(2, 0.5)))).all()


def test_a_roof_of_unknown_capacity_is_left_out():
    capacity = np.where(np.arange(8) == 2, np.nan, CAPACITY)
    ratio = nameplate_ratio(taught(hurt(2, 0.5), capacity=capacity))
    assert np.isnan(ratio[2])
    assert np.isfinite(np.delete(ratio, 2)).all()
