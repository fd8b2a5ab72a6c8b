"""EPW and CSV files: real years, typical years, clocks that change, and what is no such file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from collector.errors import WeatherFormat, WeatherUnreachable
from collector.weather.csv_file import CsvFile
from collector.weather.epw import Epw
from collector.weather.frame import HOUR
from collector.weather.text_file import read_text
from config.kwh import ExpectedBasis
from config.weather import CsvColumn, CsvSource
from tests.weather_fakes import SPOT, ms

DAY = 24 * HOUR
JANUARY, YEAR_END = ms("2025-01-01T00:00"), ms("2026-01-01T00:00")


def epw(path: Path, years: tuple[int, ...] = (2025,), zone: float = 1.0) -> Path:
    """A year of invented hours: light is the number of the hour of the day, missing at the first hour of each month."""
    head = f"LOCATION,Loos,-,FRA,invented,070150,50.46,2.79,{zone},50.0\n" + "\n".join(
        (
            "DESIGN CONDITIONS,0",
            "TYPICAL/EXTREME PERIODS,0",
            "GROUND TEMPERATURES,0",
            "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        )
    )
    lines = [head, "COMMENTS 1,invented", "COMMENTS 2,", "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31"]
    for day in np.arange(np.datetime64("2025-01-01"), np.datetime64("2026-01-01")):
        month, number = str(day).split("-")[1:]
        for hour in range(1, 25):
            light = 9999 if number == "01" and hour == 1 else hour
            fields = [
                years[int(month) % len(years)],
                int(month),
                int(number),
                hour,
                60,
                "?9",
                10.0,
                5.0,
                80,
                101300,
                0,
                0,
                300,
            ]
            fields += [light, 0, light, 0, 0, 0, 0, 180, 3.5, 5, 5, 9999, 99999, 9, 999999999, 0, 0.1, 0, 88, 0.2, 0, 0]
            lines.append(",".join(map(str, fields)))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_an_epw_of_a_real_year_is_its_weather(tmp_path: Path) -> None:
    frame = Epw(epw(tmp_path / "loos.epw")).fetch(SPOT, JANUARY, JANUARY + 2 * DAY, 0)
    assert frame.source == "epw:loos"
    assert frame.rows.index[0].isoformat() == "2025-01-01T00:00:00+00:00"
    assert frame.rows["ghi"].iloc[0] == 2.0  # one o'clock by its own clock: the second hour
    assert frame.rows["dhi"].iloc[22] == 24.0
    assert len(frame.rows) == 48


def test_missing_values_of_an_epw_are_missing(tmp_path: Path) -> None:
    frame = Epw(epw(tmp_path / "loos.epw", zone=0.0)).fetch(SPOT, JANUARY, YEAR_END, 0)
    assert frame.rows["ghi"].isna().sum() == 12
    assert frame.rows[["temp_air", "wind_speed"]].notna().all(axis=None)


def test_a_typical_year_is_nobody_s_weather_but_can_be_had_as_such(tmp_path: Path) -> None:
    source = Epw(epw(tmp_path / "loos.epw", years=(1998, 2003, 2011)))
    with pytest.raises(WeatherFormat, match="typical year"):
        source.fetch(SPOT, JANUARY, YEAR_END, 0)
    frame = source.typical_year(2025, 0)
    assert len(frame.rows) == 8760
    assert frame.rows["ghi"].sum() == 365 * sum(range(1, 25)) - 12


@pytest.mark.parametrize("text", ["", "<html>", "LOCATION,a,b\n", "LOCATION,a,b,c,d,e,1,2,0,4\n" + "x\n" * 20])
def test_what_is_no_epw_is_another_form(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.epw").write_text(text)
    with pytest.raises(WeatherFormat, match=r"x\.epw"):
        Epw(tmp_path / "x.epw").fetch(SPOT, JANUARY, YEAR_END, 0)


def test_a_file_that_is_not_there_is_unreachable_and_one_beyond_all_size_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(WeatherUnreachable, match="No such file"):
        Epw(tmp_path / "gone.epw").fetch(SPOT, JANUARY, YEAR_END, 0)
    (tmp_path / "large").write_bytes(b"x" * 100)
    with pytest.raises(WeatherFormat, match="larger"):
        read_text(tmp_path / "large", 99)
    (tmp_path / "latin").write_bytes("Température".encode("latin-1"))
    assert read_text(tmp_path / "latin") == "Température"


def config(**changes: object) -> CsvSource:
    """A station's file."""
    given = {"source": "csv", "file": "station.csv", "time": "when", "ghi": CsvColumn(name="G"), "attribution": "us"}
    return CsvSource.model_validate({**given, **changes})


