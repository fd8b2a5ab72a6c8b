"""Which stretches of a dirty counter belong together: the cheapest story that physics allows.

A *run* is a stretch of readings each of which may follow the one before. Between two runs something is wrong: the
counter fell, or rose faster than the sun allows. A story is a choice of runs to believe, in order; it pays for each
run it calls a fault, by the time during which that run was seen counting (a constant is little evidence, a zero none),
and for each place where it must begin anew (a reset, another device). So a zero at wake-up is skipped however long it
lasts, a dip that recovers is a dip, and a counter that goes on from another value is believed after half an hour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.calendar import QUARTER
from models.pv.energy.rows import Floats, Mask, Times

DAY = 96 * QUARTER
"""ms; replacements are known to the day."""
NEW_BASE = 1_800_000.0
"""Price of a new beginning, as ms of counting."""
EXPECTED_BASE = 120_000.0
"""The same on a day on which the device is known to have been replaced."""
FAULT = 60_000.0
"""Price of a run that is not believed, beside the time during which it counted."""
CONSTANT = 0.1
"""What the time counts during which a run stood still above zero."""
LOOK_BACK = 50
"""How many runs a story may skip in one go."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a counter can do."""

    rate: float
    """Wh per ms that it can rise at most; inf unknown."""
    step: float
    """Wh"""
    modulus: float | None
    """Wh at which it begins again at 0, when that is fixed."""
    width: int | None
    """Bits of its register, when the unit of the register is not known: the modulus is 2^width × 10^n."""
    replaced: Times
    """Instants from which on, within a day, another device took its place."""

    def rolled(self, before: Floats, after: Floats | float) -> Floats:
        """Wh made if the counter rolled over between two readings; inf without a modulus."""
        if self.modulus is not None:
            return np.asarray(self.modulus - before + after, float)
        if self.width is None:
            return np.full(np.shape(before), np.inf)
        raw = 2.0**self.width
        exponent = np.ceil(np.log10(np.maximum(before, 1e-9) / raw))
        return np.asarray(raw * 10.0**exponent - before + after, float)

    def new_device(self, start: Times, end: int) -> Mask:
        """Whether a replacement may fall between two readings."""
        made = np.zeros(len(start), bool)
        for instant in self.replaced:
            made |= (start <= instant + DAY) & (instant <= end)
        return made


@dataclass(frozen=True, slots=True)
class Runs:
    """Of each run its first and last reading, the last that differs from the one before, and what skipping costs."""

    first: Times
    last: Times
    moved: Times
    cost: Floats


def runs_of(times: Times, counter: Floats, limits: Limits) -> Runs:
    """The runs of a counter without gaps (NaN) of at least one reading. Times in ms, rising."""
    change = np.diff(counter)
    place = np.arange(len(counter))
    moved = np.maximum.accumulate(np.where(np.concatenate(([True], change != 0)), place, 0))
    bound = limits.rate * (times[1:] - times[moved[:-1]]) + limits.step
    torn = np.flatnonzero((change < 0) | (change > bound)) + 1
    torn = np.union1d(torn, _rejoined(times, counter, torn, moved, limits))
    first = np.concatenate(([0], torn)).astype(np.int64)
    last = np.concatenate((torn, [len(counter)])).astype(np.int64) - 1
    moved_last = np.maximum(moved[last], first)
    zeros = np.concatenate(([0], np.cumsum(counter == 0)))
    awake = np.minimum(first + zeros[last + 1] - zeros[first], last)
    counting = np.maximum(times[moved_last] - times[awake], 0)
    still = np.where(counter[last] > 0, times[last] - times[awake] - counting, 0)
    return Runs(first, last, moved_last, FAULT + counting + CONSTANT * still)


def _rejoined(times: Times, counter: Floats, torn: Times, moved: Times, limits: Limits) -> Times:
    """Where, on one side of a tear, the counter crosses what it was on the other: either side may be the fault."""
    edges = np.concatenate(([0], torn, [len(counter)]))
    places = []
    for begin, tear, end in zip(edges[:-2], edges[1:-1], edges[2:], strict=True):
        if counter[tear] < counter[tear - 1]:
            places.append(begin + int(np.searchsorted(counter[begin:tear], counter[tear], "right")))
            places.append(tear + int(np.searchsorted(counter[tear:end], counter[tear - 1])))
        else:
            bound = limits.rate * (times[tear:end] - times[moved[tear - 1]]) + limits.step
            places.append(tear + int(np.argmax(counter[tear:end] - counter[tear - 1] <= bound)))
    return np.setdiff1d(np.array(places, dtype=np.int64), edges)


def believed(times: Times, counter: Floats, runs: Runs, limits: Limits) -> list[int]:
    """The runs of the cheapest story, in order. Nothing but zeros is never believed beside anything else."""
    if len(runs.first) == 1:
        return [0]
    awake = np.flatnonzero(counter[runs.last] > 0)
    runs = Runs(*(getattr(runs, name)[awake] for name in Runs.__slots__))
    return [int(awake[place]) for place in _cheapest(times, counter, runs, limits)]


def _cheapest(times: Times, counter: Floats, runs: Runs, limits: Limits) -> list[int]:
    count = len(runs.first)
    skipped = np.concatenate(([0.0], np.cumsum(runs.cost)))
    paid = np.empty(count)
    came_from = np.full(count, -1)
    paid[0] = 0.0
    for this in range(1, count):
        low = max(0, this - LOOK_BACK)
        story = paid[low:this] + skipped[this] - skipped[low + 1 : this + 1]
        story = story + _passage(times, counter, runs, limits, slice(low, this), this)
        best = int(np.argmin(story))
        paid[this] = skipped[this]
        if story[best] <= paid[this]:
            paid[this], came_from[this] = story[best], low + best
    at = int(np.argmin(paid + skipped[count] - skipped[1:]))
    chosen = [at]
    while came_from[at] >= 0:
        at = int(came_from[at])
        chosen.append(at)
    return chosen[::-1]


def _passage(times: Times, counter: Floats, runs: Runs, limits: Limits, before: slice, this: int) -> Floats:
    """Price of going on from each of the runs `before` to the beginning of the run `this`."""
    last, head = runs.last[before], runs.first[this]
    rise = counter[head] - counter[last]
    bound = limits.rate * (times[head] - times[runs.moved[before]]) + limits.step
    rolled = limits.rolled(counter[last], counter[head])
    follows = (rise >= 0) & (rise <= bound)
    rolls = (rise < 0) & (rolled >= 0) & (rolled <= bound)
    anew = np.where(limits.new_device(times[last], times[head]), EXPECTED_BASE, NEW_BASE)
    return np.where(follows, 0.0, np.where(rolls, 1.0, anew))
