"""Shade: always at the same place of the sun, in its beam, while the roof is well everywhere else.

The sky is cut into sectors of azimuth. Of each, the last days on which the beam was there are kept, with what the roof
made of its expectation (new shade), and of a cloudless sky (shade that the expectation has always known). Older days
go into a map by azimuth and height of the sun: where it was bright at the same height before, something new stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import Bools, InverterDay, TownDay
from models.pv.diagnosis.sign import Evidence, Looked, Past, Sign
from models.pv.sun import Floats

SECTOR, STOREY = 15, 5
"""Degrees of azimuth and of elevation that count as the same place of the sun."""
LOWEST = 10.0
"""Degrees below which neighbours are shaded by anything."""
BEAM, FADES = 0.8, 0.98
"""Share of the best expectation known in a sector from which on the beam is there; the best fades by so much a day."""
CLEAREST, PALES = 1.1, 0.999
"""Where a cloudless sky is modelled the best is a share of it, at most so large, and fades that slowly: after a dull
winter every brighter cloud would pass for the sun, and the hour in which it stands for shade."""
DAYS, LOW_DAYS = 8, 5
"""Days kept for each sector, and how many of the last six must be low."""
SEASON = 45 * 24
"""Hours after which a day only stands in the map: the sun goes elsewhere."""
LOW, FINE = 0.85, 0.07
"""Share of the expectation below which a sector is low, and how far the others together may be off."""
ALWAYS = 0.75
"""The same of what a sector makes of a cloudless sky, against the other sectors."""
MOST = 0.6
"""Share of the day's expected energy that low sectors may hold: more is no shade but a loss."""
OLD = 28 * 24
"""Hours for which a roof must be known: before, the expectation does not know its shape."""
YEAR = 330 * 24
"""Hours after which shade of last year tells that of this one."""
WORTH = 0.03
"""Share of the day's energy that shade must take: at the edges of the day every roof is shaded by something."""
OVER = 3
"""Days with beam on which all sectors are bright again: then it is over."""
BRIGHT = 0.93
HOUR = 3_600_000
_Kept = dict[str, list[list[int]]]


@dataclass(frozen=True, slots=True)
class _Sectors:
    """A day in sectors; arrays (sectors,)."""

    number: NDArray[np.int64]
    """(T,) which sector each interval lies in; -1 none."""
    made: dict[int, tuple[float, float, float, float]]
    """Of sectors with beam: Wh made, expected, under a cloudless sky (NaN unknown), and mean elevation."""
    best: dict[str, int]
    """Of each sector: Wh, or ‰ of a cloudless sky."""


