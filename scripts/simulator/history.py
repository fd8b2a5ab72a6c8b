"""History of the simulated town: its past goes through spool and delivery into the store. No sockets."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from collector.delivery import Delivery
from collector.spool.queue import Spool
from config.town import Town
from scripts.simulator.fault import Fault
from scripts.simulator.past import instants, stretches

TOGETHER = 96
"""Steps whose physics, spool records and delivery go together."""


def fill(
    town: Town,
    spool: Spool,
    delivery: Delivery,
    *,
    start: int,
    end: int,
    step: timedelta = timedelta(minutes=15),
    seed: int,
    progress: Callable[[int, int], None] | None = None,
    faults: Sequence[Fault] = (),
) -> int:
    """Bring the readings from `start` to before `end` (ms UTC), one every `step`, into the store; returns how many.

    The live simulation of the same town and seed goes on where this ends. What the store does not take stays in the
    spool. `progress` gets instants done and instants in all. ValueError for a range or step that makes no sense.
    """
    pace = int(step.total_seconds() * 1000)
    if pace < 1000 or end < start:
        raise ValueError(f"no history from {start} to {end} every {step}")
    times = instants(start, end, pace)
    begun = [fault.since(start) for fault in faults]
    noon = start - start % 86_400_000 + 43_200_000  # by day every device shows all it has
    made = done = 0
    with _no_cycles():
        for samples in stretches(town, seed, begun, noon, times, TOGETHER):
            spool.append(samples, end)
            while delivery.step() == 0:
                pass
            made, done = made + len(samples), min(done + TOGETHER, len(times))
            if progress:
                progress(done, len(times))
    return made


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Samples make no cycles: among a million of them Python looks for some in vain, for a tenth of the time."""
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()
