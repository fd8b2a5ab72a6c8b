"""Samples that carry their number in the order of appending, so that a test can tell lost, doubled and wrong ones."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache

from collector.sample import Sample
from collector.spool.queue import Spool


@lru_cache(4096)
def sample(number: int, bulk: int = 0) -> Sample:
    """Sample `number` (also its time); `bulk` more fields that do not compress."""
    noise = random.Random(number)
    values = {"pac": number / 3, "state": ("producing", None, "standby")[number % 3], "i_dc": None}
    return Sample(f"roof-{number % 7}/inv-1", number, values | {f"x{i}": noise.random() for i in range(bulk)})


def samples(start: int, end: int, bulk: int = 0) -> list[Sample]:
    """Samples start..end-1."""
    return [sample(number, bulk) for number in range(start, end)]


def lawful(spool: Spool) -> bool:
    """appended = sent + rejected + dropped + damaged + queued."""
    counted = asdict(spool.counters)
    return counted.pop("appended") == sum(counted.values()) and min(counted.values()) >= 0


def drain(spool: Spool, bulk: int = 0) -> list[int]:
    """Take everything out; the numbers in order. Each sample must be exactly the one that was appended."""
    numbers = []
    while batch := spool.peek(500):
        for found in batch.samples:
            assert found == sample(found.time, bulk)
            numbers.append(found.time)
        spool.settle(batch)
        assert lawful(spool)
    assert spool.counters.queued == 0
    return numbers


def in_child(work: Callable[[], object]) -> int:
    """Do `work` in a forked process, which never comes back here; its process id. Exit code 0: done, 1: it raised."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return child
