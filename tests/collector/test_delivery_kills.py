"""The plug is pulled again and again between poll and store: what was accepted is never lost, nor doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from collector.delivery import Delivery
from collector.spool.queue import Spool
from collector.store import open_store
from tests.collector.killed_delivery import DEVICES, NOW, acknowledged, cycle
from tests.influxd import influxd  # noqa: F401

ROOT = Path(__file__).parents[2]
KILLS = 60


@pytest.fixture(params=["sqlite", "influx"])
def url(request, memory):
    if request.param == "sqlite":
        return f"sqlite:///{memory}/store.db"
    return request.getfixturevalue("influxd").fresh(f"kills-{uuid4().hex}")


def kill_often(spool, url, log, moments):
    """A quarter of the processes die while they start, the others at a moment after their first acknowledged cycle."""
    command = [sys.executable, str(ROOT / "tests/collector/killed_delivery.py"), str(spool), url, str(log)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as starter:
        for number, seconds in enumerate(moments):
            before, deadline = acknowledged(log), time.monotonic() + 60
            starter.stdin.write("\n")
            starter.stdin.flush()
            child = int(starter.stdout.readline())
            while number % 4 and acknowledged(log) == before:
                assert time.monotonic() < deadline, "a process acknowledged nothing"
                time.sleep(0.001)
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
            assert starter.stdout.readline() == "dead\n"


def test_kills_between_poll_and_store_lose_nothing_and_double_nothing(memory, url):
    moments = random.Random(2).choices([0.002, 0.01, 0.02, 0.03, 0.05], k=KILLS)
    log = memory / "acknowledged"
    kill_often(memory / "spool.db", url, log, moments)
    spool = Spool.open(memory / "spool.db", max_bytes=4 * 1024 * 1024, now=NOW)
    delivery = Delivery(spool, lambda: open_store(url), now=lambda: NOW)
    while delivery.step() == 0:
        pass
    cycles, store = acknowledged(log), open_store(url)
    assert cycles >= KILLS * 3 / 4
    for device, first in enumerate(cycle(0)):
        frame = store.read(first.device, ["pac", "pdc_1", "state"], NOW, NOW + cycles * 1000)
        assert [t.value // 10**6 for t in frame.index.as_unit("ns")] == [NOW + n * 1000 for n in range(cycles)]
        assert frame["pac"].tolist() == [n + device / 10 for n in range(cycles)]
        assert frame["state"].tolist() == [f"s{n}" for n in range(cycles)]
    assert store.count() - cycles * DEVICES in (0, DEVICES)  # the last cycle may be in without having been acknowledged
    c = spool.counters
    assert (c.queued, c.rejected, c.damaged, c.dropped) == (0, 0, 0, 0)
    assert c.appended == c.sent
    delivery.close()
    spool.close()
    store.close()
