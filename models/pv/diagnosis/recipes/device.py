"""What the device itself says is wrong: its state words and fault codes. Told at once, at night too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from config.device_words import FaultWord, fault_words, state_word
from models.pv.diagnosis.cause import Cause, Stage
from models.pv.diagnosis.day import Bools, InverterDay, TownDay
from models.pv.diagnosis.readings import Readings, readings, slots, touched
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.gaps import FAULTS, NOTHING
from models.pv.quality.runs import MINUTE

CODES = ("fault_code", "alarms_a", "alarms_b", "alarms_c")
TOLD = frozenset({*(cause for cause in Cause if cause.stage is Stage.DEVICE), Cause.STRING_OPEN, Cause.INPUT_LOW})
"""Causes of which the device's word is enough. Of the grid and of limits others judge (`grid_trips`, `ceiling`)."""
LASTS = 15 * MINUTE
"""ms for which a code that nobody knows must stand, while nothing is made, to be told as a fault."""
WAKING = 30 * MINUTE
"""A fault that came and went, and comes again within this, is one."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one combination of state and codes means."""

    cause: Cause
    maker_code: str
    known: bool = True


def device(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """One sign for each cause that the device names; its plain word "fault" only where it names nothing else."""
    told = readings(inverter, day)
    if not len(told):
        return (), past
    said = _said(inverter, told)
    power = told.power()
    signs, after = [], {}
    for cause in dict.fromkeys(word.cause for words in said for word in words):
        mine = np.array([any(word.cause is cause for word in words) for words in said])
        word = next(word for words in said for word in words if word.cause is cause)
        if not word.known and not _lasts(told, mine & ~(power > NOTHING * told.rated)):
            continue
        sign, kept = _sign(inverter, day, told, mine, word, past.get(cause.value))
        signs.append(sign)
        if kept:
            after[cause.value] = kept
    return signs, after


def broken(inverter: InverterDay, day: TownDay) -> Bools:
    """(T,) where it says that it has a fault, and gives nothing all the while."""
    told, count = readings(inverter, day), len(day.elevation)
    if not len(told):
        return np.zeros(count, bool)
    faulty = [any(word.known and word.cause.stage is Stage.DEVICE for word in words) for words in _said(inverter, told)]
    there, gives = slots(day, told.times), told.power() > NOTHING * told.rated
    stopped: Bools = np.bincount(there[np.array(faulty)], minlength=count) > 0
    stopped &= np.bincount(there[gives], minlength=count) == 0
    return stopped


def _said(inverter: InverterDay, told: Readings) -> list[Sequence[Word]]:
    """The words of each reading; worked out once for all recipes that ask."""
    known: tuple[Readings, list[Sequence[Word]]] | None = inverter.kept.get("said")
    if known is None or known[0] is not told:
        known = inverter.kept["said"] = (told, _translated(inverter, told))
    return known[1]


def _translated(inverter: InverterDay, told: Readings) -> list[Sequence[Word]]:
    """Equal answers are translated once."""
    name, states = inverter.unit.map, told.texts("state")
    codes = np.stack([np.nan_to_num(told.column(field)) for field in CODES], axis=1)
    known: dict[tuple[str | None, bytes], Sequence[Word]] = {}
    made = []
    for state, row in zip(states, codes, strict=True):
        key = (state, row.tobytes())
        if key not in known:
            known[key] = tuple(_words(name, state, row))
        made.append(known[key])
    return made


def _words(name: str, state: str | None, codes: Sequence[float]) -> Iterator[Word]:
    by_code = [w for field, code in zip(CODES, codes, strict=True) for w in fault_words(name, code, field)]
    named = [Word(Cause(word.cause), word.maker_code) for word in by_code if word.cause and _told(word)]
    yield from named
    found = state_word(name, state) if state else None
    faulty = _told(found) if found else bool(state and _mentions(state))
    grid = any(word.cause == Cause.GRID_TRIPS for word in by_code)
    if faulty and not named and not grid:
        number = next((word.maker_code for word in by_code), "")
        yield Word(Cause.DEVICE_FAULT, f"{state} {number}".strip())
    elif not faulty and not named:
        yield from (Word(Cause.DEVICE_FAULT, word.maker_code, known=False) for word in by_code if not word.known)


def _told(word: FaultWord) -> bool:
    return word.cause is not None and Cause(word.cause) in TOLD


def _mentions(state: str) -> bool:
    """Whether a state that no table knows is a word for a fault."""
    return re.search(FAULTS, state, re.IGNORECASE) is not None


def _lasts(told: Readings, mine: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> bool:
    when = told.times[mine]
    return len(when) > 1 and int(when[-1] - when[0]) >= LASTS


def _sign(
    inverter: InverterDay, day: TownDay, told: Readings, mine: np.ndarray[tuple[int], np.dtype[np.bool_]], word: Word,
    past: Past | None,
) -> tuple[Sign, Past | None]:  # fmt: skip
    places = np.flatnonzero(mine)
    first, last = int(places[0]), int(places[-1])
    went_on = past is not None and told.times[first] - int(past["last"]) <= max(WAKING, 3 * told.period)
    since = int(past["since"]) if went_on and past is not None else int(told.times[first])
    ends = int(told.times[last]) + told.period
    over = last < len(told) - 1 and int(told.times[-1]) - int(told.times[last]) > max(WAKING, 3 * told.period)
    spans = [(int(told.times[p]), int(told.times[p]) + told.period) for p in places]
    idle = np.nan_to_num(inverter.energy, nan=0.0) <= NOTHING * told.rated * day.width / 3_600_000
    claim = np.where(touched(day, spans) & idle, np.inf, 0.0)
    evidence: dict[str, float | str] = {
        "maker_code": word.maker_code,
        "map": inverter.unit.map,
        "hours_today_h": round(len(places) * told.period / 3_600_000, 2),
    }
    for field in CODES:
        codes = told.column(field)[mine]
        if (there := codes[np.nan_to_num(codes) > 0]).size:
            evidence[field] = float(there[0])
    states = [state for state, m in zip(told.texts("state"), mine, strict=True) if m and state]
    if states:
        evidence["state"] = states[0]
    seen = max(since, int(past["seen"]) if went_on and past is not None else int(told.times[first]))
    confidence = 0.95 if word.known else 0.6
    sign = Sign(word.cause, inverter.unit.path, since, seen, claim, 0.0, confidence, ends if over else None, evidence)
    return sign, None if over else {"since": since, "seen": seen, "last": int(told.times[last])}
