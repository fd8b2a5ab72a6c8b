"""Faults of lifetime counters, per sample: what `energy.counter` finds, as reasons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.pv.energy.counter import CounterFacts, Kind, increments
from models.pv.quality.reasons import Reason
from models.pv.quality.runs import Floats, Times

AT_EVENT = {
    Kind.RESET: Reason.COUNTER_RESET,
    Kind.REPLACED: Reason.COUNTER_RESET,
    Kind.ROLLOVER: Reason.COUNTER_ROLLOVER,
}
NOT_BELIEVED = {
    Kind.ZERO: Reason.COUNTER_ZERO,
    Kind.DIP: Reason.COUNTER_DIP,
    Kind.JUMP: Reason.COUNTER_JUMP,
    Kind.STUCK: Reason.COUNTER_FLAT,
}


def counter_reasons(
    times: Times, counter: Floats, facts: CounterFacts, power: Floats | None = None
) -> tuple[NDArray[np.int32], Floats]:
    """Reasons (int32) of each reading (Wh, NaN missing) and the counter without its faults (Wh, NaN where doubtful).

    Times in rising ms; `power` (W) unmasks a counter that stands still.
    """
    found = increments(times, counter, facts, power)
    reasons = np.zeros(len(times), np.int32)
    there = np.isfinite(counter)
    doubted = np.flatnonzero(there & ~found.valid)
    events = [event for event in found.events if event.kind in NOT_BELIEVED]
    if len(doubted) and events:
        began = np.array([event.time for event in events])
        bits = np.array([NOT_BELIEVED[event.kind] for event in events], np.int32)
        last = np.searchsorted(began, times[doubted], side="right") - 1
        reasons[doubted] = bits[np.maximum(last, 0)]
    for event in found.events:
        bit = AT_EVENT.get(event.kind)
        if bit is None and event.kind is Kind.JUMP:
            bit = Reason.COUNTER_JUMP
        if bit is not None:
            reasons[np.searchsorted(times, event.time)] |= bit
    reasons[there & (counter < 0)] |= Reason.OUT_OF_RANGE
    return reasons, found.energy
