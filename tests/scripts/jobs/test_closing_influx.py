"""The same days closed on a real InfluxDB and in a SQLite file: the same rows, in time and after a late delivery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from collector.arrivals import Arrivals
from collector.periods import Periods
from collector.store import open_store
from config.kwh import Step, Subject
from models.calendar import day_bounds, day_start
from scripts.jobs.closing import DAYS, QUARTERS
from scripts.simulator.fault import Fault, FaultKind
from tests.influxd import Influxd, influxd  # noqa: F401
from tests.scripts.jobs.past_town import PARIS, PastTown
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 3)
START, END = day_start(FIRST, PARIS), day_bounds(LAST, PARIS)[1]
HOUR = 3_600_000
HELD_BACK = START + 34 * HOUR, START + 37 * HOUR
"""When the readings of one device came late."""
FAULTS = (
    Fault("west/inv", FaultKind.COUNTER_RESET, START + 10 * HOUR),
    Fault("east/inv", FaultKind.INVERTER_OFF, START + 60 * HOUR),
)


@pytest.fixture(scope="module")
def towns(influxd: Influxd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[PastTown]]:  # noqa: F811
    """The town in both stores: closed, then completed by what came late, and closed again."""
    folder: Path = tmp_path_factory.mktemp("both")
    with ExitStack() as opened:
        made = []
        for name, url in (("sqlite", f"sqlite:///{folder}/store.db"), ("influx", influxd.fresh("closing"))):
            store = opened.enter_context(closing(open_store(url)))
            ledger = folder / f"{name}.db"
            periods = opened.enter_context(Periods(ledger))
            town = PastTown(TOWN, store, periods, Arrivals(ledger), END + HOUR, FAULTS)
            town.live(START, HELD_BACK[0])
            town.live(*HELD_BACK, [device for device in TOWN.devices() if device != "south/inv"])
            town.live(HELD_BACK[1], END + HOUR)
            town.close()
            town.live(*HELD_BACK, ["south/inv"])
            town.close()
            made.append(town)
        yield made


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("kind", Subject)
def test_rows_do_not_depend_on_the_store(towns: list[PastTown], step: Step, kind: Subject) -> None:
    ours, theirs = (town.store.read_rollups(step, kind, None, 0, END + HOUR) for town in towns)
    assert len(ours) > 0
    assert_frame_equal(ours, theirs, rtol=1e-9, atol=1e-6)


def test_done_rows_and_what_was_learnt_do_not_depend_on_the_store(towns: list[PastTown]) -> None:
    ours, theirs = ({name: town.periods.done(name, 0, END + HOUR) for name in (DAYS, QUARTERS)} for town in towns)
    assert ours == theirs
    assert list(ours[DAYS].values()) == [1, 2, 1]
    kept = [town.periods.state(DAYS, "memory", END) for town in towns]
    assert kept[0] == kept[1]
