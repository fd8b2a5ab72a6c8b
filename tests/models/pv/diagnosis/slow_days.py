"""Days of a few roofs with an expectation that is right but for noise; a test spoils what it wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from models.pv.diagnosis.day import InverterDay, TownDay, Unit
from models.pv.diagnosis.recipe import Look, LookTown
from models.pv.diagnosis.sign import Sign
from models.pv.sun import Floats, sun_position

DAY, QUARTER = 86_400_000, 900_000
LATITUDE, LONGITUDE = 50.457, 2.793
Spoil = Callable[[int, TownDay, int, Floats], Floats]
"""(number of the day, the day, row of the inverter, Wh made) -> Wh made."""


def units(count: int) -> list[Unit]:
    """Inverters of 10 kW, each on a site of its own."""
    return [Unit(f"s{n}/inv", f"s{n}", 10_000, 10_000) for n in range(count)]


def invented(
    start: str, days: int, spoil: Spoil | None = None, *, count: int = 4, seed: int = 1, noise: float = 0.02,
    temp_air: Callable[[int], float] | None = None,
) -> Iterator[TownDay]:  # fmt: skip
    """So many days from the one of that date (UTC): three of five are clear, the others half as bright."""
    rng, first = np.random.default_rng(seed), int(pd.Timestamp(start, tz="UTC").timestamp()) * 1000
    for number in range(days):
        begin = first + number * DAY
        starts = begin + QUARTER * np.arange(96, dtype=np.int64)
        sun = sun_position(
            pd.DatetimeIndex(pd.to_datetime(starts + QUARTER // 2, unit="ms", utc=True)), LATITUDE, LONGITUDE
        )
        elevation = 90 - sun.apparent_zenith
        clear = 10_000 / 4 * 0.8 * np.maximum(np.sin(np.radians(elevation)), 0) ** 1.2
        expected = clear * (0.95 if number % 5 < 3 else 0.45)
        air = None if temp_air is None else np.full(96, temp_air(number))
        day = TownDay(begin, QUARTER, elevation, sun.azimuth, [], temp_air=air)
        made = []
        for row, unit in enumerate(units(count)):
            energy = expected * (1 + noise * rng.standard_normal()) * (1 + noise * rng.standard_normal(96))
            energy = energy if spoil is None else spoil(number, day, row, energy)
            low, high, none = 0.9 * expected, 1.1 * expected, np.zeros(96, bool)
            made.append(InverterDay(unit, energy, expected, low, high, clear, none))
        yield replace(day, inverters=made)


def looked(look: Look, days: Iterator[TownDay], row: int = 0) -> list[tuple[TownDay, list[Sign]]]:
    """What a recipe says of one inverter, day after day."""
    past: Any = {}
    told = []
    for day in days:
        signs, past = look(day.inverters[row], day, past)
        told.append((day, list(signs)))
    return told


def looked_at_town(look: LookTown, days: Iterator[TownDay]) -> list[tuple[TownDay, list[Sign]]]:
    """The same of a recipe for the town."""
    past: Any = {}
    told = []
    for day in days:
        signs, past = look(day, past)
        told.append((day, list(signs)))
    return told
