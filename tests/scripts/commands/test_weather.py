"""tepos weather: who was asked, what was answered, whom to name. The command itself asks nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from collector.weather.archive import Archive
from collector.weather.cams import Cams
from collector.weather.open_meteo import OpenMeteo
from collector.weather.source import Source
from collector.weather.told import Status, Told
from models.calendar import QUARTER
from scripts.cli import app
from scripts.moments import iso, utc_ms, zone
from scripts.simulator.weather import SyntheticWeather
from tests.scripts.commands.runner import ROOT, tepos, town_folder
from tests.weather_fakes import SPOT

DAY = 86_400_000
NOW = utc_ms()
SINCE = NOW // QUARTER * QUARTER - DAY


@pytest.fixture(autouse=True)
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.get", lambda *_args, **_more: pytest.fail("a service was asked"))


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A town with two sources."""
    rows = ("open-meteo-satellite", "open-meteo")
    return town_folder(tmp_path / "town", [], more="\n".join(f'[[weather]]\nsource = "{row}"' for row in rows))


def answered(data: Path, source: Source, status: Status = Status.OK, message: str = "", at: int = NOW) -> None:
    """The last day of the invented sky, as that source's answer; or its refusal."""
    with Archive(data / "weather.db") as archive:
        told = Told(source.name, SINCE, SINCE + DAY, at, status, message)
        if status is Status.OK:
            archive.keep(source, SyntheticWeather(1).fetch(SPOT, SINCE, SINCE + DAY, at), told)
        else:
            archive.failed(source, told)


def weather(*words: object) -> Result:
    return CliRunner().invoke(app, ["weather", *map(str, words)])


def test_each_source_is_told_with_its_last_answer_its_last_error_and_whom_to_name(town: Path, tmp_path: Path) -> None:
    answered(tmp_path, OpenMeteo(), Status.UNREACHABLE, "open-meteo: HTTP 502", NOW - DAY)
    answered(tmp_path, OpenMeteo())
    best, other = json.loads(weather("--town", town, "--data", tmp_path, "--json").stdout)["sources"]
    assert (best["source"], best["status"], best["asked_at"], best["light_until"]) == (
        "open-meteo-satellite", None, None, None
    )  # fmt: skip
    assert "EUMETSAT" in best["attribution"]
    tz = zone("Europe/Paris")
    assert {name: other[name] for name in ("source", "in_use", "basis", "status", "error", "error_at")} == {
        "source": "open-meteo", "in_use": True, "basis": "satellite", "status": "ok",
        "error": "open-meteo: HTTP 502", "error_at": iso(NOW - DAY, tz),
    }  # fmt: skip
    assert (other["asked_at"], other["light_until"]) == (iso(NOW, tz), iso(SINCE + DAY, tz))


def test_people_read_the_same(town: Path, tmp_path: Path) -> None:
    answered(tmp_path, OpenMeteo(), Status.REFUSED, "open-meteo: HTTP 429: too many requests")
    said = " ".join(weather("--town", town, "--data", tmp_path).stdout.split())
    for words in ("weather service", "refused", "HTTP 429: too many requests", "CC BY 4.0", "EUMETSAT"):
        assert words in said


def test_a_source_that_the_town_has_left_is_still_named(town: Path, tmp_path: Path) -> None:
    answered(tmp_path, Cams(None))
    found = json.loads(weather("--town", town, "--data", tmp_path, "--json").stdout)["sources"]
    assert [(source["source"], source["in_use"]) for source in found] == [
        ("open-meteo-satellite", True), ("open-meteo", True), ("cams", False)
    ]  # fmt: skip


def test_where_nothing_was_fetched_nothing_is_made(town: Path, tmp_path: Path) -> None:
    ended = weather("--town", town, "--data", tmp_path / "nowhere", "--json")
    assert (ended.exit_code, len(json.loads(ended.stdout)["sources"])) == (0, 2)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("simulated", [True, False])
def test_a_place_without_a_source_says_so(tmp_path: Path, simulated: bool) -> None:
    if simulated:
        (tmp_path / "PROVENANCE").write_text("simulated\n")
    place = () if simulated else ("--town", ROOT / "config/towns/example")  # the town of the demo names one
    ended = weather("--data", tmp_path, *place)
    assert ended.exit_code == 0
    assert "nobody is asked" in ended.stdout
    assert ("SIMULATED DATA" in ended.stdout) is simulated


def test_the_weather_of_a_demo_is_an_invention(tmp_path: Path) -> None:
    (tmp_path / "PROVENANCE").write_text("simulated\n")
    answered(tmp_path, SyntheticWeather(1))
    found = json.loads(weather("--data", tmp_path, "--json").stdout)
    (source,) = found["sources"]
    assert (found["simulated"], source["source"], source["basis"]) == (True, "synthetic", "synthetic")
    assert "nobody measured" in source["attribution"]


def test_another_program_s_file_is_told_without_a_traceback(town: Path, tmp_path: Path) -> None:
    (tmp_path / "weather.db").write_text("no database, but more than a hundred bytes of something else " * 3)
    ended = tepos("weather", "--town", town, "--data", tmp_path)
    assert (ended.code, "weather.db" in ended.err) == (1, True)
