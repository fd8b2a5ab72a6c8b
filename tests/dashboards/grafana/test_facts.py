"""Facts out of what tepos knows: nothing invented, closed alerts seen to go, no figure where none is computed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from collector.store.facts import Fact
from config.carriers import Carrier, Known, Perimeter, Ring
from config.kwh import Subject
from dashboards.grafana import facts
from models.calendar import day_start
from models.pv.alerts.alert import Alert
from models.pv.alerts.deed import Why
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding
from models.territory.amount import Amount
from models.territory.coverage import Scoped, coverage
from models.territory.trajectory import Target

PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = 3_600_000, 86_400_000
NOW = day_start(date(2026, 11, 1), PARIS) + 12 * HOUR
SITES = ("mairie", "salle-des-sports")


def _alert(site: str, opened: int) -> Alert:
    finding = Finding(Cause.INVERTER_OFF, f"{site}/inv 1", opened, opened, 1200.0, 900.0, 1.0, 0.99, {})
    return Alert(f"{opened % 10**9}-{SITES.index(site)}", opened, finding, 1.0, opened)


def _progress() -> Iterable[Fact]:
    """Electricity of the territory year by year; of all uses something is missing."""

    def amount(mwh: float) -> Amount:
        return Amount(mwh, frozenset({"invented"}), frozenset(), Known.DECLARED)

    needs, rings = Scoped(Perimeter.TERRITORY, amount(30_000.0)), (Ring.ELECTRICITY, Ring.ALL_USES)
    made = [
        coverage(year, ring, Scoped(Perimeter.TERRITORY, amount(1000.0 * (year - 2015))), needs,
                 (Carrier.GAS,) if ring is Ring.ALL_USES else ())
        for year in range(2021, 2026) for ring in rings
    ]  # fmt: skip
    milestones = [Target(2020, 32_000, 4000), Target(2030, 28_000, 14_000)]
    return facts.progress_facts(made, lambda _ring: milestones, lambda year: day_start(date(year, 1, 1), PARIS))


def test_a_closed_alert_is_told_to_be_closed_for_a_day_and_is_an_event_with_an_end() -> None:
    alert = replace(_alert(SITES[0], NOW - 5 * HOUR), closed=NOW - HOUR, why=Why.OVER)
    state, event = facts.alert_facts([alert], (), (), NOW)
    assert (state.measurement, state.time, state.fields["open"]) == ("tepos_alert", NOW, 0.0)
    assert (event.measurement, event.time, event.fields["end_ms"]) == ("tepos_event", NOW - 5 * HOUR, NOW - HOUR)
    assert list(facts.alert_facts([alert], (), (), NOW + DAY)) == []


def test_an_open_alert_tells_its_words_in_french_whoever_runs_tepos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEPOS_LANG", "en")
    state, event = facts.alert_facts([_alert(SITES[0], NOW)], (), (), NOW)
    assert state.fields["text"] == event.fields["text"]
    assert re.fullmatch(r"mairie/inv 1\u202f: onduleur .* jour", state.fields["text"])
    assert event.fields["end_ms"] is None


def test_an_open_alert_tells_since_when_and_what_it_has_cost_until_now_not_when_it_was_told() -> None:
    alert = _alert(SITES[0], NOW - 5 * DAY)
    today = replace(alert.finding, since=NOW - 6 * DAY, lost_wh=90_000.0, planned_wh=1000.0)
    told = [next(iter(facts.alert_facts([alert], found, (), NOW))).fields for found in ((today,), ())]
    assert [(each["since_ms"], each["lost_wh"]) for each in told] == [
        (NOW - 6 * DAY, 89_000.0),
        (alert.finding.since, alert.finding.lost_wh),
    ]


def test_a_site_without_alerts_says_so() -> None:
    (fact,) = facts.alert_facts([], (), SITES[:1], NOW)
    assert (fact.measurement, fact.tags["site"], fact.fields["open"]) == ("tepos_alert", SITES[0], 0.0)


def test_a_spool_that_cannot_be_read_has_no_figures_and_tepos_lives_all_the_same() -> None:
    for unread in (None, {"error": "broken"}):
        fact = facts.spool_fact(unread, running=False, simulated=False, now=NOW)
        assert (fact.fields["queued"], fact.fields["running"], fact.fields["simulated"]) == (None, 0.0, 0.0)


def test_yields_judge_whole_days_and_no_clear_sky() -> None:
    day = {"subject": "a/b", "time": 0, "energy": 50.0, "expected": 60.0, "insolation": 4000.0}
    given = [("fleet", 1.0), ("clear_sky", 1.0), ("fleet", 0.8)]
    rows = pd.DataFrame([{**day, "expected_basis": basis, "completeness": known} for basis, known in given])
    whole, clear, part = (fact.fields for fact in facts.yield_facts(rows, Subject.ROOF, {"a/b": 10.0}))
    assert whole == {
        "installed": 10.0,
        "energy": 50.0,
        "expected": 60.0,
        "reference_energy": 40.0,
        "final_yield_h": 5.0,
    }
    assert math.isnan(clear["expected"])
    assert math.isnan(part["energy"])
    assert math.isnan(part["final_yield_h"])


def test_progress_says_a_share_or_why_there_is_none() -> None:
    for fact in _progress():
        refused = fact.tags["ring"] == "all-uses"
        assert (fact.fields["coverage"] is None, fact.fields["status"]) == (
            refused,
            "partial" if refused else "declared",
        )
        assert fact.fields["target"] == pytest.approx(0.125 + 0.0375 * (int(fact.fields["year"]) - 2020), abs=0.03)
