"""Towns of a few roofs, and what their devices say as frames: the simulator's truth without store and sockets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from config import load_maps
from config.kwh import Subject
from config.town import Town
from models.calendar import QUARTER, day_bounds, day_start
from models.pv.closing.books import Books, books_of
from models.pv.closing.close import Closed, Given, close
from models.pv.closing.memory import Memory
from scripts.simulator.fault import Fault
from scripts.simulator.plant import Plant

PARIS = ZoneInfo("Europe/Paris")
BESIDE = 24 * QUARTER
"""ms of readings beside the stretch, as scripts.jobs.readings gives them."""
SAID = {"source": "invented for a test", "status": "assumed"}
MAPS = load_maps()
USED = ("sunspec", "huawei_sun2000", "goodwe_dt", "goodwe_et", "eastron_sdm630")


def figure(value: float) -> dict[str, Any]:
    return {"value": value, **SAID}


def array(name: str, azimuth: float, kwp: float, feeds: Sequence[str] = ()) -> dict[str, Any]:
    """An array of five strings on the one input of each of the inverters that it feeds."""
    return {
        "id": name,
        "kwp": figure(kwp),
        "surface_tilt": figure(30),
        "surface_azimuth": figure(azimuth),
        "module": {"technology": "mono-si"},
        "feeds": [{"inverter": each, "input": 1, "strings": 5, "modules_per_string": 12} for each in feeds],
    }  # fmt: skip


def site(
    name: str,
    azimuth: float = 180,
    *,
    kwp: float = 20,
    inverters: Sequence[str] = ("inv",),
    map_name: str = "goodwe_dt",
    meters: int = 0,
    mast: bool = False,
    roofs: dict[str, Sequence[dict[str, Any]]] | None = None,
) -> dict[str, Any]:
    """A site whose one roof feeds all of its inverters, unless told otherwise."""
    of_roofs = {"roof": [array("a", azimuth, kwp, inverters)]} if roofs is None else roofs
    rated = figure(900 * kwp / max(len(inverters), 1))
    return {
        "id": name, "name": name, "owner": "commune", **SAID,
        "roofs": [{"id": roof, "name": roof, "arrays": list(arrays)} for roof, arrays in of_roofs.items()],
        "inverters": [
            {"id": each, "map": map_name, "link": "link", "unit": n + 1, "pac_rated": rated}
            for n, each in enumerate(inverters)
        ],
        "meters": [
            {"id": f"meter-{n}", "map": "eastron_sdm630", "link": "link", "unit": 100 + n, "measures": "production"}
            for n in range(meters)
        ],
        "weather": [{"id": "mast", "map": "sunspec", "link": "link", "unit": 120}] if mast else [],
    }  # fmt: skip


def town_of(*sites: dict[str, Any]) -> Town:
    return Town.model_validate(
        {
            "place": {
                "name": "Sonnenstadt", "insee": "62528", "latitude": 50.457, "longitude": 2.793, "altitude": 50,
                "tz": "Europe/Paris", **SAID,
            },
            "links": [{"id": "link", "host": "127.0.0.1", "port": 1502}],
            "sites": list(sites),
            "maps": {name: MAPS[name] for name in USED},
        }
    )  # fmt: skip


@dataclass(slots=True)
class Story:
    """A town, its days first..last, and what its devices said; change `frames` before it is closed."""

    town: Town
    first: date
    last: date
    frames: dict[str, pd.DataFrame]
    plant: Plant

    @property
    def books(self) -> Books:
        return books_of(self.town, PARIS)

    @property
    def span(self) -> tuple[int, int]:
        return day_start(self.first, PARIS), day_bounds(self.last, PARIS)[1]

    def close(self, memory: Memory | None = None, **given: Any) -> Closed:
        return close(self.books, Given(self.frames, **given), memory or Memory(), *self.span, PARIS)

    def made(self, inverter: str, start: int, end: int) -> float:
        """Wh that the inverter really made."""
        _, energy = self.plant.powers.read(self.plant.powers.wiring.inverters[inverter], np.array([start, end]))
        return float(energy[1] - energy[0])

    def silence(self, device: str, start: int, end: int) -> None:
        """Nothing was read from `start` to before `end`."""
        times = self.frames[device].index.as_unit("ms").asi8
        self.frames[device] = self.frames[device][(times < start) | (times >= end)]


def story(
    town: Town, first: date, last: date, faults: Sequence[Fault] = (), pace: int = QUARTER, seed: int = 1
) -> Story:
    """Readings every `pace` ms, of six hours beside the days too; counters in whole steps of 10 Wh."""
    plant = Plant(town, seed, faults)
    times = np.arange(day_start(first, PARIS) - BESIDE, day_bounds(last, PARIS)[1] + BESIDE, pace, dtype=np.int64)
    index = pd.DatetimeIndex(pd.to_datetime(times, unit="ms", utc=True))
    wanted = books_of(town, PARIS)
    fields = set(wanted.fields())
    frames = {}
    for path in wanted.devices:
        columns = {
            name: np.asarray(column, float) for name, column in plant.measure(path, times).items() if name in fields
        }
        counters = {name: np.floor(column / 10) * 10 for name, column in columns.items() if name.endswith("_total")}
        frames[path] = pd.DataFrame(columns | counters, index)
    return Story(town, first, last, frames, plant)


def rows(frame: pd.DataFrame | None, kind: Subject, subject: str) -> pd.DataFrame:
    assert frame is not None
    return frame[(frame["kind"] == kind.value) & (frame["subject"] == subject)].reset_index(drop=True)
