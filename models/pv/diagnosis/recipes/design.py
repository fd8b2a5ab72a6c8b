"""What the town's files have wrong: capacity, tilt, azimuth, clock. No loss against an expectation that knows of it.

`design` passes on what the check of the files found (models.pv.expected.metadata). `nameplate` asks on its own, from
the days of all inverters, whether one gives what its nameplate promises: a loss that was there from the first day has
no before, so nobody else sees it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay, Unit
from models.pv.diagnosis.sign import Evidence, Looked, Past, Sign
from models.pv.expected.metadata import AMONG_NEIGHBOURS, CAPACITY, MIN_NEIGHBOURS, Verdict
from models.pv.sun import Floats

FIGURES = {
    "capacity": Cause.CAPACITY,
    "neighbours": Cause.CAPACITY,
    "tilt": Cause.TILT,
    "azimuth": Cause.AZIMUTH,
    "clock": Cause.CLOCK,
}
LIT = 1.0
"""Wh per W of modules that the middle of the town makes on a day that counts: clouds and low sun tell roofs apart."""
DAYS, KEPT = 10, 30
"""Lit days from which on something is said, and those that are remembered."""
CLEAR_DAY = 0.6
"""Share of a cloudless sky's energy that the middle of the town makes on a day on which orientations are known well
enough: under clouds they matter less than the model of a cloudless sky says."""
KNOWN = 0.9
"""Share of the day's light for which an inverter's energy must be known."""


def design(inverter: InverterDay, day: TownDay, past: Past) -> Looked:
    """Each figure that was found to be off, for as long as the last check says so."""
    checks = day.checked.get(inverter.unit.path, {})
    signs: dict[Cause, Sign] = {}
    after: dict[str, int] = {}
    for figure, cause in FIGURES.items():
        check = checks.get(figure)
        if check is None or check["verdict"] != Verdict.OFF or cause in signs:
            continue
        since = int(past.get(cause.value, inverter.unit.commissioned or day.start))
        after[cause.value] = since
        evidence: Evidence = {
            name if not check["unit"] else f"{name} ({check['unit']})": float(check[name])
            for name in ("declared", "found")
            if check[name] is not None
        }
        signs[cause] = Sign(cause, inverter.unit.path, since, max(since, day.start), confidence=0.8, evidence=evidence)
    return list(signs.values()), after


def nameplate(day: TownDay, past: Past) -> Looked:
    """Inverters whose yield is not that of the others, from their first days on.

    By the energy of a cloudless sky where the files describe all of them, else by installed power, in wider bounds: an
    unknown roof may face north. It remembers of each the first days' yields over the town's middle one, in ‰; none of a
    day on which a loss was known, which came later or is named already.
    """
    units = {inverter.unit.path: inverter.unit for inverter in day.inverters}
    first: dict[str, dict[str, Any]] = {path: one for path, one in past.items() if path in units}
    if day.whole:
        for path, kind, ratio in _ratios(day):
            if path in day.losing:
                continue
            one = first.get(path, {"since": day.start, "pdc0": 0.0, "kind": kind, "days": []})
            pdc0 = units[path].pdc0
            if one["pdc0"] != pdc0 or one["kind"] != kind:
                one = {"since": day.start, "pdc0": pdc0, "kind": kind, "days": []}
            if len(one["days"]) < KEPT or _off(
                one, units[path]
            ):  # what was well in its first weeks is no matter of the nameplate
                one = {**one, "days": [*one["days"], round(1000 * ratio)][-KEPT:]}
            first[path] = one
    signs = []
    for path, one in first.items():
        if _off(one, units[path]):
            ratio = float(np.median(one["days"])) / 1000
            evidence: Evidence = {
                "yield_over_neighbours": round(ratio, 3),
                "declared_kwp": round(units[path].pdc0 / 1000, 2),
                "found_kwp": round(units[path].pdc0 * ratio / 1000, 2),
                "days": float(len(one["days"])),
            }
            signs.append(Sign(Cause.CAPACITY, path, one["since"], max(day.start, one["since"]), evidence=evidence))
    return signs, first


def _off(one: dict[str, Any], unit: Unit) -> bool:
    """Trackers are held to the wider bounds: what they gain on the others goes with the clouds and the season."""
    if len(one["days"]) < DAYS:
        return False
    low, high = np.quantile(one["days"], [0.25, 0.75]) / 1000
    least, most = CAPACITY if one["kind"] == "clear" and not unit.moving else AMONG_NEIGHBOURS
    return bool(high < least or low > most)


def _ratios(day: TownDay) -> list[tuple[str, str, float]]:
    """Path, what it is measured by, and yield over the middle one of the town, of those that are known today."""
    alive = [inverter for inverter in day.inverters if inverter.unit.pdc0 > 0]
    if len(alive) <= MIN_NEIGHBOURS:
        return []
    energy = np.array([inverter.energy for inverter in alive])
    clear = np.array([inverter.clear for inverter in alive])
    outage = np.array([inverter.outage for inverter in alive])
    by_clear = np.isfinite(clear).any(axis=1).all()
    size = np.array([inverter.unit.pdc0 for inverter in alive])
    light = (
        np.nan_to_num(clear)
        if by_clear
        else np.broadcast_to(np.maximum(np.sin(np.radians(day.elevation)), 0), energy.shape)
    )
    known = np.isfinite(energy) & ~outage
    whole = light.sum(axis=1)
    enough = (light * known).sum(axis=1) >= KNOWN * np.maximum(whole, 1e-9)
    made: Floats = np.where(known, energy, 0.0).sum(axis=1)
    by: Floats = (light * known).sum(axis=1) if by_clear else size
    enough &= by > 0
    yields = np.divide(made, by, out=np.zeros_like(made), where=by > 0)
    if enough.sum() <= MIN_NEIGHBOURS or float(np.median((made / size)[enough])) < LIT:
        return []
    middle = float(np.median(yields[enough]))
    if by_clear and middle < CLEAR_DAY:
        return []
    kind = "clear" if by_clear else "size"
    return [
        (inverter.unit.path, kind, float(one / middle))
        for inverter, one, known_well in zip(alive, yields, enough, strict=True)
        if known_well and middle > 0
    ]