def test_a_csv_is_read_as_the_configuration_says(tmp_path: Path) -> None:
    (tmp_path / "station.csv").write_text("when;G;T\n01.06.2026 12:00;180,5;21,5\n01.06.2026 13:00;-;22\n")
    told = config(
        separator=";", decimal=",", time_format="%d.%m.%Y %H:%M", tz="Europe/Paris", label="end", basis="sensor",
        ghi=CsvColumn(name="G", factor=2.0), temp_air=CsvColumn(name="T"),
    )  # fmt: skip
    source = CsvFile(told, tmp_path)
    frame = source.fetch(SPOT, ms("2026-06-01T00:00"), ms("2026-06-02T00:00"), 7)
    assert [at.isoformat() for at in frame.rows.index] == ["2026-06-01T09:00:00+00:00", "2026-06-01T10:00:00+00:00"]
    assert frame.rows["ghi"].fillna(-1).tolist() == [361.0, -1]
    assert frame.rows["temp_air"].tolist() == [21.5, 22.0]
    assert (source.name, source.basis, source.gives) == ("csv:station", ExpectedBasis.SENSOR, {"ghi", "temp_air"})


def hours(path: Path, labels: list[str]) -> None:
    """A file with these labels; light counts the rows."""
    path.write_text("when,G\n" + "".join(f"{label},{n}\n" for n, label in enumerate(labels)))


def test_the_hour_that_comes_twice_is_told_by_its_order(tmp_path: Path) -> None:
    labels = [f"2026-10-25T{hour:02}:00" for hour in (0, 1, 2, 2, 3, 4)]
    hours(tmp_path / "station.csv", labels)
    frame = CsvFile(config(tz="Europe/Paris"), tmp_path).fetch(SPOT, 0, 2**43, 0)
    assert np.diff(frame.starts).tolist() == [HOUR] * 5
    assert frame.rows["ghi"].tolist() == [0, 1, 2, 3, 4, 5]


def test_the_hour_that_comes_twice_but_stands_there_once_is_left_out(tmp_path: Path) -> None:
    hours(tmp_path / "station.csv", [f"2026-10-25T{hour:02}:00" for hour in (0, 1, 2, 3, 4)])
    frame = CsvFile(config(tz="Europe/Paris"), tmp_path).fetch(SPOT, 0, 2**43, 0)
    assert frame.rows["ghi"].tolist() == [0, 1, 3, 4]


def test_the_hour_that_the_clocks_skip_is_none(tmp_path: Path) -> None:
    hours(tmp_path / "station.csv", [f"2026-03-29T{hour:02}:00" for hour in (1, 2, 3)])
    frame = CsvFile(config(tz="Europe/Paris"), tmp_path).fetch(SPOT, 0, 2**43, 0)
    assert frame.rows["ghi"].tolist() == [0, 2]
    assert np.diff(frame.starts).tolist() == [HOUR]


def test_times_with_an_offset_need_no_zone(tmp_path: Path) -> None:
    hours(tmp_path / "station.csv", ["2026-06-01T12:00+02:00", "2026-06-01T13:00+02:00"])
    frame = CsvFile(config(tz="America/Denver"), tmp_path).fetch(SPOT, 0, 2**43, 0)
    assert frame.starts[0] == ms("2026-06-01T10:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("when,H\n2026-06-01T12:00,1\n", "no column G"),
        ("when,G\nnever,1\n", "another form"),
        ('when,G\n2026-06-01T12:00,"1,5"\n', "no number"),
        ("", "another form"),
    ],
)
def test_a_csv_of_another_form_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "station.csv").write_text(text)
    with pytest.raises(WeatherFormat, match=said):
        CsvFile(config(), tmp_path).fetch(SPOT, 0, 2**43, 0)
