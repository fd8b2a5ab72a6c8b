"""The state after a day. Made so that a fault is not learnt, however long it lasts and however slowly it grows.

How roofs hang together hardly changes with the season, so nothing has to be learnt in a hurry. Days are gathered in
blocks, and a block is admitted only when the next one is full: for roofs whose energy was level with its expectation in
both. A loss of 1 % a week is too far off by then, and none of it is learnt. The days of a roof that is known or seen to
misbehave, or is not known at all, are filled in with its expectation, the blocks of one that is not admitted with what
the others say of it: so all sums are over the same days, and the neighbours are learnt undisturbed. Only the shape over
the day follows quickly, and it leaves the energy as it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.kwh import ExpectedBasis
from models.pv.fleet.day import FleetDay
from models.pv.fleet.expect import Expectation, day_ratio
from models.pv.fleet.holes import bridged
from models.pv.fleet.nameplate import asking, day_yields
from models.pv.fleet.season import followed
from models.pv.fleet.state import FleetState
from models.pv.fleet.weights import Bools, Relation, fresh, lasting
from models.pv.sun import Floats

MEMORY = 13.0
"""Blocks in which what is known of the relation between roofs fades to 1/e: a year."""
HOURS_MEMORY = 15.0
"""Days, the same for the correction by hour: shade moves with the season."""
PRESENT_MEMORY = 4.0
"""Days, of the level at which a roof with a loss speaks for the others."""
BLOCK, KNOWN = 28, 22
"""Days of a block, and how many of them a roof has to be known and fine for a place among the established."""
DAY_WEIGHT = 0.3
"""Of a day's energy beside the hours' power: a relation that holds for both holds its level into other seasons."""
WHOLE = 0.999
"""Share of the power squared of most others during which a roof has to be known, to count as known throughout."""
LEVEL = 0.05
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
    state = _present(state, power, expected)
    fine = np.isfinite(power).any(axis=0)
    if healthy is not None:
        fine &= healthy
    off = np.abs(np.nan_to_num(day_ratio(power, expected), nan=1.0) - 1.0)
    fine &= (state.established == 0) | (off <= np.maximum(ODD, ODD_SPREADS * state.spread_day))
    state = _hours(state, day, power, expectation.combined, fine & fleet)
    state = _spreads(state, day, expectation, fine & fleet)
    state = _best(_yields(state, day, fine), day, fine)
    state = _gather(state, power, expected, fine, day.power_to_energy)
    state = _sky(state, power, expectation.sky, fine)
    state = _turned(state, day, expectation, fine & fleet)
    return _turn(state) if (state.fresh_days >= BLOCK).any() else state


def _present(state: FleetState, power: Floats, expected: Floats) -> FleetState:
    both = np.isfinite(power) & np.isfinite(expected)
    fade = np.where(both.any(axis=0), np.exp(-1 / PRESENT_MEMORY), 1.0)
    return replace(
        state,
        present_measured=state.present_measured * fade + np.where(both, power, 0.0).sum(axis=0),
        present_expected=state.present_expected * fade + np.where(both, expected, 0.0).sum(axis=0),
    )


def _gather(state: FleetState, power: Floats, expected: Floats, fine: Bools, hours: float) -> FleetState:
    taught = np.where(np.isfinite(power) & fine, power, expected)
    new = state.established == 0
    taught[:, new] = bridged(taught)[:, new]
    known = np.isfinite(taught)
    values = np.where(known, taught, 0.0)
    whole = known.sum(axis=0) == known.any(axis=1).sum()
    energy = np.where(whole, values.sum(axis=0) * hours, 0.0)
    products = values.T @ values * hours + DAY_WEIGHT * np.outer(energy, energy)
    squares = (values**2).T @ known * hours + DAY_WEIGHT * np.outer(energy**2, whole)
    filled = ~fine & (state.established > 0)
    if filled.any():
        speakers = fine & (state.established > 0)
        apart = np.where(filled[:, None] & filled, lasting(state).apart(speakers), 0.0)
        squares *= _whole(np.diag(apart))[:, None]
        products = _restored(products, apart)
    both = np.isfinite(power) & np.isfinite(expected) & fine
    measured, wanted = (np.where(both, part, 0.0).sum(axis=0) for part in (power, expected))
    return replace(
        state,
        age=state.age + fine,
        fresh_products=state.fresh_products + products,
        fresh_squares=state.fresh_squares + squares,
        fresh_measured=state.fresh_measured + measured,
        fresh_expected=state.fresh_expected + wanted,
        fresh_known=state.fresh_known + fine,
        fresh_days=state.fresh_days + 1,
    )


def _sky(state: FleetState, power: Floats, modelled: Floats | None, fine: Bools) -> FleetState:
    if modelled is None:
        return state
    both = np.isfinite(power) & np.isfinite(modelled) & fine
    return replace(
        state,
        fresh_sky_measured=state.fresh_sky_measured + np.where(both, power, 0.0).sum(axis=0),
        fresh_sky_modelled=state.fresh_sky_modelled + np.where(both, modelled, 0.0).sum(axis=0),
    )


def _turned(state: FleetState, day: FleetDay, expectation: Expectation, rows: Bools) -> FleetState:
    """How far each roof went along with its geometry; a day counts by its part of a cloudless one."""
    if expectation.turned is None or day.clear is None:
        return state
    told = np.log(expectation.turned)
    off = np.log(np.clip(day_ratio(day.measured, expectation.expected), 1e-3, 1e3))
    bright = np.clip(np.nan_to_num(day_ratio(expectation.expected, day.clear)), 0.0, 1.0)
    did = off + followed(state) * told
    counts = np.where(rows & np.isfinite(did), bright, 0.0)
    fade = np.where(counts > 0, np.exp(-1 / (MEMORY * BLOCK)), 1.0)
    return replace(
        state,
        turn_told=state.turn_told * fade + counts * told**2,
        turn_followed=state.turn_followed * fade + counts * told * np.nan_to_num(did),
    )


def _turn(state: FleetState) -> FleetState:
    """A block is full: the one before is admitted, this one waits, new roofs find their place."""
    level = _level(state.waiting_measured, state.waiting_expected) & _level(state.fresh_measured, state.fresh_expected)
    level &= _complete(state.waiting_squares)
    established = state.established > 0
    products = state.products * np.exp(-1 / MEMORY)
    if (established & level).any():
        waiting = _paired(state.waiting_products, state.waiting_squares)
        admitted = _filled(lasting(state), established & level, waiting)
        products += np.where(established[:, None] & established, admitted, 0.0)
    ready = ~established & (state.fresh_known >= KNOWN)
    if not established.any():
        products = np.where(ready[:, None] & ready, _paired(state.fresh_products, state.fresh_squares), 0.0)
    elif ready.any():  # what the new ones would have made in all the time before
        past = _filled(fresh(state), established, products)
        either = established | ready
        products = np.where(either[:, None] & either, past, 0.0)
    nothing, nobody = np.zeros_like(products), np.zeros_like(state.age)
    return replace(
        _sky_turned(state, ready, established & level),
        products=products,
        established=np.where(ready, 1.0, state.established),
        waiting_products=state.fresh_products,
        waiting_squares=state.fresh_squares,
        waiting_measured=state.fresh_measured,
        waiting_expected=state.fresh_expected,
        fresh_products=nothing,
        fresh_squares=nothing,
        fresh_measured=nobody,
        fresh_expected=nobody,
        fresh_known=nobody,
        fresh_days=nobody,
    )


def _sky_turned(state: FleetState, ready: Bools, admitted: Bools) -> FleetState:
    """The sums of `season`, of the same days as the products: a new roof begins with those of its first block."""
    made = {}
    for name in ("measured", "modelled"):
        new, waiting, old = (getattr(state, f"{stage}sky_{name}") for stage in ("fresh_", "waiting_", ""))
        made[f"sky_{name}"] = np.where(ready, new, old * np.exp(-1 / MEMORY) + np.where(admitted, waiting, 0.0))
        made[f"waiting_sky_{name}"] = new
        made[f"fresh_sky_{name}"] = np.zeros_like(new)
    return replace(state, **made)


def _level(measured: Floats, expected: Floats) -> Bools:
    made: Bools = np.abs(measured - expected) <= LEVEL * expected
    return made


def _complete(squares: Floats) -> Bools:
    """(n,) roofs known (or filled in) whenever most others were: products over fewer days would be too small."""
    heard = np.diag(squares) > 0
    there = (squares >= WHOLE * np.diag(squares)[:, None])[heard]
    return np.asarray(heard & (there.sum(axis=0) > heard.sum() / 2), dtype=bool)


def _paired(products: Floats, squares: Floats) -> Floats:
    """Products as if all roofs had been known during what most of them were: one known for a day more than its twin
    would seem to be a stranger to it."""
    common = np.sqrt(squares * squares.T)
    heard = np.diag(squares) > 0
    size = np.sqrt(np.where(heard, np.median(squares[:, heard], axis=1) if heard.any() else 0.0, 0.0))
    alike = np.divide(products, common, out=np.zeros_like(products), where=common > 0)
    made: Floats = alike * np.outer(size, size)
    return made


def _filled(relation: Relation, speakers: Bools, products: Floats) -> Floats:
    """Products with every roof that does not speak replaced by what the speakers say of it.

    And by as much of its own as they never explain, and of what it shares with others that are silent too: without it
    the roof would seem to be free of noise, and be trusted too much, and twins to be strangers (the correction of the
    covariance in the EM algorithm, Little & Rubin 2019).
    """
    said = np.zeros((len(speakers), len(speakers)))
    said[:, speakers] = relation.weights(speakers)
    said[speakers] = np.eye(len(speakers))[speakers]
    return _restored(said @ products @ said.T, relation.apart(speakers))


def _restored(products: Floats, apart: Floats) -> Floats:
    """With what roofs that were filled in have of their own. apart: as `Relation.apart`, 0 for the others."""
    size = np.sqrt(np.diag(products) * _whole(np.diag(apart)))
    made: Floats = products + np.minimum(apart, 0.5) * np.outer(size, size)
    return made


def _whole(unexplained: Floats) -> Floats:
    """What squares of a combination are multiplied by to be those of a roof."""
    made: Floats = 1.0 / (1.0 - np.minimum(unexplained, 0.5))
    return made


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


def _best(state: FleetState, day: FleetDay, fine: Bools) -> FleetState:
    if day.clear is None:
        return state
    ratio = np.nan_to_num(day_ratio(day.measured, day.clear))
    best = np.maximum(state.clear_best * np.exp(-1 / (MEMORY * BLOCK)), ratio)
    return replace(state, clear_best=np.where(fine, best, state.clear_best))


def _yields(state: FleetState, day: FleetDay, fine: Bools) -> FleetState:
    fine = fine & asking(state, day.clear is not None)
    if not fine.any():
        return state
    own, peers = day_yields(state, day)
    counts = fine & np.isfinite(own) & np.isfinite(peers)
    return replace(
        state,
        yield_own=state.yield_own + np.where(counts, own, 0.0),
        yield_peers=state.yield_peers + np.where(counts, peers, 0.0),
    )
