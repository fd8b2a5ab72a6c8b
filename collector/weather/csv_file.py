"""A CSV file of a station's own weather, its columns named by the configuration."""

from __future__ import annotations

import io
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from collector.errors import WeatherFormat
from collector.weather.answer import reading
from collector.weather.frame import COLUMNS, HOUR, QUARTER, Instants, WeatherFrame, rows_of
from collector.weather.source import Spot
from collector.weather.text_file import read_text
from config.language import _
from config.weather import CsvSource


class CsvFile:
    """One CSV file; cells that are no number are missing.

    Without an offset the hour that the clocks repeat is told by its order in the file; where it stands there once,
    nobody can say which it is, and it is left out.
    """

    delay = 0

    def __init__(self, config: CsvSource, folder: Path) -> None:
        """`folder`: that of the town, to which the file's path is relative. ValueError for an unknown time zone."""
        self._config, self._path = config, folder / config.file
        self._tz = ZoneInfo(config.tz)
        self._columns = {name: column for name in COLUMNS if (column := getattr(config, name)) is not None}
        self.name = f"csv:{self._path.stem}"
        self.basis, self.attribution, self.gives = config.basis, config.attribution, frozenset(self._columns)

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """See Source."""
        config, step = self._config, HOUR if self._config.step == "1h" else QUARTER
        text = read_text(self._path)
        with reading(str(self._path)):
            table = pd.read_csv(io.StringIO(text), sep=config.separator, dtype=str, skipinitialspace=True)
            for name in (config.time, *(column.name for column in self._columns.values())):
                if name not in table.columns:
                    told = _("{file} has no column {name}").format(file=self._path, name=name)
                    raise WeatherFormat(told)
            moments = pd.to_datetime(table[config.time], format=config.time_format or "ISO8601")
            times, known = self._instants(pd.Series(moments))
            starts = times - (step if config.label == "end" else 0)
            values = {
                name: pd.to_numeric(self._plain(table[column.name][known]), errors="coerce") * column.factor
                for name, column in self._columns.items()
            }
            if len(starts) and all(each.isna().all() for each in values.values()):
                told = _("{file} holds no number in the columns that were named: another decimal sign?")
                raise WeatherFormat(told.format(file=self._path))
            rows = rows_of(starts, values, start, end)
        return WeatherFrame(rows, step, self.name, self.attribution, now)

    def _plain(self, cells: pd.Series[str]) -> pd.Series[str]:
        return cells.str.replace(",", ".", regex=False) if self._config.decimal == "," else cells

    def _instants(self, moments: pd.Series) -> tuple[Instants, pd.Series]:
        """The instants of the rows that have one, and which rows these are."""
        if moments.dt.tz is None:
            try:
                moments = moments.dt.tz_localize(self._tz, ambiguous="infer", nonexistent="NaT")
            except ValueError:  # the repeated hour stands there once, or out of order
                moments = moments.dt.tz_localize(self._tz, ambiguous="NaT", nonexistent="NaT")
        known = moments.notna()
        return pd.DatetimeIndex(moments[known]).tz_convert("UTC").as_unit("ms").asi8, known
