"""What a device says of itself is told at once, by day and by night, with the maker's own code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.device import device
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.diagnosis.signal_town import HOUR, MINUTE, PATHS, SUMMER, at, day_of, run

HUAWEI, SUNSPEC, GOODWE = PATHS[:3]


def saying(start: float, end: float, **fields: float | str) -> Callable[[InverterDay, TownDay], InverterDay]:
    def change(inverter: InverterDay, _day: TownDay) -> InverterDay:
        frame = inverter.samples.copy()
        times = frame.index.as_unit("ms").asi8
        mine = (times >= at(SUMMER, start)) & (times < at(SUMMER, end))
        for field, value in fields.items():
            before = frame.get(field, 0.0)
            frame[field] = np.where(mine, value, before)
        return replace(inverter, samples=frame)

    return change


def told(path: str, change: Callable[..., InverterDay], days: int = 1, **more: object):
    return [list(found) for _day, found in run(device, path, days, change=change, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "fields", "cause", "code"),
    [
        (GOODWE, {"fault_code": float(1 << 18)}, Cause.INSULATION, "18 Isolation Failure"),
        (GOODWE, {"fault_code": float(1 << 10)}, Cause.EARTH_LEAKAGE, "10 Ground I Failure"),
        (GOODWE, {"fault_code": float(1 << 16), "state": "Error"}, Cause.FAN, "16 External Fan Failure"),
        (GOODWE, {"state": "Error"}, Cause.DEVICE_FAULT, "Error"),
        (SUNSPEC, {"fault_code": 1.0, "state": "FAULT"}, Cause.EARTH_LEAKAGE, "0 GROUND_FAULT"),
        (SUNSPEC, {"fault_code": 128.0}, Cause.OVER_TEMPERATURE, "7 OVER_TEMP"),
        (SUNSPEC, {"fault_code": 4096.0}, Cause.STRING_OPEN, "12 BLOWN_STRING_FUSE"),
        (HUAWEI, {"fault_code": 2064.0, "state": "Shutdown: fault"}, Cause.DEVICE_FAULT, "2064 Device Fault"),
        (HUAWEI, {"alarms_a": 2.0}, Cause.ARC, "2002 DC Arc Fault"),
        (HUAWEI, {"alarms_b": 4.0}, Cause.INSULATION, "2062 Low Insulation Resistance"),
    ],
)
def test_each_maker_is_understood(path: str, fields: dict[str, float | str], cause: Cause, code: str) -> None:
    ((sign,),) = told(path, saying(11, 13, **fields))
    assert (sign.cause, sign.subject, sign.evidence["maker_code"]) == (cause, path, code)
    assert sign.since == sign.seen == at(SUMMER, 11)
    assert sign.until == at(SUMMER, 13)


def test_a_fault_at_night_is_told_at_night() -> None:
    day = day_of(SUMMER, until=2 * HOUR + 10 * MINUTE)
    inverter = saying(2, 30, alarms_b=1.0)(day.inverters[0], day)
    (sign,), _kept = device(inverter, day, {})
    assert (sign.cause, sign.seen, sign.until) == (Cause.EARTH_LEAKAGE, at(SUMMER, 2), None)


def test_a_fault_over_nights_began_on_its_first_day() -> None:
    days = told(GOODWE, saying(15, 70, fault_code=float(1 << 12)), 3)
    assert {sign.since for found in days for sign in found} == {at(SUMMER, 15)}


def test_two_faults_are_two_signs_and_the_word_fault_is_none_beside_them() -> None:
    ((first, second),) = told(GOODWE, saying(11, 13, state="Error", fault_code=float(1 << 18 | 1 << 12)))
    assert {first.cause, second.cause} == {Cause.FAN, Cause.INSULATION}


def test_a_stopped_inverter_claims_the_hours_in_which_it_made_nothing() -> None:
    off = Fault(HUAWEI, FaultKind.INVERTER_OFF, at(SUMMER, 11), at(SUMMER, 14))
    ((day, (sign,)),) = run(device, HUAWEI, 1, [off])
    assert (sign.cause, sign.evidence["state"]) == (Cause.DEVICE_FAULT, "Shutdown: fault")
    claimed = np.isinf(np.asarray(sign.claim))
    assert day.times[claimed].min() == at(SUMMER, 11)
    assert claimed.sum() == 12


def test_a_fan_that_fails_while_it_produces_claims_nothing() -> None:
    ((sign,),) = told(GOODWE, saying(11, 13, fault_code=float(1 << 12)))
    assert not np.asarray(sign.claim).any()


def test_the_grids_faults_and_limits_are_left_to_their_recipes() -> None:
    assert told(GOODWE, saying(11, 13, state="Error", fault_code=float(1 << 17))) == [[]]
    assert told(HUAWEI, saying(11, 13, state="Grid connection: power limited")) == [[]]


def test_an_unknown_code_of_an_inverter_at_work_says_nothing() -> None:
    assert told(HUAWEI, saying(11, 13, fault_code=4711.0)) == [[]]


def test_an_unknown_code_of_one_that_stands_still_is_told_with_its_number() -> None:
    ((sign,),) = told(HUAWEI, saying(11, 13, fault_code=4711.0, pac=0.0))
    assert (sign.cause, sign.evidence["maker_code"]) == (Cause.DEVICE_FAULT, "4711")
    assert sign.confidence < 0.7


def test_a_state_that_no_table_knows_but_calls_itself_a_fault_is_one() -> None:
    ((sign,),) = told(GOODWE, saying(11, 13, state="Défaut relais"))
    assert (sign.cause, sign.evidence["maker_code"]) == (Cause.DEVICE_FAULT, "Défaut relais")


def test_what_sleeps_wakes_and_produces_says_nothing_for_a_month() -> None:
    for path in PATHS:
        assert all(not found for _day, found in run(device, path, 31, pace=15 * MINUTE))
