"""Roofs out of tables and shapes of others: each row a roof, or a fault with its line; what is assumed is named."""

from __future__ import annotations

import pytest

from models.territory.roof_pipeline import Kind, Owner
from models.territory.roof_rows import from_csv, from_geojson, ready

TABLE = (
    "cleabs;identifiants_rnb;usage_1;surface;materiaux_de_la_toiture;proprietaire\r\n"
    "BATIMENT0000001;ABCD1234EFGH/XX;Résidentiel;80;1;\r\n"
    "BATIMENT0000002;;Sportif;1200;;commune\r\n"
    "BATIMENT0000003;;Sportif;zéro;;commune\r\n"
    "BATIMENT0000002;;Sportif;300,5;;commune\r\n"
    "BATIMENT0000002;;Sportif;300,5;;commune\r\n"
)


def square(size: float, x: float = 2.79, y: float = 50.45) -> dict:
    """A square of so many metres on a side, near the town."""
    wide, high = size / 70_868, size / 111_195  # m of a degree at 50.45 degrees north, worked by hand
    ring = [[x, y], [x + wide, y], [x + wide, y + high], [x, y + high], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_table_of_bd_topo_becomes_roofs_with_what_is_assumed_named() -> None:
    roofs, faults = ready(from_csv(TABLE, {}), "bdtopo.csv")
    home, hall, plane = roofs
    assert (home.id, home.said["owner"], home.said["tilt"], home.said["kwp"]) == (
        "ABCD1234EFGH",
        "inhabitant",
        35.0,
        8.0,
    )
    assert home.said["assumed"] == ["azimuth", "kwp", "owner", "tilt"]
    assert (hall.id, hall.said["kind"], hall.said["kwp"], hall.said["tilt"]) == (
        "BATIMENT0000002",
        "sports_hall",
        120,
        10,
    )
    assert (plane.id, plane.said["area"]) == ("BATIMENT0000002-2", 300.5)
    assert [(fault.line, "no number" in fault.why) for fault in faults] == [(4, True)]


def test_columns_of_a_solar_cadastre_are_told_apart_by_name() -> None:
    text = "num,kWc installable,pente,expo\nR-1,9.5,30,170\n"
    rows = from_csv(text, {"id": "num", "kwp": "kWc installable", "tilt": "pente", "azimuth": "expo"})
    ((roof,), faults) = ready(rows, "cadastre", Kind.SCHOOL, Owner.COMMUNE)
    assert (roof.id, roof.said["kwp"], roof.said["assumed"], faults) == ("R-1", 9.5, [], [])
    with pytest.raises(ValueError, match="no column x"):
        list(from_csv(text, {"id": "x"}))
    with pytest.raises(ValueError, match="no pente"):
        list(from_csv(text, {"pente": "pente"}))


def test_shapes_tell_their_area_and_place() -> None:
    features = [{"type": "Feature", "properties": {"cleabs": "BAT1", "usage_1": "Religieux"}, "geometry": square(20)}]
    hole = square(20)
    hole["coordinates"].append(square(10, 2.79005, 50.45005)["coordinates"][0])
    features.append({"properties": {"cleabs": "BAT2", "usage_1": "Religieux"}, "geometry": hole})
    roofs, faults = ready(from_geojson({"features": features}, {}), "x.geojson", owner=Owner.COMMUNE)
    assert [roof.said["area"] for roof in roofs] == pytest.approx([400, 300], rel=0.01)
    assert roofs[0].said["latitude"] == pytest.approx(50.45, abs=0.001)
    assert (roofs[0].said["kind"], faults) == ("church", [])


def test_metres_of_lambert_93_tell_an_area_and_no_place() -> None:
    ring = [[690_000, 7_040_000], [690_030, 7_040_000], [690_030, 7_040_010], [690_000, 7_040_010]]
    feature = {"properties": {"cleabs": "BAT1", "kind": "school", "owner": "commune"},
               "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]}}  # fmt: skip
    ((roof,), _faults) = ready(from_geojson({"features": [feature]}, {}), "x")
    assert (roof.said["area"], "latitude" in roof.said) == (300.0, False)


@pytest.mark.parametrize(
    "geometry", [None, {}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": [[[1]]]}, {"type": "Point"}, 3,
                 {"type": "Polygon", "coordinates": [[["a", "b"]]]}, {"type": "MultiPolygon", "coordinates": 7}]
)  # fmt: skip
def test_a_shape_that_is_none_is_a_fault_of_its_row_only(geometry) -> None:
    rows = from_geojson(
        {"features": [{"properties": {"cleabs": "B", "owner": "commune"}, "geometry": geometry}, 3]}, {}
    )
    roofs, faults = ready(rows, "x")
    assert (roofs, len(faults)) == ([], 2)


@pytest.mark.parametrize("said", [None, [], {}, {"features": 3}])
def test_what_is_no_collection_is_refused(said) -> None:
    with pytest.raises(ValueError, match="FeatureCollection"):
        list(from_geojson(said, {}))


def test_a_roof_of_nobody_or_of_no_size_is_a_fault() -> None:
    rows = [(1, {"id": "a", "area": 50}), (2, {"id": "b", "owner": "commune"}), (3, {"id": "../c", "owner": "commune"}),
            (4, {"id": "d", "owner": "commune", "area": "0.5"}), (5, {"owner": "commune", "area": 50})]  # fmt: skip
    roofs, faults = ready(rows, "x")
    assert (roofs, [fault.line for fault in faults]) == ([], [1, 2, 3, 4, 5])
