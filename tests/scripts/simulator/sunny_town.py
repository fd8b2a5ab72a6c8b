"""A small invented town for the tests of the simulation: four roofs, each with an inverter, a meter, a weather mast."""

from __future__ import annotations

from typing import Any

from config import load_maps
from config.town import Town

_ASSUMED = {"source": "invented for a test", "status": "assumed"}
MAPS = ("sunspec", "huawei_sun2000", "goodwe_dt", "goodwe_et")


def _figure(value: float) -> dict[str, Any]:
    return {"value": value, **_ASSUMED}


def _site(name: str, map_name: str, azimuth: float = 180, mount: str = "fixed", meter: bool = False) -> dict[str, Any]:
    array = {
        "id": "a",
        "kwp": _figure(20),
        "mount": mount,
        "module": {"technology": "mono-si"},
        "feeds": [
            {"inverter": "inv", "input": 1, "strings": 3, "modules_per_string": 15},
            {"inverter": "inv", "input": 2, "strings": 3, "modules_per_string": 15},
        ],
    }
    if mount != "two-axis":
        array |= {"surface_tilt": _figure(30), "surface_azimuth": _figure(azimuth)}
    inverter = {"id": "inv", "map": map_name, "link": name, "unit": 1, "pac_rated": _figure(18_000)}
    one = {"id": "meter", "map": "eastron_sdm630", "link": name, "unit": 2, "measures": "production"}
    return {
        "id": name, "name": name, "owner": "commune", **_ASSUMED,
        "roofs": [{"id": "roof", "name": "Roof", "arrays": [array]}],
        "inverters": [inverter], "meters": [one] if meter else [],
        "weather": [{"id": "mast", "map": "sunspec", "link": name, "unit": 3}] if meter else [],
    }  # fmt: skip


def sunny_town(impatient: str = "") -> Town:
    """Sites south (sunspec, meter, mast), east (huawei), west (goodwe_dt), tracker (goodwe_et, two axes).

    Only on the `impatient` site's link is an answer given up within what a test can wait for.
    """
    sites = [
        _site("south", "sunspec", meter=True),
        _site("east", "huawei_sun2000", azimuth=90),
        _site("west", "goodwe_dt", azimuth=270),
        _site("tracker", "goodwe_et", mount="two-axis"),
    ]
    maps = load_maps()
    return Town.model_validate(
        {
            "place": {
                "name": "Sonnenstadt", "insee": "62528", "latitude": 50.457, "longitude": 2.793, "altitude": 50,
                "tz": "Europe/Paris", **_ASSUMED,
            },
            "links": [
                {
                    "id": s["id"], "host": "127.0.0.1", "port": 1502 + n, "connect_delay": 0, "gap": 0,
                    "timeout": 2 if s["id"] == impatient else 30,
                }
                for n, s in enumerate(sites)
            ],
            "sites": sites,
            "maps": {name: maps[name] for name in (*MAPS, "eastron_sdm630")},
        }
    )  # fmt: skip
