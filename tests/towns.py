"""Towns for the tests: small invented ones, with as many devices as wanted, and any town behind recording proxies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from config import load_maps
from config.town import Town
from tests.recorder import recorded

_ASSUMED = {"source": "invented for a test", "status": "assumed"}


def invented_town(ports: Sequence[int], *, map_name: str = "eastron_sdm630", units: Sequence[int] = (1,)) -> Town:
    """A town with one link per port on loopback, and behind each one device per unit: ``site/dev-PORTINDEX-UNIT``."""
    maps = load_maps()
    role = "meter" if map_name.startswith("eastron") else "inverter"
    devices: list[dict[str, Any]] = [
        {"id": f"dev-{n}-{unit}", "map": map_name, "link": f"link-{n}", "unit": unit}
        | ({"measures": "production"} if role == "meter" else {})
        for n in range(len(ports))
        for unit in units
    ]
    array = {"id": "a", "kwp": {"value": 1, **_ASSUMED}, "module": {"technology": "other"}}
    return Town.model_validate(
        {
            "place": {
                "name": "Nulleville", "insee": "00000", "latitude": 50, "longitude": 3, "altitude": 0,
                "tz": "Europe/Paris", **_ASSUMED,
            },
            "links": [
                {"id": f"link-{n}", "host": "127.0.0.1", "port": port, "timeout": 20.0} for n, port in enumerate(ports)
            ],
            "sites": [
                {
                    "id": "site", "name": "Site", "owner": "commune", **_ASSUMED,
                    "roofs": [{"id": "roof", "name": "Roof", "arrays": [array]}],
                    "meters" if role == "meter" else "inverters": devices,
                }
            ],
            "maps": {map_name: maps[map_name]},
        }
    )  # fmt: skip


@contextmanager
def recorded_town(town: Town) -> Iterator[Town]:
    """A town served on loopback as the collector is to see it: each link behind a recording proxy."""
    with ExitStack() as stack:
        ports = [stack.enter_context(recorded(link.port)) for link in town.links]
        links = tuple(link.model_copy(update={"port": p}) for link, p in zip(town.links, ports, strict=True))
        yield town.model_copy(update={"links": links})
