"""The weather of the simulated town as a source: its own sky, invented, and labelled so wherever it is used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collector.weather.frame import COLUMNS, QUARTER, Instants, WeatherFrame, rows_of
from collector.weather.source import Spot
from config.kwh import ExpectedBasis
from models.pv.sun import Floats
from scripts.simulator.events import under
from scripts.simulator.fault import SKY_KINDS, Fault
from scripts.simulator.sky import Sky


class SyntheticWeather:
    """What the sky over the simulated town gave, by quarter-hour. It does not know the clouds of a single roof."""

    name = "synthetic"
    basis = ExpectedBasis.SYNTHETIC
    gives = frozenset(COLUMNS)
    delay = 0
    attribution = "invented by tepos' simulation: nobody measured this weather"

    def __init__(self, seed: int, faults: Sequence[Fault] = ()) -> None:
        """`seed` and `faults`: those of the simulated town, so that both have one sky."""
        self._seed, self._events = seed, [fault for fault in faults if fault.kind in SKY_KINDS]

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """See Source."""
        first, last = start // QUARTER, -(-end // QUARTER)
        numbers = np.arange(first, last, dtype=np.int64)
        values: dict[str, Floats] = {}
        if len(numbers):
            # The devices are simulated on straight lines between these instants: a mean is that of both ends.
            sky = Sky(self._seed, spot.latitude, spot.longitude, spot.altitude)
            weather = under(sky.weather(first, last + 1), self._events)
            light = weather.irradiance
            instants = (light.ghi, light.dni, light.dhi, weather.temp_air, weather.wind_speed)
            values = {name: (at[1:] + at[:-1]) / 2 for name, at in zip(COLUMNS, instants, strict=True)}
        starts: Instants = numbers * QUARTER
        return WeatherFrame(rows_of(starts, values, start, end), QUARTER, self.name, self.attribution, now)
