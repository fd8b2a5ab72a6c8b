"""Insulation resistance that falls: first on wet mornings, then for good. The inverter itself switches off at last."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.readings import readings
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.runs import HOUR

LOW = 200.0
"""kΩ: below it an inverter is near its own limit (IEC 62109-2 asks for its highest voltage over 30 mA: 33 kΩ at 1 kV;
makers stop between 40 and 1000 kΩ)."""
FALLEN = 0.25
"""Share of the own usual lowest value of a day that is a fall …"""
BELOW = 1000.0
"""… where it leads below this, in kΩ: an old roof at 800 is not a new one at 3000."""
OF_DAYS, WEEK = 3, 7
"""Days with a fall of the last seven."""
USUAL = 10
"""Days that make a usual value."""
KEPT = 60
TWICE = 2
"""Readings: one alone may be a spike."""


def insulation(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """The lowest value of each day against a limit, and against what is usual for this inverter.

    Remembered: the lowest kΩ of up to 60 days. A value of 0 is one that was not measured.
    """
    told = readings(inverter, day)
    value = told.column("r_iso")
    awake = np.isfinite(value) & (value > 0) & (told.elevation > 0)
    if awake.sum() < TWICE:
        return (), past
    times, value = told.times[awake], value[awake]
    lows = [(int(start), float(low)) for start, low in past.get("lows", [])]
    usual = float(np.median([low for _start, low in lows])) if len(lows) >= USUAL else float("nan")
    second = float(np.partition(value, TWICE - 1)[TWICE - 1])
    limit = LOW if usual != usual or usual > LOW else 0.5 * LOW
    bound = max(limit, FALLEN * usual if usual == usual and FALLEN * usual < BELOW else 0.0)
    fell = second < bound
    falls = [int(start) for start in past.get("falls", []) if day.start - int(start) < WEEK * 24 * HOUR]
    since = int(past["since"]) if "since" in past and falls else day.start
    after: dict[str, Any] = {"falls": falls, "lows": [list(one) for one in lows]}
    if "since" in past and falls:
        after |= {"since": past["since"], "seen": past["seen"]}
    if not fell:
        after["lows"] = [*lows, (day.start, round(second, 1))][-KEPT:]
        return (), after
    place = int(np.flatnonzero(value < bound)[TWICE - 1])
    after["falls"] = [*falls, day.start]
    at_once = second < limit
    if not at_once and len(falls) + 1 < OF_DAYS:
        return (), after
    if "since" not in after:
        since = int(times[np.flatnonzero(value < bound)[0]]) if at_once and not falls else (falls or [day.start])[0]
        after |= {"since": since, "seen": max(since, int(times[place]))}
    early = times < times[0] + 2 * HOUR
    dry = value[~early]
    wet = bool(early.any() and len(dry) and np.median(dry) > 2 * np.min(value[early]))
    evidence = {"r_iso_kohm": round(second, 1), "days_of_7": float(len(falls) + 1), "wet_mornings": float(wet)}
    if usual == usual:
        evidence["usual_kohm"] = round(usual, 1)
    confidence = 0.85 if at_once else 0.7
    seen = int(after["seen"])
    return (Sign(Cause.INSULATION, inverter.unit.path, since, seen, None, 0.0, confidence, None, evidence),), after
