"""Snow on the modules: in the cold several roofs fall together, the flat ones come back last.

A roof under snow looks like one that is switched off: light for its neighbours, nothing from it. What tells them apart
is company (roofs of several sites on one cold day) and the end: steep roofs slide free, flat ones thaw. Whoever has not
come back when the others have, and it has thawed for long enough, is no longer excused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import Bools, InverterDay, TownDay
from models.pv.diagnosis.gates import FEWEST as FEWEST_WIDE
from models.pv.diagnosis.gates import TOGETHER
from models.pv.diagnosis.members import TOWN
from models.pv.diagnosis.sign import Looked, Past, Sign
from models.pv.sun import Floats

COLD, THAW = 2.0, 3.0
"""°C below which snow falls and stays, and above which it goes within days."""
LIT = 6.0
"""Degrees of elevation from which on a roof without snow makes something."""
BURIED, THROUGH = 0.1, 0.02
"""Share of what is expected, and of a cloudless sky, below which a roof is buried: the darkest overcast lets 4 % pass,
a hand's breadth of snow nearly nothing."""
WEAK, DIM = 0.03, 0.05
"""W per W of modules from which on an expectation, or a clear sky, is light enough to judge a quarter by."""
AT_ONCE, LASTING = 2, 6_300_000
"""Intervals of light that a roof must be buried for while the day is too young to judge it by its sum, and ms that it
must be buried for on a day of which it made enough before."""
LOW, PARTLY, FREE = 0.5, 0.85, 0.75
"""Share of the day's expectation: below the first several roofs make a snow day, below the second a roof of a snow day
is partly covered, above the third it is free again."""
ENOUGH = 0.2
"""Wh per W of modules expected before a day's share says anything."""
FEWEST, PART = 2, 0.05
"""Roofs that fall together: at least so many, and such a part of the town."""
WARM_DAYS, AFTER, LONGEST = 3, 2, 14
"""Days of thaw after which nobody is excused; days after the others came back; days of frost that snow is believed."""
DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class _Roof:
    """What one inverter shows of this day."""

    path: str
    site: str
    buried: Bools
    """(T,)"""
    judged: Bools
    """(T,) light enough to say so."""
    share: float
    """Made of what was expected; NaN unknown, as while the day is too young …"""
    dark: bool
    """It has made as good as nothing so far, or less than half of the little that is expected by now."""
    late: float
    """The same over the last two hours of light."""
    fault: bool


def snow(day: TownDay, past: Past) -> Looked:
    """Signs on every inverter under snow; remembers since when, and how long it has thawed."""
    if day.temp_air is None or not np.isfinite(day.temp_air).any():
        return [], past
    coldest = float(np.nanmin(day.temp_air))
    lit = day.elevation > LIT
    if not past and coldest >= COLD:
        return [], {}
    roofs = [_roof(inverter, day, lit) for inverter in day.inverters]
    covered: dict[str, int] = dict(past.get("covered", {}))
    new = _fallen(roofs, day, covered) if coldest < COLD else {}
    covered = new | covered
    freed = _freed(roofs, covered, day)
    found = [
        _sign(roof, covered[roof.path], freed.get(roof.path), day, coldest, len(covered))
        for roof in roofs
        if roof.path in covered
    ]
    signs = [sign for sign in found if sign is not None]
    wide = len(signs) > TOGETHER * len(roofs) and len(signs) >= FEWEST_WIDE
    if past.get("wide") and not wide:  # what was said of the town is over, some roofs are not free yet
        over, nothing = int(past["wide"][1]), np.zeros(len(day.elevation))
        signs.append(Sign(Cause.SNOW, TOWN, int(past["wide"][0]), over, nothing, until=over))
    after = _after(past, covered, freed, day) if covered else {}
    if wide and any(sign.until is None for sign in signs):
        after["wide"] = [min(sign.since for sign in signs), day.end]
    return signs, after


