"""Degradation: every year a little less, told after two years or half a year later. Weeks are remembered, not days.

Sunny days are held against a cloudless sky, which does not age (the other roofs do, together with this one). Where the
files describe no cloudless sky, against the expectation.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.degradation import available, degradation, middle_rate
from models.pv.diagnosis.sign import Evidence, Looked, Past, Sign

SUNNY, FADES = 0.85, 0.99
"""Share of the best expectation of late that makes a clear day; the best fades by so much a day, with the season."""
WEEKS = 260
"""Weeks that are remembered: five years."""
EVERY = 182
"""Days after which the question is asked again: half a year moves a rate by next to nothing. Each inverter is asked
about on a day of its own (by its path), so that no day pays for all, and none for the years behind it."""
USUAL = -0.005
"""Shares a year that modules lose as a matter of course: more must be certain to be told."""
DAY = 86_400_000
WEEK = 7 * DAY


def ageing(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """The rate of change over the years, where it is surely worse than usual. Nothing without rdtools."""
    if not day.whole:
        return _sign(inverter, day, past), past
    known = np.isfinite(inverter.energy) & (inverter.expected > 0)
    made, should = (float(np.where(known, one, 0.0).sum()) for one in (inverter.energy, inverter.expected))
    clear = float(np.where(known, np.nan_to_num(inverter.clear), 0.0).sum())
    best = max(float(past.get("best", 0.0)) * FADES, should)
    week, now = day.start // WEEK, list(past.get("now", ()))
    weeks, rate = list(past.get("weeks", ())), past.get("rate")
    if week != past.get("week", week):
        if now:
            weeks = [*weeks, [int(past["week"]), int(np.median(now))]][-WEEKS:]
        now = []
    noon = day.start + DAY // 2  # a day of the town's clock, whatever the season, is that of its noon
    if noon // DAY % EVERY == crc32(inverter.unit.path.encode()) % EVERY and available():
        rate = _rate(weeks, rate)
    if should > 0 and should >= SUNNY * best and not inverter.outage.any():
        now = [*now, round(10_000 * made / (clear or should))]
    after: dict[str, Any] = {"best": round(best), "week": week, "now": now, "weeks": weeks}
    if rate:
        after["rate"] = rate
    return _sign(inverter, day, after), after


def _rate(weeks: list[list[int]], before: list[float] | None) -> list[float] | None:
    """(rate, low, high) where it is worse than usual; what was known before while the weeks do not suffice."""
    at, ratio = np.array(weeks, np.int64).reshape(-1, 2).T
    told = middle_rate(at * WEEK, ratio / 10_000)
    if told is None:
        return before
    if told >= USUAL:  # nor can the whole of its interval be worse
        return None
    found = degradation(at * WEEK, ratio / 10_000)
    return None if found is None else [round(value, 5) for value in (found.rate, found.low, found.high)]


def _sign(inverter: InverterDay, day: TownDay, past: Past) -> list[Sign]:
    rate = past.get("rate")
    if not rate or rate[2] >= USUAL:
        return []
    since = int(past["weeks"][0][0]) * WEEK
    years = (day.start - since) / (365.25 * DAY)
    evidence: Evidence = {
        "change_per_year": rate[0], "change_per_year_low": rate[1], "change_per_year_high": rate[2],
        "years": round(years, 1),
    }  # fmt: skip
    claim = np.nan_to_num(-rate[0] * years * inverter.expected)
    return [Sign(Cause.DEGRADATION, inverter.unit.path, since, day.end, claim, confidence=0.7, evidence=evidence)]
