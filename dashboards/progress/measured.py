"""Production and load at the same half-hour where both are measured: municipal roofs over municipal meters.

Only the buildings whose curve was imported are in the load, and the document says how many these are of how many: until
all are, the share is that of these meters and of nothing else.
"""

from __future__ import annotations

from datetime import date, tzinfo
from typing import Any

import numpy as np

from collector.opendata.kept import Territory
from collector.store import Store
from config.carriers import Carrier, Known, Perimeter
from config.kwh import Step, Subject
from config.territory import Territory as Facts
from dashboards.progress.path import plain_matching
from models.calendar import day_start
from models.territory.matching import Floats, matching

Document = dict[str, Any]
HALF_HOUR = 1_800_000
QUARTER_OF = 2
"""Quarter-hours of a step."""


def measured_matching(
    kept: Territory, facts: Facts, store: Store | None, tz: tzinfo, year: int | None
) -> Document | None:
    """Self-sufficiency of the municipal meters in a year; None where no half-hour of both sides is known."""
    if store is None or year is None:
        return None
    start, end = day_start(date(year, 1, 1), tz), day_start(date(year + 1, 1, 1), tz)
    load, buildings = _load(kept, start, end)
    sites = [plant.site for plant in facts.plants if plant.municipal_roof]
    if load is None or not sites:
        return None
    found = matching(_made(store, sites, start, end), load, 30, modelled=False)
    if not found.steps:
        return None
    wanted = [each for each in facts.buildings if Carrier.ELECTRICITY in each.carriers]
    scope = {"year": year, "status": Known.MEASURED.value, "perimeter": Perimeter.MUNICIPAL_ROOFS.value}
    return plain_matching(found) | scope | {"buildings": buildings, "of_buildings": len(wanted)}


def _load(kept: Territory, start: int, end: int) -> tuple[Floats | None, int]:
    """Wh of each half-hour of all buildings with a curve, NaN where one of them is not known; how many they are."""
    slots = (end - start) // HALF_HOUR
    curves: dict[str, Floats] = {}
    for building, slot, wh in kept.half_hourly(start, end):
        curve = curves.setdefault(building, np.full(slots, np.nan))
        curve[(slot - start) // HALF_HOUR] = wh
    if not curves:
        return None, 0
    summed: Floats = np.sum(list(curves.values()), axis=0)
    return summed, len(curves)


def _made(store: Store, sites: list[str], start: int, end: int) -> Floats:
    """Wh of each half-hour of these sites together, NaN where a quarter of one of them is not known."""
    rows = store.read_rollups(Step.QUARTER, Subject.SITE, sites, start, end, ["energy"])
    quarters = np.full((len(sites), (end - start) // HALF_HOUR * QUARTER_OF), np.nan)
    places = {site: place for place, site in enumerate(sites)}
    for site, part in rows.groupby("subject"):
        at = (part["time"].to_numpy(np.int64) - start) // (HALF_HOUR // QUARTER_OF)
        quarters[places[str(site)], at] = part["energy"].to_numpy(float)
    by_step = quarters.sum(axis=0).reshape(-1, QUARTER_OF).sum(axis=1)
    made: Floats = np.clip(by_step, 0, None)
    return made
