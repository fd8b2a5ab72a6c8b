"""The eleven measured roofs as a set: hours, W per kW, no orientation known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.pv.diagnosis.day import Unit
from models.pv.fleet.day import HOUR
from scripts.bench.accuracy import roofs as measured
from scripts.bench.detection.series import DAY, Series, sun

KWP = 9.0
"""The file is of 1 kW each; a house has about so many."""


def load(path: Path) -> Series:
    """Any file of the same layout: W per kW by hour, a column for each roof."""
    roofs = measured.load(path)
    units = tuple(Unit(path=f"{name}/inv", site=name, pac_rated=1000.0, pdc0=1000.0) for name in roofs.names)
    starts = roofs.start + DAY * np.arange(len(roofs.power), dtype=np.int64)
    elevation, azimuth = sun(starts, HOUR, measured.LATITUDE, measured.LONGITUDE, measured.ALTITUDE)
    return Series(
        "neighbours", units, roofs.power, starts, HOUR, elevation, azimuth, measured.LONGITUDE,
        roofs.months, KWP,
    )  # fmt: skip
