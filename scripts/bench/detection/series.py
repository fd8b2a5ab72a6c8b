"""A set of roofs over months, as the diagnosis would have got it day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.diagnosis.day import Unit
from models.pv.sun import Floats, sun_position

DAY = 86_400_000
"""ms"""


@dataclass(frozen=True, slots=True)
class Series:
    """n inverters (one for each roof) over whole days of T intervals."""

    name: str
    units: tuple[Unit, ...]
    energy: Floats
    """(days, T, n) Wh; NaN unknown."""
    starts: NDArray[np.int64]
    """(days,) ms"""
    width: int
    """ms of an interval."""
    elevation: Floats
    """(days, T) degrees of the sun in the middle of each interval."""
    azimuth: Floats
    longitude: float
    months: NDArray[np.int64]
    """(days,)"""
    size: float = 1.0
    """By what its energies are multiplied to be those of a roof of usual size, where alerts ask for kWh and euros."""
    clear: Floats | None = None
    """(days, T, n) Wh under a cloudless sky."""
    dimmed: Floats | None = None
    """(days, skies, T, n) Wh under clouds, from the darkest sky on."""
    parts: tuple[Floats, ...] = ()
    """By inverter, (days, T) share of its first DC input in its energy; () where nobody knows its inputs."""

    @property
    def capacity(self) -> Floats:
        """(n,) W"""
        return np.array([unit.pdc0 for unit in self.units])

    @property
    def hours(self) -> float:
        """Hours of an interval."""
        return self.width / 3_600_000


def sun(
    starts: NDArray[np.int64], width: int, latitude: float, longitude: float, altitude: float
) -> tuple[Floats, Floats]:
    """((days, T), (days, T)): elevation and azimuth in the middle of the intervals of days of 24 hours."""
    count = DAY // width
    middle = starts[:, None] + width * np.arange(count) + width // 2
    times = pd.DatetimeIndex(pd.to_datetime(middle.ravel(), unit="ms", utc=True))
    found = sun_position(times, latitude, longitude, altitude)
    return (90.0 - found.apparent_zenith).reshape(-1, count), found.azimuth.reshape(-1, count)
