"""The same answer again and again in the light: what the inverter says is not what it measures."""

from __future__ import annotations

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import Bools, InverterDay, TownDay
from models.pv.diagnosis.readings import Readings, readings
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.clipping import clipped
from models.pv.quality.frozen import FLOOR, LEAST, SAMPLES, STEPS, frozen
from models.pv.quality.runs import stretches, value_step
from models.pv.sun import Floats

RESTLESS = ("v_ac_ln_a", "v_ac_ln_b", "v_ac_ln_c", "frequency", "temp_cabinet", "v_dc_1", "i_dc_1", "pdc_1", "i_dc_2")
"""What moves under a limit too: a power that rests while any of these moves is a ceiling, not a frozen answer."""


def frozen_answer(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """Power that stays while the sun moves, neither limited nor given too coarsely, and nothing else moves either."""
    told = readings(inverter, day)
    power = told.power()
    stuck = _stuck(told, power)
    if not stuck.any():
        return (), {}
    starts, ends = stretches(stuck)
    went_on = past.get("value") == float(power[starts[0]]) and not _moved(told, power, 0, int(starts[0]))
    since = int(past["since"]) if went_on else int(told.times[starts[0]])
    seen = int(past["seen"]) if went_on else _seen(told, power, int(starts[0]), int(ends[0]))
    last = int(ends[-1]) - 1
    until = int(told.times[last]) + told.period if _moved(told, power, last, len(told) - 1) else None
    hours = sum(float(told.times[end - 1] - told.times[start]) for start, end in zip(starts, ends, strict=True)) / 3.6e6
    evidence = {"value_w": round(float(power[starts[0]]), 1), "hours_today_h": round(hours, 2)}
    sign = Sign(Cause.FROZEN, inverter.unit.path, since, max(seen, since), None, 0.0, 0.9, until, evidence)
    if until is not None:
        return (sign,), {}
    return (sign,), {"value": float(power[last]), "since": since, "seen": max(seen, since)}


def _stuck(told: Readings, power: Floats) -> Bools:
    if len(told) < SAMPLES or not np.isfinite(power).any():
        return np.zeros(len(told), bool)
    rated = told.rated
    limited = clipped(power, told.elevation, rated, told.period, rated)
    stuck = frozen(told.times, power, told.elevation, rated, told.period, limited)
    starts, ends = stretches(stuck)
    for field in RESTLESS:
        values = told.column(field)
        for start, end in zip(starts, ends, strict=True):
            here = values[start:end][np.isfinite(values[start:end])]
            if len(here) > 1 and np.ptp(here) > 0:
                stuck[start:end] = False
    return stuck


def _seen(told: Readings, power: Floats, start: int, end: int) -> int:
    """When the sun had moved by enough for the stay to mean something."""
    sine = np.maximum(np.sin(np.radians(told.elevation[start:end])), 0.0)
    top, low = np.maximum.accumulate(sine), np.minimum.accumulate(sine)
    moved = abs(power[start]) * np.where(top > 0, 1.0 - low / np.where(top > 0, top, 1.0), 1.0)
    enough = (moved >= STEPS * value_step(power)) & (told.times[start:end] - told.times[start] >= LEAST)
    enough &= np.arange(end - start) >= SAMPLES - 1
    return int(told.times[start + int(np.argmax(enough))]) if enough.any() else int(told.times[end - 1])


def _moved(told: Readings, power: Floats, first: int, last: int) -> bool:
    """Whether another power in the light comes after the reading `first`, up to `last`."""
    part = power[first : last + 1]
    awake = np.isfinite(part) & (np.abs(part) > FLOOR * told.rated)
    return bool((part[awake] != part[awake][0]).any()) if awake.any() else False
