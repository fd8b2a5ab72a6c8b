"""The lifetime energy of an inverter as a curve over time: from its counter, its power, and the expected shape.

The curve goes through *anchors*: instants at which the counter moved, so far apart that the doubt about each (what was
made since the reading before, at most one step) is small beside what lies between them. Between anchors power shapes
the curve. Where power is missing every reading of the counter is an anchor; where both are missing it is the expected
shape that spreads what the counter gained. Nowhere does the curve leave the counter by more than one step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from models.pv.energy.counter import Increments
from models.pv.energy.events import Kind
from models.pv.energy.power import GAP, PowerIntegral
from models.pv.energy.rows import Floats, Mask, Times

DENSE = 90_000
"""ms between readings: ten in a quarter-hour draw its course well."""
WORTH_DENSE, WORTH_SPARSE = 100, 20
"""A span between anchors is worth so many times the doubt about an anchor: few readings of power draw less well than
a counter tells."""
QUIET = 0.05
"""Below this part of its rated power an inverter says that it makes nothing worth the name."""
MATERIAL = QUIET / 4
"""Hours of rated power, a quarter-hour of quiet: less than this in a silence (dusk and dawn of an inverter that sleeps)
is not worth a word."""
LAG, LAG_MADE_UP = 5, 0.8
"""A counter lags when it is so many steps behind power, and makes up for so much of it when it moves."""
SCALE = 0.25
"""Counter over power is not believed beyond this (a logarithm, so -22 to +28 %) where power stands alone."""


class Way(IntEnum):
    """How the curve goes from one knot to the next."""

    POWER = 0
    """Counter at both ends, power between."""
    EVEN = 1
    """Counter at both ends, close together."""
    GAP = 2
    """Counter at both ends, nothing between: by the expected shape."""
    ESTIMATE = 3
    """Power alone."""
    UNKNOWN = 4
    """A reset or another device: the curve rises by what is known, which is not all."""
    SILENCE = 5
    """Nothing."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Knots of the curve and what lies between them."""

    times: Times
    """ms, rising, shape (knots,)"""
    energy: Floats
    """Wh, never falling, shape (knots,)"""
    way: Times
    """Of Way, shape (knots - 1,)"""
    low_times: Times
    """Credible readings of the counter."""
    low: Floats
    high: Floats
    """Wh on the curve's scale: what the counter showed, and the most that may have been made by then, which is one step
    more, or what power says of a counter that is brought up to date only now and then."""


def curve_of(found: Increments | None, times: Times, integral: PowerIntegral, rated: float | None) -> Curve:
    """The curve of one inverter. `found`: what its counter says at `times`; None: it has no counter."""
    here = np.flatnonzero(found.valid) if found else np.zeros(0, np.int64)
    if found is None or not len(here):
        edges = integral.edges()
        way = _by_power_alone(edges, integral)
        return Curve(edges, integral.energy(edges), way, here, np.zeros(0), np.zeros(0))
    at, low = times[here], found.energy[here]
    part = _stretches(at, found, integral)
    knots, energy, high, scale = _anchored(at, low, part, found.step, integral)
    way = np.full(len(knots) - 1, Way.POWER, np.int64)
    broken = part.breaks[knots[:-1]] if len(knots) > 1 else np.zeros(0, bool)
    way[broken] = np.where(np.diff(at[knots])[broken] > GAP, Way.GAP, Way.EVEN)
    way[np.isin(knots[:-1], part.estimated)] = Way.ESTIMATE
    way[np.isin(knots[:-1], part.unknown)] = Way.UNKNOWN
    energy = _still(energy, way, quiet(at[knots], integral, rated), low[knots])
    edges = integral.edges()
    before, after = edges[edges < at[0]], edges[edges > at[-1]]
    whole = np.concatenate((before, at[knots], after))
    by_power = scale * integral.energy(whole)
    first, last = len(before), len(before) + len(knots) - 1
    return Curve(
        whole,
        np.concatenate(
            (
                energy[0] + by_power[:first] - by_power[first],
                energy,
                energy[-1] + by_power[last + 1 :] - by_power[last],
            )
        ),
        np.concatenate(
            (
                _by_power_alone(whole[: first + 1], integral),
                way,
                _by_power_alone(whole[last:], integral),
            )
        ),
        at,
        low,
        high,
    )


def quiet(at: Times, integral: PowerIntegral, rated: float | None) -> Mask:
    """Whether power says at these instants that nothing was made; also where it says nothing."""
    most = rated if rated is not None else float(integral.power.max(initial=0.0))
    return ~(integral.at(at) > QUIET * most)


