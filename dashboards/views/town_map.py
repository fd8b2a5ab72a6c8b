"""The sites as points of a drawing: metres east and north of their middle, without tiles, so that nobody is asked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from config.town import Site, Town

METRES = 111_320.0
"""Of one degree of latitude."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A site in a square of 0..100, north above."""

    site: Site
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TownMap:
    """Where the sites lie, those that are known, and which are not."""

    spots: tuple[Spot, ...]
    unknown: tuple[Site, ...]
    width: float
    """Metres that the side of the square stands for."""


def town_map(town: Town) -> TownMap | None:
    """None when no site says where it is."""
    known = [(site, site.latitude, site.longitude) for site in town.sites]
    placed = [(site, lat, lon) for site, lat, lon in known if lat is not None and lon is not None]
    if not placed:
        return None
    latitude = sum(lat for _site, lat, _lon in placed) / len(placed)
    east = [lon * METRES * math.cos(math.radians(latitude)) for _site, _lat, lon in placed]
    north = [lat * METRES for _site, lat, _lon in placed]
    middle = (max(east) + min(east)) / 2, (max(north) + min(north)) / 2
    width = max(max(east) - min(east), max(north) - min(north), 500.0) * 1.25
    spots = [
        Spot(site, 50 + (x - middle[0]) / width * 100, 50 - (y - middle[1]) / width * 100)
        for (site, _lat, _lon), x, y in zip(placed, east, north, strict=True)
    ]
    return TownMap(tuple(spots), tuple(s for s, lat, lon in known if lat is None or lon is None), width)
