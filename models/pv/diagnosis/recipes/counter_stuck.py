"""The lifetime counter rests while power is made, or does not follow the power over a day."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, Times, TownDay
from models.pv.diagnosis.readings import Readings, energy, readings
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.runs import HOUR, MINUTE, stretches, value_step
from models.pv.sun import Floats

RESTS = HOUR
"""ms for which it must rest …"""
STEPS = 3.0
"""… while this many of its own steps were made, …"""
RATED_HOURS = 0.1
"""… and this many hours of rated power."""
STEP = 1000.0
"""Wh: the coarsest counters count whole kWh; taken for one whose step is not known."""
OFF = 0.05
"""Share by which a day's counter may differ from the power's integral, …"""
SPARSE = 0.05
"""… and what a quarter-hour between readings adds to it; in proportion to the pause."""
DAYS = 2
"""Days in a row on which they differ: one may be a restart."""
KEPT = 30
LIGHT = 1.0
"""Hours of rated power that make a day worth comparing."""


def counter_stuck(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """A rest under power is told within the hour; a counter that does not follow at the end of the second day.

    Remembered: the counter's step, the ratio of counter to power of up to 30 days, which is the inverter's own.
    """
    told = readings(inverter, day)
    hybrid = np.isfinite(told.column("energy_pv_total")).any() and np.isfinite(told.column("pv_power")).any()
    counter = told.column("energy_pv_total" if hybrid else "energy_ac_total")
    power = told.column("pv_power" if hybrid else "pac")
    if inverter.unit.hybrid and not hybrid:
        return (), past
    there = np.isfinite(counter) & np.isfinite(power)
    if there.sum() < 4:
        return (), past
    times, counter, power = told.times[there], counter[there], np.maximum(power[there], 0.0)
    made = np.nan_to_num(energy(times, power, told.period))
    step = value_step(counter) or float(past.get("step", STEP))
    after = {**past, "step": step}
    need = max(STEPS * step, RATED_HOURS * told.rated)
    rest = _rest(times, counter, power, made, need, past.get("rests"))
    if rest is not None:
        since, seen, until, wh = rest
        kept = {key: value for key, value in after.items() if key != "rests"}
        if until is None:
            kept["rests"] = {"counter": float(counter[-1]), "since": since, "seen": seen}
        evidence = {"power_wh": round(wh, 0), "counter_wh": 0.0}
        sign = Sign(Cause.COUNTER_STUCK, inverter.unit.path, since, seen, None, 0.0, 0.9, until, evidence)
        return (sign,), kept
    after.pop("rests", None)
    near = np.diff(times) <= 2.5 * told.period  # what was counted in a silence is not in the power
    return _follows(inverter, day, told, np.diff(counter)[near], made, step, after)


def _rest(
    times: Times, counter: Floats, power: Floats, made: Floats, need: float, before: Past | None
) -> tuple[int, int, int | None, float] | None:
    """since, seen, until and Wh made in the first rest that is long enough."""
    starts, ends = stretches(np.diff(counter) == 0)
    for start, end in zip(starts, ends, strict=True):
        if np.ptp(power[start + 1 : end + 1]) == 0:  # the whole answer rests: see `frozen`
            continue
        total = np.cumsum(made[start + 1 : end + 1])
        went_on = start == 0 and before is not None and before["counter"] == counter[0]
        enough = (total >= need) & (times[start + 1 : end + 1] - times[start] >= RESTS)
        if not enough.any() and not (went_on and total[-1] > 0):
            continue
        until = int(times[end + 1]) if end + 1 < len(times) else None
        if went_on and before is not None:
            return int(before["since"]), int(before["seen"]), until, float(total[-1])
        waking = start + int(np.argmax(made[start + 1 : end + 1] > 0))
        return int(times[waking]), int(times[start + 1 + int(np.argmax(enough))]), until, float(total[-1])
    return None


def _follows(
    inverter: InverterDay, day: TownDay, told: Readings, counted: Floats, made: Floats, step: float,
    after: dict[str, Any],
) -> Looked:  # fmt: skip
    """Whether the counter counts what the power makes, by the inverter's own usual ratio."""
    by_power, by_counter = float(made.sum()), float(counted.sum())
    sound = (counted >= 0).all() and by_power >= LIGHT * told.rated and by_power >= 20 * step
    if not day.whole or not sound:
        return (), after
    ratios = [float(value) for value in after.get("ratios", [])]
    ratio = by_counter / by_power
    usual = float(np.median(ratios)) if len(ratios) >= 5 else 1.0
    allowed = OFF + SPARSE * told.period / (15 * MINUTE) + step / by_power
    off = abs(ratio / usual - 1.0) > allowed
    days = [int(start) for start in after.get("off", [])] if off else []
    if off:
        after = {**after, "off": [*days, day.start][-KEPT:]}
    else:
        kept = {key: value for key, value in after.items() if key != "off"}
        return (), {**kept, "ratios": [*ratios, round(ratio, 4)][-KEPT:]}
    if len(days) + 1 < DAYS:
        return (), after
    evidence = {"ratio": round(ratio, 3), "usual_ratio": round(usual, 3), "power_wh": round(by_power, 0)}
    since, seen = days[0], (day.end if len(days) + 1 == DAYS else days[DAYS - 1] + 86_400_000)
    return (
        Sign(Cause.COUNTER_STUCK, inverter.unit.path, since, max(since, seen), None, 0.0, 0.7, None, evidence),
    ), after
