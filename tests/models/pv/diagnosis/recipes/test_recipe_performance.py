"""Losses that last, by energy alone: steps, falls, hours of the day, some days; and what is none of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.pv.diagnosis.day import InputFacts, Unit
from models.pv.diagnosis.recipes.performance import performance
from models.pv.diagnosis.sign import Past, Sign
from tests.models.pv.diagnosis.plain_town import DAY, START, Kept, day_of, from_day, unit

LONE = unit("s/inv")
PLANE = ((30.0, 180.0),)
STRUNG = replace(LONE, inputs=(InputFacts(1, 2, 5000.0, PLANE), InputFacts(2, 2, 5000.0, PLANE)))


def looked(days: int, kept: Kept, *, one: Unit = LONE, noise: float = 0.02) -> list[tuple[int, Sign]]:
    """(number of the day, sign) of each day that has one."""
    past: Past = {}
    made: list[tuple[int, Sign]] = []
    for number in range(days):
        day = day_of([one], number, {one.path: kept}, noise=noise)
        signs, past = performance(day.inverters[0], day, past)
        made += [(number, sign) for sign in signs]
    return made


@pytest.mark.parametrize(("share", "within"), [(0.9, 14), (0.85, 7), (0.8, 6), (0.67, 4), (0.5, 4)])
@pytest.mark.parametrize("noise", [0.01, 0.04])
def test_a_step_is_seen_after_few_days_and_from_its_first(share: float, within: int, noise: float) -> None:
    first, sign = looked(60, from_day(30, share), noise=noise)[0]
    assert 30 <= first < 30 + within
    assert abs((sign.since - START) / DAY - 30) <= 3
    assert sign.seen == START + (first + 1) * DAY


@pytest.mark.parametrize(("noise", "days"), [(0.01, 7), (0.04, 20)])
def test_a_slow_loss_is_dated_weeks_before_a_day_of_it_could_be_seen(noise: float, days: int) -> None:
    (first, sign), *_ = looked(160, lambda number, _: 1.0 - 0.01 * max(number - 60, 0) / 7, noise=noise)
    assert first > 60 + 35
    assert abs((sign.since - START) / DAY - 60) <= days


def test_a_loss_that_comes_after_another_is_not_dated_into_it() -> None:
    twice = looked(140, lambda number, _: 0.7 if 20 <= number < 50 or number >= 110 else 1.0)
    dates = sorted({round((sign.since - START) / DAY) for _, sign in twice})
    assert len(dates) == 2
    assert dates == pytest.approx([20, 110], abs=2)


def test_a_step_is_told_every_day_for_as_long_as_it_lasts() -> None:
    days = [number for number, _ in looked(200, from_day(30, 0.85))]
    assert days == list(range(days[0], 200))


def test_a_single_odd_day_opens_nothing() -> None:
    assert looked(60, lambda number, _: 0.3 if number == 40 else 1.0) == []


def test_two_years_of_unrest_open_nothing() -> None:
    assert looked(730, lambda *_: 1.0, noise=0.045) == []


def test_a_roof_that_is_always_a_bit_low_is_none_of_it() -> None:
    assert looked(200, lambda *_: 0.97, noise=0.03) == []


def test_a_loss_on_some_days_stays_one_loss() -> None:
    hit = np.random.default_rng(3).random(120) < 0.5
    days = looked(120, lambda number, _: 0.6 if number >= 30 and hit[number] else 1.0)
    assert len({sign.since for _, sign in days}) == 1
    assert days[-1][0] == 119
    assert 0.2 < float(days[-1][1].evidence["days_hit_share"]) < 0.8


def test_hours_that_are_low_show_in_the_evidence() -> None:
    afternoon = lambda number, hours: np.where((number >= 30) & (hours > 13), 0.5, 1.0)  # noqa: E731
    *_, (_, sign) = looked(60, afternoon)
    assert float(sign.evidence["evening_missing_share"]) == pytest.approx(0.5, abs=0.05)
    assert abs(float(sign.evidence["morning_missing_share"])) < 0.05


def test_one_of_four_strings_is_named_by_its_step() -> None:
    *_, (_, sign) = looked(60, from_day(30, 0.75), one=STRUNG)
    assert sign.cause == "string_open"
    assert sign.evidence["strings"] == 4
    *_, (_, other) = looked(60, from_day(30, 0.83), one=STRUNG)
    assert other.cause == "unexplained"


def test_days_of_which_nothing_is_known_change_nothing() -> None:
    holes = lambda number, _: float("nan") if number % 3 == 0 else (0.8 if number >= 30 else 1.0)  # noqa: E731
    seen = looked(60, holes)
    assert 30 <= seen[0][0] < 42
    assert [number for number, _ in seen] == list(range(seen[0][0], 60))


def test_dark_days_count_by_their_light() -> None:
    past: Past = {}
    seen = []
    for number in range(60):
        day = day_of([LONE], number, {LONE.path: from_day(30, 0.8)})
        one = day.inverters[0]
        dim = replace(one, energy=one.energy * 0.05, expected=one.expected * 0.05)
        signs, past = performance(dim, day, past)
        seen += [number for _ in signs]
    assert seen[0] > looked(60, from_day(30, 0.8))[0][0] + 3
