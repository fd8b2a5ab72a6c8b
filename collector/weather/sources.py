"""The sources of weather that a town has configured, ready to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from collector.weather.cams import Cams
from collector.weather.csv_file import CsvFile
from collector.weather.epw import Epw
from collector.weather.frame import HOUR, QUARTER
from collector.weather.meteo_france import MeteoFrance
from collector.weather.nasa_power import NasaPower
from collector.weather.open_meteo import OpenMeteo
from collector.weather.pvgis import Pvgis
from collector.weather.source import Source
from config.weather import (
    CamsSource,
    CsvSource,
    EpwSource,
    MeteoFranceSource,
    NasaPowerSource,
    OpenMeteoSource,
    PvgisSource,
    WeatherSource,
)

STEPS = {"1h": HOUR, "15min": QUARTER}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What services want of us. A source whose secret is missing refuses when it is asked, and the next is taken."""

    open_meteo_key: str | None = field(default=None, repr=False)
    """Only for the paid servers."""
    meteo_france_key: str | None = field(default=None, repr=False)
    cams_email: str | None = field(default=None, repr=False)


def open_sources(configured: Sequence[WeatherSource], secrets: Secrets, folder: Path) -> list[Source]:
    """The sources in their order; `folder` is that of the town's files. Nothing is asked yet."""
    return [_open(source, secrets, folder) for source in configured]


def _open(source: WeatherSource, secrets: Secrets, folder: Path) -> Source:
    match source:
        case OpenMeteoSource():
            return OpenMeteo(source.source, key=secrets.open_meteo_key)
        case MeteoFranceSource():
            return MeteoFrance(source.station, secrets.meteo_france_key)
        case CamsSource():
            return Cams(secrets.cams_email, step=STEPS[source.step])
        case PvgisSource():
            return Pvgis(source.database)
        case NasaPowerSource():
            return NasaPower()
        case EpwSource():
            return Epw(folder / source.file)
        case CsvSource():
            return CsvFile(source, folder)
        case _:
            assert_never(source)
