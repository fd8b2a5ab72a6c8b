"""tepos bench expected: a year of many arrays, beside a loop of pvlib's ModelChain over the same arrays."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from models.pv.expected.chain import THREADS, ac_power
from models.pv.expected.modelchain import modelchain_power, modelchain_sun
from models.pv.plant import InverterFacts, Plane, Plant
from models.pv.sun import Floats, Irradiance, sun_position
from scripts.bench import Figure
from scripts.simulator.sky import PER_DAY, Sky

LOOS = (50.457, 2.793, 50.0)
FIRST = 20089 * PER_DAY
"""The quarter-hour with which 2025 began, since 1970."""
RUNS = 9
FEW, MANY = 50, 400
"""Arrays of the memory figure."""


def run(seed: int = 1, arrays: int = 200, hours: int = 8760) -> Iterator[Figure]:
    """Speed beside ModelChain, how far the annual energies are apart, and the memory beside the result."""
    weather, plant = _weather(seed, hours), _plant(arrays, seed)
    power = _ours(plant, weather)
    ours = statistics.median(_seconds(_ours, plant, weather) for _ in range(RUNS))
    before = time.perf_counter()
    theirs = np.array([modelchain_power(plant, number, weather).sum() for number in range(arrays)])
    loop = time.perf_counter() - before
    sun = arrays * statistics.median(_seconds(modelchain_sun, plant, weather) for _ in range(RUNS))
    yield Figure(
        "expected.speedup", round(loop / ours, 1), "1", 1.0,
        f"{1000 * ours:.1f} ms (median of {RUNS}) against {loop:.2f} s for {arrays} arrays, each of another tilt and "
        f"azimuth, × {hours} h, simulated weather; Perez-Driesse, physical glass, Faiman, PVWatts DC and inverter, "
        f"float64, {THREADS} threads; the sun's position counts on both sides: here once, there, as ModelChain does, "
        f"once per array, about {sun:.1f} s",
    )  # fmt: skip
    yield Figure(
        "expected.array_years_per_s", round(arrays * hours / 8760 / ours), "1/s",
        round(arrays * hours / 8760 / loop, 2), "the same runs; baseline: the ModelChain loop",
    )  # fmt: skip
    apart = float(np.abs(power.sum(axis=1) / theirs - 1).max())
    yield Figure(
        "expected.annual_deviation", float(f"{apart:.2g}"), "1", None, "largest of all arrays, beside ModelChain"
    )
    few, many = (_beyond_result(_plant(count, seed), weather) for count in (FEW, MANY))
    yield Figure(
        "expected.memory_mb", round(many / 1e6, 2), "MB", round(few / 1e6, 2),
        f"peak beside the returned result, {MANY} arrays; baseline: {FEW} arrays",
    )  # fmt: skip


def _weather(seed: int, hours: int) -> pd.DataFrame:
    quarters = Sky(seed, *LOOS).weather(FIRST, FIRST + 4 * hours)
    sky = quarters.irradiance
    parts = {"ghi": sky.ghi, "dni": sky.dni, "dhi": sky.dhi, "temp_air": quarters.temp_air}
    return pd.DataFrame(parts | {"wind_speed": quarters.wind_speed}, index=quarters.times)[::4]


def _plant(arrays: int, seed: int) -> Plant:
    """Arrays of all sizes, tilts and azimuths; some inverters clip often, some never."""
    draw = np.random.default_rng(seed)
    size, ratio = draw.uniform(3e3, 1e5, arrays), draw.uniform(0.5, 1.3, arrays)
    tilt, azimuth = draw.uniform(0, 90, arrays), draw.uniform(0, 360, arrays)
    planes = (Plane("", "", n, size[n], tilt[n], azimuth[n], "fixed", -0.0037) for n in range(arrays))
    inverters = (InverterFacts(str(n), size[n] * ratio[n], False) for n in range(arrays))
    return Plant(*LOOS, tuple(planes), tuple(inverters))


def _ours(plant: Plant, weather: pd.DataFrame) -> Floats:
    ghi, dni, dhi, temp_air, wind = (weather[name].to_numpy() for name in weather)
    sun = sun_position(pd.DatetimeIndex(weather.index), *LOOS, temp_air)
    return ac_power(plant, sun, Irradiance(ghi, dni, dhi), temp_air, wind)


def _beyond_result(plant: Plant, weather: pd.DataFrame) -> int:
    """Bytes."""
    tracemalloc.start()
    result = _ours(plant, weather)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - result.nbytes


def _seconds(work: Callable[..., object], *arguments: object) -> float:
    before = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - before
