"""A loss that lasts, found from energy alone: what is missing of the expectation, day after day, whatever its cause.

A running sum (CUSUM, Page 1954) adds up the share that is missing of each day beyond an allowance, in lit days: a dark
day counts by its part of a lit one, and no day counts for more than `MOST`, so a single odd day opens nothing and a
loss of a third is seen after three. Allowance and threshold grow with the inverter's own unrest. The loss began where
the sum last left zero, or earlier where `onset` says so: the first weeks of a slow loss lie within the allowance. It is
over when a sum of the same kind has come back from half-way to what is expected.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.onset import LOOKED_BACK, onset
from models.pv.diagnosis.recipes.shape import PARTS, DaySums, parts_of_day, shape_of
from models.pv.diagnosis.sign import Looked, Past, Sign

LIT = 1.0
"""Wh per W of modules that make a lit day."""
ALLOWANCE, UNRESTS = 0.04, 1.0
"""Share of a day that may be missing, at least, and in units of the usual unrest of a day."""
ENOUGH, ENOUGH_UNRESTS = 0.40, 6.0
"""Sum of shares beyond the allowance, in lit days, that opens a finding; and in units of the unrest."""
MOST = 0.20
"""Share of one day, beyond the allowance, that counts at most."""
START, LEAST, LARGEST = 0.06, 0.01, 0.12
"""Unrest of a day before anything is known, that of a roof alone in its orientation; and its bounds: a roof of which
hardly anything is known hides no third."""
FORTNIGHT = 14
MEMORY = 30.0
"""Lit days over which the unrest is learnt."""
LOOKED, DAY, HOUR = 21, 86_400_000, 3_600_000
"""Days for which the shape of a loss is looked at anew, ms."""
KEPT = 42
"""Days that are remembered: what a shape is told from."""


def performance(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """The loss that goes on, once there is enough of it; named where its shape decides."""
    found: dict[str, Any] | None = past.get("found")
    if not day.whole:
        return ([_sign(inverter, day, found)] if found else []), past
    known = np.isfinite(inverter.energy) & (inverter.expected > 0)
    weight = float(np.where(known, inverter.expected, 0.0).sum()) / max(LIT * inverter.unit.pdc0, 1e-9)
    if weight < 0.05:
        return ([_sign(inverter, day, found)] if found else []), past
    made, should = parts_of_day(day, np.where(known, inverter.energy, 0.0), np.where(known, inverter.expected, 0.0))
    days = [*past.get("days", ()), (day.start, *made, *should)][-KEPT:]
    unrest, total, since = past.get("unrest", START), past.get("sum", 0.0), past.get("since")
    missing = 1.0 - sum(made) / sum(should)
    course = [*past.get("course", ()), (day.start // HOUR, round(1000 * missing), round(100 * weight))][-LOOKED_BACK:]
    counts = min(weight, 1.0)
    if found is None:
        total = max(total + counts * min(missing - allowance(unrest), MOST), 0.0)
        since = (day.start if since is None else since) if total > 0 else None
        if total > enough(unrest) and since is not None:
            found = _opened(inverter, day, DaySums.of(days), int(since)) | {"begun": _begun(course, int(since))}
        else:
            unrest = _learnt(unrest, days[-FORTNIGHT:], counts)
    else:
        found = _going_on(inverter, day, DaySums.of(days), found, missing, counts, unrest)
        if found is None:
            total, since, course = 0.0, None, []
    after = {
        "days": days, "course": course, "unrest": round(unrest, 5), "sum": round(total, 5), "since": since,
        "found": found,
    }  # fmt: skip
    return ([_sign(inverter, day, found)] if found else []), after


def forgotten(past: Past) -> Past:
    """What is remembered of an inverter once another recipe has named its loss: days and unrest, no loss."""
    found = past.get("found")
    if not found or found["cause"] != Cause.UNEXPLAINED:
        return past
    return {**past, "course": (), "sum": 0.0, "since": None, "found": None}


def allowance(unrest: float) -> float:
    """Share of a day that may be missing."""
    return max(ALLOWANCE, UNRESTS * unrest)


def enough(unrest: float) -> float:
    """Lit days × share that open a finding."""
    return max(ENOUGH, ENOUGH_UNRESTS * unrest)


def _begun(course: Sequence[tuple[int, int, int]], since: int) -> int:
    """When a loss began (ms); never later than the running sum says. course: hour since 1970, thousandths missing and
    hundredths of a lit day, of the last days."""
    hours, missing, weight = np.array(course, float).T
    first = onset(hours / 24, missing / 1000, np.minimum(weight / 100, 1.0))
    return min(int(hours[first]) * HOUR, since)


def _learnt(unrest: float, days: Sequence[Sequence[float]], counts: float) -> float:
    """With how far the newest day is off the middle of the last two weeks: a slow loss is no unrest."""
    ratios = [sum(row[1 : 1 + PARTS]) / sum(row[1 + PARTS :]) for row in days]
    off = 1.2533 * abs(ratios[-1] - median(ratios))
    return min(max(unrest + (min(off, 3 * unrest + 0.01) - unrest) * counts / MEMORY, LEAST), LARGEST)


def _opened(inverter: InverterDay, day: TownDay, sums: DaySums, since: int) -> dict[str, Any]:
    shape = shape_of(sums, since, inverter.unit)
    return {
        "since": shape.since, "seen": day.end, "cause": shape.cause, "evidence": dict(shape.evidence),
        "level": shape.missing, "back": 0.0, "spread": 0.0,
    }  # fmt: skip


def _going_on(
    inverter: InverterDay, day: TownDay, sums: DaySums, found: dict[str, Any], missing: float, counts: float,
    unrest: float,
) -> dict[str, Any] | None:  # fmt: skip
    """The loss after one more day; None when it is over.

    A loss that comes and goes has an unrest of its own: as many good days in a row as it can have prove nothing.
    """
    level = max(float(found["level"]), 2 * ALLOWANCE)
    back = max(found["back"] + counts * float(np.clip(level / 2 - missing, -MOST, MOST)), 0.0)
    if back > max(enough(unrest), ENOUGH_UNRESTS * found["spread"]):
        return None
    if back == 0.0:
        ratios = sums.after(int(found["since"])).ratios()[-LOOKED:]
        found = {**found, "spread": round(min(float(np.std(ratios)), MOST), 4)}
    lately = sums.after(int(found["since"])).missing(28)
    if found["cause"] == Cause.UNEXPLAINED and day.start - found["seen"] < LOOKED * DAY:
        shape = shape_of(sums, int(found["since"]), inverter.unit)
        found = {**found, "cause": shape.cause, "evidence": dict(shape.evidence)}
    return {**found, "back": round(back, 5), "level": round(lately, 5)}


def _sign(inverter: InverterDay, day: TownDay, found: dict[str, Any]) -> Sign:
    return Sign(
        Cause(found["cause"]), inverter.unit.path, int(found.get("begun", found["since"])), int(found["seen"]),
        np.full(len(day.elevation), np.inf), confidence=0.8, evidence=dict(found["evidence"]),
    )  # fmt: skip
