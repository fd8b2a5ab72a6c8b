"""The light of hours, as services give it, quarter by quarter: the sun moves within an hour, its mean does not say how.

Within each interval every part of the light keeps one ratio to that of a cloudless sky, so the mean over the interval
is preserved exactly. Intervals may lie anywhere (PVGIS' begin at 11:40): all is worked out in cells of five minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calendar import QUARTER, quarters
from models.pv.sun import Floats, Sun, clear_sky, sun_position

Instants = NDArray[np.int64]
"""ms since 1970, UTC."""

HOUR = 3_600_000
CELL = 300_000
"""ms"""
PER_QUARTER = QUARTER // CELL
LIGHT = ("ghi", "dni", "dhi")
AIR = ("temp_air", "wind_speed")
FAINT = 1.0
"""W/m² of clear sky below which a ratio to it says nothing: such light is spread evenly."""


@dataclass(frozen=True, slots=True)
class SkyQuarters:
    """Weather by quarter-hour; arrays of shape (T,), NaN where no source knows it."""

    starts: Instants
    ghi: Floats
    dni: Floats
    dhi: Floats
    temp_air: Floats
    wind_speed: Floats
    sources: tuple[str, ...]
    source: NDArray[np.int64]
    """Which of `sources` the light of each quarter is from; -1 when none knows it."""

    def used(self) -> set[str]:
        """The sources that gave light."""
        return {self.sources[number] for number in np.unique(self.source[self.source >= 0])}


def extraterrestrial(starts: Instants, step: int, latitude: float, longitude: float, altitude: float = 0.0) -> Floats:
    """Mean light outside the atmosphere on a horizontal plane over intervals of `step` ms, W/m², shape of `starts`."""
    cells = starts[:, None] + np.arange(CELL // 2, step, CELL)
    sun = _sun(cells.ravel(), latitude, longitude, altitude)
    light: Floats = np.maximum(sun.dni_extra * np.cos(np.radians(sun.zenith)), 0.0).reshape(cells.shape).mean(axis=1)
    return light


def to_quarters(
    ghi: Floats, starts: Instants, latitude: float, longitude: float, altitude: float = 0.0, step: int = HOUR
) -> tuple[Instants, Floats]:
    """Quarters that cover intervals of global irradiance, and its mean over each: (starts ms, W/m²), ascending."""
    if not len(starts):
        return np.empty(0, np.int64), np.empty(0)
    rows = pd.DataFrame({"step": step, "ghi": ghi}, index=pd.to_datetime(starts, unit="ms", utc=True))
    start, end = int(starts.min()) // QUARTER * QUARTER, -(-(int(starts.max()) + step) // QUARTER) * QUARTER
    sky = best_quarters({"": rows}, start, end, latitude, longitude, altitude)
    return sky.starts, sky.ghi


def best_quarters(
    rows: Mapping[str, pd.DataFrame], start: int, end: int, latitude: float, longitude: float, altitude: float = 0.0
) -> SkyQuarters:
    """The weather of the quarters from `start` to before `end` (ms, on their grid), from the best source for each.

    rows: by source, the best first; index UTC instants (starts, ascending), columns `step` (ms) and of LIGHT and AIR
    those that it has. The three parts of the light come from one source, the air may come from another.
    """
    starts = quarters(start, end)
    names, count = tuple(rows), len(starts)
    best = {name: np.full(count, np.nan) for name in (*LIGHT, *AIR)}
    source = np.full(count, -1, dtype=np.int64)
    if not count:
        return SkyQuarters(starts, **best, sources=names, source=source)
    cells = np.arange(start, end, CELL) + CELL // 2
    sky = clear_sky(_sun(cells, latitude, longitude, altitude), altitude)
    for number, name in enumerate(names):
        given = _Given(rows[name], cells)
        light = {part: given.light(part, getattr(sky, part)) for part in LIGHT}
        new = np.isnan(best["ghi"]) & np.isfinite(light["ghi"])
        for part in LIGHT:
            best[part][new] = light[part][new]
        source[new] = number
        for part in AIR:
            best[part] = np.where(np.isnan(best[part]), given.air(part), best[part])
    return SkyQuarters(starts, **best, sources=names, source=source)


class _Given:
    """The rows of one source, and in which of them each cell lies."""

    def __init__(self, rows: pd.DataFrame, cells: Instants) -> None:
        self._rows, self._cells = rows, cells
        self._starts = pd.DatetimeIndex(rows.index).as_unit("ms").asi8
        self._steps = rows["step"].to_numpy(np.int64)
        place = np.searchsorted(self._starts, cells, side="right") - 1
        inside = place >= 0
        inside[inside] = cells[inside] < (self._starts + self._steps)[place[inside]]
        self._place, self._inside = np.where(inside, place, 0), inside

    def _column(self, name: str) -> Floats:
        return self._rows[name].to_numpy(float) if name in self._rows.columns else np.full(len(self._rows), np.nan)

    def light(self, name: str, clear: Floats) -> Floats:
        values = self._by_cell(name)
        share = np.bincount(self._place[self._inside], clear[self._inside], len(self._rows))
        size = np.bincount(self._place[self._inside], minlength=len(self._rows))
        whole = size * CELL >= self._steps  # of a row that is cut off by the ends, the cells tell too little
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(whole, share / size, 0.0)
        usual = mean[self._place] if len(mean) else np.zeros(len(self._cells))
        shaped = usual > FAINT
        values[shaped] *= clear[shaped] / usual[shaped]
        return _quarterly(values)

    def air(self, name: str) -> Floats:
        """On the straight lines between the middles of the intervals, as far as they are known."""
        known = np.isfinite(values := self._column(name))
        if not known.any():
            return np.full(len(self._cells) // PER_QUARTER, np.nan)
        middles = (self._starts + self._steps // 2)[known]
        lines = np.interp(self._cells, middles, values[known])
        return _quarterly(np.where(np.isnan(self._by_cell(name)), np.nan, lines))

    def _by_cell(self, name: str) -> Floats:
        if not len(self._rows):
            return np.full(len(self._cells), np.nan)
        return np.where(self._inside, self._column(name)[self._place], np.nan)


def _quarterly(cells: Floats) -> Floats:
    means: Floats = cells.reshape(-1, PER_QUARTER).mean(axis=1)
    return means


def _sun(instants: Instants, latitude: float, longitude: float, altitude: float) -> Sun:
    times = pd.DatetimeIndex(np.asarray(instants, dtype="datetime64[ms]")).tz_localize("UTC")
    return sun_position(times, latitude, longitude, altitude)
