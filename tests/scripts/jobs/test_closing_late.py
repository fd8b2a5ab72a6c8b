"""Readings that come days late: afterwards the town stands as if they had come in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from config.kwh import ROLLUP_TEXTS, Step, Subject
from models.calendar import QUARTER, day_bounds, day_start
from scripts.jobs.closing import DAYS, QUARTERS
from scripts.simulator.fault import Fault, FaultKind
from tests.scripts.jobs.past_town import PARIS, PastTown, past_town
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 24)
HOUR = 3_600_000
STEPS = 201.0
"""Wh: two counters of the town move by 100."""
DAY = date(2026, 5, 12)
NOON = day_start(DAY, PARIS) + 12 * HOUR
LATE = "east/inv"


@pytest.fixture(scope="module")
def in_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PastTown]:
    with past_town(tmp_path_factory.mktemp("in-time"), TOWN, FIRST, LAST) as made:
        made.close()
        yield made


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [(NOON, NOON + QUARTER, 1), (NOON - 2 * HOUR, NOON + 3 * HOUR, 1), (NOON + 4 * HOUR, NOON + 23 * HOUR, 2)],
    ids=["one reading", "five hours", "over midnight"],
)
def test_figures_and_revisions_after_late_readings(in_time: PastTown, tmp_path, start, end, days) -> None:
    silent = [Fault(LATE, FaultKind.SILENT, start, end)]
    with past_town(tmp_path, TOWN, FIRST, LAST, silent) as made:
        for _round in range(2):
            made.close()
        before = {name: made.periods.done(name, 0, made.now) for name in (DAYS, QUARTERS)}
        made.faults = ()
        made.live(start, end, [LATE])
        assert made.close()[DAYS].closed == days
        after = {name: made.periods.done(name, 0, made.now) for name in (DAYS, QUARTERS)}
        span = day_bounds(DAY, PARIS)[0], day_bounds(DAY + timedelta(days=days - 1), PARIS)[1]
        for name, done in after.items():
            risen = {time for time, revision in done.items() if revision != before[name].get(time)}
            assert risen == {time for time in done if span[0] <= time < span[1]}
        assert_as_in_time(made, in_time)


def assert_as_in_time(made: PastTown, in_time: PastTown) -> None:
    for kind in Subject:
        for step in Step:
            ours, theirs = (town.store.read_rollups(step, kind, None, 0, made.now) for town in (made, in_time))
            assert ours["time"].tolist() == theirs["time"].tolist()
            assert np.abs(ours["energy"] - theirs["energy"]).max() <= STEPS
            for column in ("expected", "insolation"):
                assert ours[column].to_numpy() == pytest.approx(
                    theirs[column].to_numpy(), rel=0.03, abs=50, nan_ok=True
                )
            assert ours["completeness"].to_numpy() == pytest.approx(theirs["completeness"].to_numpy())
            for column in ROLLUP_TEXTS:
                assert ours[column].tolist() == theirs[column].tolist()
