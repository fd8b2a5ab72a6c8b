"""An inverter that makes nothing in the light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.pv.diagnosis.day import TownDay
from models.pv.diagnosis.recipes.availability import inverter_off
from models.pv.diagnosis.sign import Past, Sign
from models.pv.sun import Floats
from tests.models.pv.diagnosis.plain_town import DAY, HOUR, QUARTER, START, Kept, day_of, unit

ONE = unit("s/inv")


def looked(
    days: int, kept: Kept, change: Callable[[TownDay], TownDay] = lambda day: day, width: int = QUARTER
) -> dict[int, Sign]:
    past: Past = {}
    made = {}
    for number in range(days):
        day = change(day_of([ONE], number, {ONE.path: kept}, width=width))
        signs, past = inverter_off(day.inverters[0], day, past)
        made |= dict.fromkeys([number] if signs else [], signs[0] if signs else None)
    return made  # type: ignore[return-value]


def dead_from(number: int, hour: float) -> Kept:
    return lambda day, hours: np.where((day > number) | ((day == number) & (hours > hour)), 0.0, 1.0)


def test_it_is_off_since_the_quarter_in_which_it_stopped_until_it_makes_something() -> None:
    signs = looked(6, lambda day, hours: np.where((day * 24 + hours > 36) & (day * 24 + hours < 82), 0.0, 1.0))
    assert set(signs) == {1, 2, 3}
    assert {sign.since for sign in signs.values()} == {START + 36 * HOUR}
    assert [sign.until for sign in signs.values()] == [None, None, START + 82 * HOUR]


def test_two_hours_of_hourly_samples_are_enough() -> None:
    sign = looked(3, dead_from(1, 10), width=HOUR)[1]
    assert sign.seen - sign.since == 2 * HOUR


def test_a_restart_of_a_quarter_is_no_outage() -> None:
    assert looked(3, lambda day, hours: np.where(abs(hours - 12.1) < 0.13, 0.0, 1.0)) == {}


def test_who_says_nothing_is_not_off() -> None:
    assert looked(3, lambda day, hours: np.where(hours > 10, np.nan, 1.0)) == {}


def test_a_silence_does_not_end_an_outage() -> None:
    signs = looked(8, lambda day, hours: np.where(day < 2, 1.0, np.where(day in (3, 4), np.nan, 0.0)))
    assert {sign.since for sign in signs.values()} == {signs[2].since}
    assert set(signs) == {2, 5, 6, 7}


def test_shade_that_takes_an_hour_of_every_morning_is_known_after_two_weeks() -> None:
    hour = lambda day, hours: np.where((hours > 7) & (hours < 8), 0.0, 1.0)  # noqa: E731
    assert max(looked(40, hour)) < 14


def test_who_is_off_for_a_month_is_not_used_to_it() -> None:
    assert set(looked(40, dead_from(5, 12))) == set(range(5, 40))


def test_where_only_a_cloudless_sky_is_known_it_takes_two_hours_of_high_sun() -> None:
    def blind(day: TownDay) -> TownDay:
        one = day.inverters[0]
        nothing: Floats = np.full(len(one.energy), np.nan)
        return replace(day, inverters=[replace(one, expected=nothing, clear=one.expected)])

    short = looked(2, lambda day, hours: np.where(abs(hours - 12) < 0.5, 0.0, 1.0), blind)
    long = looked(2, lambda day, hours: np.where((day == 1) & (abs(hours - 12) < 2), 0.0, 1.0), blind)
    assert (set(short), set(long)) == (set(), {1})
    assert long[1].since == START + DAY + 10 * HOUR
