"""The durable queue: what goes in comes out in order, or is counted."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from datetime import timedelta

import pytest

from collector.errors import SpoolError
from collector.spool.file import migrate
from collector.spool.queue import Rejected, Spool
from collector.spool.salvage import PAGE
from tests.collector.spool.samples import drain, in_child, lawful, sample, samples

MIB = 1024 * 1024


@pytest.fixture
def path(memory):
    return memory / "spool.db"


@pytest.fixture
def opened():
    """Opens spools, and closes them when the test is over."""
    spools = []

    def open_spool(path, max_bytes=MIB, **options):
        spools.append(Spool.open(path, max_bytes=max_bytes, now=0, **options))
        return spools[-1]

    yield open_spool
    for spool in spools:
        spool.close()


def test_samples_come_out_in_the_order_they_went_in(opened, path):
    spool = opened(path)
    for start in range(0, 300, 30):
        spool.append(samples(start, start + 30), now=start)
    assert drain(spool) == list(range(300))
    assert (spool.counters.appended, spool.counters.sent, spool.depth_bytes) == (300, 300, 0)


def test_nothing_appended_is_nothing_queued(opened, path):
    spool = opened(path)
    spool.append([], now=0)
    assert spool.peek() is None
    assert spool.oldest is None


def test_what_is_not_settled_is_handed_out_again(opened, path):
    spool = opened(path)
    spool.append(samples(0, 10), now=0)
    assert spool.peek().samples == spool.peek().samples == samples(0, 10)


def test_a_batch_never_holds_more_than_asked_for_even_within_a_cycle(opened, path):
    spool = opened(path)
    spool.append(samples(0, 10), now=0)
    spool.append(samples(10, 20), now=0)
    seen = []
    while batch := spool.peek(7):
        seen.append(len(batch.samples))
        spool.settle(batch)
    assert seen == [7, 7, 6]
    assert spool.counters.sent == 20


def test_a_clean_restart_keeps_queue_and_counters(opened, path):
    spool = opened(path)
    spool.append(samples(0, 50), now=7)
    spool.settle(spool.peek(20))
    before = spool.counters, spool.depth_bytes, spool.oldest
    spool.close()
    again = opened(path)
    assert (again.counters, again.depth_bytes, again.oldest) == before
    assert drain(again) == list(range(20, 50))


def test_a_large_cycle_becomes_several_records_of_one_transaction(opened, path):
    spool = opened(path, max_bytes=8 * MIB)
    spool.append(samples(0, 4500), now=0)
    assert drain(spool) == list(range(4500))


def test_a_cycle_larger_than_the_spool_is_a_wrong_argument(opened, path):
    spool = opened(path, max_bytes=32 * PAGE)
    with pytest.raises(ValueError, match="do not fit"):
        spool.append(samples(0, 500, bulk=100), now=0)
    assert spool.counters.appended == 0


def test_the_oldest_are_dropped_and_counted_when_the_bound_is_reached(opened, path):
    spool = opened(path)
    for start in range(0, 4000, 20):
        spool.append(samples(start, start + 20, bulk=50), now=start)
    counters = spool.counters
    assert 0 < counters.dropped < 4000
    assert path.stat().st_size <= MIB
    assert spool.depth_bytes > MIB * 0.8
    assert drain(spool, bulk=50) == list(range(counters.dropped, 4000))


def test_samples_older_than_the_bound_are_dropped_and_counted(opened, path):
    spool = opened(path, max_age=timedelta(seconds=10))
    spool.append(samples(0, 10), now=0)
    spool.append(samples(10, 20), now=5_000)
    assert spool.oldest == 0
    spool.append(samples(20, 30), now=12_000)
    assert (spool.oldest, spool.counters.dropped) == (5_000, 10)
    assert drain(spool) == list(range(10, 30))


def test_rejected_samples_are_kept_with_their_reason_and_can_be_queued_again(opened, path):
    spool = opened(path)
    spool.append(samples(0, 10), now=0)
    bad = Rejected(sample(3), "field type conflict", 99)
    spool.settle(spool.peek(), [bad])
    assert (spool.counters.sent, spool.counters.rejected, spool.quarantined()) == (9, 1, [bad])
    spool.close()
    spool = opened(path)
    assert spool.requeue(now=100) == 1
    assert (spool.counters.appended, spool.quarantined()) == (11, [])
    assert drain(spool) == [3]
    assert spool.requeue(now=101) == 0


def test_the_quarantine_is_bounded_and_keeps_the_newest(opened, path):
    spool = opened(path)
    for start in range(0, 400, 40):
        spool.append(samples(start, start + 40), now=0)
        batch = spool.peek()
        spool.settle(batch, [Rejected(s, "no", 1) for s in batch.samples])
    assert [r.sample.time for r in spool.quarantined()] == list(range(400 - 128, 400))
    assert spool.counters.rejected == 400
    assert lawful(spool)


def test_a_rejected_sample_that_is_not_in_the_batch_is_a_wrong_argument(opened, path):
    spool = opened(path)
    spool.append(samples(0, 10), now=0)
    with pytest.raises(ValueError, match="not in the batch"):
        spool.settle(spool.peek(), [Rejected(sample(10), "no", 1)])
    assert spool.counters.queued == 10


def test_settling_twice_counts_once(opened, path):
    spool = opened(path)
    spool.append(samples(0, 10), now=0)
    batch = spool.peek()
    spool.settle(batch)
    spool.settle(batch)
    assert spool.counters.sent == 10


def test_what_the_bound_dropped_during_delivery_is_not_counted_twice(opened, path):
    spool = opened(path, max_age=timedelta(seconds=10))
    spool.append(samples(0, 10), now=0)
    spool.append(samples(10, 20), now=9_000)
    batch = spool.peek()
    spool.append(samples(20, 30), now=15_000)
    assert spool.counters.dropped == 10
    spool.settle(batch, [Rejected(sample(3), "no", 1), Rejected(sample(13), "no", 1)])
    assert (spool.counters.sent, spool.counters.rejected, spool.counters.queued) == (9, 1, 10)
    assert lawful(spool)


def test_one_thread_appends_while_another_delivers(opened, path):
    spool = opened(path)
    seen = []

    def deliver():
        while len(seen) < 3000:
            if batch := spool.peek(100):
                seen.extend(s.time for s in batch.samples)
                spool.settle(batch)

    thread = threading.Thread(target=deliver)
    thread.start()
    for start in range(0, 3000, 10):
        spool.append(samples(start, start + 10), now=0)
    thread.join(60)
    assert seen == list(range(3000))
    assert lawful(spool)


def test_another_process_can_look_while_the_owner_runs_and_after(opened, path):
    spool = opened(path)
    spool.append(samples(0, 10), now=5)
    status = Spool.inspect(path)
    assert (status.counters, status.depth_bytes, status.oldest) == (spool.counters, spool.depth_bytes, 5)
    spool.close()
    before = sorted(p.name for p in path.parent.iterdir())
    assert Spool.inspect(path).counters.queued == 10
    assert sorted(p.name for p in path.parent.iterdir()) == before


def test_looking_at_a_spool_that_is_not_there_is_told_and_makes_none(path):
    with pytest.raises(SpoolError, match="no spool"):
        Spool.inspect(path)
    assert not path.exists()


def test_a_closed_spool_says_so(opened, path):
    spool = opened(path)
    spool.close()
    spool.close()
    with pytest.raises(SpoolError, match="closed"):
        spool.append(samples(0, 1), now=0)


@pytest.mark.parametrize(("max_bytes", "max_age"), [(1000, timedelta(1)), (MIB, timedelta(0))])
def test_a_bound_that_holds_nothing_is_a_wrong_argument(opened, path, max_bytes, max_age):
    with pytest.raises(ValueError, match="at least"):
        opened(path, max_bytes=max_bytes, max_age=max_age)


def test_the_file_has_its_full_size_from_the_first_day(opened, path):
    spool = opened(path, max_bytes=64 * MIB)
    assert path.stat().st_size == 64 * MIB
    assert path.stat().st_blocks * 512 >= 64 * MIB
    assert spool.verify() == []


def test_a_new_bound_moves_the_queue_into_a_file_of_that_size(opened, path):
    spool = opened(path)
    for start in range(0, 3000, 60):
        spool.append(samples(start, start + 60, bulk=9), now=0)
    spool.settle(spool.peek(1), [Rejected(sample(0, 9), "no", 1)])
    spool.close()
    spool = opened(path, max_bytes=4 * MIB)
    assert path.stat().st_size == 4 * MIB
    assert (len(spool.quarantined()), spool.counters.queued) == (1, 2999)
    spool.close()
    spool = opened(path, max_bytes=32 * PAGE)
    assert path.stat().st_size == 32 * PAGE
    assert spool.counters.dropped > 0
    assert drain(spool, bulk=9) == list(range(1 + spool.counters.dropped, 3000))


def test_a_spool_of_a_newer_version_is_refused_and_left_alone(opened, path):
    opened(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SpoolError, match="version 99"):
        opened(path)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*corrupt*"))


def test_older_tables_are_brought_forward_step_by_step_and_only_once(path):
    connection = sqlite3.connect(path, isolation_level=None)
    steps = ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y"]
    migrate(connection, steps[:1])
    connection.execute("INSERT INTO a VALUES (1)")
    migrate(connection, steps)
    migrate(connection, steps)
    assert connection.execute("SELECT * FROM a").fetchall() == [(1, None)]
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, [*steps, "CREATE TABLE b (x); CREATE TABLE a (x)"])
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (1,)
    connection.close()


def test_sigkill_loses_nothing_that_append_took(opened, path):
    acknowledged = 0
    for _round in range(20):
        receive, send = os.pipe()

        def append_forever(send=send):
            spool = Spool.open(path, max_bytes=MIB, now=0)
            number = spool.counters.appended
            while True:
                spool.append(samples(number, number + 5), now=0)
                number += 5
                os.write(send, number.to_bytes(8, "little"))
                if number % 35 == 0:
                    spool.settle(spool.peek(20))

        child = in_child(append_forever)
        os.close(send)
        for _ in range(1 + _round * 3):
            acknowledged = int.from_bytes(os.read(receive, 8), "little")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while rest := os.read(receive, 8):
            acknowledged = int.from_bytes(rest, "little")
        os.close(receive)
    spool = opened(path)
    counters = spool.counters
    assert counters.appended >= acknowledged
    assert (counters.dropped, counters.damaged) == (0, 0)
    assert drain(spool) == list(range(counters.sent, counters.appended))


def test_what_is_handed_out_from_memory_is_what_a_new_start_reads_from_the_disk(path):
    spool = Spool.open(path, max_bytes=2**20, now=0)
    for cycle in range(5):
        spool.append(samples(7 * cycle, 7 * cycle + 7), now=cycle)
    remembered = spool.peek(23)
    spool.close()
    again = Spool.open(path, max_bytes=2**20, now=9)
    assert again.peek(23) == remembered
    again.close()


def test_a_record_that_comes_between_two_looks_is_not_taken_for_a_missing_one(path):
    spool = Spool.open(path, max_bytes=2**20, now=0)
    over = threading.Event()

    def look_without_pause():
        while not over.is_set():
            if batch := spool.peek():
                spool.settle(batch)

    looking = threading.Thread(target=look_without_pause)
    looking.start()
    for cycle in range(1500):
        spool.append(samples(cycle, cycle + 1), now=cycle)
    over.set()
    looking.join()
    assert lawful(spool)
    assert not list(path.parent.glob("*.corrupt-*"))
    spool.close()
