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
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return request.getfixturevalue("influxd").fresh(f"kills-{uuid4().hex}")


def kill_often(arguments, moments):
    command = [sys.executable, str(ROOT / "tests/collector/killed_delivery.py"), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as starter:
        for seconds in moments:
            starter.stdin.write("\n")
            starter.stdin.flush()
            child = int(starter.stdout.readline())
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
            assert starter.stdout.readline() == "dead\n"


def test_kills_between_poll_and_store_lose_nothing_and_double_nothing(tmp_path, url):
    moments = random.Random(2).choices([0.002, 0.01, 0.02, 0.03, 0.05], k=KILLS)
    log = tmp_path / "acknowledged"
    kill_often((tmp_path / "spool.db", url, log), moments)
    spool = Spool.open(tmp_path / "spool.db", max_bytes=4 * 1024 * 1024, now=NOW)
    delivery = Delivery(spool, lambda: open_store(url), now=lambda: NOW)
    while delivery.step() == 0:
        pass
    cycles, store = acknowledged(log), open_store(url)
    assert cycles > KILLS / 4
    for device, first in enumerate(cycle(0)):
        frame = store.read(first.device, ["pac", "pdc_1", "state"], NOW, NOW + cycles * 1000)
        assert [t.value // 10**6 for t in frame.index.as_unit("ns")] == [NOW + n * 1000 for n in range(cycles)]
        assert frame["pac"].tolist() == [n + device / 10 for n in range(cycles)]
        assert frame["state"].tolist() == [f"s{n}" for n in range(cycles)]
    assert store.count() - cycles * DEVICES in (0, DEVICES)  # the last cycle may be in without having been acknowledged
    c = spool.counters
    assert (c.queued, c.rejected, c.damaged, c.dropped) == (0, 0, 0, 0)
    assert c.appended == c.sent
    spool.close()
    store.close()
