"""What a town configures becomes sources; a source whose secret is missing gives way."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from collector.errors import WeatherRefused
from collector.weather.sources import Secrets, open_sources
from config.weather import WeatherSource
from tests.weather_fakes import SPOT

TABLES = [
    {"source": "open-meteo-satellite"},
    {"source": "open-meteo"},
    {"source": "meteo-france", "station": "59343001"},
    {"source": "cams", "step": "15min"},
    {"source": "pvgis", "database": "PVGIS-ERA5"},
    {"source": "nasa-power"},
    {"source": "epw", "file": "weather/2025.epw"},
    {"source": "csv", "file": "mast.csv", "time": "t", "ghi": {"name": "G", "factor": 1000}, "attribution": "lycée"},
]
configured: TypeAdapter[list[WeatherSource]] = TypeAdapter(list[WeatherSource])


def test_every_kind_of_table_becomes_a_source_in_its_place() -> None:
    sources = open_sources(configured.validate_python(TABLES), Secrets(), Path("town"))
    assert [source.name for source in sources] == [
        "open-meteo-satellite", "open-meteo", "meteo-france", "cams", "pvgis", "nasa-power", "epw:2025", "csv:mast",
    ]  # fmt: skip
    assert all(source.attribution and source.gives and source.delay >= 0 for source in sources)


@pytest.mark.parametrize(
    "table",
    [
        {"source": "open-meteo", "key": "secret"},
        {"source": "meteo-france", "station": "5934300"},
        {"source": "cams", "step": "1min"},
        {"source": "weather.com"},
        {"source": "csv", "file": "mast.csv", "time": "t", "ghi": {"name": "G", "factor": 0}, "attribution": "x"},
    ],
)
def test_a_table_that_is_wrong_is_found(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        configured.validate_python([table])


def test_a_source_without_its_secret_refuses_when_it_is_asked() -> None:
    sources = open_sources(configured.validate_python(TABLES[2:4]), Secrets(), Path())
    for source in sources:
        with pytest.raises(WeatherRefused, match="needs"):
            source.fetch(SPOT, 0, 1, 0)


def test_secrets_are_not_shown() -> None:
    secrets = Secrets(open_meteo_key="abc", meteo_france_key="def", cams_email="g@h.i")
    assert not any(secret in repr(secrets) for secret in ("abc", "def", "g@h.i"))
