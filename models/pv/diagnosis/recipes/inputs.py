"""A DC input that gives less than the others under the same light: an open string, a weak one, wrong figures.

Every input is held against its own usual ratio to the others, hour by hour, so that neither strings of other lengths
nor a chimney's shade at ten say anything. What counts is a fall in most hours of the day: shade takes some of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.cold import cold
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.input_history import History, Today, matched
from models.pv.diagnosis.input_hours import InputHours, input_hours, middle
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.runs import HOUR
from models.pv.sun import Floats

HOURS = 3
"""Hours that mean something which a day must have."""
FALL, SIGMAS = 0.05, 4.0
"""A fall is told from this share on, and from so many of the input's own daily deviations."""
MOST, DAYS = 8, 3
"""One string of so many is told on its first day; a weak input, or one of more strings, after so many days."""
EVEN = 0.5
"""Of a loss that lies in the wiring every hour has its part: even at the best fifth of the energy at least this share
of the fall remains."""
WRONG = 0.08
"""From the first day on, a share less than its sisters that is a wrong figure: modules of one kind differ by a few per
cent, by tolerance, age and place."""
CONSTANT = 0.03
"""… and it varies by less than this over the hours."""


def inputs(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """Signs on inputs (``site/inv-1#2``): string_open, input_low, snow on them, or capacity from the first day on."""
    today = input_hours(inverter, day)
    histories = {int(number): History.of(kept) for number, kept in past.get("inputs", {}).items()}
    white = cold(inverter, day, past.get("cold", {}))
    looked = {
        number: _look(inverter, day, number, today.get(number), histories.get(number, History()), white.now)
        for number in sorted({*today, *histories})
    }
    fallen = {
        number
        for number, (sign, kept) in looked.items()
        if kept.cause or kept.low_since is not None or (sign is not None and sign.cause is Cause.SNOW)
    }
    signs = [sign for sign, _kept in looked.values() if sign is not None]
    # Beside an input that fell the others look better than they are: nothing is learnt of them.
    after = {
        str(number): (kept if number in fallen or not fallen else histories.get(number, History())).to_dict()
        for number, (_sign, kept) in looked.items()
    }
    return signs, ({"inputs": after, "cold": white.kept} if after else {})


def _look(
    inverter: InverterDay, day: TownDay, number: int, hours: InputHours | None, history: History, white: bool
) -> tuple[Sign | None, History]:
    if hours is None or len(hours.hours) < HOURS:
        return _going_on(inverter, day, number, history), history
    if history.usual is None:
        return _first_days(inverter, day, hours, history, white)
    today = _today(day, hours, history)
    strings = hours.facts.strings
    if history.cause is not None:
        kept = history.lasting(today, strings)
        return _going_on(inverter, day, number, kept, hours, today), kept
    threshold = max(FALL, SIGMAS * history.sigma)
    if white and today.drop > threshold:
        return _snow(inverter, day, number, hours, today), history
    step = matched(today.drop, strings, history.sigma)
    fell = today.drop > threshold and today.even
    if fell and step and strings <= MOST and not today.begun:
        kept = history.opened(Cause.STRING_OPEN, history.low_since or today.since, today.seen, today.drop, step)
        return _going_on(inverter, day, number, kept, hours, today), kept
    kept = history.another(today, fell=fell)
    if kept.low_for >= DAYS:
        fall = kept.low_drop
        step = matched(fall, strings, history.sigma)
        cause = Cause.STRING_OPEN if step else Cause.INPUT_LOW
        kept = kept.opened(cause, kept.low_since or day.start, today.seen, fall, step)
        return _going_on(inverter, day, number, kept, hours, today), kept
    return _going_on(inverter, day, number, kept), kept


def _today(day: TownDay, hours: InputHours, history: History) -> Today:
    """The fall of this day, from when on, and when that was known."""
    fall = 1.0 - hours.ratio / history.at(hours.hours)
    drop = middle(fall, hours.weight)
    threshold = max(FALL, SIGMAS * history.sigma)
    begin, seen = 0, len(fall)
    strings = hours.facts.strings
    for first in range(len(fall) - HOURS + 1):  # a string that opens at noon: the hours from then on tell
        later, weight = fall[first:], hours.weight[first:]
        if (
            middle(later, weight) > threshold
            and _even(later, weight)
            and (first == 0 or fall[first - 1] < threshold / 2)
        ):
            begin = first
            known = [
                end
                for end in range(HOURS, len(later) + 1)
                if middle(later[:end], weight[:end]) > threshold and _even(later[:end], weight[:end])
            ]
            seen, drop = first + known[0], middle(later, weight)
            if first and not matched(drop, strings, history.sigma):
                begin, seen, drop = 0, len(fall), middle(fall, hours.weight)
                continue
            break
    since = day.start + int(hours.hours[begin]) * HOUR
    at = min(day.start + (int(hours.hours[min(seen, len(fall)) - 1]) + 1) * HOUR, day.end)
    even = _even(fall[begin:], hours.weight[begin:])
    return Today(drop, even, since, max(at, since), middle(hours.ratio, hours.weight), hours, begin > 0)


def _even(fall: Floats, weight: Floats) -> bool:
    return middle(fall, weight, 0.2) > EVEN * middle(fall, weight)


def _first_days(
    inverter: InverterDay, day: TownDay, hours: InputHours, history: History, white: bool
) -> tuple[Sign | None, History]:
    """Nothing is usual yet: a ratio that is off all day is the files' fault, or a loss as old as the plant."""
    ratio = middle(hours.ratio, hours.weight)
    spread = middle(np.abs(hours.ratio - ratio), hours.weight)
    drop = 1.0 - ratio / (float(np.median(history.ratios)) if history.ratios else 1.0)
    if white and drop > 2 * FALL:
        at = day.start + int(hours.hours[0]) * HOUR
        return _snow(inverter, day, hours.facts.number, hours, Today(drop, True, at, day.end, ratio, hours)), history
    kept = history.learning(hours, ratio)
    # Of two that differ nobody knows which is right: the one that gives less is named.
    if history.ever is None and (white or ratio > 1 - WRONG or spread > CONSTANT or not inverter.unit.inputs):
        return None, kept
    kept = kept.since_ever(day.start, min(day.start + (int(hours.hours[-1]) + 1) * HOUR, day.end), ratio)
    return _capacity(inverter, day, hours.facts.number, kept), kept


def _capacity(inverter: InverterDay, day: TownDay, number: int, history: History) -> Sign:
    evidence: dict[str, float | str] = {"ratio": round(history.ever or 1.0, 3), "input": float(number)}
    strings = next((one.strings for one in inverter.unit.inputs if one.number == number), 0)
    if strings:
        evidence["strings"] = float(strings)
    subject, since = f"{inverter.unit.path}#{number}", history.ever_since or day.start
    return Sign(Cause.CAPACITY, subject, since, max(history.ever_seen or since, since), None, 0.0, 0.6, None, evidence)


def _going_on(
    inverter: InverterDay, day: TownDay, number: int, history: History, hours: InputHours | None = None,
    today: Today | None = None,
) -> Sign | None:  # fmt: skip
    """The sign of what was found before and goes on."""
    if history.cause is None:
        lasts = history.ever is not None and (history.usual or history.ever) < 1 - FALL / 2
        return _capacity(inverter, day, number, history) if lasts else None
    facts = {one.number: one for one in inverter.unit.inputs}
    own, all_inputs = facts.get(number), inverter.unit.pdc0
    drop = today.drop if today is not None and hours is not None else history.drop
    evidence: dict[str, float | str] = {"missing_share": round(history.drop, 3), "input": float(number)}
    if own is not None and own.strings:
        evidence |= {"strings": float(own.strings)}
    if history.step:
        evidence |= {"strings_open": float(history.step)}
    evidence |= {"usual_ratio": round(history.usual or 1.0, 3), "sigma": round(history.sigma, 4)}
    share = own.pdc0 / all_inputs if own is not None and all_inputs > 0 else 1.0
    expected = np.nan_to_num(inverter.expected)
    claim = np.where(day.times + day.width > history.since, 1.1 * max(drop, 0.0) * share * expected, 0.0)
    confidence = 0.9 if history.cause is Cause.STRING_OPEN else 0.75
    subject = f"{inverter.unit.path}#{number}"
    return Sign(history.cause, subject, history.since, history.seen, claim, 0.0, confidence, None, evidence)


def _snow(inverter: InverterDay, day: TownDay, number: int, hours: InputHours, today: Today) -> Sign:
    """In the cold a fall is snow until three bright days above freezing have passed."""
    share = hours.facts.pdc0 / inverter.unit.pdc0 if inverter.unit.pdc0 > 0 else 1.0
    claim = 1.1 * min(max(today.drop, 0.0), 1.0) * share * np.nan_to_num(inverter.expected)
    evidence: Mapping[str, float | str] = {"missing_share": round(today.drop, 3), "input": float(number)}
    subject = f"{inverter.unit.path}#{number}"
    return Sign(Cause.SNOW, subject, today.since, today.seen, claim, 0.0, 0.6, None, evidence)
