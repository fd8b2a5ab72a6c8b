"""A simulated town as recipes see it: readings of its devices, what they made, what they should have made.

Expectations are the simulator's own power without faults, with a daily error: simulated throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from models.calendar import QUARTER, day_bounds
from models.pv.closing.books import books_of
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipe import Look
from models.pv.diagnosis.sign import Past, Sign
from models.pv.diagnosis.units import units_of
from models.pv.sun import sun_position
from scripts.simulator.fault import Fault
from scripts.simulator.image import _states_of as makers_words
from scripts.simulator.plant import Plant
from tests.models.pv.closing.closing_town import MAPS, PARIS, figure, site, town_of

MINUTE, HOUR = 60_000, 3_600_000
SUMMER = date(2026, 5, 4)


def _array(name: str, azimuth: float, kwp: float, feeds: Sequence[tuple[str, int, int]]) -> dict[str, object]:
    return {
        "id": name, "kwp": figure(kwp), "surface_tilt": figure(30), "surface_azimuth": figure(azimuth),
        "module": {"technology": "mono-si"},
        "feeds": [
            {"inverter": each, "input": number, "strings": strings, "modules_per_string": 12}
            for each, number, strings in feeds
        ],
    }  # fmt: skip


TOWN = town_of(
    site("s0", kwp=27, map_name="huawei_sun2000", roofs={"r": [_array("a", 180, 27, [("inv", 1, 3), ("inv", 2, 3)])]}),  # type: ignore[list-item]
    site("s1", kwp=36, map_name="sunspec", roofs={"r": [_array("a", 200, 36, [("inv", n, 2) for n in (1, 2, 3)])]}),  # type: ignore[list-item]
    site("s2", kwp=9, map_name="goodwe_dt", roofs={"r": [_array("a", 150, 9, [("inv", 1, 1), ("inv", 2, 1)])]}),  # type: ignore[list-item]
    site("s3", kwp=9, map_name="huawei_sun2000", roofs={"r": [_array("a", 170, 12, [("inv", 1, 2), ("inv", 2, 2)])]}),  # type: ignore[list-item]
    site(
        "s4",
        kwp=12,
        map_name="sunspec",
        inverters=("a", "b"),
        roofs={
            "e": [_array("e", 90, 6, [("a", 1, 2), ("b", 1, 2)])],
            "w": [_array("w", 270, 6, [("a", 2, 2), ("b", 2, 2)])],
        },
    ),  # type: ignore[list-item]
)
# s3 has more modules than its inverter takes: 12 kWp behind 8.1 kW.
BOOKS = books_of(TOWN, PARIS)
UNITS = units_of(TOWN, BOOKS, PARIS)
PATHS = [unit.path for unit in UNITS]


@lru_cache(maxsize=8)
def plant(faults: tuple[Fault, ...] = (), seed: int = 3) -> Plant:
    return Plant(TOWN, seed, faults)


def frame_of(simulated: Plant, path: str, times: np.ndarray) -> pd.DataFrame:
    columns = simulated.measure(path, times)
    words = makers_words(MAPS[TOWN.devices()[path].map])
    made = {name: column for name, column in columns.items() if name != "state"}
    frame = pd.DataFrame({name: np.round(np.asarray(column, float), 2) for name, column in made.items()})
    frame["state"] = [words[state] for state in columns["state"]]
    for name in ("energy_ac_total", "energy_pv_total"):
        frame[name] = np.floor(frame[name] / 10) * 10
    frame["pac"] = frame["pac"].round()
    hybrid = {"pv_power", "p_battery", "energy_pv_total", "energy_charge_total", "energy_discharge_total"}
    hybrid |= {"s_ac", "q_ac", "power_factor", "i_ac", "i_ac_a", "i_ac_b", "i_ac_c", "energy_ac_day"}  # not read here
    frame = frame.drop(columns=[name for name in hybrid if name in frame])
    frame.index = pd.DatetimeIndex(pd.to_datetime(times, unit="ms", utc=True))
    return frame


def day_of(
    when: date, faults: Sequence[Fault] = (), *, pace: int = 5 * MINUTE, until: int | None = None, seed: int = 3,
    error: float = 0.03, paths: Sequence[str] = (),
) -> TownDay:  # fmt: skip
    """One day; `until` ms into it while it goes on; of all inverters, or of these."""
    return _day(when, tuple(faults), pace, until, seed, error, tuple(paths) or tuple(PATHS))


@lru_cache(maxsize=160)
def _day(
    when: date, faults: tuple[Fault, ...], pace: int, until: int | None, seed: int, error: float, paths: tuple[str, ...]
) -> TownDay:
    start, end = day_bounds(when, PARIS)
    end = end if until is None else start + until
    simulated, well = plant(faults, seed), plant((), seed)
    edges = np.arange(start, end + 1, QUARTER, dtype=np.int64)
    times = np.arange(start, end, pace, dtype=np.int64)
    place = TOWN.place
    middle = pd.DatetimeIndex(pd.to_datetime(edges[:-1] + QUARTER // 2, unit="ms", utc=True))
    sun = sun_position(middle, place.latitude, place.longitude, place.altitude)
    inverters = []
    for unit in (one for one in UNITS if one.path in paths):
        row = simulated.powers.wiring.inverters[unit.path]
        made, should = (np.diff(one.powers.read(row, edges)[1]) for one in (simulated, well))
        wrong = 1 + error * np.random.default_rng([start // 86_400_000, row]).standard_normal()
        frame = frame_of(simulated, unit.path, times)
        answered = [simulated.answers(unit.path, int(time)) is None for time in times]
        frame = frame[answered]
        last = int(times[np.flatnonzero(answered)[-1]]) if any(answered) else start - 6 * HOUR
        expected = should * wrong
        nothing = np.full(len(made), np.nan)
        inverters.append(
            InverterDay(
                unit, np.maximum(made, 0.0), expected, expected * 0.9, expected * 1.1, nothing,
                np.zeros(len(made), bool), 0.1, frame, (), {}, last, pace,
            )
        )  # fmt: skip
    weather = simulated.powers.sky.weather(int(edges[0]) // QUARTER, int(edges[-1]) // QUARTER)
    temp = np.asarray(weather.temp_air, float)[: len(made)]
    return TownDay(start, QUARTER, 90.0 - sun.apparent_zenith, sun.azimuth, inverters, until is None, temp)


def run(
    look: Look, path: str, days: int, faults: Sequence[Fault] = (), *, first: date = SUMMER, beside: Sequence[str] = (),
    change: Callable[[InverterDay, TownDay], InverterDay] | None = None, **more: object,
) -> Iterator[tuple[TownDay, Sequence[Sign]]]:  # fmt: skip
    """Each day with the signs on one inverter, remembering as the engine does."""
    past: Past = {}
    for number in range(days):
        day = day_of(first + timedelta(days=number), faults, paths=(path, *beside), **more)  # type: ignore[arg-type]
        if change is not None:
            day = replace(day, inverters=[change(one, day) for one in day.inverters])
        inverter = next(one for one in day.inverters if one.unit.path == path)
        signs, past = look(inverter, day, past)
        yield day, signs


def at(when: date, hours: float) -> int:
    """ms of an hour of a day of the town."""
    return day_bounds(when, PARIS)[0] + int(hours * HOUR)
