from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pv.expected.calibration import MEMORY, NOTHING, Epoch, Scale, State, learn

FIRST = date(2026, 3, 1)


def days(count, first=FIRST):
    return [first + timedelta(days=number) for number in range(count)]


def plant(count, scale=1.0, noise=0.03, seed=1):
    """Measured and expected Wh of some days of a 10 kWp roof."""
    chance = np.random.default_rng(seed)
    expected = chance.uniform(5_000, 50_000, count)
    return expected * scale * (1 + noise * chance.standard_normal(count)), expected


def learnt(measured, expected, healthy=None, **more):
    return learn(
        days(len(measured)), measured, expected, np.full(len(measured), True) if healthy is None else healthy, **more
    )


def test_a_healthy_roof_that_gives_four_percent_more_is_learnt_with_its_interval():
    found = learnt(*plant(40, scale=1.04))
    assert found.state is State.LEARNT
    assert found.applied == found.value == pytest.approx(1.04, abs=0.015)
    assert found.low < 1.04 < found.high < found.low + 0.04
    assert found.since == FIRST


def test_the_95_percent_interval_holds_the_truth_about_that_often():
    found = [learnt(*plant(12, scale=0.97, seed=seed)) for seed in range(300)]
    assert 0.9 <= np.mean([one.low <= 0.97 <= one.high for one in found]) <= 0.99


def test_three_days_or_none_teach_nothing():
    assert learn([], [], [], []) == NOTHING
    found = learnt(*plant(3, scale=1.05))
    assert (found.state, found.applied, found.days) == (State.LEARNING, 1.0, 3)


def test_four_days_that_disagree_wildly_teach_nothing_either():
    assert learnt(*plant(4, noise=0.4)).state is State.LEARNING


def test_a_plant_that_has_lost_a_fifth_since_its_first_day_asks_and_keeps_showing_the_loss():
    found = learnt(*plant(30, scale=0.8))
    assert found.state is State.ASKS
    assert found.value == pytest.approx(0.8, abs=0.01)
    assert found.applied == 1.0


def test_a_capacity_three_times_too_large_asks_until_a_person_has_answered_once():
    assert learnt(*plant(30, scale=0.33)).applied == 1.0
    found = learnt(*plant(30, scale=0.33), confirmed=True)
    assert found.state is State.LEARNT
    assert found.applied == pytest.approx(0.33, abs=0.01)


def test_while_a_finding_is_open_the_scale_stays_as_it_was():
    measured, expected = plant(60)
    measured[40:] *= 0.8
    before = learnt(measured[:40], expected[:40])
    found = learnt(measured, expected, np.arange(60) < 40)
    assert found.state is State.FROZEN
    assert (found.value, found.low, found.high, found.days) == (before.value, before.low, before.high, before.days)


def test_a_loss_of_a_fifth_that_nobody_has_found_yet_moves_the_scale_less_than_two_percent():
    measured, expected = plant(60)
    measured[40:] *= 0.8
    assert learnt(measured, expected).value == pytest.approx(1.0, abs=0.02)


def test_a_part_replaced_begins_a_new_epoch_which_uses_nothing_from_before():
    measured, expected = plant(60)
    measured[30:] *= 1.08
    changed = FIRST + timedelta(days=30)
    found = learnt(measured, expected, replaced=[changed, FIRST + timedelta(days=99)])
    assert (found.since, found.value) == (changed, pytest.approx(1.08, abs=0.02))
    assert learnt(measured[:32], expected[:32], replaced=[changed]).state is State.LEARNING


def test_an_exchange_the_data_have_no_day_of_yet_changes_nothing():
    measured, expected = plant(20)
    assert learnt(measured, expected, replaced=[FIRST + timedelta(days=20)]) == learnt(measured, expected)


def test_unknown_days_and_days_without_light_are_not_learnt():
    measured, expected = plant(20)
    measured[3], expected[5], measured[9], expected[9] = np.nan, np.nan, 0.0, 0.0
    assert learnt(measured, expected).days <= 17


def test_after_a_year_of_healthy_days_a_slow_loss_is_no_longer_learnt():
    measured, expected = plant(MEMORY + 120)
    worn = measured * np.r_[np.ones(MEMORY), 1 - 0.01 / 7 * np.arange(120)]
    assert learnt(worn, expected) == learnt(measured, expected)


def test_a_dull_day_says_little():
    measured, expected = np.array([10_000.0] * 10), np.array([10_000.0] * 10)
    measured[4], expected[4] = 60.0, 50.0
    assert learnt(measured, expected).value == pytest.approx(1.0, abs=1e-3)


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="3 days, 2 measured"):
        learn(days(3), [1, 2], [1, 2, 3], [True] * 3)
    with pytest.raises(ValueError, match="order"):
        learn(days(3)[::-1], [1, 2, 3], [1, 2, 3], [True] * 3)


@given(scale=st.floats(0.05, 20), factor=st.floats(0.01, 100))
def test_a_plant_of_any_size_has_the_same_scale(scale, factor):
    small, large = (learnt(*(row * size for row in plant(12, scale))) for size in (1.0, factor))
    assert small.value == pytest.approx(large.value)
    assert small.state == large.state


@pytest.mark.parametrize("found", [NOTHING, learnt(*plant(3)), learnt(*plant(30, 0.8)), learnt(*plant(1))])
def test_a_scale_comes_back_from_json_as_it_was(found):
    assert repr(Scale.from_json(found.to_json())) == repr(found)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"value": 1}', "3"])
def test_what_is_no_scale_is_refused(text):
    for kind in (Scale, Epoch):
        with pytest.raises(ValueError, match=r"no (scale|epoch)|Expecting"):
            kind.from_json(text)


@given(told=st.lists(st.integers(0, 20), min_size=1, max_size=40), unwell=st.sets(st.integers(0, 20)))
def test_days_told_one_by_one_in_any_order_and_twice_teach_what_they_teach_together(told, unwell):
    measured, expected = (np.round(row) for row in plant(21))
    epoch = Epoch(FIRST)
    for day in told:
        epoch = Epoch.from_json(epoch.told(days(21)[day], measured[day], expected[day], day not in unwell).to_json())
    known = sorted(set(told))
    together = learn(
        [days(21)[d] for d in known], measured[known], expected[known], [d not in unwell for d in known], [FIRST]
    )
    assert repr(epoch.scale()) == repr(
        Scale(*(getattr(together, name) for name in Scale.__slots__[:4]), FIRST, together.state)
    )


def test_a_day_closed_again_with_late_data_replaces_what_it_taught():
    epoch = Epoch(FIRST).told(FIRST, 900, 1000, True).told(FIRST + timedelta(days=1), 990, 1000, True)
    again = epoch.told(FIRST, 1000, 1000, True)
    assert again.measured == (1000, 990)
    assert again.told(FIRST, 1000, 1000, False).days == again.days[1:]


def test_a_persons_answer_belongs_to_its_epoch():
    epoch = Epoch(FIRST)
    for day, made, should in zip(days(30), *plant(30, 0.8), strict=True):
        epoch = epoch.told(day, made, should, True)
    assert epoch.scale().state is State.ASKS
    assert epoch.answered().scale().state is State.LEARNT
    with pytest.raises(ValueError, match="before the epoch"):
        epoch.told(FIRST - timedelta(days=1), 1, 1, True)
