"""NASA POWER: the whole world, half a degree and coarser, light some months late. The last resort.

pvlib.iotools has only a getter for it, without any time limit: its names are used, its answer is read here (a test
holds both against each other). Format: JSON, `properties.parameter.NAME` from YYYYMMDDHH (UTC, start of the hour) to a
mean; `header.fill_value` (-999) is missing; `parameters.NAME.units`. Errors: 422 with `messages`, 429.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from pvlib.iotools.nasa_power import VARIABLE_MAP

from collector.weather.answer import LIMITS, Limits, ask, promised, reading
from collector.weather.frame import COLUMNS, DAY, HOUR, WeatherFrame, rows_of
from collector.weather.source import Spot
from config.kwh import ExpectedBasis

URL = "https://power.larc.nasa.gov/api/temporal/hourly/point"
PARAMETERS = {column: name for name, column in VARIABLE_MAP.items() if column in COLUMNS}
UNITS = {"ghi": "Wh/m^2", "dni": "Wh/m^2", "dhi": "Wh/m^2", "temp_air": "C", "wind_speed": "m/s"}


class NasaPower:
    """NASA POWER at a place."""

    name = "nasa-power"
    basis = ExpectedBasis.SATELLITE
    gives = frozenset(COLUMNS)
    delay = 7 * DAY
    attribution = "NASA Langley Research Center (LaRC) POWER Project; free"

    def __init__(self, *, url: str = URL, limits: Limits = LIMITS) -> None:
        self._url, self._limits = url, limits

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """See Source."""
        params = {
            "latitude": f"{spot.latitude:.4f}",
            "longitude": f"{spot.longitude:.4f}",
            "start": _date(start),
            "end": _date(end - 1),
            "community": "re",
            "parameters": ",".join(PARAMETERS.values()),
            "format": "json",
            "time-standard": "utc",
        }
        document = ask(self.name, self._url, params, limits=self._limits).document()
        with reading(self.name):
            header, units = document["header"], document["parameters"]
            promised(self.name, "time_standard", header["time_standard"], "UTC")
            for column, name in PARAMETERS.items():
                promised(self.name, name, units[name]["units"], UNITS[column])
            found = pd.DataFrame(document["properties"]["parameter"]).replace(header["fill_value"], np.nan)
            starts = pd.DatetimeIndex(pd.to_datetime(found.index, format="%Y%m%d%H", utc=True)).as_unit("ms").asi8
            values = {column: found[name].to_numpy(float) for column, name in PARAMETERS.items()}
            rows = rows_of(starts, values, start, end)
        return WeatherFrame(rows, HOUR, self.name, self.attribution, now)


def _date(instant: int) -> str:
    return datetime.fromtimestamp(instant // 1000, UTC).strftime("%Y%m%d")
