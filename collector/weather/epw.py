"""EPW files (EnergyPlus): hours of one year, by pvlib.iotools.read_epw.

Most are typical years, put together from months of several years: no weather of any date, so not for comparing with
yesterday, but for the yield of a usual year. Hours are in local standard time; hour 1 ends at one o'clock.
"""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from pvlib.iotools import read_epw

from collector.errors import WeatherFormat
from collector.weather.answer import reading
from collector.weather.frame import COLUMNS, HOUR, WeatherFrame, rows_of
from collector.weather.source import Spot
from collector.weather.text_file import read_text
from config.kwh import ExpectedBasis
from config.language import _

MISSING = {"ghi": 9999.0, "dni": 9999.0, "dhi": 9999.0, "temp_air": 99.9, "wind_speed": 999.0}
"""From these on a value is none (EnergyPlus, Auxiliary Programs)."""


class Epw:
    """One EPW file."""

    basis = ExpectedBasis.SATELLITE
    gives = frozenset(COLUMNS)
    delay = 0

    def __init__(self, path: Path) -> None:
        self.name, self._path = f"epw:{path.stem}", path
        self.attribution = path.name

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """See Source. A typical year is refused: it is nobody's weather."""
        data, years = self._read(None)
        if len(years) > 1:
            told = _("{file} is a typical year (months of {first} to {last}): no weather of a date")
            raise WeatherFormat(told.format(file=self._path, first=min(years), last=max(years)))
        return self._frame(data, start, end, now)

    def typical_year(self, year: int, now: int) -> WeatherFrame:
        """The 8760 hours of the file as if they were those of `year`, for yields. WeatherError as `fetch`."""
        data, _years = self._read(year)
        starts = pd.DatetimeIndex(data.index).tz_convert("UTC").as_unit("ms").asi8
        return self._frame(data, int(starts.min()), int(starts.max()) + HOUR, now)

    def _read(self, year: int | None) -> tuple[pd.DataFrame, set[int]]:
        text = read_text(self._path)
        with reading(str(self._path)):
            data, _meta = read_epw(io.StringIO(text), coerce_year=year)
        if not len(data):
            raise WeatherFormat(_("{file} holds no hours").format(file=self._path))
        return data, {int(each) for each in data["year"].unique()}

    def _frame(self, data: pd.DataFrame, start: int, end: int, now: int) -> WeatherFrame:
        with reading(str(self._path)):
            starts = pd.DatetimeIndex(data.index).tz_convert("UTC").as_unit("ms").asi8
            values = {column: data[column].astype(float).mask(data[column] >= none) for column, none in MISSING.items()}
            rows = rows_of(starts, values, start, end)
        return WeatherFrame(rows, HOUR, self.name, self.attribution, now)
