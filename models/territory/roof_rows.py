"""Roofs out of files: a table (CSV) or shapes (GeoJSON) of BD TOPO, the register of buildings, a solar cadastre.

The columns of the solar cadastre are not published: whoever has a file of it says which of its columns is which of
ours. What a file does not tell is assumed and named, as it will stand beside the roof for good.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.language import _
from models.territory import typed
from models.territory.roof_pipeline import Kind, Owner
from models.territory.roof_potential import AZIMUTH, FLAT_TILT, KWP_M2, PITCHED_TILT, USABLE

NAMES = ("id", "rnb", "bdtopo", "name", "kind", "owner", "kwp", "area", "tilt", "azimuth", "latitude", "longitude",
         "usage", "material")  # fmt: skip
"""What a row may tell."""
THEIRS = {
    "rnb_id": "rnb", "id_rnb": "rnb", "identifiants_rnb": "rnb", "cleabs": "bdtopo", "nom": "name", "usage_1": "usage",
    "surface": "area", "surface_m2": "area", "area_m2": "area", "kwc": "kwp", "puissance_kwc": "kwp",
    "inclinaison": "tilt", "orientation": "azimuth", "azimut": "azimuth", "lat": "latitude", "lon": "longitude",
    "proprietaire": "owner", "materiaux_de_la_toiture": "material",
}  # fmt: skip
"""Columns of others (in small letters) and what they are here."""
USAGES = {
    "résidentiel": Kind.HOUSING, "religieux": Kind.CHURCH, "sportif": Kind.SPORTS_HALL,
    "commercial et services": Kind.COMPANY, "industriel": Kind.COMPANY,
}  # fmt: skip
"""Of BD TOPO's usage_1; every other one is `other`."""
PITCHED = frozenset({"1", "2", "01", "02", "10", "20", "12", "21"})
"""Codes of BD TOPO's materiaux_de_la_toiture with tiles (1) or slates (2): no flat roof has these."""
MOST_ROWS = 200_000
EARTH = 6_371_008.8
"""m"""


