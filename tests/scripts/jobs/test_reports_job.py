"""The monthly report by itself: made when the month is over, never overwritten, made anew when its figures change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from config.kwh import Step, Subject
from models.calendar import day_start
from scripts.jobs.period import Period, PeriodStep, period_of
from scripts.jobs.reports import ReportsJob
from scripts.jobs.runner import Runner
from tests.dashboards.reports.reported_month import OCTOBER, filled, rows, town
from tests.scripts.jobs.totals import PARIS, Town, samples

TOWN = town()
NOON = 12 * 3_600_000
MONTH = period_of(day_start(OCTOBER, PARIS) + NOON, PeriodStep.MONTH, PARIS)


class Reported(Town):
    """A town with the rollups of October, whose small jobs count samples, and the job of its reports."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, MONTH.end + 2 * 86_400_000)
        filled(folder, TOWN).close()
        days = next(job for job in self.jobs if job.name == "days")
        self.folder = folder / "reports"
        self.rollups = filled(folder, TOWN)
        self.job = ReportsJob(TOWN, self.rollups, self.folder, days, PARIS, lambda: self.now, simulated=False)

    def names(self) -> list[str]:
        """The files that lie there."""
        return sorted(path.name for path in self.folder.glob("*"))


@pytest.fixture
def reported(tmp_path: Path) -> Iterator[Reported]:
    made = Reported(tmp_path)
    yield made
    made.rollups.close()
    made.close()


def test_a_month_becomes_a_paper_a_spreadsheet_a_page_and_its_figures(reported: Reported) -> None:
    reported.job.run([MONTH])
    assert reported.names() == [f"tepos-2026-10.{ending}" for ending in ("html", "json", "pdf", "xlsx")]
    assert (reported.folder / "tepos-2026-10.pdf").read_bytes()[:5] == b"%PDF-"
    assert json.loads((reported.folder / "tepos-2026-10.json").read_text("utf-8"))["report"]["month"] == "2026-10"


def test_run_again_it_changes_nothing_and_new_figures_are_a_revision_that_says_so(reported: Reported) -> None:
    reported.job.run([MONTH])
    first = {path.name: path.read_bytes() for path in reported.folder.iterdir()}
    reported.job.run([MONTH])
    assert {path.name: path.read_bytes() for path in reported.folder.iterdir()} == first
    reported.rollups.write_rollups(Step.DAY, rows(TOWN, Subject.TOWN, "town", OCTOBER, OCTOBER, energy=1.0))
    reported.job.run([MONTH])
    assert {name: (reported.folder / name).read_bytes() for name in first} == first
    assert "Replaces the report of" in (reported.folder / "tepos-2026-10-revision-2.html").read_text("utf-8")


def test_of_the_past_only_the_last_month_is_reported_and_it_waits_for_its_days(reported: Reported) -> None:
    start = day_start(date(2026, 9, 24), PARIS)
    reported.store.write(samples(range(start, reported.now, NOON)))
    runner = Runner(reported.periods, PARIS, lambda: reported.now)
    assert (runner.due(reported.job).closed, reported.names()) == (0, [])
    reported.round()
    assert runner.due(reported.job).closed == 1
    assert {name[:13] for name in reported.names()} == {"tepos-2026-10"}


def test_a_month_of_which_no_day_is_closed_has_no_report(reported: Reported) -> None:
    before = period_of(MONTH.start - NOON, PeriodStep.MONTH, PARIS)
    reported.job.run([Period(before.start, before.end)])
    assert reported.names() == []


def test_the_months_after_the_first_report_are_caught_up(reported: Reported) -> None:
    start = day_start(date(2026, 9, 24), PARIS)
    reported.store.write(samples(range(start, reported.now, NOON)))
    reported.job.run([MONTH])
    reported.now += int(timedelta(days=62) / timedelta(milliseconds=1))
    first = reported.job.first()
    assert first is not None
    assert datetime.fromtimestamp(first / 1000, PARIS).date() == OCTOBER