def _roof(inverter: InverterDay, day: TownDay, lit: Bools) -> _Roof:
    unit, hours = inverter.unit, day.width / 3_600_000
    size = max(unit.pdc0, unit.pac_rated) * hours
    known = lit & np.isfinite(inverter.energy)
    energy = np.where(known, inverter.energy, 0.0)
    expected = np.where(known, np.nan_to_num(inverter.expected), 0.0)
    clear = np.where(known, np.nan_to_num(inverter.clear), 0.0)
    buried = (expected > WEAK * size) & (energy < BURIED * expected)
    buried |= (clear > DIM * size) & (energy < THROUGH * clear)
    light = (expected > WEAK * size) | (clear > DIM * size)
    judged = known & (expected > 0)
    last = np.flatnonzero(judged)[-max(int(7_200_000 / day.width), 1) :]
    unsure = expected.sum() < ENOUGH * max(unit.pdc0, unit.pac_rated)
    made, should = float(energy[judged].sum()), float(expected[judged].sum())
    share = np.nan if unsure else made / should
    dark = bool(known.any()) and (energy.sum() <= THROUGH * clear.sum() or made < LOW * should)
    late = float(energy[last].sum() / expected[last].sum()) if len(last) and expected[last].sum() > 0 else np.nan
    return _Roof(unit.path, unit.site, buried, light, share, dark, late, _faulty(inverter))


def _faulty(inverter: InverterDay) -> bool:
    """Whether it says itself what is wrong, or stands at open-circuit voltage: modules in the light, nothing taken."""
    samples = inverter.samples
    if "state" in samples and samples["state"].astype(str).str.contains("fault|error", case=False).mean() > 0.2:
        return True
    return "v_ac_ln_a" in samples and bool((samples["v_ac_ln_a"] < 50).mean() > 0.5)  # no grid


def _fallen(roofs: list[_Roof], day: TownDay, covered: dict[str, int]) -> dict[str, int]:
    """Those that fell under snow today, each with since when; none when too few fell together."""
    since = {roof.path: _since(roof, day) for roof in roofs if not roof.fault}
    down = {path: at for path, at in since.items() if at is not None}
    sites = {roof.site for roof in roofs}
    together = {roof.site for roof in roofs if roof.path in down or roof.path in covered}
    if len({*down, *covered}) < max(FEWEST, PART * len(roofs)) or len(together) < min(2, len(sites)):
        return {}
    covered_too = [roof for roof in roofs if not roof.fault and (roof.dark or roof.share < PARTLY)]
    return {roof.path: day.start for roof in covered_too} | down


def _since(roof: _Roof, day: TownDay) -> int | None:
    """Since when a roof is buried, or the beginning of a day of which it made less than half; None: it is not."""
    places = np.flatnonzero(roof.judged)
    free = np.flatnonzero(~roof.buried[places])
    tail = places[free[-1] + 1 :] if len(free) else places  # buried up to now
    young, low = np.isnan(roof.share), roof.share < LOW
    if len(tail) >= AT_ONCE and (young or low or len(tail) * day.width >= LASTING):
        return int(day.times[tail[0]])
    return day.start if low else None


def _freed(roofs: list[_Roof], covered: dict[str, int], day: TownDay) -> dict[str, int]:
    """Those that made what they should in the last hours of light, with the instant."""
    return {roof.path: day.end for roof in roofs if roof.path in covered and roof.late >= FREE and roof.share >= LOW}


def _sign(roof: _Roof, since: int, freed: int | None, day: TownDay, coldest: float, together: int) -> Sign | None:
    claim: Floats = np.where(day.times + day.width > since, np.inf, 0.0)
    if not claim.any():
        return None
    evidence: dict[str, float | str] = {"temp_air_min": round(coldest, 1), "inverters_together": float(together)}
    if np.isfinite(roof.share):
        evidence["made_share"] = round(roof.share, 2)
    seen = max(since, min(since + AT_ONCE * day.width, day.end))
    return Sign(Cause.SNOW, roof.path, since, seen, claim, confidence=0.8, until=freed, evidence=evidence)


def _after(past: Past, covered: dict[str, int], freed: dict[str, int], day: TownDay) -> dict[str, Any]:
    """What holds tomorrow: nothing once nobody is excused any more."""
    assert day.temp_air is not None
    begun = min(covered.values())
    light = day.temp_air[day.elevation > 0]
    warmest = float(np.nanmax(light)) if np.isfinite(light).any() else -np.inf
    warm = int(past.get("warm", 0)) + (warmest > THAW)
    ever = sorted({*past.get("ever", ()), *covered})
    left = {path: at for path, at in covered.items() if path not in freed}
    back = int(past.get("back", 0)) or (day.end if 2 * len(left) <= len(ever) and len(left) < len(ever) else 0)
    excused = warm < WARM_DAYS and day.end - begun < LONGEST * DAY
    if back and warmest > THAW:
        excused &= day.end - back < AFTER * DAY
    if not left or not excused:
        return {}
    return {"covered": left, "ever": ever, "warm": warm, "back": back}
