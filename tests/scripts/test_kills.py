"""The plug is pulled 200 times between poll and store; what was accepted is in the store once, with its values."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.sample import Sample
from collector.spool.counters import Counters
from collector.spool.queue import Spool
from collector.store import Store, open_store
from tests.changing_meter import changing_meter
from tests.influxd import Influxd
from tests.recorder import recorded
from tests.scripts.accepted import assert_each_once_with_its_values

KILLS = 200


@dataclass(frozen=True)
class Aftermath:
    """What the killed collectors left behind."""

    accepted: list[Sample]
    """Every sample whose acceptance was told before the kill."""
    counters: Counters
    handed: int
    """Samples handed to the store, over all attempts."""


@pytest.fixture
def two_ports() -> Iterator[list[int]]:
    with changing_meter() as one, changing_meter() as two, recorded(one) as first, recorded(two) as second:
        yield [first, second]


def kill_200_times(data: Path, url: str, ports: list[int]) -> Aftermath:
    command = [sys.executable, "-m", "tests.scripts.kill_loop", str(data), url, str(KILLS), "7", *map(str, ports)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert json.loads(ended.stdout)["kills"] == KILLS
    accepted = list(whole_lines((data / "accepted").read_text()))
    handed = sum(map(int, (data / "handed").read_text().split()))
    return Aftermath(accepted, Spool.inspect(data / "spool.db").counters, handed)


def whole_lines(told: str) -> Iterator[Sample]:
    """The samples told; a line that a kill cut short tells nothing, and one kill cuts at most one."""
    torn = 0
    for line in filter(None, told.splitlines()):
        try:
            yield Sample(*json.loads(line))
        except json.JSONDecodeError:
            torn += 1
    assert torn <= KILLS


def assert_lawful(store: Store, after: Aftermath) -> None:
    counters = after.counters
    assert counters.appended == counters.sent  # the law, with nothing rejected, dropped, damaged or queued:
    assert (counters.rejected, counters.dropped, counters.damaged, counters.queued) == (0, 0, 0, 0)
    # Appended but killed before it was told: in the store all the same, and never more than were appended.
    assert KILLS < len(after.accepted) <= store.count() == counters.appended
    delivered_again = after.handed - counters.sent
    assert delivered_again > 0, "no kill fell between the store's write and the settling: the moments are badly chosen"
    print(f"{KILLS} kills: {len(after.accepted)} accepted, {counters.appended} kept, {delivered_again} delivered again")


@pytest.mark.parametrize("kind", ["sqlite", "influx"])
def test_nothing_accepted_is_lost_or_doubled_by_200_kills(
    kind: str, memory: Path, two_ports: list[int], request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{memory / 'store.db'}"
    else:
        server = request.getfixturevalue("own_influxd")
        url = server.fresh("kills")
    after = kill_200_times(memory, url, two_ports)
    store = open_store(url)
    assert_each_once_with_its_values(store, after.accepted)
    assert_lawful(store, after)
    store.close()


@pytest.fixture
def own_influxd(memory: Path) -> Iterator[Influxd]:
    with Influxd(memory / "influxd") as server:
        yield server
