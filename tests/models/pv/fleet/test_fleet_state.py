"""What a fleet has learnt survives a file, a new order of the roofs and a part replaced."""

import json

import numpy as np
import pytest

from models.pv.fleet.day import HOUR, FleetDay
from models.pv.fleet.expect import expect
from models.pv.fleet.state import FleetState
from tests.models.pv.fleet.fleet_sky import day_of, neighbourhood, taught

MEASURED = neighbourhood(40)
STATE = taught(MEASURED[:35])


def test_a_state_read_back_from_its_text_expects_the_same():
    again = FleetState.from_json(STATE.to_json())
    day = day_of(MEASURED, 36)
    assert np.allclose(expect(again, day).expected, expect(STATE, day).expected, rtol=1e-3, atol=0.5)


def test_a_state_of_thirty_roofs_stays_small():
    many = np.concatenate([neighbourhood(30, seed=seed) for seed in range(4)], axis=2)[:, :, :30]
    assert len(taught(many).to_json()) < 120_000


def test_a_state_kept_before_the_season_had_a_record_of_its_own_is_read():
    kept = {name: rows for name, rows in json.loads(STATE.to_json()).items() if not name.startswith("turn_")}
    again = FleetState.from_json(json.dumps(kept))
    assert again.turn_told.tolist() == [0.0] * 8
    assert np.array_equal(again.age, STATE.age)


def test_a_state_of_another_version_is_refused():
    with pytest.raises(ValueError, match="version 7"):
        FleetState.from_json('{"version": 7}')


def test_the_order_in_which_roofs_are_named_does_not_matter():
    day = day_of(MEASURED, 36)
    turned = FleetDay(day.roofs[::-1], day.times, day.step, day.measured[:, ::-1], day.longitude)
    assert np.allclose(expect(STATE, turned).expected[:, ::-1], expect(STATE, day).expected)


def test_a_roof_that_begins_a_new_epoch_is_unknown_and_the_others_are_not():
    renewed = STATE.forgetting("roof-2")
    told = expect(renewed, day_of(MEASURED, 36))
    assert renewed.roofs == STATE.roofs
    assert [word.value for word in told.basis] == ["fleet", "fleet", "none"] + ["fleet"] * 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"roofs": ("a", "a")},
        {"measured": np.zeros((3, 2))},
        {"clear": np.zeros((24, 3))},
        {"capacity": np.zeros(3)},
        {"step": 0},
    ],
)
def test_a_day_that_contradicts_itself_is_refused(wrong):
    facts = {"roofs": ("a", "b"), "times": np.arange(24) * HOUR, "step": HOUR, "measured": np.zeros((24, 2))}
    with pytest.raises(ValueError):  # noqa: PT011
        FleetDay(**{**facts, "longitude": 0.0, **wrong})


def test_the_hour_of_the_sun_is_told_from_instants_and_longitude_not_from_row_numbers():
    times = np.array([11, 12, 13]) * HOUR
    assert FleetDay(("a",), times, HOUR, np.zeros((3, 1)), 0.0).hours().tolist() == [11, 12, 13]
    assert FleetDay(("a",), times, HOUR, np.zeros((3, 1)), -120.0).hours().tolist() == [3, 4, 5]