def _by_power_alone(knots: Times, integral: PowerIntegral) -> Times:
    covered = np.diff(integral.known(knots)) == np.diff(knots)
    return np.where(covered, Way.ESTIMATE, Way.SILENCE).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Stretches of readings between which power is known and the counter tells all. Places are those of readings."""

    breaks: Mask
    """Whether the next reading is of another stretch; True for the last."""
    number: Times
    unknown: Times
    """Places of readings after which something unknown was made."""
    estimated: Times
    """Places of readings after which the counter stood still."""


def _stretches(at: Times, found: Increments, integral: PowerIntegral) -> _Stretches:
    covered = np.diff(integral.known(at)) == np.diff(at)
    stuck = [span.start for span in found.unknown if span.why is Kind.STUCK]
    torn = [span.start for span in found.unknown if span.why is not Kind.STUCK]
    unknown, estimated = np.searchsorted(at, torn), np.searchsorted(at, stuck)
    breaks = np.append(~covered, True)
    breaks[unknown] = breaks[estimated] = True
    return _Stretches(breaks, np.concatenate(([0], np.cumsum(breaks[:-1]))), unknown, estimated)


def _anchored(
    at: Times, low: Floats, part: _Stretches, step: float, integral: PowerIntegral
) -> tuple[Times, Floats, Floats, float]:
    """Places of the knots among the readings, the curve there, its upper bound at each reading (Wh), and Wh of the
    counter per Wh of power."""
    by_power = integral.energy(at)
    ticks = np.flatnonzero((np.diff(low) > 0) & ~part.breaks[:-1]) + 1
    same = np.diff(part.number[ticks]) == 0
    rise, work = np.diff(low[ticks])[same].sum(), np.diff(by_power[ticks])[same].sum()
    scale = float(rise / work) if rise >= 10 * step and work > 0 else 1.0
    scale = scale if abs(np.log(scale)) < SCALE else 1.0
    work_at = scale * by_power
    heads = np.concatenate(([0], np.flatnonzero(part.breaks[:-1]) + 1))
    tails = np.flatnonzero(part.breaks)
    anchors = _anchors(at, low, part, step, work_at, ticks)
    curve = low.copy()
    for edges, nearest in (
        (heads, np.searchsorted(anchors, heads)),
        (tails, np.searchsorted(anchors, tails, "right") - 1),
    ):
        origin = anchors[np.clip(nearest, 0, len(anchors) - 1)] if len(anchors) else heads
        origin = np.where(part.number[origin] == part.number[edges], origin, heads)
        curve[edges] = low[origin] + work_at[edges] - work_at[origin]
    high = low + np.maximum(step, _behind(low, part, step, work_at, np.union1d(heads, ticks)))
    knots = np.unique(np.concatenate((heads, anchors, tails)))
    energy = np.maximum.accumulate(np.clip(curve[knots], low[knots], high[knots]))
    return knots, energy, high, scale


def _anchors(at: Times, low: Floats, part: _Stretches, step: float, work: Floats, ticks: Times) -> Times:
    """Those of the readings at which the counter moved that are far enough apart, and the outer ones of a stretch."""
    if not len(ticks):
        return ticks
    doubt = float(np.median(np.minimum(step, work[ticks] - work[ticks - 1])))
    worth = WORTH_DENSE if np.median(np.diff(at)) <= DENSE else WORTH_SPARSE
    span = np.floor(low[ticks] / (worth * max(doubt, 1e-6 * step)))
    other = np.diff(part.number[ticks]) != 0
    chosen = (np.diff(span, prepend=np.nan) != 0) | np.append(True, other) | np.append(other, True)
    return np.asarray(ticks[chosen], np.int64)


def _behind(low: Floats, part: _Stretches, step: float, work: Floats, moves: Times) -> Floats:
    """Wh by which a counter that is brought up to date only now and then is behind at each reading; mostly 0.

    Power says so, and the next move of the counter, at one of the places `moves`, makes up for it.
    """
    place = np.searchsorted(moves, np.arange(len(low)), "right")
    before, after = moves[place - 1], moves[np.minimum(place, len(moves) - 1)]
    made, gained = work[after] - work[before], low[after] - low[before]
    behind = np.minimum(work - work[before], gained)
    lags = (behind > LAG * step) & (gained > LAG_MADE_UP * made) & (part.number[after] == part.number[before])
    return np.where(lags, behind, 0.0)


def _still(energy: Floats, way: Times, still: Mask, low: Floats) -> Floats:
    """The same, flat over silences at whose ends nothing was made and over which the counter did not move."""
    flat = np.append(False, (way == Way.GAP) & (np.diff(low) == 0) & still[:-1] & still[1:])
    held = np.maximum.accumulate(np.where(flat, 0, np.arange(len(energy))))
    return np.asarray(energy[held], float)
