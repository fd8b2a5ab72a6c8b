"""Today so far: an inverter that says it is broken is off from the first light on, and what it costs is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from models.calendar import QUARTER
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import TownDay
from models.pv.diagnosis.diagnose import Known, diagnose
from models.pv.diagnosis.finding import Finding
from models.pv.diagnosis.recipes.availability import LIT
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.diagnosis.signal_town import HOUR, PATHS, SUMMER, at, day_of

HUAWEI, SUNSPEC, GOODWE = PATHS[:3]
TODAY = SUMMER + timedelta(days=3)


def morning(path: str, until: int, since: float = 72) -> TownDay:
    """The first `until` ms of a day on which one inverter is switched off by a fault of its own."""
    return day_of(TODAY, [Fault(path, FaultKind.INVERTER_OFF, at(SUMMER, since), at(SUMMER, since + 48))], until=until)


def findings(day: TownDay, path: str) -> dict[Cause, Finding]:
    known = Known()
    for number in range(3):
        _found, known = diagnose(day_of(SUMMER + timedelta(days=number)), known)
    return {each.cause: each for each in diagnose(day, known)[0] if each.subject == path}


def first_light(path: str) -> tuple[int, float]:
    """ms of the day after which a tenth of LIT is expected in a quarter, and what is expected up to there."""
    whole = day_of(TODAY)
    inverter = next(one for one in whole.inverters if one.unit.path == path)
    dim = inverter.expected >= 0.1 * LIT * inverter.unit.pac_rated / 4
    quarters = int(np.flatnonzero(dim)[0]) + 1
    assert inverter.expected[quarters - 1] < LIT * inverter.unit.pac_rated / 4
    return quarters * QUARTER, float(inverter.expected[:quarters].sum())


@pytest.mark.parametrize("path", [HUAWEI, SUNSPEC, GOODWE])
def test_in_the_first_light_it_is_off_and_has_cost_what_was_expected_so_far(path: str) -> None:
    until, expected = first_light(path)
    found = findings(morning(path, until), path)
    assert found[Cause.INVERTER_OFF].lost_wh == pytest.approx(expected, rel=0.01)
    assert found[Cause.INVERTER_OFF].seen <= at(TODAY, until / HOUR)
    assert found[Cause.DEVICE_FAULT].lost_wh == pytest.approx(0.0, abs=0.01)


def test_in_the_dark_it_only_says_that_it_is_broken() -> None:
    found = findings(morning(GOODWE, 3 * HOUR), GOODWE)
    assert list(found) == [Cause.DEVICE_FAULT]


def test_switched_off_at_noon_it_is_off_a_quarter_later() -> None:
    found = findings(morning(GOODWE, 12 * HOUR + QUARTER, since=84), GOODWE)
    assert found[Cause.INVERTER_OFF].since == at(TODAY, 12)
    assert found[Cause.INVERTER_OFF].lost_wh > 100


def test_what_works_in_spite_of_a_code_is_not_off() -> None:
    day = morning(GOODWE, 12 * HOUR, since=100)
    saying = [replace(one, samples=one.samples.assign(fault_code=float(1 << 25))) for one in day.inverters]
    assert Cause.INVERTER_OFF not in findings(replace(day, inverters=saying), GOODWE)


def test_the_whole_day_tells_the_same_beginning() -> None:
    until, _expected = first_light(GOODWE)
    early = findings(morning(GOODWE, until), GOODWE)[Cause.INVERTER_OFF]
    later = findings(morning(GOODWE, 15 * HOUR), GOODWE)[Cause.INVERTER_OFF]
    assert early.since == later.since
    assert later.lost_wh > 50 * early.lost_wh


def test_a_fault_of_a_quarter_that_is_over_is_a_fault_and_no_standstill() -> None:
    short = Fault(GOODWE, FaultKind.INVERTER_OFF, at(TODAY, 12), at(TODAY, 12.25))
    found = findings(day_of(TODAY, [short], until=14 * HOUR), GOODWE)
    assert list(found) == [Cause.DEVICE_FAULT]
    assert found[Cause.DEVICE_FAULT].lost_wh > 100
