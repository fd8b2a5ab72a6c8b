"""Insulation that falls: at once below the limit, by days against its own usual value, on wet mornings too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.insulation import insulation
from tests.models.pv.diagnosis.signal_town import HOUR, PATHS, SUMMER, at, run


def measured(value: Callable[[int, np.ndarray], np.ndarray | float]) -> Callable[..., InverterDay]:
    """kΩ by number of the day and hour; 0 at night, as inverters say it."""

    def change(inverter: InverterDay, day: TownDay) -> InverterDay:
        hours = (inverter.samples.index.as_unit("ms").asi8 - day.start) / HOUR
        number = round((day.start - at(SUMMER, 0)) / HOUR / 24)
        noise = 1 + 0.15 * np.random.default_rng(number).standard_normal()
        told = np.where((hours > 7) & (hours < 20), value(number, hours) * noise, 0.0)
        return replace(inverter, samples=inverter.samples.assign(r_iso=told))

    return change


def told(days: int, value: Callable[[int, np.ndarray], np.ndarray | float]):
    return [list(found) for _day, found in run(insulation, PATHS[0], days, change=measured(value))]


def test_sound_insulation_says_nothing_for_two_months() -> None:
    assert all(not found for found in told(60, lambda day, hours: 2500))
    assert all(not found for found in told(30, lambda day, hours: 700))


def test_below_the_limit_it_is_told_at_the_second_reading() -> None:
    days = told(13, lambda day, hours: np.where((day >= 12) & (hours > 9), 90, 2500))
    (sign,) = days[12]
    assert (sign.cause, sign.evidence["wet_mornings"]) == (Cause.INSULATION, 0.0)
    assert at(SUMMER, 24 * 12 + 9) < sign.seen < at(SUMMER, 24 * 12 + 9.3)


def test_wet_mornings_are_told_on_the_third_of_a_week() -> None:
    wet = {14, 16, 18}
    days = told(20, lambda day, hours: np.where((day in wet) & (hours < 8.5), 450, 3000))
    assert [number for number, found in enumerate(days) if found] == [18]
    assert days[18][0].evidence["wet_mornings"] == 1.0
    assert days[18][0].since == at(SUMMER, 24 * 14)


def test_one_wet_morning_above_the_limit_is_none() -> None:
    assert all(not found for found in told(20, lambda day, hours: np.where((day == 14) & (hours < 8.5), 450, 3000)))


def test_an_old_roof_that_was_always_low_is_not_a_fall() -> None:
    days = told(30, lambda day, hours: 320)
    assert all(not found for found in days)
