"""Laws of the spool under any order of appending, delivering, rejecting, restarting and killing."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from collector.spool.queue import Rejected, Spool
from collector.spool.salvage import PAGE
from tests.collector.spool.samples import lawful, sample, samples

MEMORY = Path("/dev/shm")


class SpoolMachine(RuleBasedStateMachine):
    """A spool beside what is known of it: order kept, bound kept, every sample accounted for exactly."""

    @initialize(pages=st.sampled_from([40, 64, 128]), bulk=st.sampled_from([0, 40]))
    def start(self, pages, bulk):
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.bound, self.bulk, self.now = pages * PAGE, bulk, 1_000_000
        self.number = self.reached = self.sent = self.rejected = 0
        self.batch = None
        self.open()

    def open(self):
        self.spool = Spool.open(
            self.folder / "s.db", max_bytes=self.bound, max_age=timedelta(seconds=100), now=self.now
        )

    @rule(count=st.integers(1, 60), later=st.integers(0, 9_000))
    def append(self, count, later):
        self.now += later
        self.spool.append(samples(self.number, self.number + count, self.bulk), self.now)
        self.number += count

    @rule(most=st.integers(1, 200))
    def peek(self, most):
        self.batch = self.spool.peek(most)
        counters = self.spool.counters
        assert (self.batch is None) == (counters.queued == 0)
        if self.batch:
            first = counters.sent + counters.rejected + counters.dropped
            expected = samples(first, first + min(most, len(self.batch.samples)), self.bulk)
            assert self.batch.samples == expected

    @precondition(lambda self: self.batch)
    @rule(every=st.integers(2, 20))
    def settle(self, every):
        refused = [Rejected(s, "no", self.now) for s in self.batch.samples if s.time % every == 0]
        position = self.spool.counters.appended - self.spool.counters.queued
        left = [s for s in self.batch.samples if s.time >= position]
        self.spool.settle(self.batch, refused)
        self.rejected += sum(1 for s in left if s.time % every == 0)
        self.sent += sum(1 for s in left if s.time % every)
        self.batch = None

    @rule()
    def restart(self):
        self.spool.close()
        self.batch = None
        self.open()

    @rule()
    def restart_without_closing(self):
        """As after SIGKILL: the files as they are, the connection left behind."""
        other = Path(tempfile.mkdtemp(dir=self.folder.parent))
        for file in self.folder.iterdir():
            if file.name != "s.db-shm":
                shutil.copy(file, other)
        self.spool.close()
        shutil.rmtree(self.folder)
        self.folder, self.batch = other, None
        self.open()

    @invariant()
    def accounted(self):
        counters = self.spool.counters
        assert lawful(self.spool)
        assert (counters.appended, counters.sent, counters.rejected) == (self.number, self.sent, self.rejected)
        assert counters.damaged == 0
        assert (self.folder / "s.db").stat().st_size <= self.bound

    @invariant()
    def whole(self):
        assert self.spool.verify() == []
        assert self.spool.depth_bytes == Spool.inspect(self.folder / "s.db").depth_bytes

    def teardown(self):
        if hasattr(self, "spool"):
            while batch := self.spool.peek():
                assert batch.samples == [sample(s.time, self.bulk) for s in batch.samples]
                self.spool.settle(batch)
            assert lawful(self.spool)
            self.spool.close()
            shutil.rmtree(self.folder)


SpoolMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_any_order_of_events_keeps_order_bound_and_law = SpoolMachine.TestCase
