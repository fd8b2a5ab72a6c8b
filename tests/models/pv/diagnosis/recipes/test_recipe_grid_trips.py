"""Trips by the grid's voltage; clouds, reboots and one long outage are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.grid_trips import grid_trips
from tests.models.pv.diagnosis.signal_town import HOUR, MINUTE, PATHS, SUMMER, at, run

TRIPS = (11.5, 12.2, 12.9, 13.6)


def tripping(
    hours: tuple[float, ...] = TRIPS, volts: float = 256.0, minutes: float = 4, when: date = SUMMER, **said: float | str
) -> Callable[[InverterDay, TownDay], InverterDay]:
    def change(inverter: InverterDay, _day: TownDay) -> InverterDay:
        frame = inverter.samples.copy()
        times = frame.index.as_unit("ms").asi8
        frame["pac"] = frame["pac"] + 5000.0 * (frame["pac"] > 0)
        for hour in hours:
            off = (times >= at(when, hour)) & (times < at(when, hour) + minutes * MINUTE)
            near = (times >= at(when, hour) - 6 * MINUTE) & (times < at(when, hour))
            frame.loc[off, "pac"] = 0.0
            frame.loc[near, "v_ac_ln_b"] = volts
            for field, value in said.items():
                frame[field] = np.where(off, value, frame[field])
        return replace(inverter, samples=frame)

    return change


def told(change: Callable[..., InverterDay], path: str = PATHS[0], days: int = 1, pace: int = MINUTE):
    return [list(found) for _day, found in run(grid_trips, path, days, change=change, pace=pace)]


def test_repeated_trips_under_high_voltage_are_told_at_the_third() -> None:
    ((sign,),) = told(tripping())
    assert (sign.cause, sign.evidence["trips_today"], sign.evidence["v_ac_max_v"]) == (Cause.GRID_TRIPS, 4.0, 256.0)
    assert sign.since == at(SUMMER, TRIPS[0])
    assert abs(sign.seen - at(SUMMER, TRIPS[2])) <= 6 * MINUTE
    claimed = np.flatnonzero(np.isinf(np.asarray(sign.claim))) / 4
    assert 11.25 <= claimed.min() < claimed.max() <= 14


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (PATHS[2], {"fault_code": float(1 << 17), "state": "Error"}),
        (PATHS[0], {"alarms_a": 512.0}),
        (PATHS[1], {"fault_code": 1024.0}),
    ],
)
def test_trips_that_the_inverter_explains_need_no_voltage(path: str, said: dict[str, float | str]) -> None:
    def change(inverter: InverterDay, day: TownDay) -> InverterDay:
        plain = replace(inverter, samples=inverter.samples.assign(alarms_a=0.0))
        return tripping(volts=240.0, **said)(plain, day)

    ((sign,),) = told(change, path)
    assert sign.cause is Cause.GRID_TRIPS


def test_a_trip_day_after_day_began_on_the_first() -> None:
    days = told(
        lambda one, day: tripping(when=SUMMER if day.start < at(SUMMER, 20) else date(2026, 5, 5))(one, day), days=2
    )
    assert {sign.since for found in days for sign in found} == {at(SUMMER, TRIPS[0])}


def test_drops_without_high_voltage_are_not_the_grids() -> None:
    assert told(tripping(volts=240.0)) == [[]]


def test_two_reboots_and_a_long_outage_are_no_trips() -> None:
    assert told(tripping((11.5, 13.0))) == [[]]
    assert told(tripping((9.0, 11.0, 13.0), minutes=45)) == [[]]


def test_a_hailstorm_of_clouds_of_one_minute_does_not_reach_zero() -> None:
    def clouds(inverter: InverterDay, day: TownDay) -> InverterDay:
        random = np.random.default_rng(day.start // HOUR)
        thin = np.where(
            random.random(len(inverter.samples)) < 0.3, random.uniform(0.04, 0.4, len(inverter.samples)), 1.0
        )
        frame = inverter.samples.assign(pac=(inverter.samples["pac"] * thin).round())
        return replace(inverter, samples=frame.assign(v_ac_ln_b=254.0))

    assert all(not found for found in told(clouds, days=5))


def test_dawn_dusk_and_nights_are_no_trips() -> None:
    assert all(not found for found in told(lambda one, _day: one, days=14))
    assert all(not found for found in told(lambda one, _day: one, PATHS[2], days=14, pace=5 * MINUTE))
