"""The one form of weather: rows over intervals of equal length, labelled by their start, missing values NaN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Instants = NDArray[np.int64]
"""ms since 1970, UTC."""

LIGHT = ("ghi", "dni", "dhi")
"""W/m², means over the interval."""
COLUMNS = (*LIGHT, "temp_air", "wind_speed")
"""The last two in °C and in m/s at 10 m above ground, means over the interval."""
QUARTER, HOUR, DAY = 900_000, 3_600_000, 86_400_000
"""ms"""


@dataclass(frozen=True, slots=True)
class WeatherFrame:
    """An answer of one source."""

    rows: pd.DataFrame
    """Index `start` (UTC, ms, ascending, each once), columns COLUMNS."""
    step: int
    """ms: how long each interval is."""
    source: str
    attribution: str
    """Whom to name, and the licence."""
    fetched: int
    """When it was answered."""
    masked: Mapping[str, int] = field(default_factory=dict)
    """How many values were taken out, by reason."""

    @property
    def starts(self) -> Instants:
        """The starts of the intervals, shape (rows,)."""
        return starts_of(self.rows)


def starts_of(rows: pd.DataFrame) -> Instants:
    """The index of such rows as ms."""
    starts: Instants = pd.DatetimeIndex(rows.index).as_unit("ms").asi8
    return starts


def index_of(starts: Instants | Sequence[int]) -> pd.DatetimeIndex:
    """The index of rows that begin at these instants."""
    return pd.DatetimeIndex(np.asarray(starts, dtype="datetime64[ms]"), name="start").tz_localize("UTC")


def rows_of(starts: Instants, columns: Mapping[str, ArrayLike], start: int, end: int) -> pd.DataFrame:
    """Rows that begin within start..end, sorted; of several for one start the last. A column not given is NaN.

    ValueError for values that are no numbers.
    """
    values = {name: np.asarray(columns.get(name, np.full(len(starts), np.nan)), dtype=float) for name in COLUMNS}
    rows = pd.DataFrame({name: np.where(np.isfinite(each), each, np.nan) for name, each in values.items()})
    rows.index = index_of(starts)
    inside = (starts >= start) & (starts < end)
    rows = rows[inside].sort_index(kind="stable")
    return rows[~rows.index.duplicated(keep="last")]


def over_interval(ends: Instants, values: ArrayLike, step: int) -> Floats:
    """Means over the intervals that end at `ends`, of values at those instants: of both ends, else of the one known."""
    here = np.asarray(values, dtype=float)
    order = np.argsort(ends, kind="stable")
    place = np.searchsorted(ends, ends - step, sorter=order)
    before = order[np.minimum(place, len(ends) - 1)] if len(ends) else order
    there = np.where(ends[before] == ends - step, here[before], np.nan)
    mean: Floats = np.where(np.isnan(there), here, np.where(np.isnan(here), there, (here + there) / 2))
    return mean
