"""Which parts of the simulated past are still to be made: those without readings, and none of them twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from collector.sample import Sample
from collector.store import open_store
from scripts.collecting import Collecting
from scripts.lived import DAY_MS, STEP_MS, unfilled
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
NOON = 1_780_000_000_000 // STEP_MS * STEP_MS


@pytest.fixture
def collecting(tmp_path: Path) -> Iterator[Collecting]:
    made = Collecting(
        TOWN, tmp_path, lambda: open_store(f"sqlite:///{tmp_path}/store.db"), spool_bytes=8 << 20, now=lambda: NOON
    )
    yield made
    made.close()


def keep(collecting: Collecting, *times: int) -> None:
    device = next(iter(TOWN.devices()))
    with closing(collecting.open_store()) as store:
        store.write([Sample(device, time, {"pac": 1.0}) for time in times])


def test_of_an_empty_store_all_of_it(collecting: Collecting) -> None:
    assert unfilled(collecting, NOON - DAY_MS, NOON) == [(NOON - DAY_MS, NOON)]
    assert unfilled(collecting, NOON, NOON) == []


def test_what_lies_before_and_after_the_readings_that_are_there(collecting: Collecting) -> None:
    keep(collecting, NOON - 10 * STEP_MS, NOON - 5 * STEP_MS)
    start = NOON - DAY_MS
    assert unfilled(collecting, start, NOON) == [(start, NOON - 10 * STEP_MS), (NOON - 4 * STEP_MS, NOON)]


def test_after_a_long_pause_the_days_wanted_once(collecting: Collecting) -> None:
    keep(collecting, NOON - 40 * DAY_MS)
    assert unfilled(collecting, NOON - 7 * DAY_MS, NOON) == [(NOON - 7 * DAY_MS, NOON)]
