"""The look at today, through the jobs: what is off is off while the day goes on, with what it has cost so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collector.ledger import Ledger
from config.kwh import Step, Subject
from dashboards.alerts import going_on
from models.calendar import day_start
from models.pv.alerts.alert import Alert
from models.pv.diagnosis.cause import Cause
from scripts.jobs.alerts import alerts_of
from scripts.jobs.diagnosis import open_findings
from scripts.jobs.late import reopen_late
from scripts.jobs.registry import jobs_of
from scripts.jobs.runner import Runner
from scripts.simulator.fault import parse_fault
from tests.models.pv.closing.closing_town import site, town_of
from tests.scripts.jobs.past_town import PARIS, QUARTER, PastTown, past_town

FIRST, LAST, TODAY = date(2026, 5, 26), date(2026, 6, 11), date(2026, 6, 12)
"""Days enough for the roofs to know each other: of today no weather service has told yet."""
MINUTES = 60_000
BROKEN = "s2/inv"


@pytest.fixture
def town(memory: Path) -> Iterator[PastTown]:
    roofs = town_of(site("s0", 160), site("s1", 180), site("s2", 200), site("s3", 190), site("s4", 170))
    with past_town(memory, roofs, FIRST, LAST) as past:
        past.faults = [parse_fault(f"{BROKEN}:inverter_off:start=2026-06-12T02:00:00+02:00")]
        yield past


def at(town: PastTown, hour: float) -> Alert:
    """The only alert that is open when all jobs have run at an hour of today."""
    end = day_start(TODAY, PARIS) + int(hour * 60 * MINUTES)
    town.live(town.now, end + QUARTER)  # the reading at its end closes the last quarter
    town.now = end + 3 * MINUTES
    jobs = jobs_of(town.town, town.store, town.periods, lambda: town.now, 400)
    reopen_late(town.periods, town.store, jobs, PARIS, town.now)
    for job in jobs:
        assert Runner(town.periods, PARIS, lambda: town.now).due(job).error is None, job.name
    town.now = end + QUARTER
    with Ledger(town.periods.path) as ledger:
        (alert,) = [each for each in alerts_of(ledger).values() if each.open]
    return alert


def lost(town: PastTown, alert: Alert) -> float:
    return going_on(open_findings(town.periods, town.now))[alert.cause, alert.subject].lost_wh


def test_an_inverter_off_since_this_morning_is_one_alert_with_what_it_has_cost_so_far(town: PastTown) -> None:
    told = at(town, 4)
    assert (told.cause, told.subject) == (Cause.DEVICE_FAULT, BROKEN)  # it says so in the dark already
    for hour, wh in ((7, 50), (11, 10_000)):
        alert = at(town, hour)
        expected = town.rows(Step.QUARTER, Subject.INVERTER, BROKEN, TODAY)["expected"].sum()
        assert (alert.id, alert.cause, alert.subject) == (told.id, Cause.INVERTER_OFF, BROKEN)
        assert lost(town, alert) == pytest.approx(expected, rel=0.02)
        assert expected > wh