@dataclass(frozen=True, slots=True)
class RoofRow:
    """One roof of a file, with all that the pipeline needs but its modelled energy."""

    line: int
    """Of the table, or number of the shape, from 1."""
    id: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is no roof, and why."""

    line: int
    why: str


def from_csv(text: str, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a CSV (comma, semicolon or tab) by our names. `columns`: ours -> theirs. ValueError for no such."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    head = lines.readline()
    lines.seek(0)
    signs = {sign: head.count(sign) for sign in ";,\t"}
    reader = csv.reader(lines, delimiter=max(signs, key=lambda sign: signs[sign]), strict=True)
    try:
        heads = [each.strip() for each in next(reader, [])]
        names = _named(heads, columns)
        for row in reader:
            if any(cell.strip() for cell in row):
                told = {ours: row[place].strip() for place, ours in names.items() if place < len(row)}
                yield reader.line_num, {name: value for name, value in told.items() if value}
    except csv.Error as error:
        raise ValueError(_("line {n}: {why}").format(n=reader.line_num, why=error)) from None


def from_geojson(shapes: Any, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, Any]]]:  # noqa: ANN401
    """The same from a FeatureCollection; an area that is not told is that of the shape."""
    features = shapes.get("features") if isinstance(shapes, dict) else None
    if not isinstance(features, list):
        raise ValueError(_("this is no FeatureCollection of GeoJSON"))
    for number, feature in enumerate(features, 1):
        properties = (feature.get("properties") or {}) if isinstance(feature, dict) else {}
        if not isinstance(properties, dict):
            properties = {}
        names = _named([str(key) for key in properties], columns, strict=number == 1 and bool(columns))
        values = list(properties.values())
        told = {ours: values[place] for place, ours in names.items() if values[place] not in (None, "")}
        measured = _shape(feature.get("geometry") if isinstance(feature, dict) else None)
        yield number, {**measured, **told}


def ready(
    rows: Iterable[tuple[int, dict[str, Any]]], origin: str, kind: Kind | None = None, owner: Owner | None = None
) -> tuple[list[RoofRow], list[Fault]]:
    """Rows completed with what is assumed, and those that are no roofs. `kind` and `owner` are of rows without one.

    Several rows of one building are several planes: ``ID``, ``ID-2``, …; a row that repeats another one is left out.
    """
    found: list[RoofRow] = []
    faults: list[Fault] = []
    planes: dict[str, list[dict[str, Any]]] = {}
    for count, (line, row) in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise ValueError(_("more than {n} roofs: is this a file of one town?").format(n=MOST_ROWS))
        try:
            name, said = _completed(row, origin, kind, owner)
        except ValueError as error:
            faults.append(Fault(line, str(error)))
            continue
        others = planes.setdefault(name, [])
        if said in others:
            continue
        others.append(said)
        found.append(RoofRow(line, name if len(others) == 1 else f"{name}-{len(others)}", said))
    return found, faults


def _named(heads: list[str], columns: Mapping[str, str], *, strict: bool = True) -> dict[int, str]:
    """Place of a column -> our name of it."""
    if unknown := sorted({*columns} - {*NAMES}):
        raise ValueError(
            _("of a roof is no {names}; known are {known}").format(names=unknown[0], known=", ".join(NAMES))
        )
    missing = [theirs for theirs in columns.values() if theirs not in heads]
    if strict and missing:
        raise ValueError(_("the file has no column {name}").format(name=missing[0]))
    said = {theirs: ours for ours, theirs in columns.items()}
    names: dict[int, str] = {}
    for place, head in enumerate(heads):
        ours = said.get(head) or THEIRS.get(head.lower(), head.lower())
        if ours in NAMES and ours not in names.values() and (head in said or ours not in columns):
            names[place] = ours
    return names


def _completed(row: dict[str, Any], origin: str, kind: Kind | None, owner: Owner | None) -> tuple[str, dict[str, Any]]:
    assumed = set()
    rnb = str(row.get("rnb", "")).split("/")[0].strip() or None
    name = typed.identifier(row.get("id") or rnb or row.get("bdtopo"))
    what = row.get("kind") or kind or USAGES.get(str(row.get("usage", "")).lower(), Kind.OTHER)
    what = Kind(typed.one_of(str(what), Kind))
    whose = row.get("owner") or owner
    if not whose and what is Kind.HOUSING:
        whose = Owner.INHABITANT
        assumed.add("owner")
    if not whose:
        raise ValueError(_("whose is it? Give a column owner, or --owner"))
    area = typed.number(row["area"], 1.0, 500_000.0) if "area" in row else None
    kwp = typed.number(row["kwp"], 0.1, 50_000.0) if "kwp" in row else None
    if kwp is None:
        if area is None:
            raise ValueError(_("neither kwp nor area is told"))
        kwp = round(area * USABLE * KWP_M2, 3)
        assumed.add("kwp")
        if kwp < 0.1:
            raise ValueError(_("too small for a module: {area} m²").format(area=round(area, 1)))
    tilt, azimuth = row.get("tilt"), row.get("azimuth")
    if tilt is None:
        pitched = str(row.get("material", "")).strip() in PITCHED or what in (Kind.HOUSING, Kind.CHURCH)
        tilt = PITCHED_TILT if pitched else FLAT_TILT
        assumed.add("tilt")
    if azimuth is None:
        azimuth = AZIMUTH
        assumed.add("azimuth")
    said: dict[str, Any] = {
        "kind": what.value, "owner": typed.one_of(str(whose), Owner), "kwp": kwp, "area": area, "rnb": rnb,
        "tilt": typed.number(tilt, 0.0, 90.0), "azimuth": typed.number(azimuth, 0.0, 360.0),
        "bdtopo": row.get("bdtopo"), "name": row.get("name"), "latitude": row.get("latitude"),
        "longitude": row.get("longitude"), "assumed": sorted(assumed), "origin": origin,
    }  # fmt: skip
    return name, {key: value for key, value in said.items() if value is not None}


def _shape(geometry: Any) -> dict[str, float]:  # noqa: ANN401
    """Area (m²) and middle of a Polygon or MultiPolygon in degrees (WGS 84), or in metres (Lambert-93: no middle)."""
    shape: dict[str, Any] = geometry if isinstance(geometry, dict) else {}
    rings = shape.get("coordinates")
    polygons: list[Any] = [rings] if shape.get("type") == "Polygon" else []
    if shape.get("type") == "MultiPolygon" and isinstance(rings, list):
        polygons = rings
    try:
        points = [(float(x), float(y)) for polygon in polygons for x, y, *_z in polygon[0]]
        if not points or not all(map(math.isfinite, [number for point in points for number in point])):
            return {}
        x, y = (sum(part) / len(points) for part in zip(*points, strict=True))
        degrees = all(abs(one) <= 180 and abs(other) <= 90 for one, other in points)
        metre = EARTH * math.pi / 180 if degrees else 1.0
        wide = metre * math.cos(math.radians(y)) if degrees else 1.0
        area = sum(
            (1.0 if number == 0 else -1.0) * _ring([((a - x) * wide, (b - y) * metre) for a, b, *_z in ring])
            for polygon in polygons
            for number, ring in enumerate(polygon)
        )
    except (TypeError, ValueError, IndexError, KeyError):
        return {}
    middle = {"longitude": round(x, 6), "latitude": round(y, 6)} if degrees else {}
    return {**middle, "area": round(area, 2)} if area > 0 else middle


def _ring(points: list[tuple[float, float]]) -> float:
    """Area of a ring, whichever way it turns (shoelace)."""
    turned = [*points[1:], points[0]]
    return abs(sum(a * d - c * b for (a, b), (c, d) in zip(points, turned, strict=True))) / 2
