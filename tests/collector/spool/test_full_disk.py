"""A full disk, filled by others to the last byte: the spool appends while open, after SIGKILL, after a restart."""

from __future__ import annotations

import os
import signal

import pytest

from collector.errors import SpoolError
from collector.spool.queue import Rejected, Spool
from tests.collector.spool.samples import drain, in_child, lawful, samples
from tests.small_disk import fill, small_disk

MIB = 1024 * 1024
BULK = 45


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path) as folder:
        yield folder


def opened(disk, max_bytes=2 * MIB):
    return Spool.open(disk / "s.db", max_bytes=max_bytes, now=0)


def append_and_deliver(spool, cycles):
    """So many appends, none refused; every tenth time some are delivered and one of them rejected."""
    for turn in range(cycles):
        at = spool.counters.appended
        spool.append(samples(at, at + 12, BULK), now=at)
        if turn % 10 == 0:
            batch = spool.peek(30)
            spool.settle(batch, [Rejected(batch.samples[0], "no", 1)])
    assert lawful(spool)


def test_a_thousand_of_a_thousand_appends_succeed_on_a_full_disk(disk):
    spool = opened(disk)
    fill(disk)
    append_and_deliver(spool, 1000)
    counters = spool.counters
    assert (counters.appended, counters.damaged) == (12_000, 0)
    assert counters.dropped > 0
    assert drain(spool, BULK) == list(range(12_000 - counters.queued, 12_000))
    spool.close()


def test_after_sigkill_on_a_full_disk_it_opens_and_appends(disk):
    def append_and_die():
        spool = opened(disk)
        fill(disk)
        append_and_deliver(spool, 150)
        os.kill(os.getpid(), signal.SIGKILL)

    child = in_child(append_and_die)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    spool = opened(disk)
    assert spool.counters.appended == 150 * 12
    append_and_deliver(spool, 300)
    assert spool.counters.damaged == 0
    spool.close()


def test_the_ballast_carries_restarts_on_a_full_disk_and_is_made_again(disk):
    spool = opened(disk)
    append_and_deliver(spool, 50)
    fill(disk)
    for _ in range(3):
        spool.close()
        assert (disk / "s.db.ballast").exists()
        fill(disk)
        spool = opened(disk)
        append_and_deliver(spool, 200)
    assert not (disk / "s.db.ballast").exists()
    (disk / "others").unlink()
    at = spool.counters.appended
    spool.append(samples(at, at + 1), now=10**6)
    assert (disk / "s.db.ballast").exists()
    assert spool.counters.damaged == 0
    spool.close()


def test_a_spool_made_on_a_nearly_full_disk_takes_what_there_is_and_all_at_a_later_start(disk):
    (disk / "others").write_bytes(b"x" * int(5.2 * MIB))
    spool = opened(disk)
    fill(disk)
    size = (disk / "s.db").stat().st_size
    assert size < 2 * MIB
    append_and_deliver(spool, 1000)
    counters = spool.counters
    assert 0 < counters.dropped < 12_000
    spool.close()
    (disk / "others").unlink()
    spool = opened(disk)
    assert (disk / "s.db").stat().st_size == 2 * MIB
    assert spool.counters == counters
    assert drain(spool, BULK) == list(range(12_000 - counters.queued, 12_000))
    spool.close()


def test_without_ballast_a_start_goes_on_with_the_little_room_there_is(disk):
    spool = opened(disk)
    append_and_deliver(spool, 50)
    spool.close()
    (disk / "s.db.ballast").unlink()
    fill(disk)
    os.truncate(disk / "others", (disk / "others").stat().st_size - 300 * 1024)
    spool = opened(disk)
    fill(disk)
    append_and_deliver(spool, 500)
    assert spool.counters.damaged == 0
    spool.close()


def test_a_damaged_file_on_a_full_disk_is_replaced_all_the_same(disk):
    spool = opened(disk)
    append_and_deliver(spool, 50)
    queued = spool.counters.queued
    spool.close()
    with (disk / "s.db").open("r+b") as file:
        file.write(b"\xff" * 4096)
    fill(disk)
    spool = opened(disk)
    assert len(drain(spool, BULK)) == queued
    assert spool.counters.damaged == 0
    append_and_deliver(spool, 300)
    spool.close()


def test_a_disk_without_any_room_is_told(disk):
    fill(disk)
    with pytest.raises(SpoolError, match="make room"):
        opened(disk)
