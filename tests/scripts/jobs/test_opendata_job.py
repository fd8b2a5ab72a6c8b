"""A year is frozen when its December is closed; a late reading of March makes a revision of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from config.kwh import Step, Subject
from models.calendar import day_start
from scripts.jobs.opendata import OpenDataJob
from scripts.jobs.period import Period, PeriodStep, period_of
from tests.dashboards.reports.reported_month import filled, rows, town
from tests.scripts.jobs.totals import PARIS, Town

TOWN = town()


def month(of: date) -> Period:
    return period_of(day_start(of, PARIS), PeriodStep.MONTH, PARIS)


def test_december_freezes_the_year_and_a_late_month_revises_it(tmp_path: Path) -> None:
    small = Town(tmp_path, day_start(date(2027, 1, 2), PARIS))
    store, folder = filled(tmp_path, TOWN), tmp_path / "opendata"
    job = OpenDataJob(TOWN, store, folder, small.days, PARIS, lambda: small.now, simulated=False)
    job.run([month(date(2026, 11, 1))])
    assert not folder.exists()
    job.run([month(date(2026, 12, 1)), month(date(2027, 1, 1))])
    assert [path.name for path in folder.iterdir()] == ["2026"]
    late = date(2026, 3, 3)
    store.write_rollups(Step.DAY, rows(TOWN, Subject.TOWN, "town", late, late))
    job.run([month(late)])
    assert sorted(path.name for path in folder.iterdir()) == ["2026", "2026-revision-2"]
    store.close()
    small.close()
