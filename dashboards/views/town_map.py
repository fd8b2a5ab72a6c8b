"""The sites as points of a drawing: metres east and north of their middle, without tiles, so that nobody is asked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from config.town import Site, Town

METRES = 111_320.0
"""Of one degree of latitude."""
DOT, TALL, DIGIT = 1.6, 4.5, 2.9
"""Of the drawing: the radius of a site, the height of its number, the width of a digit of it."""
Box = tuple[float, float, float, float]
"""left, top, right, bottom"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A site in a square of 0..100, north above, with its number in the list beside, and where that number begins."""

    number: int
    site: Site
    x: float
    y: float
    label_x: float
    label_y: float


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
    points = [
        (50 + (x - middle[0]) / width * 100, 50 - (y - middle[1]) / width * 100)
        for x, y in zip(east, north, strict=True)
    ]
    labels = _labels(points)
    spots = [
        Spot(number, site, *point, *label)
        for number, ((site, _lat, _lon), point, label) in enumerate(zip(placed, points, labels, strict=True), 1)
    ]
    return TownMap(tuple(spots), tuple(s for s, lat, lon in known if lat is None or lon is None), width)


def _labels(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where each number begins (left, baseline): around its dot, where no other dot and no number before it lies."""
    taken: list[Box] = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in points]
    found = []
    for number, (x, y) in enumerate(points, 1):
        wide = DIGIT * len(str(number))
        places = [_around(x, y, wide, reach, turn) for reach in (1.0, 2.5, 4.5, 7.0) for turn in range(8)]
        inside = [(left, top, left + wide, top + TALL) for left, top in places]
        box = min(inside, key=lambda each: (sum(_overlap(each, other) for other in taken), not _within(each)))
        taken.append(box)
        found.append((box[0], box[3] - TALL * 0.2))
    return found


def _around(x: float, y: float, wide: float, reach: float, turn: int) -> tuple[float, float]:
    """Left and top of a box beside a dot: right of it first, then an eighth further each time."""
    angle = turn * math.pi / 4
    across, down = math.cos(angle), math.sin(angle)
    far = DOT + reach
    return x + across * (far + wide / 2) - wide / 2, y + down * (far + TALL / 2) - TALL / 2


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(tall, 0.0)


def _within(box: Box) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= 100 and box[3] <= 100
