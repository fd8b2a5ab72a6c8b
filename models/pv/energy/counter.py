"""A lifetime counter without its faults: which readings are credible, what was made, and what stays unknown.

An *impossible jump* is a rise by more than rated AC power × time since the counter last moved × 1.2 + one step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.pv.energy.chain import Limits
from models.pv.energy.events import Event, Kind, Span
from models.pv.energy.power import HOUR, TOO_MUCH, PowerIntegral
from models.pv.energy.rows import Floats, Mask, Times
from models.pv.energy.steps import counter_step
from models.pv.energy.story import Story

__all__ = ["CounterFacts", "Event", "Increments", "Kind", "Span", "counter_step", "increments"]

UNRATED = 30
"""Times the middle of what a counter did bounds it where the rated power is not known."""
MOVES = 10
"""Rises without which even that is not known."""


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """What is known about a counter beforehand; all of it may be unknown."""

    step: float | None = None
    """Wh by which it moves; None: learnt from the readings."""
    modulus: float | None = None
    """Wh at which it rolls over to 0."""
    rated: float | None = None
    """W, the device's rated AC power."""
    replaced: tuple[int, ...] = ()
    """Instants (ms) from which on, within a day, another device took this place."""
    width: int | None = None
    """Bits of the register, where its unit and so the modulus is unknown (SunSpec): 2^width × 10^n is tried."""


@dataclass(frozen=True, slots=True)
class Increments:
    """A counter without its faults."""

    valid: Mask
    """Of each reading: whether it is credible."""
    energy: Floats
    """Wh since the first credible reading, never falling; unknown spans rise by what is known of them. NaN where the
    reading is not credible."""
    step: float
    """Wh, given or learnt."""
    unknown: tuple[Span, ...] = ()
    """From the last reading before to the first after a reset, a replacement, a jump or a standstill."""
    events: tuple[Event, ...] = ()


def increments(times_ms: Times, counter: Floats, facts: CounterFacts, power: Floats | None = None) -> Increments:
    """What a counter (Wh, NaN missing) says at rising instants (ms).

    `power` (W at the same instants) unmasks a counter that stands still while the inverter works. ValueError for
    arrays of different length and for times that do not rise.
    """
    return held_against(PowerIntegral(times_ms, power, facts.rated), times_ms, counter, facts)


def held_against(integral: PowerIntegral, times_ms: Times, counter: Floats, facts: CounterFacts) -> Increments:
    """The same with power already integrated."""
    if len(times_ms) != len(counter):
        raise ValueError("times and counter differ in length")
    with np.errstate(invalid="ignore"):
        there = np.flatnonzero(np.isfinite(counter) & (counter >= 0))
    valid, energy = np.zeros(len(counter), bool), np.full(len(counter), np.nan)
    if not len(there):
        return Increments(valid, energy, facts.step or 1.0)
    limits = _limits(times_ms[there], counter[there], facts)
    story = Story(times_ms[there], counter[there], limits)
    if len(integral.times):
        story.hold_against(integral)
    good = there[story.good]
    valid[good], energy[good] = True, story.energy()
    unknown = sorted(story.unknown, key=lambda span: span.start)
    return Increments(valid, energy, limits.step, tuple(unknown), tuple(sorted(story.events, key=lambda e: e.time)))


def _limits(times: Times, shown: Floats, facts: CounterFacts) -> Limits:
    change = np.diff(shown)
    rises = np.flatnonzero(change > 0) + 1
    step = facts.step or counter_step(shown) or float(change[rises - 1].min(initial=np.inf))
    rate = np.inf
    if facts.rated is not None:
        rate = TOO_MUCH * facts.rated / HOUR
    elif len(rises) >= MOVES:
        typical = np.diff(shown[rises]) / np.diff(times[rises])
        rate = UNRATED * float(np.median(typical[typical > 0])) if (typical > 0).any() else np.inf
    replaced = np.array(facts.replaced, dtype=np.int64)
    return Limits(rate, step if np.isfinite(step) else 1.0, facts.modulus, facts.width, replaced)
