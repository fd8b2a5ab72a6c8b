"""Lives of alerts, event by event."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.pv.alerts.alert import State
from models.pv.alerts.deed import What, Why
from models.pv.alerts.gate import Gate, euros
from models.pv.alerts.service import service
from models.pv.alerts.severity import Severity, severity_of
from models.pv.diagnosis.cause import Cause
from tests.models.pv.alerts.told import DAY, HOUR, PRICE, Life, ended, finding


def test_a_loss_is_told_once_however_often_it_is_seen() -> None:
    life = Life()
    assert life.see(DAY, finding()) == ["opened"]
    assert [life.see(day * DAY, finding(lost_wh=20_000.0 * day)) for day in (2, 3, 9)] == [[], [], []]


def test_a_small_loss_waits_until_it_has_cost_something() -> None:
    life = Life()
    assert life.see(DAY, finding(lost_wh=4_000.0)) == []
    assert life.see(2 * DAY, finding(lost_wh=8_000.0)) == []  # 0.96 €
    assert life.see(3 * DAY, finding(lost_wh=12_000.0)) == ["opened"]


def test_what_was_declared_beforehand_is_no_loss() -> None:
    assert Life().see(DAY, finding(planned_wh=18_000.0)) == []
    assert Life().see(DAY, finding(Cause.PLANNED, "ecole")) == []


@pytest.mark.parametrize("cause", [Cause.INSULATION, Cause.EARTH_LEAKAGE, Cause.ARC])
def test_a_danger_is_critical_without_any_loss_and_behind_nothing(cause: Cause) -> None:
    off = finding(Cause.SITE_OFF, "ecole")
    life = Life()
    life.see(HOUR, off, finding(cause, "ecole/inv-1", since=HOUR, lost_wh=float("nan"), missing=float("nan")))
    assert life.open == sorted([f"{cause} ecole/inv-1", "site_off ecole"])
    assert severity_of(cause) is Severity.CRITICAL


def test_what_the_device_reports_itself_needs_no_loss() -> None:
    assert Life().see(HOUR, finding(Cause.DEVICE_FAULT, "ecole/inv-1", lost_wh=float("nan"))) == ["opened"]


def test_an_inverter_that_is_off_and_says_why_is_one_alert() -> None:
    life = Life()
    fault = finding(Cause.DEVICE_FAULT, "ecole/inv-1", evidence={"fault_code": 25.0})
    assert life.see(HOUR, fault) == ["opened"]
    assert life.see(2 * HOUR, fault, finding(Cause.INVERTER_OFF, "ecole/inv-1")) == ["changed"]
    (alert,) = life.alerts.values()
    assert (alert.cause, alert.finding.evidence["fault_code"]) == (Cause.INVERTER_OFF, 25.0)


def test_what_is_off_and_says_why_is_told_at_once_and_what_is_only_off_when_it_has_cost_something() -> None:
    off = finding(Cause.INVERTER_OFF, "ecole/inv-1", lost_wh=20.0)
    fault = finding(Cause.DEVICE_FAULT, "ecole/inv-1", evidence={"maker_code": "25 Relay Check Failure"})
    assert Life().see(HOUR, off) == []
    life = Life()
    assert life.see(HOUR, off, fault) == ["opened"]
    assert life.open == ["inverter_off ecole/inv-1"]


def test_a_site_that_is_off_is_one_alert() -> None:
    life = Life()
    inverters = [finding(Cause.INVERTER_OFF, f"ecole/inv-{n}") for n in (1, 2, 3)]
    life.see(HOUR, finding(Cause.SITE_OFF, "ecole"), *inverters)
    assert life.open == ["site_off ecole"]


def test_inverters_that_went_off_one_by_one_become_one_alert_of_their_site() -> None:
    life = Life()
    first, second = (finding(Cause.INVERTER_OFF, f"ecole/inv-{n}", since=n * HOUR) for n in (1, 2))
    life.see(3 * HOUR, first, second)
    assert life.see(4 * HOUR, finding(Cause.SITE_OFF, "ecole", since=2 * HOUR)) == ["changed", "closed"]
    assert life.open == ["site_off ecole"]
    assert [each.why for each in life.alerts.values() if not each.open] == [Why.ABSORBED]


def test_an_old_alert_is_neither_over_nor_told_again_while_its_site_is_off() -> None:
    life = Life()
    life.see(DAY, finding())
    assert life.see(9 * DAY, finding(Cause.SITE_OFF, "ecole", since=9 * DAY - HOUR)) == ["opened"]
    assert life.open == ["site_off ecole", "string_open ecole/inv-1#2"]


def test_what_befalls_the_whole_town_is_said_once() -> None:
    life = Life()
    sites = [finding(Cause.SITE_OFF, name) for name in ("ecole", "mairie", "eglise")]
    life.see(HOUR, finding(Cause.TOWN_WIDE, "town"), *sites)
    assert life.open == ["town_wide town"]


def test_the_same_event_known_better_is_the_same_alert() -> None:
    life = Life()
    life.see(3 * DAY, finding(Cause.UNEXPLAINED, "ecole/inv-1"))
    assert life.see(4 * DAY, finding(Cause.STRING_OPEN, "ecole/inv-1#2", since=DAY)) == ["changed"]
    assert life.open == ["string_open ecole/inv-1#2"]
    assert len(life.alerts) == 1


def test_a_loss_that_gets_its_name_is_the_same_alert_from_whenever_it_is_dated_now() -> None:
    life, nameless = Life(), finding(Cause.UNEXPLAINED, "ecole/inv-1", since=60 * DAY)
    assert life.see(70 * DAY, nameless) == ["opened"]
    (over,) = ended([finding(Cause.UNEXPLAINED, "ecole/inv-1", since=60 * DAY, lost_wh=0.0,
                             evidence={"became": "soiling"})], 80 * DAY)  # fmt: skip
    named = finding(Cause.SOILING, "ecole/inv-1", since=20 * DAY, lost_wh=60_000.0)
    assert life.see(80 * DAY, over, named) == ["changed"]
    (alert,) = life.alerts.values()
    assert (alert.cause, alert.finding.lost_wh) == (Cause.SOILING, 60_000.0)


def test_what_comes_and_goes_is_one_alert() -> None:
    off = finding(Cause.INVERTER_OFF, "ecole/inv-1")
    life = Life()
    assert life.see(2 * HOUR, off) == ["opened"]
    assert life.see(3 * HOUR, *ended([off], 3 * HOUR)) == []  # it rests two hours first
    assert life.see(6 * HOUR, *ended([off], 3 * HOUR)) == ["closed"]
    assert life.see(2 * DAY, finding(Cause.INVERTER_OFF, "ecole/inv-1", since=2 * DAY - HOUR)) == ["reopened"]
    assert life.see(3 * DAY) == ["closed"]
    assert life.see(30 * DAY, finding(Cause.INVERTER_OFF, "ecole/inv-1", since=30 * DAY - HOUR)) == ["opened"]


def test_worse_is_told_and_wakes_who_sleeps_on_it() -> None:
    life = Life()
    life.see(DAY, finding())
    life.act(What.SNOOZED, DAY, until=30 * DAY)
    assert [each.state(2 * DAY) for each in life.alerts.values()] == [State.SNOOZED]
    assert life.see(2 * DAY, finding(missing=0.4)) == []
    assert life.see(3 * DAY, finding(missing=0.66)) == ["worsened"]
    assert [each.state(3 * DAY) for each in life.alerts.values()] == [State.OPEN]
    assert life.see(4 * DAY, finding(missing=0.5)) == life.see(5 * DAY, finding(missing=0.7)) == []


def test_an_answer_stays_until_the_alert_ends() -> None:
    life = Life()
    life.see(DAY, finding())
    life.act(What.ACKNOWLEDGED, 2 * DAY, note="électricien mardi")
    (alert,) = life.alerts.values()
    assert (alert.state(3 * DAY), alert.acknowledged_by, alert.note) == (
        State.ACKNOWLEDGED, "services techniques", "électricien mardi"
    )  # fmt: skip
    life.see(3 * DAY)
    assert [each.state(4 * DAY) for each in life.alerts.values()] == [State.CLOSED]


def test_what_a_person_closed_stays_closed_until_it_gets_worse() -> None:
    life = Life()
    life.see(DAY, finding())
    life.act(What.CLOSED, 2 * DAY, why="person")
    assert life.see(3 * DAY, finding()) == []
    assert life.see(4 * DAY, finding(missing=0.66)) == ["reopened"]


def test_a_silent_device_is_told_when_it_stays_silent() -> None:
    silent = finding(Cause.COMMUNICATION, "ecole/inv-1", lost_wh=float("nan"))
    assert Life().see(HOUR, silent) == []
    assert Life().see(3 * HOUR, silent) == ["opened"]


def test_snow_clipping_and_shade_as_ever_are_no_alerts() -> None:
    causes = (Cause.SNOW, Cause.CLIPPING, Cause.SHADING)
    assert [Life().see(DAY, finding(cause, "ecole/inv-1")) for cause in causes] == [[], [], []]


def test_times_to_acknowledge_and_to_repair_are_means_by_site() -> None:
    life = Life()
    life.see(DAY, finding())
    life.act(What.ACKNOWLEDGED, DAY + 2 * HOUR)
    life.see(DAY + 8 * HOUR)
    life.see(DAY + 9 * HOUR, finding(Cause.FAN, "mairie/inv-1"))
    told = {each.site: (each.to_acknowledge, each.to_repair) for each in service(life.alerts.values())}
    assert told == {"ecole": (2 * HOUR, 8 * HOUR), "mairie": (None, None)}


def test_money_is_exact() -> None:
    assert euros(14_000.0, Decimal("0.114")) == Decimal("1.596")
    assert Gate().passes(finding(lost_wh=8_334.0), DAY, lambda _site: PRICE)
