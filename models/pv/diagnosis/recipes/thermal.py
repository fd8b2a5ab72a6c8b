"""An inverter that takes back its power while it is hot, and gives it again when it has cooled."""

from __future__ import annotations

import numpy as np

from config.device_words import state_word
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import Bools, InverterDay, TownDay
from models.pv.diagnosis.readings import readings, slots
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.clipping import NEAR_RATED
from models.pv.sun import Floats

HOT = 60.0
"""°C of the cabinet or heat sink below which no inverter reduces its power."""
COOLER = 6.0
"""K below the hottest of the day: before and after, for comparison."""
FALL = 0.07
"""Share of the expectation that is missing in the heat and not beside it."""
LEAST = 2_700_000
"""ms of it in a day."""
DAYS = 3
"""Hot days with it; one where the inverter itself says so."""
WITHIN = 30 * 86_400_000
LIGHT = 0.3
"""Share of rated power that has to be expected."""


def thermal(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """Power over expectation falls at the top of the cabinet's temperature and is well before and after it."""
    told = readings(inverter, day)
    days = [int(start) for start in past.get("days", []) if day.start - int(start) < WITHIN]
    kept = {**past, "days": days} if days else {}
    if not len(told):
        return (), kept
    temp = _by_interval(told.column("temp_cabinet"), slots(day, told.times), len(day.elevation))
    hot = _hot(inverter, day, temp)
    said = _says_so(inverter, told.texts("state"))
    if not hot.any() or hot.sum() * day.width < LEAST:
        return (), kept
    days = [*days, day.start]
    since = int(past.get("since", 0)) if len(days) > 1 and "since" in past else int(day.times[np.flatnonzero(hot)[0]])
    after: dict[str, object] = {"days": days, "since": since}
    if len(days) < DAYS and not said:
        return (), after
    lasted = np.flatnonzero(np.cumsum(hot) * day.width >= LEAST)
    seen = int(past["seen"]) if "seen" in past and len(days) > 1 else int(day.times[lasted[0]]) + day.width
    after["seen"] = max(seen, since)
    evidence = {
        "temp_max_c": round(float(np.nanmax(temp)), 1),
        "hours_today_h": round(float(hot.sum()) * day.width / 3_600_000, 2),
        "hot_days": float(len(days)),
    }
    claim = np.where(hot, np.inf, 0.0)
    confidence = 0.9 if said else 0.7
    return (
        Sign(Cause.THERMAL, inverter.unit.path, since, max(seen, since), claim, 0.0, confidence, None, evidence),
    ), after


def _by_interval(values: Floats, slot: np.ndarray[tuple[int], np.dtype[np.int64]], count: int) -> Floats:
    there = np.isfinite(values)
    number = np.bincount(slot[there], minlength=count)[:count]
    total = np.bincount(slot[there], values[there], count)[:count]
    made: Floats = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    return made


def _hot(inverter: InverterDay, day: TownDay, temp: Floats) -> Bools:
    """(T,) the intervals in which heat takes power."""
    nothing = np.zeros(len(temp), bool)
    width = day.width / 3_600_000
    light = np.nan_to_num(inverter.expected) >= LIGHT * inverter.unit.pac_rated * width
    at_limit = np.nan_to_num(inverter.energy) >= NEAR_RATED * inverter.unit.pac_rated * width
    there = light & np.isfinite(inverter.energy) & np.isfinite(temp) & ~at_limit
    if not there.any() or np.nanmax(temp) < HOT:
        return nothing
    top = float(np.nanmax(temp[there]))
    if top < HOT:
        return nothing
    ratio = np.where(there, inverter.energy / np.where(there, inverter.expected, 1.0), np.nan)
    hottest = there & (temp >= max(top - COOLER / 2, HOT - COOLER / 2))
    cooler = there & (temp <= top - COOLER)
    if not hottest.any() or not cooler.any():
        return nothing
    first, last = np.flatnonzero(hottest)[[0, -1]]
    before, after = cooler[:first].sum(), cooler[last + 1 :].sum()
    if not (before and after):  # it must recover within the day
        return nothing
    usual = float(np.median(ratio[cooler]))
    made: Bools = there & (temp > top - COOLER) & (np.nan_to_num(ratio, nan=9.9) <= usual - FALL)
    fallen = float(np.median(ratio[hottest])) <= usual - FALL
    return made if fallen else nothing


def _says_so(inverter: InverterDay, states: list[str | None]) -> bool:
    words = [state_word(inverter.unit.map, state) for state in dict.fromkeys(states) if state]
    return any(word is not None and word.cause == "derating" for word in words)
