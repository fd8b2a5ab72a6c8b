"""PVGIS of the European Commission: a record of satellite years (2005 to 2023), for potential and for P50/P90.

Asked at `seriescalc`, read by pvlib.iotools.read_pvgis_hourly; its getter has no bound on size or total time. Format:
JSON, `outputs.hourly` with `time` as YYYYMMDD:HHMM (UTC). SARAH's values are those of the instant of the image (some
minutes past the hour), ERA5's are means around the half-hour: both stand for the hour of which they are the middle,
so a row may begin at 11:40. Errors: ``{"message": "…", "status": 400}``; 429 and 529 when asked too often.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import pandas as pd
from pvlib.iotools import read_pvgis_hourly

from collector.weather.answer import LIMITS, Limits, ask, promised, reading
from collector.weather.frame import COLUMNS, DAY, HOUR, WeatherFrame, rows_of
from collector.weather.source import Spot
from config.kwh import ExpectedBasis

URL = "https://re.jrc.ec.europa.eu/api/v5_3/"
LOW_SUN = 3.0
"""Degrees: below, the beam normal to the sun cannot be told from what falls of it on the ground."""
LIGHT_FIELDS = ("Gb(i)", "Gd(i)")

Database = Literal["PVGIS-SARAH3", "PVGIS-ERA5"]


class Pvgis:
    """The record of one of its databases at a place."""

    name = "pvgis"
    basis = ExpectedBasis.SATELLITE
    gives = frozenset(COLUMNS)
    delay = 730 * DAY
    """The last year of the record moves every few years; asking for last month is in vain."""

    def __init__(self, database: Database = "PVGIS-SARAH3", *, url: str = URL, limits: Limits = LIMITS) -> None:
        self._database, self._url, self._limits = database, url, limits
        self.attribution = f"PVGIS ({database}) © European Union; CC BY 4.0"

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """See Source. Whole years are asked for; years outside of the record are refused."""
        params: dict[str, str | int] = {
            "lat": f"{spot.latitude:.4f}",
            "lon": f"{spot.longitude:.4f}",
            "raddatabase": self._database,
            "startyear": _year(start),
            "endyear": _year(end - 1),
            "angle": 0,
            "components": 1,
            "outputformat": "json",
        }
        answer = ask(self.name, f"{self._url}seriescalc", params, limits=self._limits)
        document = answer.document()
        with reading(self.name):
            units = document["meta"]["outputs"]["hourly"]["variables"]
            for field in LIGHT_FIELDS:
                promised(self.name, field, units[field]["units"], "W/m2")
            data, _meta = read_pvgis_hourly(io.StringIO(answer.text()), pvgis_format="json")
            rows = _rows(data, start, end)
        return WeatherFrame(rows, HOUR, self.name, self.attribution, now)


def _rows(data: pd.DataFrame, start: int, end: int) -> pd.DataFrame:
    beam, diffuse = data["poa_direct"].to_numpy(float), data["poa_sky_diffuse"].to_numpy(float)
    height = data["solar_elevation"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        dni = np.where(height > LOW_SUN, beam / np.sin(np.radians(height)), np.where(beam > 0, np.nan, 0.0))
    values = {
        "ghi": beam + diffuse + data["poa_ground_diffuse"].to_numpy(float),  # of a flat plane the ground is 0
        "dni": dni,
        "dhi": diffuse,
        "temp_air": data["temp_air"].to_numpy(float),
        "wind_speed": data["wind_speed"].to_numpy(float),
    }
    middles = pd.DatetimeIndex(data.index).as_unit("ms").asi8
    return rows_of(middles - HOUR // 2, values, start, end)


def _year(instant: int) -> int:
    return datetime.fromtimestamp(instant // 1000, UTC).year
