"""What is learnt, and what must not be."""

import numpy as np
import pytest

from models.pv.fleet.expect import expect
from models.pv.fleet.learn import BLOCK
from models.pv.fleet.weights import lasting
from tests.models.pv.fleet.fleet_sky import day_of, neighbourhood, taught

DAYS = 150
MEASURED = neighbourhood(DAYS)
BEFORE = taught(MEASURED[:60])


def ratio(measured, state, number, row):
    told = expect(state, day_of(measured, number))
    return MEASURED[number, :, row].sum() / np.nansum(told.expected[:, row])


def hurt(row, kept):
    measured = MEASURED.copy()
    measured[60:, :, row] *= np.asarray(kept)[:, None] if np.ndim(kept) else kept
    return measured


def test_learning_changes_nothing_in_place():
    before = BEFORE.to_json()
    taught(MEASURED[:61], BEFORE, first=60)
    assert BEFORE.to_json() == before


def test_a_permanent_loss_is_not_learnt_though_nobody_reports_it():
    measured = hurt(2, 0.8)
    state = taught(measured[: DAYS - 1], BEFORE, first=60)
    assert ratio(measured, state, DAYS - 1, 2) == pytest.approx(1.0, abs=0.05)


def test_a_loss_of_one_percent_a_week_is_not_learnt_though_nobody_reports_it():
    measured = hurt(2, 1 - 0.01 * np.arange(DAYS - 60) / 7)
    state = taught(measured[: DAYS - 1], BEFORE, first=60)
    assert ratio(measured, state, DAYS - 1, 2) == pytest.approx(1.0, abs=0.04)


def test_the_neighbours_of_a_failing_roof_keep_their_level():
    state = taught(hurt(2, 0.8)[: DAYS - 1], BEFORE, first=60)
    assert [ratio(MEASURED, state, DAYS - 1, row) for row in (0, 1, 5)] == pytest.approx([1.0] * 3, abs=0.04)


def test_a_roof_in_an_outage_of_two_months_is_expected_as_before_it():
    measured = MEASURED.copy()
    measured[60:120, :, 5] = np.nan
    state = taught(measured[:121], BEFORE, first=60)
    assert ratio(MEASURED, state, 122, 5) == pytest.approx(1.0, abs=0.04)


def test_a_loss_of_a_year_and_a_half_is_held_to_what_a_clear_sky_gave_before_it():
    clear = neighbourhood(1, error=0.0)[0] * 1.2
    before = taught(MEASURED[:60], clear=clear)
    days, healthy = hurt(2, 0.8)[np.r_[60 : DAYS - 1].repeat(6)], np.arange(8) != 2
    state = taught(days, before, healthy=healthy, clear=clear)
    assert ratio(MEASURED, state, DAYS - 1, 2) == pytest.approx(1.0, abs=0.04)
    told = expect(state, day_of(MEASURED, DAYS - 1, clear=clear))
    assert MEASURED[DAYS - 1, :, 2].sum() / told.expected[:, 2].sum() == pytest.approx(1.0, abs=0.04)


def test_a_roof_reported_as_ill_teaches_nothing():
    measured = hurt(2, 0.97)
    healthy = np.arange(8) != 2
    state = taught(measured[: DAYS - 1], BEFORE, first=60, healthy=healthy)
    assert state.age[2] == 60
    assert state.age[1] == DAYS - 1


def test_shade_that_begins_to_fall_in_the_morning_is_learnt_as_shape_and_not_as_level():
    measured = MEASURED.copy()
    measured[60:, 8:10, 2] *= 0.85
    state = taught(measured[:90], BEFORE, first=60)
    told = expect(state, day_of(measured, 91)).expected[:, 2]
    plain = expect(BEFORE, day_of(measured, 91)).expected[:, 2]
    assert told[8:10].sum() < 0.92 * plain[8:10].sum()
    assert told.sum() == pytest.approx(plain.sum(), rel=0.03)


def test_a_new_roof_finds_its_place_and_is_right_months_later():
    measured = MEASURED.copy()
    measured[:60, :, 3] = np.nan
    state = taught(measured[: DAYS - 1])
    assert state.established.all()
    assert ratio(measured, state, DAYS - 1, 3) == pytest.approx(1.0, abs=0.04)


def test_nothing_is_established_before_a_block_is_full():
    assert not taught(MEASURED[: BLOCK - 1]).established.any()
    assert taught(MEASURED[:BLOCK]).established.all()


def test_a_day_without_any_measurement_is_no_error_and_teaches_nothing():
    nothing = np.full((61, *MEASURED.shape[1:]), np.nan)
    state = taught(nothing, BEFORE, first=60)
    assert (state.age == BEFORE.age).all()
    assert (state.hour_measured == BEFORE.hour_measured).all()


def test_twins_that_fail_together_are_twins_still_when_both_are_filled_in():
    twin = MEASURED[:, :, [2]] * np.exp(0.002 * np.random.default_rng(1).standard_normal((DAYS, 24, 1)))
    measured = np.concatenate([MEASURED, twin], axis=2)
    state = taught(measured[:60])
    measured[60:, :, [2, 8]] *= 0.8
    alike = [lasting(one).alike[2, 8] for one in (state, taught(measured[: DAYS - 1], state, first=60))]
    assert alike[1] == pytest.approx(alike[0], abs=0.002)


def test_a_day_that_one_roof_alone_knows_spoils_nothing():
    measured = MEASURED.copy()
    measured[0, :, 1:] = np.nan
    healthy = np.arange(8) == 0
    state = taught(measured[:70], taught(measured[:1], healthy=healthy), first=1)
    assert lasting(state).alike == pytest.approx(lasting(taught(MEASURED[:70])).alike, abs=0.01)
