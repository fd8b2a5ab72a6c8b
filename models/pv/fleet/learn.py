"""The state after a day. Made so that a fault is not learnt, however long it lasts and however slowly it grows.

How roofs hang together hardly changes with the season, so nothing has to be learnt in a hurry. After its first
`YOUNG` days a roof's measurements wait in a block of `BLOCK` days, and are admitted at its end only if their energy was
within `ADMITTED` of the expectation: a loss of 1 % a week spoils the second block. Days on which a roof is known or seen
to misbehave teach its expectation instead of its measurement. Only the shape over the day follows quickly.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.kwh import ExpectedBasis
from models.pv.fleet.day import FleetDay
from models.pv.fleet.expect import Expectation, day_ratio
from models.pv.fleet.nameplate import FIRST_WEEKS, day_yields
from models.pv.fleet.state import FleetState
from models.pv.fleet.weights import Bools
from models.pv.sun import Floats

MEMORY = 365.0
"""Days in which what is known of the relation between roofs fades to 1/e."""
HOURS_MEMORY = 15.0
"""The same for the correction by hour: shade moves with the season."""
YOUNG = 30
"""Days in which everything about a roof is learnt at once."""
BLOCK = 28
"""Days that wait."""
ADMITTED = 0.02
"""How far the energy of a block may be off."""
ODD, ODD_SPREADS = 0.10, 2.0
"""A day further off than this (or this many half-widths of the usual error) teaches nothing of the roof itself."""
RATE = 0.2
"""Of the intervals' widths, which follow the share of misses (adaptive conformal inference, Gibbs & Candès 2021)."""
MISSES = 0.2
"""Share of measurements outside an 80 % interval."""


def learn(state: FleetState, day: FleetDay, expectation: Expectation, healthy: Bools | None = None) -> FleetState:
    """The state with one more day. `expectation` is that of `expect(state, day, …)`; nothing is changed in place.

    `healthy` (n,): False for roofs with an open finding, an outage, or measurements not to be trusted: they are frozen.
    """
    state = state.aligned(day.roofs)
    power = day.power()
    fleet = np.array([word is ExpectedBasis.FLEET for word in expectation.basis], dtype=bool)
    expected = np.where(fleet, expectation.expected / day.power_to_energy, np.nan)
    fine = np.isfinite(power).any(axis=0)
    if healthy is not None:
        fine &= healthy
    off = np.abs(np.nan_to_num(day_ratio(power, expected), nan=1.0) - 1.0)
    fine &= (state.age < YOUNG) | (off <= np.maximum(ODD, ODD_SPREADS * state.spread_day))
    state = _hours(state, day, power, expectation.combined, fine & fleet)
    state = _spreads(state, day, expectation, fine & fleet)
    state = _yields(state, day, fine)
    state = _relations(state, np.where(fine, power, expected), power, expected, expectation.combined, fine)
    return _admit(replace(state, age=state.age + fine))


def _relations(
    state: FleetState, taught: Floats, power: Floats, expected: Floats, combined: Floats, fine: Bools
) -> FleetState:
    """Pairs with a young roof are learnt at once, the others wait."""
    known = np.isfinite(taught)
    values = np.where(known, taught, 0.0)
    products, squares = values.T @ values, (values**2).T @ known
    young = state.age < YOUNG
    now = young[:, None] | young
    both = np.isfinite(power) & np.isfinite(combined) & fine
    measured, said = (np.where(both, part, 0.0).sum(axis=0) for part in (power, combined))
    wanted = np.where(both & np.isfinite(expected), expected, 0.0).sum(axis=0)
    fade = np.exp(-1 / MEMORY)
    return replace(
        state,
        products=state.products * fade + np.where(now, products, 0.0),
        squares=state.squares * fade + np.where(now, squares, 0.0),
        measured=state.measured * fade + np.where(young, measured, 0.0),
        combined=state.combined * fade + np.where(young, said, 0.0),
        block_products=state.block_products + np.where(now, 0.0, products),
        block_squares=state.block_squares + np.where(now, 0.0, squares),
        block_measured=state.block_measured + np.where(young, 0.0, measured),
        block_combined=state.block_combined + np.where(young, 0.0, said),
        block_expected=state.block_expected + np.where(young, 0.0, wanted),
        block_days=state.block_days + 1,
    )


def _admit(state: FleetState) -> FleetState:
    """At the end of a block: what was level with its expectation is learnt, the rest is dropped."""
    if not (state.block_days >= BLOCK).any():
        return state
    level = np.abs(state.block_measured - state.block_expected) <= ADMITTED * state.block_expected
    pairs = level[:, None] & level
    nothing = np.zeros_like
    return replace(
        state,
        products=state.products + np.where(pairs, state.block_products, 0.0),
        squares=state.squares + np.where(pairs, state.block_squares, 0.0),
        measured=state.measured + np.where(level, state.block_measured, 0.0),
        combined=state.combined + np.where(level, state.block_combined, 0.0),
        block_products=nothing(state.products),
        block_squares=nothing(state.squares),
        block_measured=nothing(state.age),
        block_combined=nothing(state.age),
        block_expected=nothing(state.age),
        block_days=nothing(state.age),
    )


def _hours(state: FleetState, day: FleetDay, power: Floats, combined: Floats, rows: Bools) -> FleetState:
    both = np.isfinite(power) & np.isfinite(combined) & rows
    hours = day.hours()
    fade = np.where(rows, np.exp(-1 / HOURS_MEMORY), 1.0)
    measured, said = state.hour_measured * fade, state.hour_combined * fade
    np.add.at(measured, hours, np.where(both, power, 0.0))
    np.add.at(said, hours, np.where(both, combined, 0.0))
    return replace(state, hour_measured=measured, hour_combined=said)


def _spreads(state: FleetState, day: FleetDay, expectation: Expectation, rows: Bools) -> FleetState:
    """Widths grow after a miss and shrink after a hit so that one in five misses in the long run."""
    lit = (expectation.expected > 0) & np.isfinite(day.measured) & rows
    missed = lit & ((day.measured < expectation.low) | (day.measured > expectation.high))
    count = lit.sum(axis=0)
    share = np.divide(missed.sum(axis=0), count, out=np.full(len(rows), MISSES), where=count > 0)
    ratio = day_ratio(day.measured, expectation.expected)
    of_day = np.where(rows & np.isfinite(ratio), np.abs(ratio - 1.0) > state.spread_day, MISSES)
    return replace(
        state,
        spread_interval=np.clip(state.spread_interval * np.exp(RATE * (share - MISSES)), 0.002, 1.0),
        spread_day=np.clip(state.spread_day * np.exp(RATE * (of_day - MISSES)), 0.005, 0.5),
    )


def _yields(state: FleetState, day: FleetDay, fine: Bools) -> FleetState:
    if not (fine & (state.age < FIRST_WEEKS)).any():
        return state
    own, peers = day_yields(state, day)
    counts = fine & (state.age < FIRST_WEEKS) & np.isfinite(own) & np.isfinite(peers)
    return replace(
        state,
        yield_own=state.yield_own + np.where(counts, own, 0.0),
        yield_peers=state.yield_peers + np.where(counts, peers, 0.0),
    )
