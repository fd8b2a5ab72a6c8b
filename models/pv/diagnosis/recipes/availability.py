"""An inverter that makes nothing in the light, and outages that people have declared.

Whole sites and the whole town follow from the signs on their inverters (`gates`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import Bools, InverterDay, TownDay
from models.pv.diagnosis.recipes.device import broken
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.sun import Floats

NOTHING = 0.02
"""Share of the expectation up to which nothing is made: a night's consumption, a counter's last step."""
LIT = 0.03
"""Share of the rated power that has to be expected for zero to mean anything; of one that says itself that it is broken
any expectation will do."""
CLEAR, HIGH = 0.2, 12.0
"""Where only a cloudless sky is known: share of rated power under it, and degrees of elevation; even dull days give
something then."""
BRIGHT, FEWEST = 0.05, 3
"""… or what the middle one of the others makes of its rated power, and how many others must be known: then it is light
enough for every roof."""
LEAST = 1_800_000
"""ms in which nothing was made, …"""
SAMPLES = 2
"""… and this many intervals: half an hour of quarters, two hours of hours. A restart takes minutes."""
LONGER = 4
"""Times as long where only a cloudless sky says that there should be something: under a dark one inverters sleep."""
DAYS = 14.0
"""Days over which is remembered at which hours an inverter makes nothing though it is well: shade at dawn."""
USUAL = 0.5


def inverter_off(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """Nothing made in daylight, from half an hour on; goes on over nights and silences until something is made.

    While it says itself that it is broken, it is off from the first interval on.
    """
    off, unsure, working, said = _off(inverter, day, past)
    runs = _runs(off, unsure, working, said, day.width, begun=past.get("since") is not None)
    after = _after(inverter, day, past, off, working)
    if not runs.any():
        if not working.any() and past.get("since") is not None:  # nothing was seen of it
            return (), {**after, "since": past["since"], "seen": past["seen"]}
        return (), after
    start = np.flatnonzero(runs)[0]
    went_on = past.get("since") is not None and not working[:start].any()
    need = max(SAMPLES, -(-LEAST // day.width))
    since = int(past["since"]) if went_on else int(day.times[start])
    seen = int(past["seen"]) if went_on else _seen(day, int(start), need, said)
    back = working[np.flatnonzero(runs)[-1] :].any()
    until = int(day.times[np.flatnonzero(runs)[-1]]) + day.width if back else None
    claim = np.where(_widened(runs, inverter), np.inf, 0.0)
    hours = float(runs.sum() * day.width / 3_600_000)
    sign = Sign(
        Cause.INVERTER_OFF, inverter.unit.path, since, max(seen, since), claim, confidence=0.95, until=until,
        evidence={"hours_today_h": round(hours, 2)},
    )  # fmt: skip
    if until is None:
        tail = _last_run(runs, working)
        mine = since if went_on and tail == start else int(day.times[tail])
        after = {**after, "since": mine, "seen": max(seen, mine)}
    return (sign,), after


def planned(day: TownDay, past: Past) -> Looked:
    """What was declared beforehand: its loss is planned, and nothing else is said about it."""
    signs = []
    for work in day.works:
        if work.kind == "outage" and work.start < day.end and work.end > day.start:
            inside = (day.times + day.width > work.start) & (day.times < work.end)
            until = work.end if work.end <= day.end else None
            claim = np.where(inside, np.inf, 0.0)
            signs.append(Sign(Cause.PLANNED, work.scope, work.start, work.start, claim, confidence=1.0, until=until))
    return signs, past


def _seen(day: TownDay, start: int, need: int, said: Bools) -> int:
    """When the data sufficed: after the first interval of which it says itself that it is broken, or after several."""
    own = np.flatnonzero(said[start:])
    return int(day.times[start]) + min(need, int(own[0]) + 1 if len(own) else need) * day.width


def _off(inverter: InverterDay, day: TownDay, past: Past) -> tuple[Bools, Bools, Bools, Bools]:
    """(T,) where it makes nothing though it should, of these where only a cloudless sky says so, where it works.

    And where it makes nothing, should, and says itself why.
    """
    energy, rated = inverter.energy, inverter.unit.pac_rated * day.width / 3_600_000
    known = np.isfinite(energy)
    should = np.where(np.isfinite(inverter.expected), inverter.expected, 0.0)
    lit = should >= LIT * rated
    clear = np.isnan(inverter.expected) & (np.nan_to_num(inverter.clear) >= CLEAR * rated) & (day.elevation > HIGH)
    bound = np.where(clear, NOTHING * LIT * rated, NOTHING * should)
    nothing = known & (np.nan_to_num(energy) <= bound)
    still = np.isnan(inverter.expected) & (day.elevation > HIGH) & known & ~(energy > NOTHING * LIT * rated)
    if still.any():
        lit |= still & (_others(inverter, day) >= BRIGHT)
        nothing |= still
    usually = np.asarray(past.get("idle", [0.0] * 24))[_hours(day)] > USUAL
    off: Bools = (((lit | clear) & nothing) | (inverter.outage & ~(known & ~nothing))) & ~usually
    working: Bools = known & ~nothing & (np.nan_to_num(energy) > NOTHING * LIT * rated)
    light = np.where(np.isfinite(inverter.expected), should, NOTHING * np.nan_to_num(inverter.clear))
    said: Bools = known & ~working & (light > NOTHING * LIT * rated) & broken(inverter, day)
    return off | said, off & clear & ~lit & ~inverter.outage & ~said, working, said


def _others(inverter: InverterDay, day: TownDay) -> Floats:
    """(T,) what the middle one of the others makes of its rated power; 0 where fewer than three are known."""
    hours = day.width / 3_600_000
    shares = [one.energy / (one.unit.pac_rated * hours) for one in day.inverters if one.unit.path != inverter.unit.path]
    if len(shares) < FEWEST:
        return np.zeros(len(day.elevation))
    table = np.array(shares)
    enough = np.isfinite(table).sum(axis=0) >= FEWEST
    made: Floats = np.zeros(table.shape[1])
    made[enough] = np.nanmedian(table[:, enough], axis=0)
    return made


def _runs(off: Bools, unsure: Bools, working: Bools, said: Bools, width: int, *, begun: bool) -> Bools:
    """(T,) those that lie in a stretch long enough, in which nothing was made; one begun needs no length.

    Nor does one that goes on, and of which it says so itself: a fault that comes and goes is told as such.
    """
    need = max(SAMPLES, -(-LEAST // width))
    stretch = np.cumsum(working)
    made = np.zeros_like(off)
    for number in np.unique(stretch[off]):
        mine = off & (stretch == number)
        sure = (mine & ~unsure).sum() >= need or mine.sum() >= LONGER * need
        goes_on = number == stretch[-1] and (mine & said).any()
        if sure or goes_on or (begun and number == 0):
            made |= mine
    return made


def _last_run(runs: Bools, working: Bools) -> int:
    """Where the stretch begins that lasts to the end."""
    made = np.flatnonzero(working)
    after = made[-1] + 1 if len(made) else 0
    return int(np.flatnonzero(runs & (np.arange(len(runs)) >= after))[0])


def _widened(runs: Bools, inverter: InverterDay) -> Bools:
    """With the dim intervals beside them in which nothing was made either."""
    nothing = np.isfinite(inverter.energy) & (np.nan_to_num(inverter.energy) <= NOTHING * inverter.expected)
    either = runs | nothing
    part = np.cumsum(np.diff(either, prepend=False))
    made: Bools = either & np.isin(part, part[runs])
    return made


def _hours(day: TownDay) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.minimum((day.times - day.start) // 3_600_000, 23)


def _after(inverter: InverterDay, day: TownDay, past: Past, off: Bools, working: Bools) -> dict[str, Any]:
    """At which hours nothing is made on days on which it works for the most part."""
    idle = list(past.get("idle", [0.0] * 24))
    if working.sum() > 2 * off.sum():
        with np.errstate(invalid="ignore"):
            zero = np.isfinite(inverter.energy) & (inverter.energy <= NOTHING * inverter.expected)
            lit = inverter.expected >= LIT * inverter.unit.pac_rated * day.width / 3_600_000
        hours = _hours(day)[lit]
        seen, idly = np.bincount(hours, minlength=24), np.bincount(hours, zero[lit], minlength=24)
        for hour in np.flatnonzero(seen).tolist():
            idle[hour] += (float(idly[hour] / seen[hour]) - idle[hour]) / DAYS
    return {"idle": [round(value, 3) for value in idle]} if any(value > 0.0005 for value in idle) else {}
