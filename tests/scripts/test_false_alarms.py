"""What is no fault opens no fault: nights, snow, small clouds, an eclipse, clock changes, a town that falls silent.

Three stretches of one simulated town, through the product's own path; each is closed once and looked at day by day.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import Works
from scripts.simulator.fault import Fault, FaultKind
from tests.scripts.trial_town import MINUTE, Trial, at, pannes, trial_town

TOWN = trial_town()
WINTER = date(2026, 1, 24), date(2026, 3, 30)
SNOW = date(2026, 2, 9), date(2026, 2, 13)
SWITCHED, DECLARED, DEAF = date(2026, 2, 20), date(2026, 2, 24), date(2026, 3, 2)
SUMMER = date(2026, 7, 26), date(2026, 8, 12)
CLOUDS, ECLIPSE = date(2026, 8, 10), date(2026, 8, 12)
AUTUMN = date(2026, 10, 10), date(2026, 10, 26)
SPRING_CHANGE, AUTUMN_CHANGE = date(2026, 3, 29), date(2026, 10, 25)


@pytest.fixture(scope="module")
def winter(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    faults = [
        Fault("town", FaultKind.SNOW, at(SNOW[0], 3), at(SNOW[1] - timedelta(days=1), 10)),
        Fault("hall", FaultKind.SITE_OFF, at(SWITCHED, 10), at(SWITCHED, 15)),
        Fault("hall", FaultKind.SITE_OFF, at(DECLARED, 10), at(DECLARED, 15)),
        *(Fault(path, FaultKind.SILENT, at(DEAF, 9), at(DEAF, 16)) for path in TOWN.devices()),
    ]
    works = [Works("outage", "hall", at(DECLARED, 9), at(DECLARED, 16))]
    trial = Trial(tmp_path_factory.mktemp("winter"), TOWN, faults, works)
    trial.tell(at(WINTER[0]), at(WINTER[1] + timedelta(days=1), 2))
    trial.look(*WINTER, SNOW[0], SNOW[1], SWITCHED, DECLARED, DEAF, SPRING_CHANGE)
    return trial


@pytest.fixture(scope="module")
def summer(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    faults = [
        Fault("town", FaultKind.CLOUDS, at(CLOUDS, 6), at(CLOUDS, 21)),
        Fault("town", FaultKind.ECLIPSE, at(ECLIPSE, 19.3), at(ECLIPSE, 21.2), to=0.08),
    ]
    trial = Trial(tmp_path_factory.mktemp("summer"), TOWN, faults)
    trial.tell(at(SUMMER[0]), at(SUMMER[1] + timedelta(days=1), 2))
    trial.tell(at(CLOUDS), at(CLOUDS, 24), MINUTE)
    trial.look(*SUMMER, CLOUDS, ECLIPSE)
    return trial


@pytest.fixture(scope="module")
def autumn(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    trial = Trial(tmp_path_factory.mktemp("autumn"), TOWN, ())
    trial.tell(at(AUTUMN[0]), at(AUTUMN[1] + timedelta(days=1), 2))
    trial.look(*AUTUMN, AUTUMN_CHANGE)
    return trial


def test_thirty_nights_are_no_fault(winter: Trial) -> None:
    before, after = (
        winter.found(WINTER[0], SWITCHED - timedelta(days=1)),
        winter.found(DEAF + timedelta(days=1), WINTER[1]),
    )
    assert pannes(before | after) == set()
    assert Cause.COMMUNICATION not in {cause for cause, _subject in before | after}


def test_five_days_of_snow_are_snow_and_nothing_else(winter: Trial) -> None:
    found = winter.found(*SNOW)
    assert pannes(found) == set()
    assert (Cause.SNOW, "town") in found
    assert {cause for cause, _subject in found} == {Cause.SNOW}


def test_snow_teaches_the_town_nothing_of_its_roofs(winter: Trial) -> None:
    found = winter.found(SNOW[1] + timedelta(days=1), SWITCHED - timedelta(days=1))
    assert {one for one in found if one[0] is not Cause.UNEXPLAINED} <= {(Cause.SNOW, "town")}
    for inverter in ("hall/a", "hall/b", "hall/c"):
        assert winter.ratio(inverter, SNOW[1] + timedelta(days=1), SWITCHED) == pytest.approx(1.0, abs=0.05)


def test_a_site_that_is_switched_off_darkens_no_other(winter: Trial) -> None:
    for inverter in ("roof-1/inv", "roof-2/inv", "roof-4/inv"):
        assert winter.ratio(inverter, SWITCHED, SWITCHED) == pytest.approx(1.0, abs=0.35)


def test_a_site_that_somebody_switched_off_is_one_finding(winter: Trial) -> None:
    assert pannes(winter.found(SWITCHED, SWITCHED)) == {(Cause.SITE_OFF, "hall")}
    found = next(one for one in winter.seen[SWITCHED] if one.cause is Cause.SITE_OFF)
    assert (found.since, found.until) == (at(SWITCHED, 10), at(SWITCHED, 15))
    assert found.lost_wh == pytest.approx(47_700, rel=0.1)


def test_a_declared_shutdown_is_muted_and_its_loss_is_planned(winter: Trial) -> None:
    assert pannes(winter.found(DECLARED, DECLARED)) == set()
    planned = next(one for one in winter.seen[DECLARED] if one.cause is Cause.PLANNED)
    assert planned.subject == "hall"
    assert planned.planned_wh == pytest.approx(planned.lost_wh)


def test_when_nobody_answers_it_is_said_once_and_no_inverter_is_accused(winter: Trial) -> None:
    found = winter.found(DEAF, DEAF)
    assert pannes(found) == set()
    assert {one for one in found if one[0] is Cause.COMMUNICATION} == {(Cause.COMMUNICATION, "town")}


@pytest.mark.parametrize("day", [SPRING_CHANGE, SPRING_CHANGE + timedelta(days=1)])
def test_the_hour_that_is_skipped_in_march_is_no_fault(winter: Trial, day: date) -> None:
    found = winter.found(day, day)
    assert pannes(found) == set()
    assert Cause.COMMUNICATION not in {cause for cause, _subject in found}


def test_the_hour_that_comes_twice_in_october_is_no_fault(autumn: Trial) -> None:
    assert autumn.found(*AUTUMN) == set()


def test_a_hail_of_one_minute_clouds_is_no_fault(summer: Trial) -> None:
    assert summer.found(CLOUDS, CLOUDS + timedelta(days=1)) == set()


def test_an_eclipse_of_the_sun_is_no_fault(summer: Trial) -> None:
    assert summer.found(*SUMMER) == set()
