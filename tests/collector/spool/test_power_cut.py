"""Power cuts: whatever the disk kept of what was not synced, no accepted cycle is lost and the spool opens."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from collector.spool.queue import Spool
from tests.collector.spool.power_cut import images, record
from tests.collector.spool.samples import drain, lawful, samples

IMAGES = 5000
BOUND, BULK = 48 * 4096, 30

# After each transaction it says what the counters are: an image must show these, or those of the next transaction.
WRITER = f"""
import json, os, sys
from pathlib import Path
from collector.spool.queue import Rejected, Spool
from tests.collector.spool.samples import samples

def opened():
    return Spool.open(Path(sys.argv[1]), max_bytes={BOUND}, now=0)

def done(spool):
    c = spool.counters
    os.write(1, json.dumps([c.appended, c.sent, c.rejected, c.dropped]).encode() + b"\\n")

spool = opened()
for turn in range(150):
    at = spool.counters.appended
    spool.append(samples(at, at + 1 + turn % 9, {BULK}), turn)
    done(spool)
    if turn % 7 == 6 and not 40 < turn < 100:
        batch = spool.peek(20)
        spool.settle(batch, [Rejected(batch.samples[0], "no", turn)] if turn % 3 else [])
        done(spool)
    if turn in (30, 120):
        spool.close()
        spool = opened()
spool.requeue(150)
done(spool)
"""


def states(calls):
    """For each call: the counters that were acknowledged when it was done, and those acknowledged next."""
    marks = [(i, tuple(json.loads(call.data))) for i, call in enumerate(calls) if call.kind == "mark"]
    known, following = [], iter([*marks, (len(calls), None)])
    last, upcoming = (0, 0, 0, 0), next(following)
    for i in range(len(calls)):
        if i == upcoming[0]:
            last, upcoming = upcoming[1], next(following)
        known.append((last, upcoming[1]))
    return known


def test_no_power_cut_loses_an_accepted_cycle_and_the_spool_opens_every_time(memory):
    if shutil.which("strace") is None:
        assert os.environ.get("CI") != "true", "strace is needed: apt-get install strace"
        pytest.skip("strace is not installed: the system calls of the writer cannot be recorded")
    folder = memory / "writer"
    folder.mkdir()
    calls = record(WRITER, [str(folder / "s.db")], folder)
    allowed = states(calls)
    assert allowed[-1][0][3] > 0  # something was dropped as well
    assert sum(call.kind == "sync" for call in calls) > 150
    disk = memory / "disk"
    for number, (cut, files) in enumerate(images(calls, IMAGES, seed=7)):
        shutil.rmtree(disk, ignore_errors=True)
        disk.mkdir()
        for name, data in files.items():
            if not name.endswith(("-shm", ".ballast")):
                (disk / name).write_bytes(data)
        spool = Spool.open(disk / "s.db", max_bytes=BOUND, now=200)
        counters = spool.counters
        shown = (counters.appended, counters.sent, counters.rejected, counters.dropped)
        assert shown in allowed[cut], f"image {number}, cut after call {cut}"
        assert counters.damaged == 0
        if shown == allowed[-1][0]:  # what was rejected is queued again, at the end
            assert spool.quarantined() == []
            assert len(drain(spool, BULK)) == counters.queued
        else:
            assert len(spool.quarantined()) == counters.rejected
            assert drain(spool, BULK) == list(range(shown[0] - counters.queued, shown[0]))
        if number % 10 == 0:
            at = counters.appended
            spool.append(samples(at, at + 5, BULK), now=200)
            assert spool.counters.queued == 5
        assert lawful(spool)
        assert not list(disk.glob("*corrupt*"))
        spool.close()
