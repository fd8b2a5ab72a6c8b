"""Shade: in the same place of the sun, in its beam; new where it was bright before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import TownDay
from models.pv.diagnosis.recipes.shading import shading
from models.pv.sun import Floats
from tests.models.pv.diagnosis.slow_days import DAY, Spoil, invented, looked

BEGUN, DAYS = 60, 90


def mast(number: int, day: TownDay, _row: int, energy: Floats) -> Floats:
    """From the 60th day on half of the beam is gone while the sun stands south-west."""
    hidden = (day.azimuth > 225) & (day.azimuth < 255) & (number >= BEGUN)
    return np.where(hidden, 0.5 * energy, energy)


def test_a_new_obstacle_is_found_after_five_clear_days_where_the_sun_stands() -> None:
    told = looked(shading, invented("2026-04-01", DAYS, mast))
    first = next(number for number, (_day, signs) in enumerate(told) if signs)
    assert BEGUN + 5 <= first <= BEGUN + 12
    (sign,) = told[-1][1]
    assert sign.cause is Cause.OBSTACLE
    assert 225 <= sign.evidence["azimuth_from"] < sign.evidence["azimuth_to"] <= 255  # type: ignore[operator]
    assert abs(sign.since - told[BEGUN][0].start) <= DAY


def test_it_claims_what_is_missing_there_and_nothing_else() -> None:
    day, (sign,) = looked(shading, invented("2026-04-01", DAYS, mast))[-1]
    assert sign.claim is not None
    claimed = sign.claim > 0
    assert (day.azimuth[claimed] > 220).all()
    assert (day.azimuth[claimed] < 260).all()


def test_it_is_over_when_the_sun_is_back() -> None:
    def felled(number: int, day: TownDay, row: int, energy: Floats) -> Floats:
        return energy if number >= 75 else mast(number, day, row, energy)

    assert looked(shading, invented("2026-04-01", DAYS, felled))[-1][1] == []


def test_shade_that_was_always_there_is_told_with_what_it_costs_and_claims_nothing() -> None:
    days = list(invented("2026-04-01", 60, chimney))
    for day in days:  # the expectation has learnt it
        day.inverters[0].expected[:] = np.where((day.azimuth > 135) & (day.azimuth < 150), 0.5, 1.0) * (
            day.inverters[0].expected
        )
    (sign,) = looked(shading, iter(days))[-1][1]
    assert (sign.cause, sign.claim) == (Cause.SHADING, None)
    assert sign.beyond > 100


def test_a_loss_of_a_fifth_all_day_is_no_shade_nor_is_a_healthy_roof_shaded() -> None:
    def broken(number: int, _day: TownDay, _row: int, energy: Floats) -> Floats:
        return 0.8 * energy if number >= BEGUN else energy

    for spoil in (broken, None):
        assert not any(signs for _day, signs in looked(shading, invented("2026-04-01", DAYS, spoil, noise=0.05)))


def test_after_weeks_of_morning_fog_a_brighter_cloud_is_not_the_sun() -> None:
    days = list(invented("2025-10-20", 90))
    for number, day in enumerate(days[6:], 6):  # fog until the new year, thinner afterwards; the others see it too
        left = np.where((day.azimuth > 130) & (day.azimuth < 165), 0.35 if number < 70 else 0.6, 1.0)
        for values in (day.inverters[0].energy, day.inverters[0].expected):
            values *= left
    assert not any(signs for _day, signs in looked(shading, iter(days)))


def moving(days: Iterator[TownDay]) -> Iterator[TownDay]:
    for day in days:
        yield replace(day, inverters=[replace(one, unit=replace(one.unit, moving=True)) for one in day.inverters])


def chimney(_number: int, day: TownDay, _row: int, energy: Floats) -> Floats:
    """Half of the beam is gone in one sector, always."""
    return np.where((day.azimuth > 135) & (day.azimuth < 150), 0.5 * energy, energy)


@pytest.mark.parametrize("spoil", [mast, chimney])
def test_a_tracker_has_no_place_of_the_sun_of_its_own(spoil: Spoil) -> None:
    days = list(invented("2026-04-01", DAYS, spoil, count=1))
    assert any(signs for _day, signs in looked(shading, iter(days)))  # a fixed roof is shaded
    assert not any(signs for _day, signs in looked(shading, moving(iter(days))))


def test_shade_that_was_found_on_a_roof_now_known_to_move_is_told_no_more() -> None:
    past: Any = {}
    for day in invented("2026-04-01", DAYS, mast, count=1):
        signs, past = shading(day.inverters[0], day, past)
    assert signs
    (tracked,) = moving(iter([day]))
    for seen in (tracked, replace(tracked, whole=False)):
        assert list(shading(seen.inverters[0], seen, past)[0]) == []


def test_what_it_remembers_is_plain_and_small() -> None:
    past: Any = {}
    for day in invented("2026-01-01", 250, mast, count=1):
        _signs, past = shading(day.inverters[0], day, past)
    assert json.loads(json.dumps(past)) == past
    assert len(json.dumps(past, separators=(",", ":"))) < 6000
