"""Inputs: an open string on its first day, a weak input on its third; shade, snow and seasons are neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.inputs import inputs
from models.pv.diagnosis.sign import Sign
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.diagnosis.signal_town import HOUR, MINUTE, PATHS, SUMMER, at, day_of, run

LEARNT = 12
"""Days before something happens."""
Share = Callable[[np.ndarray, TownDay], np.ndarray | float]


def noisy(number: int = 2, share: Share = lambda hours, day: 1.0, days: int = LEARNT) -> Callable[..., InverterDay]:
    """Inputs with the daily noise that was measured on real ones, and one of them with a share of its power."""

    def change(inverter: InverterDay, day: TownDay) -> InverterDay:
        frame = inverter.samples.copy()
        random = np.random.default_rng(day.start // HOUR)
        hours = (frame.index.as_unit("ms").asi8 - day.start) / HOUR
        for each in range(1, 4):
            if f"pdc_{each}" in frame:
                noise = 1 + 0.008 * random.standard_normal() + 0.02 * random.standard_normal(26)[hours.astype(int)]
                frame[f"pdc_{each}"] *= noise
        if day.start >= at(SUMMER, 24 * days):
            frame[f"pdc_{number}"] *= share(hours, day)
        return replace(inverter, samples=frame)

    return change


def told(path: str, days: int, change: Callable[..., InverterDay], **more: object) -> list[list[Sign]]:
    return [list(found) for _day, found in run(inputs, path, days, change=change, **more)]  # type: ignore[arg-type]


def test_one_string_of_three_is_told_on_its_day_with_what_is_missing() -> None:
    opened = Fault(PATHS[0], FaultKind.STRING_OPEN, at(SUMMER, 24 * LEARNT), input=2)
    days = told(PATHS[0], LEARNT + 3, noisy(), faults=[opened])
    assert all(not found for found in days[:LEARNT])
    for (sign,) in days[LEARNT:]:
        assert (sign.cause, sign.subject) == (Cause.STRING_OPEN, f"{PATHS[0]}#2")
        assert (sign.evidence["strings"], sign.evidence["strings_open"]) == (3.0, 1.0)
        assert sign.evidence["missing_share"] == pytest.approx(1 / 3, abs=0.03)
        assert at(SUMMER, 24 * LEARNT) <= sign.since <= at(SUMMER, 24 * LEARNT + 12)
        assert sign.seen <= at(SUMMER, 24 * LEARNT + 15)


def test_a_second_string_that_opens_is_told_with_the_first_and_one_that_is_mended_no_longer() -> None:
    first = Fault(PATHS[0], FaultKind.STRING_OPEN, at(SUMMER, 24 * LEARNT), input=2)
    second = replace(first, start=at(SUMMER, 24 * (LEARNT + 3)), end=at(SUMMER, 24 * (LEARNT + 6)))
    days = told(PATHS[0], LEARNT + 11, noisy(), faults=[first, second])[LEARNT:]
    assert {(sign.cause, sign.subject) for found in days for sign in found} == {(Cause.STRING_OPEN, f"{PATHS[0]}#2")}
    assert len({sign.since for found in days for sign in found}) == 1  # the same finding all along
    assert [sign.evidence["strings_open"] for (sign,) in days] == [1] * 3 + [2] * 3 + [1] * 5
    assert days[5][0].evidence["missing_share"] == pytest.approx(2 / 3, abs=0.03)


def test_its_claim_is_what_its_strings_should_have_made() -> None:
    opened = Fault(PATHS[0], FaultKind.STRING_OPEN, at(SUMMER, 24 * LEARNT), input=2)
    *_before, (day, (sign,)) = run(inputs, PATHS[0], LEARNT + 2, [opened], change=noisy(), error=0.0)
    lost = float(np.nansum(day.inverters[0].expected - day.inverters[0].energy))
    assert sign.claim is not None
    assert lost <= float(sign.claim.sum()) <= 1.25 * lost


@pytest.mark.parametrize(("path", "number", "strings", "share"), [(PATHS[1], 3, 1, 0.5), (PATHS[2], 1, 1, 1.0)])
def test_half_an_input_and_a_whole_one_are_strings_too(path: str, number: int, strings: int, share: float) -> None:
    opened = Fault(path, FaultKind.STRING_OPEN, at(SUMMER, 24 * LEARNT), input=number, strings=strings)
    ((sign,),) = told(path, LEARNT + 1, noisy(), faults=[opened])[LEARNT:]
    assert (sign.cause, sign.subject) == (Cause.STRING_OPEN, f"{path}#{number}")
    assert sign.evidence["missing_share"] == pytest.approx(share, abs=0.03)


def test_six_per_cent_of_an_input_are_told_on_the_third_day() -> None:
    days = told(PATHS[0], LEARNT + 4, noisy(1, lambda hours, day: 0.925))
    counts = [len(found) for found in days]
    assert counts == [0] * (LEARNT + 2) + [1, 1]
    (sign,) = days[-1]
    assert (sign.cause, sign.subject) == (Cause.INPUT_LOW, f"{PATHS[0]}#1")
    assert sign.since < at(SUMMER, 24 * LEARNT + 13)
    assert sign.seen > at(SUMMER, 24 * (LEARNT + 2))


def test_a_string_that_opens_at_noon_is_known_by_the_next_noon_and_began_at_noon() -> None:
    opened = Fault(PATHS[0], FaultKind.STRING_OPEN, at(SUMMER, 24 * LEARNT + 13), input=2)
    days = told(PATHS[0], LEARNT + 2, noisy(), faults=[opened])
    assert all(not found for found in days[: LEARNT + 1])
    ((sign,),) = days[LEARNT + 1 :]
    assert abs(sign.since - at(SUMMER, 24 * LEARNT + 13)) <= 1.5 * HOUR


def test_nothing_is_said_of_the_input_beside_an_open_one_nor_when_it_is_mended() -> None:
    opened = Fault(PATHS[0], FaultKind.STRING_OPEN, at(SUMMER, 24 * LEARNT), at(SUMMER, 24 * (LEARNT + 20)), input=2)
    days = told(PATHS[0], LEARNT + 30, noisy(), faults=[opened])
    assert {sign.subject for found in days for sign in found} == {f"{PATHS[0]}#2"}
    assert all(not found for found in days[LEARNT + 24 :])


def test_the_shade_of_a_chimney_every_afternoon_is_no_string() -> None:
    shade = lambda hours, day: np.where(hours > 15.5, 0.55, 1.0)  # noqa: E731
    assert all(not found for found in told(PATHS[0], LEARNT + 12, noisy(2, shade)))


def test_shade_that_grows_with_the_season_is_no_weak_input() -> None:
    def season(hours: np.ndarray, day: TownDay) -> np.ndarray:
        gone = min((day.start - at(SUMMER, 24 * LEARNT)) / HOUR / 24 / 40, 1.0)
        return np.where(hours < 9.0 + 2.5 * gone, 0.5, 1.0)

    assert all(not found for found in told(PATHS[0], LEARNT + 40, noisy(2, season)))


def test_strings_of_other_lengths_are_held_against_themselves() -> None:
    days = told(PATHS[1], LEARNT + 6, noisy(2, lambda hours, day: 0.86, days=0))
    causes = {(sign.cause, sign.subject) for found in days for sign in found}
    assert causes == {(Cause.CAPACITY, f"{PATHS[1]}#2")}  # the files say otherwise since the first day: nothing new


def test_snow_on_half_of_a_roof_is_snow_and_gone_after_the_thaw() -> None:
    winter = date(2026, 1, 12)

    def white(inverter: InverterDay, day: TownDay) -> InverterDay:
        made = noisy(2, days=10**6)(inverter, day)
        number = (day.start - at(winter, 0)) // (24 * HOUR)
        if number >= LEARNT:
            covered = made.samples["pdc_2"] * (0.3 if number < LEARNT + 4 else 1.0)
            made = replace(made, samples=made.samples.assign(pdc_2=covered))
        return made

    def cold(day: TownDay) -> TownDay:
        number = (day.start - at(winter, 0)) // (24 * HOUR)
        return replace(day, temp_air=np.full(len(day.elevation), -2.0 if LEARNT <= number < LEARNT + 3 else 5.0))

    past: dict[str, object] = {}
    causes = []
    for number in range(LEARNT + 12):
        day = cold(day_of(winter + timedelta(days=number), seed=11, paths=PATHS[:1]))
        found, kept = inputs(white(day.inverters[0], day), day, past)
        past = dict(kept)
        causes += [sign.cause for sign in found]
    assert set(causes) <= {Cause.SNOW}
    assert causes


@pytest.mark.parametrize("pace", [1, 5, 15])
def test_sound_inputs_say_nothing_for_a_season(pace: int) -> None:
    days = told(PATHS[1], 40, noisy(), pace=pace * MINUTE)
    assert all(not found for found in days)


def test_what_is_remembered_is_a_few_kilobytes_of_json() -> None:
    past: dict[str, object] = {}
    for number in range(40):
        day = day_of(SUMMER + timedelta(days=number), paths=PATHS[1:2])
        past = json.loads(json.dumps(inputs(noisy()(day.inverters[0], day), day, past)[1]))
    assert 100 < len(json.dumps(past)) < 4000


def test_an_input_whose_like_is_on_another_inverter_of_the_site_is_held_against_that() -> None:
    opened = Fault("s4/a", FaultKind.STRING_OPEN, at(SUMMER, 24 * LEARNT), at(SUMMER, 24 * (LEARNT + 15)), input=2)
    days = told("s4/a", LEARNT + 2, noisy(), faults=[opened], beside=["s4/b"])
    assert all(not found for found in days[:LEARNT])
    assert {(sign.cause, sign.subject) for found in days for sign in found} == {(Cause.STRING_OPEN, "s4/a#2")}
    other = told("s4/b", LEARNT + 25, noisy(), faults=[opened], beside=["s4/a"])
    assert all(not found for found in other)  # neither while the first is open nor when it is mended


def test_an_inverter_with_one_input_says_nothing() -> None:
    day = day_of(SUMMER)
    one = day.inverters[0]
    bare = replace(one, samples=one.samples.drop(columns=["pdc_2", "v_dc_2", "i_dc_2"]))
    assert inputs(bare, day, {}) == ([], {})
