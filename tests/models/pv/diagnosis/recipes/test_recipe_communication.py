"""Silence: told after the third missed poll in the light; never at night, never of one that sleeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.communication import communication
from models.pv.quality.gaps import Gap, GapKind
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.diagnosis.signal_town import HOUR, MINUTE, PATHS, SUMMER, at, day_of, run

WINTER = date(2026, 1, 8)


def silent(start: float, end: float, when: date = SUMMER, path: str = PATHS[0]) -> Fault:
    return Fault(path, FaultKind.SILENT, at(when, start), at(when, end))


def signs(day: TownDay, past=None, path: str = PATHS[0]):
    inverter = next(one for one in day.inverters if one.unit.path == path)
    return communication(inverter, day, past or {})


@pytest.mark.parametrize(("pace", "limit"), [(1, 15), (5, 15), (15, 45)])
def test_a_silence_at_noon_is_told_after_three_polls_and_a_quarter_of_an_hour(pace: int, limit: int) -> None:
    fault = silent(12, 30)
    early = day_of(SUMMER, [fault], pace=pace * MINUTE, until=12 * HOUR + (limit - 2) * MINUTE)
    late = day_of(SUMMER, [fault], pace=pace * MINUTE, until=12 * HOUR + (limit + 15) * MINUTE)
    assert signs(early)[0] == ()
    (sign,), kept = signs(late)
    assert (sign.cause, sign.subject, sign.until) == (Cause.COMMUNICATION, PATHS[0], None)
    assert sign.since == at(SUMMER, 12)
    assert sign.seen <= sign.since + limit * MINUTE
    assert sign.claim is None  # nobody knows what it makes
    assert kept["since"] == sign.since


def test_an_inverter_that_sleeps_at_night_is_not_silent() -> None:
    fault = silent(20.9, 24)
    for until in (21.5, 22.5, 23.75):
        assert signs(day_of(SUMMER, [fault], until=int(until * HOUR)))[0] == ()
    before_dawn = day_of(SUMMER + timedelta(days=1), [replace(fault, end=fault.end + 5 * HOUR)], until=5 * HOUR)
    assert signs(before_dawn)[0] == ()


def test_one_that_does_not_wake_up_is_silent_since_the_first_light() -> None:
    fault = Fault(PATHS[0], FaultKind.SILENT, at(SUMMER, -2), at(SUMMER, 40))
    (sign,), _kept = signs(day_of(SUMMER, [fault], until=12 * HOUR))
    assert at(SUMMER, 6) < sign.since < at(SUMMER, 9.5)
    assert sign.seen - sign.since <= 30 * MINUTE


def test_a_silence_of_days_began_when_it_began() -> None:
    fault = silent(12, 100)
    told = [found[0] for _day, found in run(communication, PATHS[0], 3, [fault])]
    assert {sign.since for sign in told} == {at(SUMMER, 12)}
    assert len({sign.seen for sign in told}) == 1


def test_a_silence_that_is_over_ends_when_it_ended() -> None:
    day = day_of(SUMMER, [silent(10, 11)])
    gap = Gap(at(SUMMER, 10), at(SUMMER, 11), GapKind.COMMUNICATION)
    day = replace(day, inverters=[replace(one, gaps=(gap,)) for one in day.inverters])
    (sign,), kept = signs(day)
    assert (sign.since, sign.until, kept) == (at(SUMMER, 10), at(SUMMER, 11), {})
    assert sign.evidence["silent_h"] == 1.0


def test_an_outage_without_readings_is_not_a_loss_of_communication() -> None:
    day = day_of(SUMMER)
    gap = Gap(at(SUMMER, 10), at(SUMMER, 13), GapKind.OUTAGE)
    day = replace(day, inverters=[replace(one, gaps=(gap,)) for one in day.inverters])
    assert signs(day)[0] == ()


def test_under_snow_on_all_roofs_inverters_sleep_at_noon() -> None:
    def white(inverter: InverterDay) -> InverterDay:
        return replace(inverter, expected=np.zeros(len(inverter.expected)), last_heard=at(WINTER, 2))

    day = day_of(WINTER, [silent(0, 24, WINTER)], until=13 * HOUR)
    assert signs(replace(day, inverters=[white(one) for one in day.inverters]))[0] == ()


def test_a_series_without_readings_says_nothing() -> None:
    day = day_of(SUMMER)
    bare = replace(day.inverters[0], samples=day.inverters[0].samples.iloc[:0], last_heard=None, period=0)
    assert communication(bare, day, {}) == ((), {})
