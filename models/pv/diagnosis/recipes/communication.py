"""Nothing is heard of an inverter in daylight: what it makes is unknown, never 0. Asleep at night is not silent."""

from __future__ import annotations

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import Bools, InverterDay, TownDay
from models.pv.diagnosis.readings import readings
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.quality.frozen import interpolated
from models.pv.quality.gaps import LIT, GapKind
from models.pv.quality.runs import MINUTE, stretches

POLLS = 3
LEAST = 15 * MINUTE
"""A router that starts anew takes minutes."""
TWILIGHT, AWAKE = 3.0, 0.02
"""Degrees of elevation, and share of the rated power that others make it expect: then it is awake before LIT."""
DARK = 0.002
"""Share of the rated power below which an expectation says that it sleeps, however high the sun: snow on all roofs."""
SEEN = (GapKind.COMMUNICATION, GapKind.UNKNOWN)
"""Silences that are lost readings; in the others it slept or was off."""


def communication(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """A silence that lasts, from the third poll missed in the light on; and those of the day that are over."""
    lit = _lit(inverter, day)
    limit = max(POLLS * inverter.period, LEAST)
    spans = []
    for gap in inverter.gaps:
        if gap.kind in SEEN and gap.end <= day.end and gap.end - gap.start >= limit - inverter.period:
            spans.append((gap.start, gap.end))
    drawn = _drawn(inverter, day)
    spans += [(start, end) for start, end in drawn if end - start >= limit]
    spans.sort()
    last, silent = inverter.last_heard, None
    if last is not None or inverter.period:
        began = day.start if last is None else last + max(inverter.period, MINUTE)
        if day.end - began >= limit - MINUTE and not any(end >= day.end for _start, end in spans):
            silent = began
    over = [(start, end, seen) for start, end in spans if (seen := _seen(day, lit, start, end, limit)) is not None]
    past_since = past.get("since")
    if silent is not None:
        seen = _seen(day, lit, silent, day.end, limit)
        if seen is None and past_since is None:
            silent = None
        else:
            since = int(past_since) if past_since is not None else _since(day, lit, silent)
            first = int(past["seen"]) if past_since is not None else max(int(seen or since), since)
            sign = _sign(inverter, since, first, None, [*over, (silent, day.end, first)], day, lit)
            return (sign,), {"since": since, "seen": first}
    if not over:
        return (), {}
    since = min(start for start, _end, _seen in over)
    first = min(seen for _start, _end, seen in over)
    since, first = (int(past_since), int(past["seen"])) if past_since is not None else (since, first)
    return (_sign(inverter, since, max(first, since), over[-1][1], over, day, lit),), {}


def _drawn(inverter: InverterDay, day: TownDay) -> list[tuple[int, int]]:
    """Stretches over which somebody drew a straight line: what was lost there is lost."""
    told = readings(inverter, day)
    power = told.power()
    if not len(told) or told.rated <= 0 or not np.isfinite(power).any():
        return []
    starts, ends = stretches(interpolated(told.times, power, told.rated, told.period))
    return [(int(told.times[start]), int(told.times[end - 1])) for start, end in zip(starts, ends, strict=True)]


def _lit(inverter: InverterDay, day: TownDay) -> Bools:
    """(T,) where an inverter that is well would answer."""
    rated = inverter.unit.pac_rated * day.width / 3_600_000
    others = np.nan_to_num(inverter.expected, nan=-1.0)
    asleep = (others >= 0) & (others < DARK * rated)
    made: Bools = (day.elevation > LIT) & ~asleep | (day.elevation > TWILIGHT) & (others > AWAKE * rated)
    return made


def _light(day: TownDay, lit: Bools, start: int, end: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(T,) ms of each interval that are lit and within [start, end)."""
    inside = np.minimum(day.times + day.width, end) - np.maximum(day.times, start)
    return np.where(lit, np.maximum(inside, 0), 0)


def _seen(day: TownDay, lit: Bools, start: int, end: int, limit: int) -> int | None:
    """When it had been lit for `limit` of a silence; None: never."""
    light = _light(day, lit, start, end)
    passed = np.cumsum(light)
    if not len(passed) or passed[-1] < limit - MINUTE:
        return None
    place = int(np.searchsorted(passed, limit - MINUTE))
    before = int(passed[place] - light[place])
    return min(max(int(day.times[place]), start) + max(limit - before, 0), end)


def _since(day: TownDay, lit: Bools, began: int) -> int:
    """Its beginning, or the first light after a night in which it slept."""
    inside = np.flatnonzero(_light(day, lit, began, day.end) > 0)
    return max(began, int(day.times[inside[0]])) if len(inside) else began


def _sign(
    inverter: InverterDay, since: int, seen: int, until: int | None, spans: list[tuple[int, int, int]], day: TownDay,
    lit: Bools,
) -> Sign:  # fmt: skip
    hours = sum(int(_light(day, lit, start, end).sum()) for start, end, _seen in spans) / 3_600_000
    evidence: dict[str, float | str] = {"silences": float(len(spans)), "silent_h": round(hours, 2)}
    if inverter.last_heard is not None:
        evidence["last_heard_ms"] = float(inverter.last_heard)
    return Sign(Cause.COMMUNICATION, inverter.unit.path, since, seen, None, 0.0, 0.95, until, evidence)
