"""What gaps and standstills mean: outage, lost communication, asleep.

Power before and after a gap does not tell what happened in it; a lifetime counter does. One that stood still where the
light would have moved it by many of its steps tells an outage, one that moved tells that only the readings were lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.pv.quality.daylight import Daylight
from models.pv.quality.runs import HOUR, MINUTE, Floats, Mask, Times, stretches, torn

LIT = 12.0
"""Degrees of elevation from which on even a dark sky makes an inverter work, when nobody else tells that it is lit."""
NOTHING = 0.005
"""Share of the scale under which an inverter makes nothing."""
STANDSTILL = 45 * MINUTE
LEAST_LIT = 30 * MINUTE
"""A gap with less light than this is sleep."""
DULL = 0.05
"""Share of rated power × sine of elevation that even a dull day gives, averaged over a gap."""
EDGES = 1.2
"""Periods at the power beside a gap in which an outage may not have begun, or may be over."""
STEPS = 2.0
"""By how many of its steps that must have moved a counter before its rest tells anything."""
FAULTS = r"fault|error|défaut|erreur|panne"
"""In the state that a device gives."""


class GapKind(StrEnum):
    """What a gap is."""

    OUTAGE = "outage"
    """The plant made nothing in daylight: it said so, or its counter did."""
    COMMUNICATION = "communication"
    """It worked; the readings are lost."""
    ASLEEP = "asleep"
    """No readings between dusk and dawn: many inverters do not answer without sun."""
    UNKNOWN = "unknown"
    """No readings in daylight and nothing that tells why."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span [start, end) of ms since 1970 UTC. It has samples only where the device itself tells an outage."""

    start: int
    end: int
    kind: GapKind


def silences(
    times: Times,
    period: int,
    daylight: Daylight | None,
    counter: Floats | None,
    power: Floats,
    step: float,
    rated: float,
) -> list[Gap]:
    """Spans without samples, one period after the last sample to the next. `times` in ms are those with an answer.

    At `times`: `counter` is the cleaned lifetime counter in Wh, `power` in W (both NaN where unknown). `step` of the
    counter in Wh, `rated` power in W.
    """
    known = np.flatnonzero(np.isfinite(counter)) if counter is not None else np.zeros(0, np.int64)
    found: list[Gap] = []
    for place in np.flatnonzero(torn(times, period)).tolist():
        start, end = int(times[place]) + period, int(times[place + 1])
        lit, light = _light(start, end, daylight)
        made = _made(counter, known, place)
        beside = np.maximum(np.nan_to_num(power[place : place + 2], nan=rated), 0.0)
        kind = GapKind.UNKNOWN
        if made is not None and made > EDGES * beside.sum() * period / HOUR + 1.01 * step:
            kind = GapKind.COMMUNICATION
        elif lit < LEAST_LIT and lit < 0.5 * (end - start):
            kind = GapKind.ASLEEP
        elif made is not None and DULL * rated * light / HOUR > max(STEPS * step, made):
            kind = GapKind.OUTAGE
        found.append(Gap(start, end, kind))
    return found


def _made(counter: Floats | None, known: Times, place: int) -> float | None:
    """Wh between the credible readings beside a gap; None when one of them is missing."""
    after = int(np.searchsorted(known, place, side="right"))
    if counter is None or after == 0 or after == len(known):
        return None
    if place - known[after - 1] > 2 or known[after] - place > 3:  # too far away to speak for the gap
        return None
    return float(counter[known[after]] - counter[known[after - 1]])


def _light(start: int, end: int, daylight: Daylight | None) -> tuple[float, float]:
    """ms of a span with the sun well up, and the integral of the sine of elevation (ms). Unknown sun: all day."""
    if daylight is None:
        return float(end - start), 0.5 * (end - start)
    pieces = int(np.clip((end - start) // (5 * MINUTE), 1, 2000))
    width = (end - start) / pieces
    sine = daylight.sine((start + width * (np.arange(pieces) + 0.5)).astype(np.int64))
    return float((sine > np.sin(np.radians(LIT / 2))).sum() * width), float(np.maximum(sine, 0).sum() * width)


def standstills(times: Times, power: Floats, lit: Mask, faulty: Mask, scale: float, period: int) -> Mask:
    """Whether each sample belongs to an outage: nothing made for 45 minutes of light, or a fault state in light.

    `power` in W (NaN missing), `faulty` where the device calls itself faulty, `scale` a power it can reach.
    """
    with np.errstate(invalid="ignore"):
        idle = lit & (power < NOTHING * scale)
    starts, ends = stretches(idle | (lit & np.isnan(power)))
    made = lit & faulty & ~(power >= NOTHING * scale)
    for first, end in zip(starts, ends, strict=True):
        there = np.flatnonzero(idle[first:end]) + first
        if len(there) > 1 and times[there[-1]] + period - times[there[0]] >= STANDSTILL:
            made[there] = True
    return made


def outages(times: Times, stopped: Mask, period: int) -> list[Gap]:
    """The stretches of samples that tell an outage, each up to one period after its last sample."""
    starts, ends = stretches(stopped)
    after = np.append(times, times[-1] + period if len(times) else 0)
    last = [min(int(times[end - 1]) + period, int(after[end])) for end in ends]
    return [Gap(int(times[s]), e, GapKind.OUTAGE) for s, e in zip(starts, last, strict=True)]
