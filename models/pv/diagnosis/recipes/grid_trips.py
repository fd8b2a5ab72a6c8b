"""An inverter that the grid's voltage throws off again and again around noon."""

from __future__ import annotations

import numpy as np

from config.device_words import fault_words, state_word
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.readings import Readings, readings, touched
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.runs import MINUTE, stretches

FINE = 5 * MINUTE
"""ms between readings; with coarser ones a trip falls through."""
NOTHING, WORKING = 0.005, 0.1
"""Shares of rated power: off, and at work just before. Clouds do not reach 0."""
LONGEST = 20 * MINUTE
"""ms of a trip; longer is an outage."""
HIGH = 253.0
"""V: 230 V + 10 %, the limit of the mean over ten minutes (EN 50549-1)."""
BEFORE = 10 * MINUTE
RAMP = 10 * MINUTE
"""ms that a restart takes to come back to full power."""
TRIPS, BLIND_TRIPS = 3, 5
"""A day; more where no voltage and no code of the inverter tells that it was the grid."""
RECENT = 7 * 86_400_000


def grid_trips(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """Repeated short drops to nothing in the light with a high voltage before them, or that the inverter explains."""
    told = readings(inverter, day)
    kept = past if day.start - int(past.get("last", -RECENT)) < RECENT else {}
    if len(told) < 10 or told.period > FINE:
        return (), kept
    trips = _trips(told)
    voltage = told.voltage()
    by_grid = [one for one in trips if _high(told, voltage, one[0]) or _said(inverter, told, one)]
    counted, need = (by_grid, TRIPS) if by_grid else (trips, BLIND_TRIPS)
    if np.isfinite(voltage).any() and not by_grid:
        return (), kept
    if len(counted) < need:
        return (), kept
    since = int(kept.get("since", counted[0][0]))
    seen = int(kept.get("seen", counted[need - 1][1]))
    evidence = {"trips_today": float(len(counted)), "minutes_today_min": round(_minutes(counted), 0)}
    if np.isfinite(voltage).any():
        evidence["v_ac_max_v"] = round(float(np.nanmax(voltage)), 1)
    claim = np.where(touched(day, [(start, end + RAMP) for start, end in counted]), np.inf, 0.0)
    confidence = 0.9 if by_grid else 0.6
    sign = Sign(
        Cause.GRID_TRIPS, inverter.unit.path, since, max(seen, since), claim, 0.0, confidence, None, evidence
    )  # fmt: skip
    return (sign,), {"since": since, "seen": max(seen, since), "last": day.start}


def _trips(told: Readings) -> list[tuple[int, int]]:
    """[first instant at nothing, first at work again) of each."""
    power = told.column("pac")
    there = np.isfinite(power)
    times, power = told.times[there], power[there]
    off = power < NOTHING * told.rated
    starts, ends = stretches(off)
    return [
        (int(times[start]), int(times[end]))
        for start, end in zip(starts, ends, strict=True)
        if start > 0
        and end < len(times)
        and power[start - 1] >= WORKING * told.rated
        and times[end] - times[start] <= LONGEST
        and times[start] - times[start - 1] <= 2.5 * told.period
        and times[end] - times[end - 1] <= 2.5 * told.period
    ]


def _high(told: Readings, voltage: np.ndarray[tuple[int], np.dtype[np.float64]], start: int) -> bool:
    near = (told.times >= start - BEFORE) & (told.times <= start) & np.isfinite(voltage)
    return bool((voltage[near] >= HIGH).any())


def _said(inverter: InverterDay, told: Readings, trip: tuple[int, int]) -> bool:
    """Whether a code or state of the inverter in the trip is one of the grid."""
    within = (told.times >= trip[0]) & (told.times < trip[1])
    for field in ("fault_code", "alarms_a", "alarms_b"):
        codes = np.unique(np.nan_to_num(told.column(field)[within]))
        if any(word.cause == "grid_trips" for code in codes for word in fault_words(inverter.unit.map, code, field)):
            return True
    states = {state for state, mine in zip(told.texts("state"), within, strict=True) if mine and state}
    words = [state_word(inverter.unit.map, state) for state in states]
    return any(word is not None and word.cause == "grid_trips" for word in words)


def _minutes(trips: list[tuple[int, int]]) -> float:
    return sum(end - start for start, end in trips) / MINUTE