def shading(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """New shade claims what is missing in its sectors; old shade only tells what it costs."""
    # A tracker meets what shades it elsewhere: nothing is found on it, nor kept that was found on it as a fixed roof.
    found: dict[str, Any] = {} if inverter.unit.moving else dict(past.get("found", {}))
    if not day.whole:
        return _signs(inverter, day, found, _places(day)), past
    sectors = _sectors(inverter, day, past.get("best", {}))
    kept, chart = _remembered(past, sectors, day)
    if found and _over(found, kept):
        found = {}
    first = int(past.get("first", day.start // HOUR))
    known = day.start // HOUR - first
    if not found and known >= OLD and not inverter.unit.moving:
        found = _found(inverter, day, kept, chart, known)
    after = {"first": first, "best": sectors.best, "kept": kept, "chart": chart, "found": found}
    return _signs(inverter, day, found, sectors.number), {name: value for name, value in after.items() if value}


def _places(day: TownDay) -> NDArray[np.int64]:
    return np.where(day.elevation >= LOWEST, (day.azimuth % 360) // SECTOR, -1).astype(np.int64)


def _sectors(inverter: InverterDay, day: TownDay, best: Past) -> _Sectors:
    number, modelled = _places(day), bool(np.isfinite(inverter.clear).any())
    known = np.isfinite(inverter.energy) & (inverter.expected > 0) & (number >= 0)
    light = inverter.expected
    if modelled:
        known &= inverter.clear > 0
        share = np.divide(light, inverter.clear, out=np.zeros_like(light), where=known)
        light = 1000 * np.minimum(share, CLEAREST)
    fades = PALES if modelled else FADES
    made, after = {}, {name: int(value * fades) for name, value in best.items() if value * fades >= 1}
    for sector in np.unique(number[known]).tolist():
        mine = known & (number == sector)
        top = max(after.get(str(sector), 0), int(light[mine].max()))
        after[str(sector)] = top
        beam = mine & (light >= BEAM * top) & ~inverter.outage
        if beam.sum() >= max(0.5 * (number == sector).sum(), 1):
            sums = (float(values[beam].sum()) for values in (inverter.energy, inverter.expected, inverter.clear))
            made[sector] = (*sums, float(day.elevation[beam].mean()))
    return _Sectors(number, made, after)  # type: ignore[arg-type]


def _remembered(past: Past, sectors: _Sectors, day: TownDay) -> tuple[_Kept, dict[str, list[int]]]:
    """Of days [hour, ‰ of the expectation, ‰ of a clear sky (-1 unknown), elevation, Wh expected]; the rest charted."""
    kept: _Kept = {name: list(rows) for name, rows in past.get("kept", {}).items()}
    chart: dict[str, list[int]] = dict(past.get("chart", {}))
    now = day.start // HOUR
    for sector, (made, expected, clear, elevation) in sectors.made.items():
        of_clear = round(1000 * made / clear) if clear > 0 else -1
        row = [now, round(1000 * made / expected), of_clear, round(elevation), round(expected)]
        kept[str(sector)] = [*kept.get(str(sector), []), row]
    for sector_name, rows in list(kept.items()):
        recent = [row for row in rows[-DAYS:] if row[0] > now - SEASON]
        for _, ratio, _, height, _ in rows[: len(rows) - len(recent)]:
            place = f"{sector_name}:{height // STOREY}"
            count, mean = chart.get(place, [0, 0])
            count = min(count + 1, 20)
            chart[place] = [count, round(mean + (ratio - mean) / count)]
        kept[sector_name] = recent
    return {name: rows for name, rows in kept.items() if rows}, chart


def _found(inverter: InverterDay, day: TownDay, kept: _Kept, chart: dict[str, list[int]], known: int) -> dict[str, Any]:
    ratios = {name: np.array([row[1] for row in rows[-6:]]) / 1000 for name, rows in kept.items()}
    low = {name for name, values in ratios.items() if (values < LOW).sum() >= LOW_DAYS}
    if low and _others_fine(low, ratios, kept) and _lost(low, ratios, kept) >= WORTH:
        since = min(_began(kept[name], LOW) for name in low)
        before = {_before(name, kept[name][-1][3], chart) for name in low}
        share = float(np.median(np.concatenate([ratios[name] for name in low])))
        if True in before or (False in before and known >= YEAR):  # else the expectation cannot know the place
            cause = Cause.OBSTACLE if True in before else Cause.SHADING
            return _told(cause, low, since, day, share, always=False)
    return _always(inverter, day, kept)


def _others_fine(low: set[str], ratios: dict[str, Floats], kept: _Kept) -> bool:
    """The rest of the day is as it should be, in sum and for the most part in each sector, and is large enough."""
    weight = _weights(kept)
    began = min(_began(kept[name], LOW) for name in low)
    # Only days since then tell: a sector of which the last ones are older has not seen the loss.
    since = {name: [row[1] / 1000 for row in kept[name][-6:] if row[0] * HOUR >= began] for name in ratios}
    rest = [name for name, values in since.items() if name not in low and len(values) >= 3]
    if len(rest) < 2 or sum(weight[name] for name in low) > MOST * sum(weight.values()):
        return False
    middles = np.array([float(np.median(since[name])) for name in rest])
    off = np.average(middles, weights=[weight[name] for name in rest]) - 1
    return abs(float(off)) <= FINE and float((np.abs(middles - 1) <= 2 * FINE).mean()) >= 0.75


def _weights(kept: _Kept) -> dict[str, float]:
    """Wh expected in the beam of each sector."""
    return {name: float(np.mean([row[4] for row in rows])) for name, rows in kept.items()}


def _lost(low: set[str], ratios: dict[str, Floats], kept: _Kept) -> float:
    """Share of a sunny day that the low sectors lose."""
    weight = _weights(kept)
    lost = sum(weight[name] * (1 - float(np.median(ratios[name]))) for name in low)
    return lost / max(sum(weight.values()), 1e-9)


def _always(inverter: InverterDay, day: TownDay, kept: _Kept) -> dict[str, Any]:
    """Shade that was there from the beginning: dark sectors beside bright ones, both by the modelled clear sky."""
    known = {name: rows for name, rows in kept.items() if len(rows) >= DAYS - 1 and all(row[2] >= 0 for row in rows)}
    if len(known) < 5:
        return {}
    level = {name: float(np.median([row[2] for row in rows])) / 1000 for name, rows in known.items()}
    usual = float(np.quantile(list(level.values()), 0.6))
    if usual <= 0:  # off
        return {}
    low = {name for name, rows in known.items() if sum(row[2] < 1000 * ALWAYS * usual for row in rows) >= DAYS - 1}
    fine = [name for name, value in level.items() if abs(value / usual - 1) <= FINE]
    weight = {name: float(np.mean([row[4] / max(row[1], 1) for row in rows])) for name, rows in known.items()}
    if (
        not low
        or len(fine) + len(low) < len(known) - 1
        or sum(weight[name] for name in low) > 0.3 * sum(weight.values())
    ):
        return {}
    since = inverter.unit.commissioned or min(rows[0][0] for rows in known.values()) * HOUR
    share = float(np.median([level[name] for name in low])) / usual
    return _told(Cause.SHADING, low, since, day, share, always=True) | {"usual": round(usual, 4)}


def _told(cause: Cause, low: set[str], since: int, day: TownDay, share: float, *, always: bool) -> dict[str, Any]:
    sectors = sorted(int(name) for name in low)
    return {
        "cause": cause.value, "sectors": sectors, "since": since, "seen": day.end, "share": round(share, 3),
        "always": always,
    }  # fmt: skip


def _began(rows: list[list[int]], low: float) -> int:
    """The first of the days, seen from now, from which on nearly all were low (ms)."""
    first = len(rows) - 1
    for place in range(len(rows) - 1, -1, -1):
        if rows[place][1] < 1000 * low:
            first = place
        elif place + 1 < first:
            break
    return rows[first][0] * HOUR


def _before(sector: str, elevation: int, chart: dict[str, list[int]]) -> bool | None:
    """Whether the sector was bright with the sun about as high; None when nobody knows."""
    storey = elevation // STOREY
    cells = [chart[place] for near in (-1, 0, 1) if (place := f"{sector}:{storey + near}") in chart]
    means = [mean / 1000 for count, mean in cells if count >= 2]
    if any(mean < LOW for mean in means):
        return False
    return True if any(mean >= BRIGHT for mean in means) else None


def _over(found: dict[str, Any], kept: _Kept) -> bool:
    """Bright on the last days in all sectors that were low."""
    column, bright = (2, BRIGHT * found["usual"]) if found["always"] else (1, BRIGHT)
    recent = [kept.get(str(sector), [])[-OVER:] for sector in found["sectors"]]
    return all(len(rows) == OVER and all(row[column] >= 1000 * bright for row in rows) for rows in recent)


def _signs(inverter: InverterDay, day: TownDay, found: dict[str, Any], number: NDArray[np.int64]) -> list[Sign]:
    if not found:
        return []
    since, seen = int(found["since"]), int(found["seen"])
    inside: Bools = np.isin(number, found["sectors"])
    sectors: list[int] = found["sectors"]
    evidence: Evidence = {
        "made_share": found["share"],
        "azimuth_from": float(sectors[0] * SECTOR),
        "azimuth_to": float((sectors[-1] + 1) * SECTOR),
    }
    claim: Floats | None = np.where(inside, np.inf, 0.0)
    beyond = 0.0
    if found["always"]:  # the expectation knows of it: no part of it is missing
        gone = found["usual"] * inverter.clear - inverter.energy
        sunny = inside & (inverter.energy > 0.5 * found["share"] * found["usual"] * inverter.clear)
        claim, beyond = None, float(np.where(sunny & (gone > 0), gone, 0.0).sum())
    cause, path = Cause(found["cause"]), inverter.unit.path
    return [Sign(cause, path, since, max(seen, since), claim, beyond, confidence=0.7, evidence=evidence)]
