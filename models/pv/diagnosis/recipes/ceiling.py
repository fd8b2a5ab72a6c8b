"""A ceiling on the power: by design, set by somebody, by heat, or new and unexplained (derating).

One ceiling has one cause, so one recipe weighs them: the rated power first, then the heat, then a round fraction that
others share or that the inverter tells, then what was not there before.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from config.device_words import state_word
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.plateau import Plateau, plateau
from models.pv.diagnosis.readings import readings
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.clipping import NEAR_RATED
from models.pv.sun import Floats

ROUND = tuple(np.array([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))
"""Fractions of rated power, or of the modules', at which people limit."""
NEAR = 0.012
"""How near to such a fraction a level must lie."""
ABOVE = 1.06
"""The expectation, or an earlier day, must lie this much above a ceiling for it to cost something."""
SAME = 0.02
"""Two days' ceilings within this share are the same."""
OTHERS = 12
"""Other inverters that are looked at: the site's first."""
DAYS = 2
"""Days with the same ceiling that make it more than a strange sky; one is enough when it lasts hours."""
LONG = 2 * 3_600_000
KEPT = 21
RECENT = 10 * 86_400_000
"""ms in which the same ceiling comes again; longer ago it was another."""


def ceiling(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """Signs of clipping, export_limit or derating; heat is another recipe's (`thermal`), which goes before.

    Remembered: the highest quarter-hour of each of the last weeks, and the ceilings of the last three weeks.
    """
    rated = inverter.unit.pac_rated
    flat = plateau(inverter, day) if rated > 0 else None
    after = _remembered(inverter, day, past, flat)
    if flat is None:
        return (), after
    if flat.level >= NEAR_RATED * rated:
        return _by_design(inverter, day, flat), after
    if _hot(inverter, day, flat):
        return (), after
    needed = _would_be(inverter, day, flat, past)
    limited = _told_limited(inverter, day, flat)
    if not needed and not limited:
        return (), after
    recent = [one for one in past.get("levels", []) if day.start - int(one[0]) < RECENT]
    mine = [(start, level) for start, level in recent if abs(level - flat.level) <= SAME * flat.level]
    fraction = _round(flat.level, inverter)
    together = [] if fraction is None else _together(inverter, day, flat)
    cause = Cause.EXPORT_LIMIT if limited or together else Cause.DERATING
    lasts = float(flat.on.sum()) * day.width
    if cause is Cause.DERATING and len(mine) + 1 < DAYS and lasts < LONG:
        return (), after
    went_on = past.get("cause") == cause.value and mine
    since = int(past["since"]) if went_on else int(mine[0][0] if mine else flat.since)
    first = flat.seen if mine or cause is Cause.EXPORT_LIMIT else min(flat.since + LONG, day.end)
    seen = int(past["seen"]) if went_on else max(since, first)
    after |= {"cause": cause.value, "since": since, "seen": seen}
    evidence = {
        "level_w": round(flat.level, 0),
        "of_rated": round(flat.level / rated, 3),
        "hours_today_h": round(lasts / 3_600_000, 2),
    }
    if together:
        evidence["inverters"] = float(len(together) + 1)
    claim = np.where(flat.on, np.inf, 0.0)
    return (Sign(cause, inverter.unit.path, since, seen, claim, 0.0, 0.75, None, evidence),), after


def _remembered(inverter: InverterDay, day: TownDay, past: Past, flat: Plateau | None) -> dict[str, object]:
    """The days' highest powers, and their ceilings."""
    power = inverter.energy * 3_600_000 / day.width
    tops = [list(one) for one in past.get("tops", [])]
    if np.isfinite(power).any():
        tops = [*tops, [day.start, round(float(np.nanmax(power)), 0)]][-KEPT:]
    levels = [list(one) for one in past.get("levels", []) if day.start - int(one[0]) < KEPT * 86_400_000]
    if flat is not None:
        levels = [*levels, [flat.since, round(flat.level, 0)]][-KEPT:]
    kept: dict[str, object] = {"tops": tops, "levels": levels}
    if past.get("cause") and levels:
        kept |= {name: past[name] for name in ("cause", "since", "seen")}
    return kept


def _by_design(inverter: InverterDay, day: TownDay, flat: Plateau) -> list[Sign]:
    """The modules give more than the inverter takes. The expectation knows: the loss is beyond it, and estimated."""
    unit = inverter.unit
    beyond = _cut(inverter.energy, flat, day)
    evidence = {
        "dc_over_ac": round(unit.pdc0 / unit.pac_rated, 2) if unit.pac_rated else 0.0,
        "hours_today_h": round(float(flat.on.sum()) * day.width / 3_600_000, 2),
        "lost_wh_estimated": round(beyond, 0),
    }
    return [Sign(Cause.CLIPPING, unit.path, flat.since, max(flat.seen, flat.since), None, beyond, 0.9, None, evidence)]


def _cut(energy: Floats, flat: Plateau, day: TownDay) -> float:
    """Wh above the ceiling: a parabola through the shoulders of the day, as a clear day has them. Estimated."""
    places = np.flatnonzero(flat.on)
    first, last = int(places[0]), int(places[-1])
    width = max(3, round(5_400_000 / day.width))
    beside = np.r_[max(first - width, 0) : first, last + 1 : min(last + 1 + width, len(energy))]
    beside = beside[np.isfinite(energy[beside]) & (energy[beside] > 0)]
    if (beside < first).sum() < 2 or (beside > last).sum() < 2:
        return 0.0
    centre = (first + last) / 2
    curve = np.polyfit(beside - centre, energy[beside], 2)
    if curve[0] >= 0:
        return 0.0
    inside = np.arange(first, last + 1)
    made = np.polyval(curve, inside - centre)
    return float(np.where(flat.on[inside], np.maximum(made - np.nan_to_num(energy[inside]), 0.0), 0.0).sum())


def _would_be(inverter: InverterDay, day: TownDay, flat: Plateau, past: Past) -> bool:
    """Whether more would have been made: by the expectation on the ceiling, which others under the same sky bear."""
    expected = inverter.expected[flat.on] * 3_600_000 / day.width
    known = expected[np.isfinite(expected)]
    return bool(len(known)) and float(np.median(known)) >= ABOVE * flat.level and _higher_before(flat, past)


def _higher_before(flat: Plateau, past: Past) -> bool:
    """Whether an earlier day was higher, so that the ceiling is new; true while little is known."""
    tops = [float(top) for _start, top in past.get("tops", [])]
    return len(tops) < 5 or max(tops) >= ABOVE * flat.level or past.get("cause") is not None


def _told_limited(inverter: InverterDay, day: TownDay, flat: Plateau) -> bool:
    """Whether the inverter says on the ceiling that its power is limited by somebody."""
    told = readings(inverter, day)
    states = [
        state
        for time, state in zip(told.times.tolist(), told.texts("state"), strict=True)
        if state and flat.on[min(max((time - day.start) // day.width, 0), len(flat.on) - 1)]
    ]
    if not states:
        return False
    limited = [
        word for state in states if (word := state_word(inverter.unit.map, state)) and word.cause == "export_limit"
    ]
    return len(limited) >= 0.5 * len(states)


def _round(level: float, inverter: InverterDay) -> float | None:
    """The round fraction of rated or module power at which a level lies; None: at none."""
    bases = [base for base in (inverter.unit.pac_rated, inverter.unit.pdc0) if base > 0]
    return next((share for base in bases for share in ROUND if abs(level / base - share) <= NEAR), None)


def _together(inverter: InverterDay, day: TownDay, flat: Plateau) -> list[str]:
    """Other inverters at a round fraction in the same hours."""
    return [
        other.unit.path
        for other in _beside(inverter, day.inverters)
        if (its := plateau(other, day)) is not None
        and its.level < NEAR_RATED * other.unit.pac_rated
        and _round(its.level, other) is not None
        and (its.on & flat.on).sum() >= 0.5 * min(its.on.sum(), flat.on.sum())
    ]


def _beside(inverter: InverterDay, others: Iterable[InverterDay]) -> list[InverterDay]:
    away = [one for one in others if one.unit.path != inverter.unit.path and one.unit.pac_rated > 0]
    return sorted(away, key=lambda one: one.unit.site != inverter.unit.site)[:OTHERS]


def _hot(inverter: InverterDay, day: TownDay, flat: Plateau) -> bool:
    """Whether the ceiling sinks while the cabinet is hot: heat is told by its own recipe."""
    told = readings(inverter, day)
    temp = told.column("temp_cabinet")
    on = (
        flat.on[np.clip((told.times - day.start) // day.width, 0, len(flat.on) - 1)] if len(told) else np.zeros(0, bool)
    )
    here = temp[on & np.isfinite(temp)] if len(told) else temp
    return bool(len(here)) and float(np.median(here)) >= 65.0
