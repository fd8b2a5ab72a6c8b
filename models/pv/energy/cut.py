"""A curve of lifetime energy cut at given instants: what was made between them, and how well that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.pv.energy.curve import MATERIAL, Curve, Way, quiet
from models.pv.energy.power import HOUR, TOO_MUCH, PowerIntegral
from models.pv.energy.rows import Floats, Mask, Times
from models.pv.energy.shape import Course


@dataclass(frozen=True, slots=True)
class Pieces:
    """Between each two cuts: Wh, how many ms are unknown and how many reconstituted, and how many Wh estimated."""

    energy: Floats
    unknown: Floats
    reconstituted: Floats
    estimated: Floats


@dataclass(frozen=True, slots=True)
class Links:
    """Between each two knots of a curve: how many ms count as unknown, and whether only daylight counts."""

    unknown: Floats
    daylight: Mask


def covering(curve: Curve, start: int, end: int) -> Curve:
    """The same from `start` at the latest to `end` at the earliest, with silence where nothing was read."""
    times, energy, way = curve.times, curve.energy, curve.way
    before = np.array([start] if not len(times) or start < times[0] else [], np.int64)
    after = np.array([end] if not len(times) or end > times[-1] else [], np.int64)
    whole = np.concatenate((before, times, after))
    ends = energy if len(energy) else np.zeros(1)
    made = np.concatenate((ends[:1] if len(before) else ends[:0], energy, ends[-1:] if len(after) else ends[:0]))
    silence = np.full(len(whole) - 1, Way.SILENCE, np.int64)
    silence[len(before) : len(before) + len(way)] = way
    return replace(curve, times=whole, energy=made, way=silence)


def links_of(curve: Curve, integral: PowerIntegral, expected: Course, rated: float | None) -> Links:
    """What is unknown along a curve.

    In a silence at whose ends nothing was made the night is no loss. Where a counter began anew, power tells how much
    of what was made is known.
    """
    times, length = curve.times, np.diff(curve.times)
    read = np.isin(times, np.concatenate((curve.low_times, integral.times)))
    still = quiet(times, integral, rated)
    daylight = (still[:-1] & still[1:] & (read[:-1] | read[1:])) | (curve.way == Way.GAP)
    by_power = np.diff(integral.energy(times))
    covered = np.diff(integral.known(times)) == length
    share = np.where(covered, 0.0, 1.0)
    np.divide(np.maximum(by_power - np.diff(curve.energy), 0.0), by_power, out=share, where=covered & (by_power > 0))
    share[curve.way == Way.SILENCE] = 1.0
    share[curve.way < Way.UNKNOWN] = 0.0
    return Links(share * np.where(daylight, expected.lit(), length), daylight)


def cut(
    curve: Curve, links: Links, at: Times, integral: PowerIntegral, expected: Course, rated: float | None
) -> Pieces:
    """The curve between each two of the rising instants `at`, which it covers."""
    place = np.clip(np.searchsorted(curve.times, at, "right") - 1, 0, len(curve.way) - 1)
    way = curve.way[place]

    def part(done: Floats, total: Floats) -> tuple[Floats, Mask]:
        share = np.zeros(len(at))
        np.divide(done, total, out=share, where=total > 0)
        return np.clip(share, 0.0, 1.0), np.asarray(total > 0, bool)

    def of(values: Floats, whole: Floats) -> tuple[Floats, Mask]:
        return part(values - whole[place], np.diff(whole)[place])

    by_time, _ = of(at.astype(float), curve.times.astype(float))
    by_power, powered = of(integral.energy(at), integral.energy(curve.times))
    by_shape, shaped = part(*expected.expected_part(at, place))
    by_light, lit = part(*expected.lit_part(at, place))
    powered &= np.isin(way, (Way.POWER, Way.ESTIMATE, Way.UNKNOWN))
    course = np.where(powered, by_power, np.where(shaped & (way != Way.EVEN), by_shape, by_time))
    rise = np.diff(curve.energy)
    energy = _possible(at, _held(curve, at, curve.energy[place] + rise[place] * course), rated)
    light = np.where(links.daylight[place] & lit, by_light, by_time)
    material = rise > (MATERIAL * rated if rated is not None else 0.0)
    spread = (curve.way == Way.GAP) & material
    alone = (curve.way == Way.ESTIMATE) & (material | (not len(curve.low)))
    length = np.diff(curve.times).astype(float)

    def over(amount: Floats, course: Floats) -> Floats:
        before = np.concatenate(([0.0], np.cumsum(amount)))
        return np.maximum(np.diff(before[place] + amount[place] * course), 0.0)

    return Pieces(
        np.maximum(np.diff(energy), 0.0),
        over(links.unknown, light),
        over(np.where(spread, length, 0.0), light),
        over(np.where(alone, rise, 0.0), course),
    )


def _possible(at: Times, energy: Floats, rated: float | None) -> Floats:
    """The same, nowhere rising faster than the inverter can: what is too much was made before."""
    if rated is None:
        return energy
    most = TOO_MUCH * rated / HOUR * (at - at[0])
    if (np.diff(energy) <= np.diff(most)).all():
        return energy
    return np.asarray(np.maximum.accumulate((energy - most)[::-1])[::-1] + most, float)


def _held(curve: Curve, at: Times, energy: Floats) -> Floats:
    """The same, nowhere away from what the counter allows."""
    known = curve.low_times
    if not len(known):
        return energy
    inside = (at >= known[0]) & (at <= known[-1])
    below = np.clip(np.searchsorted(known, at, "right") - 1, 0, len(known) - 1)
    above = np.clip(np.searchsorted(known, at), 0, len(known) - 1)
    return np.where(inside, np.clip(energy, curve.low[below], curve.high[above]), energy)
