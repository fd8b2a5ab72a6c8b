"""Power that gives way to heat and comes back when it cools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.thermal import thermal
from models.pv.sun import Floats
from tests.models.pv.diagnosis.signal_town import HOUR, PATHS, SUMMER, at, run


def heated(share: Callable[[Floats], Floats], top: float = 78.0, state: str = "") -> Callable[..., InverterDay]:
    """Clear days with a cabinet that is hottest at half past two; `share` of the expectation by its temperature."""

    def change(inverter: InverterDay, day: TownDay) -> InverterDay:
        hours = (inverter.samples.index.as_unit("ms").asi8 - day.start) / HOUR
        temp = 25 + (top - 25) * np.exp(-(((hours - 14.5) / 3.5) ** 2))
        quarters = (day.times + day.width // 2 - day.start) / HOUR
        by_quarter = np.interp(quarters, hours, temp)
        clear = 0.85 * inverter.unit.pac_rated / 4 * np.maximum(np.cos((quarters - 13.8) / 7.5 * np.pi / 2), 0.0)
        frame = inverter.samples.assign(temp_cabinet=temp)
        if state:
            frame["state"] = np.where(temp > 70, state, frame["state"])
        return replace(inverter, samples=frame, expected=clear, energy=clear * share(by_quarter))

    return change


def told(days: int, change: Callable[..., InverterDay]):
    return [list(found) for _day, found in run(thermal, PATHS[0], days, change=change)]


def giving_way(temp: Floats) -> Floats:
    return np.where(temp > 70, 0.97 - 0.02 * (temp - 70), 0.97)


def test_heat_is_told_on_the_third_hot_day() -> None:
    days = told(4, heated(giving_way))
    assert [len(found) for found in days] == [0, 0, 1, 1]
    (sign,) = days[2]
    assert (sign.cause, sign.evidence["hot_days"]) == (Cause.THERMAL, 3.0)
    assert at(SUMMER, 11) < sign.since < at(SUMMER, 15)
    assert days[3][0].seen == sign.seen > at(SUMMER, 48)


def test_it_claims_the_hot_hours_alone() -> None:
    (sign,) = told(3, heated(giving_way))[2]
    claimed = np.flatnonzero(np.isinf(np.asarray(sign.claim))) / 4
    assert 11 < claimed.min() < claimed.max() < 18


def test_an_inverter_that_says_so_is_believed_on_the_first_day() -> None:
    change = heated(giving_way, state="Grid connection: self-derating")
    assert [len(found) for found in told(1, change)] == [1]


def test_a_hot_inverter_that_gives_all_it_should_is_well() -> None:
    assert all(not found for found in told(8, heated(lambda temp: np.full(len(temp), 0.97))))


def test_a_loss_at_cool_temperatures_is_not_heat() -> None:
    assert all(not found for found in told(8, heated(lambda temp: np.full(len(temp), 0.6))))
    assert all(not found for found in told(8, heated(giving_way, top=55.0)))


def test_shade_of_every_late_afternoon_is_not_heat() -> None:
    def shaded(inverter: InverterDay, day: TownDay) -> InverterDay:
        made = heated(lambda temp: np.full(len(temp), 0.97))(inverter, day)
        hours = (day.times - day.start) / HOUR
        return replace(made, energy=np.where(hours > 16, 0.5, 1.0) * made.energy)

    assert all(not found for found in told(8, shaded))
