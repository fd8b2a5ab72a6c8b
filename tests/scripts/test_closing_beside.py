"""Days closed beside a history that is still being made are the days that the round at its end closes."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pandas as pd
import pytest

from collector.periods import Periods
from config.kwh import Step, Subject
from config.town import Town
from scripts.closing_beside import LONG, Beside, closing_beside
from scripts.jobs.closing import DAY, DAYS
from scripts.jobs.registry import opened
from scripts.lived import Story
from scripts.options import Workplace, workplace
from scripts.simulator.past import Past, instants
from scripts.simulator.server import loopback
from tests.scripts.simulator.sunny_town import sunny_town

QUARTER = 900_000
START = 1_777_586_400_000
"""2026-05-01 in the town"""
NOW = START + 35 * DAY + 3 * 3_600_000
TOWN: Town = loopback(sunny_town(), None)


def place(folder: Path) -> Workplace:
    return replace(workplace(folder, folder), data=folder, store_url=f"sqlite:///{folder / 'store.db'}")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five weeks of readings, of which nothing is closed."""
    folder = tmp_path_factory.mktemp("lived")
    (folder / "PROVENANCE").write_text("simulated\n")
    with closing(place(folder).open_store()) as store:
        past = Past(TOWN, 1, (), START + DAY // 2)
        for since in range(START, NOW, DAY):
            store.write(past.samples(instants(since, min(since + DAY, NOW), QUARTER)))
    return folder


def days_after_a_round(folder: Path) -> tuple[pd.DataFrame, int]:
    """Every day of every inverter once all jobs that close have run, and how many of them that round closed."""
    with opened(place(folder), TOWN, sources=[Story().sky], now=lambda: NOW) as work:
        outcomes = {job.name: work.runner().due(job) for job in work.jobs if job.name in ("weather", DAYS)}
        rows = work.store.read_rollups(Step.DAY, Subject.INVERTER, None, START, NOW)
    assert [outcome.error for outcome in outcomes.values()] == [None, None]
    return rows, outcomes[DAYS].closed


def days_done(folder: Path) -> Collection[int]:
    if not (folder / "ledger.db").exists():
        return ()
    with Periods(folder / "ledger.db") as periods:
        return periods.done(DAYS, START, NOW)


def test_what_is_closed_beside_is_what_would_be_closed_at_the_end(lived: Path, tmp_path: Path) -> None:
    with_help, alone = (shutil.copytree(lived, tmp_path / name) for name in ("with-help", "alone"))
    beside = Beside(place(with_help), TOWN, Story())
    for moment in range(START + DAY, NOW, DAY):
        beside.reached(moment)
    patience = monotonic() + 120
    while len(days_done(with_help)) < 28 and monotonic() < patience:
        sleep(0.05)
    beside.end()
    (rows, rest), (expected, all_days) = days_after_a_round(with_help), days_after_a_round(alone)
    assert (beside.closed, rest, all_days) == (28, 7, 35)
    pd.testing.assert_frame_equal(rows, expected, check_exact=True)
    with Periods(with_help / "ledger.db") as periods:
        assert periods.arrivals() == []


def test_if_it_is_killed_the_round_at_the_end_closes_all(lived: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(lived, tmp_path / "killed")
    beside = Beside(place(folder), TOWN, Story())
    beside._process.kill()
    beside._process.join()
    beside.reached(NOW)
    beside.end()
    assert beside.closed == 0
    assert days_after_a_round(folder)[1] == 35


def test_it_is_not_begun_for_a_short_history_nor_where_something_is_closed_already(tmp_path: Path) -> None:
    with closing_beside(place(tmp_path), TOWN, Story(), LONG - 1) as beside:
        assert beside is None
    (tmp_path / "ledger.db").touch()
    with closing_beside(place(tmp_path), TOWN, Story(), LONG) as beside:
        assert beside is None
