"""Neighbours tell what a roof should have made, and say so only where they can."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pv.fleet.expect import expect
from models.pv.fleet.state import FleetState
from tests.models.pv.fleet.fleet_sky import day_of, neighbourhood, taught

MEASURED = neighbourhood(90)
STATE = taught(MEASURED[:70])
TODAY = day_of(MEASURED, 72)
TOLD = expect(STATE, TODAY)


def energy(told):
    return np.nansum(told.expected, axis=0)


def test_every_roof_is_expected_within_a_few_percent_of_its_day():
    off = np.abs(energy(TOLD) / MEASURED[72].sum(axis=0) - 1)
    assert np.median(off) < 0.02
    assert off.max() < 0.06


def test_what_a_roof_made_today_has_no_say_in_its_own_expectation():
    measured = TODAY.measured.copy()
    measured[:, 3] *= 0.8
    again = expect(STATE, replace(TODAY, measured=measured))
    assert energy(again)[3] == pytest.approx(energy(TOLD)[3], rel=0.01)


@settings(max_examples=20, deadline=None)
@given(dead=st.sets(st.integers(0, 7), min_size=1, max_size=2), kept=st.floats(0.0, 0.05))
def test_one_or_two_dead_roofs_move_the_others_no_more_than_if_they_were_not_there(dead, kept):
    ill, absent = TODAY.measured.copy(), TODAY.measured.copy()
    ill[:, list(dead)] *= kept
    absent[:, list(dead)] = np.nan
    told, without = (expect(STATE, replace(TODAY, measured=measured)) for measured in (ill, absent))
    assert np.allclose(told.expected, without.expected, equal_nan=True)
    others = [row for row in range(8) if row not in dead]
    assert np.nanmedian(np.abs(energy(told)[others] / energy(TOLD)[others] - 1)) < 0.02


@settings(max_examples=20, deadline=None)
@given(ill=st.integers(0, 7), kept=st.floats(0.0, 0.7))
def test_a_roof_that_stands_apart_is_not_asked(ill, kept):
    measured = TODAY.measured.copy()
    measured[:, ill] *= kept
    told = expect(STATE, replace(TODAY, measured=measured))
    assert told.peers.tolist() == [row != ill for row in range(8)]


def test_a_roof_that_is_not_trusted_speaks_at_the_level_that_is_left_of_it():
    measured = MEASURED.copy()
    measured[70:, :, 1] *= 0.7
    trusted = np.arange(8) != 1
    state = taught(measured[:85], STATE, first=70, healthy=trusted)
    told, well = expect(state, day_of(measured, 85), trusted), expect(STATE, day_of(MEASURED, 85))
    assert told.peers[1]
    assert energy(told) == pytest.approx(energy(well), rel=0.04)


def test_a_roof_of_which_nothing_is_left_does_not_speak():
    measured = MEASURED.copy()
    measured[70:, :, 1] *= 0.2
    trusted = np.arange(8) != 1
    state = taught(measured[:85], STATE, first=70, healthy=trusted)
    assert not expect(state, day_of(measured, 85), trusted).peers[1]


def test_an_unknown_neighbour_leaves_no_hole():
    measured = TODAY.measured.copy()
    measured[10:14, 2] = np.nan
    told = expect(STATE, replace(TODAY, measured=measured))
    assert np.isfinite(told.expected).all()
    assert energy(told) == pytest.approx(energy(TOLD), rel=0.03)


def test_an_instant_of_which_no_roof_knows_anything_stays_unknown():
    measured = TODAY.measured.copy()
    measured[12] = np.nan
    told = expect(STATE, replace(TODAY, measured=measured))
    assert np.isnan(told.expected[12]).all()
    assert np.isfinite(told.expected[13]).all()


def test_without_three_peers_the_clear_sky_is_all_there_is_and_it_says_so():
    few = neighbourhood(40, roofs=3)
    clear = np.full((24, 3), 7.0)
    told = expect(taught(few[:35]), day_of(few, 36, clear=clear))
    assert [word.value for word in told.basis] == ["clear_sky"] * 3
    assert (told.expected == 7.0).all()
    assert np.isnan(told.low).all()


def test_without_peers_and_metadata_nothing_is_expected():
    told = expect(FleetState.empty(), TODAY)
    assert {word.value for word in told.basis} == {"none"}
    assert np.isnan(told.expected).all()


def test_a_roof_added_today_waits_for_two_weeks_while_the_others_go_on():
    measured = MEASURED.copy()
    measured[:60, :, 4] = np.nan
    early, late = (taught(measured[:days]) for days in (70, 76))
    assert [expect(early, day_of(measured, 70)).basis[row].value for row in (3, 4)] == ["fleet", "none"]
    assert expect(late, day_of(measured, 76)).basis[4].value == "fleet"


def test_the_interval_holds_about_four_measurements_in_five():
    state, inside, lit = STATE, 0, 0
    more = neighbourhood(75, error=0.05, seed=8)
    state = taught(more[:60])
    for number in range(60, 75):
        day = day_of(more, number)
        told = expect(state, day)
        up = day.measured > 0
        inside += ((day.measured >= told.low) & (day.measured <= told.high) & up).sum()
        lit += up.sum()
    assert inside / lit == pytest.approx(0.8, abs=0.08)


def test_quarter_hours_and_hours_give_the_same_day():
    fine = neighbourhood(40, per_hour=4, error=0.0)
    coarse = fine.reshape(40, 24, 4, 8).sum(axis=2)
    quarters, hours = (energy(expect(taught(m[:35]), day_of(m, 36))) for m in (fine, coarse))
    assert quarters == pytest.approx(hours, rel=0.02)


@pytest.mark.parametrize("hours", [23, 25])
def test_a_day_on_which_the_clocks_change_is_a_day_like_others(hours):
    both = np.concatenate([MEASURED[72], MEASURED[73][:1]])[:hours]
    day = replace(TODAY, times=TODAY.times[0] + np.arange(hours) * TODAY.step, measured=both)
    told = expect(STATE, day)
    assert told.expected[:23] == pytest.approx(TOLD.expected[:23], rel=0.05, abs=5)


def test_the_first_hours_of_a_day_are_expected_as_they_are_at_its_end():
    told = expect(STATE, replace(TODAY, times=TODAY.times[:14], measured=TODAY.measured[:14]))
    assert told.expected == pytest.approx(TOLD.expected[:14], rel=0.05, abs=5)


def test_an_expectation_ends_at_the_clear_sky_that_the_roof_has_shown_it_can_reach():
    clear = np.full((24, 8), 100.0)
    state = taught(np.minimum(MEASURED[:40], 50.0), clear=clear)
    told = expect(state, day_of(MEASURED * 3, 41, clear=clear))
    assert (told.expected.sum(axis=0) <= 1.3 * state.clear_best * 2400 + 1).all()
