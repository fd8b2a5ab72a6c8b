"""Backups of a town that goes on writing: whatever the moment, what is restored is one instant of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from collector.arrivals import Arrivals
from collector.delivery import Delivery
from collector.periods import Periods
from collector.spool.queue import Spool
from collector.store import Store, open_store
from config.kwh import Step, Subject
from models.calendar import QUARTER
from scripts.jobs.late import reopen_late
from tests.scripts.backups import tepos
from tests.scripts.busy_town import DEVICES, SPOOL_BYTES, START, Counts, counted, power
from tests.scripts.commands.runner import town_folder, until
from tests.scripts.jobs.totals import PARIS

BACKUPS = 6
FOREVER = 2**62


@contextmanager
def busy(data: Path) -> Iterator[None]:
    data.mkdir()
    command = [sys.executable, "-m", "tests.scripts.busy_town", str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            until(lambda: done(data) > 20)
            yield
            assert process.poll() is None, "it died meanwhile"
        finally:
            process.stdin.close()
    assert process.returncode == 0


def done(data: Path) -> int:
    if not (data / "ledger.db").exists():
        return 0
    with Periods(data / "ledger.db") as periods:
        return len(periods.done("counts", 0, FOREVER))


def accepted(data: Path) -> list[tuple[str, int]]:
    """What the spool had accepted by now; the last line may just be written."""
    lines = (data / "accepted").read_text().rpartition("\n")[0].splitlines()
    return [(device, int(time)) for device, time in map(str.split, lines)]


def deliver_all(data: Path) -> int:
    """Bring what waits in a restored spool to its store, as a collector would; how many samples."""
    spool = Spool.open(data / "spool.db", max_bytes=SPOOL_BYTES, now=START)
    waiting = spool.counters.queued
    url = f"sqlite:///{data / 'store.db'}"
    delivery = Delivery(spool, lambda: open_store(url), now=lambda: START, arrived=Arrivals(data / "ledger.db"))
    while delivery.step() == 0:
        pass
    delivery.close()
    assert spool.verify() == []
    assert spool.counters.queued == 0
    spool.close()
    return waiting


def assert_holds(store: Store, wanted: list[tuple[str, int]]) -> None:
    frames = store.read_many(DEVICES, ["pac"], 0, FOREVER)
    held = {
        device: dict(zip(frame.index.as_unit("ms").asi8.tolist(), frame["pac"], strict=True))
        for device, frame in frames.items()
    }
    assert [each for each in wanted if held[each[0]].get(each[1]) != power(each[1])] == []


def assert_closed_truly(store: Store, periods: Periods) -> int:
    """Every done quarter-hour has its rollups, and they count all of its samples."""
    known = store.read_rollups(Step.QUARTER, Subject.INVERTER, None, 0, FOREVER, ["energy"])
    rows = {(subject, time): energy for subject, time, energy in known.itertuples(index=False)}
    closed = periods.done("counts", 0, FOREVER)
    truth = counted(store, min(closed), max(closed) + QUARTER)
    wrong = [
        (subject, time, energy, rows.get((subject, time)))
        for subject, time, energy in truth[["subject", "time", "energy"]].itertuples(index=False)
        if time in closed and rows.get((subject, time)) != energy
    ]
    assert wrong == []
    return len(closed)


@pytest.mark.parametrize("place", ["memory", "tmp_path"])
def test_what_is_restored_was_one_instant_of_a_town_that_never_stopped(
    place: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(place)
    data = folder / "data"
    town = town_folder(folder / "town", [("one", "eastron_sdm630", 1502, 1)])
    before: list[list[tuple[str, int]]] = []
    with busy(data):
        for number in range(BACKUPS):
            before.append(accepted(data))
            ended = tepos("backup", folder / f"{number}.tepos", "--data", data, "--town", town)
            assert (ended.exit_code, ended.stderr) == (0, "")
    for number, wanted in enumerate(before):
        again = folder / f"again-{number}"
        assert tepos("restore", folder / f"{number}.tepos", "--data", again).exit_code == 0
        waiting = deliver_all(again)
        with closing(open_store(f"sqlite:///{again / 'store.db'}")) as store, Periods(again / "ledger.db") as periods:
            assert_holds(store, wanted)
            reopen_late(periods, store, [Counts(store, periods)], PARIS, START + len(wanted) * QUARTER)
            closed = assert_closed_truly(store, periods)
            print(f"{len(wanted)} accepted, {store.count()} restored, {waiting} of them waited, {closed} periods done")
