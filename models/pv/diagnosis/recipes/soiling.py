"""Soiling: a slow fall of what a roof makes of its expectation, with a rise after rain or a cleaning.

Only days with sun count. A fall in one step is no dirt; dust never goes faster than about 1 % a day, and rain takes it
off in one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.onset import onset
from models.pv.diagnosis.sign import Evidence, Looked, Past, Sign
from models.pv.sun import Floats

SUNNY, LIT = 0.6, 1.0
"""Share of the best expectation of the last weeks, and Wh per W of modules, that make a day with sun."""
FADES = 0.99
"""The best fades by so much a day: with the season."""
KEPT = 60
"""Days with sun that are remembered."""
LEAST, LONG = 12, 21
"""Days with sun, and days in all, that a fall must last."""
FALL = 0.06
"""Share that must be gone by now."""
FASTEST = 0.012
"""Share a day: what falls faster is broken."""
STRAIGHT = 0.75
"""A line must leave at most this part of the squares that the best step leaves."""
RISE, RISES = 0.6, 3.0
"""Part of the fall that comes back at once when it is washed off, and times the unrest of a day, at least …"""
WASHED = 5
"""… on the middle one of the last days with sun, above the line that went on."""
HOUR = 3_600_000
"""ms"""


def soiling(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """The fall since the last wash; claims all that others leave: the line only sees the last weeks of a fall."""
    days: list[list[int]] = list(past.get("days", ()))
    best, washed = float(past.get("best", 0.0)), int(past.get("washed", 0))
    seen: int | None = past.get("seen")
    if day.whole:
        known = np.isfinite(inverter.energy) & (inverter.expected > 0)
        made, should = (float(np.where(known, one, 0.0).sum()) for one in (inverter.energy, inverter.expected))
        best = max(best * FADES, should)
        dark = inverter.outage.any() or should < max(SUNNY * best, LIT * inverter.unit.pdc0)
        if not dark and should > 0:
            days = [*days, [day.start // HOUR, round(1000 * made / should)]][-KEPT:]
        start, since = _washed(days)
        if start:
            over = int(days[start][0]) * HOUR
            after = {"days": days[start:], "best": round(best), "washed": washed + 1}
            return (_clean(inverter, since, over),), after
    line = _fall(days)
    if line is None:
        return (), {"days": days, "best": round(best), "washed": washed}
    since, gone, speed = line.since, line.gone, line.speed
    seen = seen or day.end
    evidence: Evidence = {
        "missing_share": round(gone, 3),
        "fall_per_week": round(7 * speed, 4),
        "washed": float(washed),
    }
    claim: Floats = np.where(np.isfinite(inverter.expected), np.inf, 0.0)  # dirt lies on all of it, all day
    confidence = 0.75 if washed else 0.6
    sign = Sign(
        Cause.SOILING, inverter.unit.path, since, max(seen, since), claim, confidence=confidence, evidence=evidence
    )
    return (sign,), {"days": days, "best": round(best), "washed": washed, "seen": seen}


def _clean(inverter: InverterDay, since: int, over: int) -> Sign:
    """The fall since then was washed off: what comes later is a fall of its own."""
    nothing = np.zeros(len(inverter.expected))
    return Sign(Cause.SOILING, inverter.unit.path, since, over, nothing, confidence=0.75, until=over)


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight fall over days with sun."""

    since: int
    """ms"""
    gone: float
    """Share, over all days."""
    speed: float
    """Share a day."""
    level: float
    """Made over expected, on the last day."""
    last: float
    """Day since 1970 of the last day."""
    unrest: float
    """Standard deviation of a day about the line."""


def _fall(days: list[list[int]]) -> _Line | None:
    """The fall over these days; None without one."""
    if len(days) < LEAST:
        return None
    at, ratio = (np.array(column, float) for column in zip(*days, strict=True))
    at, ratio = at / 24, ratio / 1000
    if at[-1] - at[0] < LONG:
        return None
    middle, mean = at.mean(), ratio.mean()
    slope = float(((at - middle) * (ratio - mean)).sum() / ((at - middle) ** 2).sum())
    level = mean + slope * (at[-1] - middle)
    gone, speed = -float(slope * (at[-1] - at[0])), -float(slope)
    left = ratio - (level + slope * (at - at[-1]))
    error = float(np.sqrt((left**2).sum() / (len(at) - 2) / ((at - middle) ** 2).sum()))
    if gone < FALL or not 0 < speed < FASTEST or speed < 4 * error:
        return None
    if float((left**2).sum()) > STRAIGHT * _step(ratio):
        return None
    begun = onset(at, 1.0 - ratio, np.ones(len(at)))
    return _Line(int(days[begun][0]) * HOUR, gone, speed, float(level), float(at[-1]), float(np.std(left)))


def _step(ratio: Floats) -> float:
    """Squares that the best single step leaves."""
    count = np.arange(1, len(ratio))
    total, square = np.cumsum(ratio)[:-1], np.cumsum(ratio**2)[:-1]
    rest, rest_square = ratio.sum() - total, (ratio**2).sum() - square
    left = square - total**2 / count + rest_square - rest**2 / (len(ratio) - count)
    return float(left.min())


def _washed(days: list[list[int]]) -> tuple[int, int]:
    """Where days begin after a wash, and since when (ms) it had fallen; zeros for none."""
    if len(days) < LEAST + WASHED:
        return 0, 0
    fallen = _fall(days[:-WASHED])
    if fallen is None:
        return 0, 0
    at, ratio = (np.array(column, float) for column in zip(*days[-WASHED - 1 :], strict=True))
    above = ratio / 1000 - (fallen.level - fallen.speed * (at / 24 - fallen.last))
    if float(np.median(above[1:])) < max(RISE * fallen.gone, RISES * fallen.unrest):
        return 0, 0
    return len(days) - WASHED + int(np.argmax(np.diff(ratio))), fallen.since
