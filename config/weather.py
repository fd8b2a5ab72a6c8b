"""Where a town takes its weather from, besides the sensors on its roofs: tables [[weather]], the best source first.

Keys and e-mail addresses do not stand here: they come as files that the environment names (see config.settings).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.kwh import ExpectedBasis
from config.strict import Strict

Text = Annotated[str, Field(min_length=1)]
WeatherStep = Literal["15min", "1h"]


class OpenMeteoSource(Strict):
    """Open-Meteo.com: recent analyses, the reanalysis (five days late), or satellites (light only). No key needed."""

    source: Literal["open-meteo", "open-meteo-archive", "open-meteo-satellite"]


class MeteoFranceSource(Strict):
    """A station of Météo-France; needs TEPOS_METEO_FRANCE_KEY_FILE."""

    source: Literal["meteo-france"]
    station: Annotated[str, Field(pattern=r"^\d{8}$")]
    """Its eight digits, as 59343001 (Lille-Lesquin)."""


class CamsSource(Strict):
    """Copernicus (CAMS), two days late, light only; needs TEPOS_CAMS_EMAIL_FILE."""

    source: Literal["cams"]
    step: WeatherStep = "1h"


class PvgisSource(Strict):
    """The record of PVGIS, up to 2023: for the yield of many years, not for yesterday."""

    source: Literal["pvgis"]
    database: Literal["PVGIS-SARAH3", "PVGIS-ERA5"] = "PVGIS-SARAH3"


class NasaPowerSource(Strict):
    """NASA POWER: coarse, months late."""

    source: Literal["nasa-power"]


class EpwSource(Strict):
    """An EPW file of one real year (a typical year is nobody's weather)."""

    source: Literal["epw"]
    file: Text
    """Its path, relative to the town's folder."""


class CsvColumn(Strict):
    """One column of a CSV file: its name in the file, and what its numbers are multiplied with."""

    name: Text
    factor: Annotated[float, Field(gt=0)] = 1.0
    """To W/m², °C, m/s: 2.7778 for J/cm² in an hour, 1000 for kW/m², 0.2778 for km/h."""


class CsvSource(Strict):
    """A CSV file, as a station's software exports it."""

    source: Literal["csv"]
    file: Text
    time: Text
    """The name of the column of times."""
    time_format: str | None = None
    """As Python's strptime; without it ISO 8601."""
    tz: str = "UTC"
    """IANA name of the clock by which the file was written; times with an offset of their own need none."""
    label: Literal["start", "end"] = "start"
    """Which end of its interval a row is labelled with."""
    step: WeatherStep = "1h"
    separator: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    ghi: CsvColumn
    dni: CsvColumn | None = None
    dhi: CsvColumn | None = None
    temp_air: CsvColumn | None = None
    wind_speed: CsvColumn | None = None
    basis: Literal[ExpectedBasis.SENSOR, ExpectedBasis.SATELLITE] = ExpectedBasis.SATELLITE
    """`sensor` when the station stands in the town."""
    attribution: Text
    """Whom to name, and the licence."""


WeatherSource = Annotated[
    OpenMeteoSource | MeteoFranceSource | CamsSource | PvgisSource | NasaPowerSource | EpwSource | CsvSource,
    Field(discriminator="source"),
]
