"""A counter that rests under power, or counts something else than the power makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.counter_stuck import counter_stuck
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.diagnosis.signal_town import HOUR, MINUTE, PATHS, SUMMER, at, run

Change = Callable[[InverterDay, TownDay], InverterDay]


def counted(how: Callable[[pd.Series], pd.Series]) -> Change:
    def change(inverter: InverterDay, _day: TownDay) -> InverterDay:
        counter = inverter.samples["energy_ac_total"]
        return replace(inverter, samples=inverter.samples.assign(energy_ac_total=how(counter)))

    return change


def resting(first: int, last: int) -> Change:
    def how(counter: pd.Series) -> pd.Series:
        times = counter.index.as_unit("ms").asi8
        held = counter.mask((times > first) & (times < last))
        return held.ffill()

    return counted(how)


def test_a_counter_that_rests_under_power_is_told_within_two_hours() -> None:
    change = resting(at(SUMMER, 11), at(SUMMER, 15))
    ((_day, (sign,)),) = run(counter_stuck, PATHS[0], 1, change=change)
    assert sign.cause is Cause.COUNTER_STUCK
    assert abs(sign.since - at(SUMMER, 11)) <= 10 * MINUTE
    assert HOUR <= sign.seen - sign.since <= 2 * HOUR
    assert sign.until is not None
    assert abs(sign.until - at(SUMMER, 15)) <= 10 * MINUTE


def test_one_that_rests_for_good_began_when_it_stopped() -> None:
    change = resting(at(SUMMER, 11), at(SUMMER, 24 * 9))
    held: dict[str, float] = {}

    def dead(inverter: InverterDay, day: TownDay) -> InverterDay:
        made = change(inverter, day)
        if day.start > at(SUMMER, 12):
            return replace(made, samples=made.samples.assign(energy_ac_total=held[made.unit.path]))
        held[made.unit.path] = float(made.samples["energy_ac_total"].iloc[-1])
        return made

    told = [found[0] for _day, found in run(counter_stuck, PATHS[0], 3, change=dead)]
    assert len({(sign.since, sign.seen) for sign in told}) == 1


@pytest.mark.parametrize("step", [1000.0, 100.0, 10.0])
def test_a_counter_in_whole_steps_is_well(step: float) -> None:
    change = counted(lambda counter: np.floor(counter / step) * step)
    assert all(not found for _day, found in run(counter_stuck, PATHS[2], 6, change=change))


def test_a_counter_that_counts_a_tenth_less_is_told_on_the_second_day_of_it() -> None:
    def late(inverter: InverterDay, day: TownDay) -> InverterDay:
        if day.start < at(SUMMER, 24 * 6):
            return inverter
        counter = inverter.samples["energy_ac_total"]
        slower = counter.iloc[0] + 0.9 * (counter - counter.iloc[0])
        return replace(inverter, samples=inverter.samples.assign(energy_ac_total=slower))

    told = [list(found) for _day, found in run(counter_stuck, PATHS[0], 9, change=late)]
    assert [len(found) for found in told] == [0] * 7 + [1, 1]
    assert told[7][0].since == at(SUMMER, 24 * 6)
    assert told[8][0].seen == told[7][0].seen


def test_missed_polls_hide_neither_a_slow_counter_nor_make_one() -> None:
    def holed(share: float) -> Change:
        def change(inverter: InverterDay, day: TownDay) -> InverterDay:
            counter = inverter.samples["energy_ac_total"]
            frame = inverter.samples.assign(energy_ac_total=counter.iloc[0] + share * (counter - counter.iloc[0]))
            return replace(inverter, samples=frame[np.random.default_rng(day.start // HOUR).random(len(frame)) > 0.08])

        return change

    assert all(not found for _day, found in run(counter_stuck, PATHS[0], 6, change=holed(1.0)))
    assert [len(found) for _day, found in run(counter_stuck, PATHS[0], 3, change=holed(0.85))] == [0, 1, 1]


def test_an_inverter_whose_power_and_counter_never_agreed_by_four_per_cent_is_well() -> None:
    change = counted(lambda counter: counter.iloc[0] + 0.96 * (counter - counter.iloc[0]))
    assert all(not found for _day, found in run(counter_stuck, PATHS[0], 8, change=change))


def test_a_counter_that_began_anew_is_not_stuck() -> None:
    change = counted(
        lambda counter: counter - counter.where(counter.index.hour >= 10).min() * (counter.index.hour >= 10)
    )
    assert all(not found for _day, found in run(counter_stuck, PATHS[0], 2, change=change))


def test_where_the_whole_answer_is_frozen_the_counter_is_not_accused() -> None:
    frozen = Fault(PATHS[0], FaultKind.FROZEN, at(SUMMER, 10), at(SUMMER, 15))
    ((_day, found),) = run(counter_stuck, PATHS[0], 1, [frozen])
    assert not found
