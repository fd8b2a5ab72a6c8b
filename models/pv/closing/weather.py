"""What the weather was, quarter by quarter: from sensors of a site, from a service, or as it usually is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.kwh import ExpectedBasis
from models.calendar import QUARTER
from models.pv.sun import Floats, Irradiance, Sun, split_ghi

TEMP_AIR = (3.9, 4.4, 7.5, 10.4, 13.9, 16.8, 18.6, 18.6, 16.2, 11.9, 7.6, 5.0)
"""°C, monthly means of Lille (normals 1981-2010 + 1.5 °C); assumed, for places of northern France."""
SWING = 4.0
"""°C between the mean of a day and its warmest hour."""
SEEN = 0.5
"""Part of a quarter that sensors must have seen for its mean to count."""
GAP = QUARTER + QUARTER // 2
"""ms between two samples beyond which nothing is known of the weather between them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Weather over one site or the town; arrays of shape (T,), NaN where it is not known."""

    basis: ExpectedBasis
    ghi: Floats
    dni: Floats
    dhi: Floats
    temp_air: Floats
    wind_speed: Floats
    poa_global: Floats | None = None
    """In the plane of the modules (a sensor's)."""
    temp_module: Floats | None = None
    """°C, behind the modules (a sensor's)."""

    def during(self, piece: slice) -> Seen:
        """These quarters of it."""
        parts = (self.ghi, self.dni, self.dhi, self.temp_air, self.wind_speed)
        own = (part if part is None else part[piece] for part in (self.poa_global, self.temp_module))
        return Seen(self.basis, *(part[piece] for part in parts), *own)

    def irradiance(self, sun: Sun) -> Irradiance:
        """All three parts; where the beam or the diffuse part is not known, both are split off the global one."""
        split = split_ghi(self.ghi, sun)
        whole = np.isfinite(self.dni) & np.isfinite(self.dhi)
        return Irradiance(self.ghi, np.where(whole, self.dni, split.dni), np.where(whole, self.dhi, split.dhi))


@dataclass(frozen=True, slots=True)
class Weather:
    """All that is known of the weather of a stretch."""

    sensors: Mapping[str, Seen] = field(default_factory=dict)
    """By site."""
    service: Seen | None = None
    """Over the town: a service's, or the demo's invented one."""


def normal_temperature(times: pd.DatetimeIndex, longitude: float) -> Floats:
    """Air temperature as it usually is at these instants (UTC): monthly normals and a day's swing, warmest at 15 h."""
    month = times.day_of_year.to_numpy(float) / 365.25 * 12 - 0.5
    mean = np.interp(month, np.arange(-1, 13), np.take(TEMP_AIR, [11, *range(12), 0]))
    hour = times.hour.to_numpy(float) + times.minute.to_numpy(float) / 60 + longitude / 15
    usual: Floats = mean + SWING * np.cos((hour - 15) / 24 * 2 * np.pi)
    return usual


def quarter_means(frame: pd.DataFrame, starts: NDArray[np.int64]) -> dict[str, Floats]:
    """The mean of each column over each quarter, of the straight lines between its samples; shape (T,) each.

    `frame` has an index of UTC instants (as Store.read gives it), and should reach beyond the quarters on both sides.
    A quarter of which less than half was seen is NaN: between samples further apart than GAP nothing was seen.
    """
    times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
    edges = np.append(starts, starts[-1] + QUARTER) if len(starts) else np.zeros(1, np.int64)
    return {str(name): _means(times, frame[name].to_numpy(float), edges) for name in frame.columns}


def _means(times: NDArray[np.int64], values: Floats, edges: NDArray[np.int64]) -> Floats:
    good = np.isfinite(values)
    times, values = times[good], values[good]
    if len(times) < 2:
        return np.full(len(edges) - 1, np.nan)
    length = np.diff(times)
    seen = np.where(length <= GAP, length, 0)
    area = np.concatenate(([0.0], np.cumsum(seen * (values[1:] + values[:-1]) / 2)))
    covered = np.concatenate(([0], np.cumsum(seen)))
    total, part = np.diff(np.interp(edges, times, area)), np.diff(np.interp(edges, times, covered))
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = np.where(part >= SEEN * QUARTER, total / part, np.nan)
    return means


def seen(basis: ExpectedBasis, means: Mapping[str, Floats], length: int) -> Seen:
    """Weather out of columns by name; what there is no column for is not known."""
    ghi, dni, dhi, air, wind = (
        means.get(name, np.full(length, np.nan)) for name in ("ghi", "dni", "dhi", "temp_air", "wind_speed")
    )
    return Seen(basis, ghi, dni, dhi, air, wind, means.get("poa_global"), means.get("temp_module"))
