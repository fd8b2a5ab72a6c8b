"""tepos yields, on a real store and a real archive of weather."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from collector.store import open_store
from collector.weather.archive import Archive
from collector.weather.frame import HOUR, WeatherFrame, rows_of
from collector.weather.open_meteo import OpenMeteo
from collector.weather.told import Status, Told
from config.kwh import ROLLUP_NUMBERS, Step, Subject
from models.calendar import day_start, days
from models.pv.sun import clear_sky, sun_position
from tests.scripts.commands.runner import each, tepos, town_folder

TZ = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2025, 3, 27), date(2026, 3, 31)


def rows(kind, subject, first=FIRST, last=LAST, **columns):
    times = [day_start(day, TZ) for day in days(first, last)]
    known = {"energy": 3000.0, "expected": 4000.0, "insolation": 5000.0, "completeness": 1.0, "availability": 0.95}
    known |= {"insolation_corrected": 4000.0, "energy_dc": 3300.0, "lost_clipping": 100.0}
    texts = {"basis": "meter", "status": "measured", "expected_basis": "satellite"}
    told = dict.fromkeys(ROLLUP_NUMBERS, np.nan) | known | {"lost_outage": 500.0, "lost_finding": 300.0} | texts
    return pd.DataFrame({"kind": kind, "subject": subject, "time": np.array(times), **told | columns})


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> tuple[str | Path, ...]:
    """Options of a town of 1 kWp whose days are closed; its inverter never answered."""
    folder = tmp_path_factory.mktemp("yields")
    (folder / "data").mkdir()
    store = open_store(f"sqlite:///{folder}/data/store.db")
    for kind, subject in ((Subject.TOWN, "town"), (Subject.SITE, "hall"), (Subject.ROOF, "hall/roof")):
        store.write_rollups(Step.DAY, rows(kind, subject))
    half = rows(Subject.INVERTER, "hall/inv", date(2026, 3, 1), energy=1000.0, completeness=0.5)
    store.write_rollups(Step.DAY, half)
    store.close()
    town_folder(folder / "town", [("inv", "goodwe_dt", 502, 1)])
    return ("--data", folder / "data", "--town", folder / "town")


def weather(folder: Path, *years: int) -> None:
    """An invented sky of these years, as a service would have given it."""
    with Archive(folder / "weather.db") as archive:
        for year in years:
            starts = np.arange(day_start(date(year, 1, 1), TZ), day_start(date(year + 1, 1, 1), TZ), HOUR)
            times = pd.DatetimeIndex(pd.to_datetime(starts + HOUR // 2, unit="ms", utc=True))
            sky = clear_sky(sun_position(times, 50.0, 3.0))
            light = {part: 0.6 * getattr(sky, part) for part in ("ghi", "dni", "dhi")}
            made = WeatherFrame(rows_of(starts, light, int(starts[0]), 2**50), HOUR, "", "", 0)
            archive.keep(OpenMeteo(), made, Told("open-meteo", 0, 1, 1, Status.OK))


def test_without_a_choice_it_is_the_last_365_closed_days_by_site_and_the_town(place):
    found = tepos("yields", "--json", *place).json
    assert (found["from"], found["to"], found["days"], found["simulated"]) == ("2025-04-01", "2026-03-31", 365, False)
    hall, town = found["yields"]
    assert (hall["subject"], town["subject"]) == ("hall", "town")
    assert (town["installed_kwp"], town["energy_kwh"], town["specific_yield_kwh_kwp"]) == (1.0, 1095.0, 1095.0)
    assert (town["performance_ratio"], town["performance_index"]) == (0.6, 0.75)
    assert (hall["lost_outage_kwh"], hall["lost_finding_kwh"], hall["unexplained_kwh"]) == (182.5, 109.5, 73.0)


def test_the_side_of_the_modules_has_its_table_and_says_what_a_dash_means(place):
    told = tepos("yields", "--json", *place).json
    hall = told["yields"][0]
    assert (hall["array_yield_h"], hall["performance_ratio_25c"], hall["lost_clipping_kwh"]) == (1204.5, 0.75, 36.5)
    assert hall["performance_ratio"] < hall["performance_ratio_25c"]
    assert told["inverters_without_dc"] == []
    ended = tepos("yields", "--by", "inverter", "--from", "2026-03-01", *place)
    (line,) = [line.split()[1:] for line in ended.out.splitlines() if line.startswith("hall/inv")][2:3]
    assert line == ["–", "0", "–", "0", "3.1", "31"]
    assert "does not measure it" in ended.out


def test_less_than_a_year_says_so_and_is_not_extrapolated(place):
    shown, told = each([("yields", "--from", "2026-03-01", *more, *place) for more in ((), ("--json",))])
    assert "Less than a year" in shown.out
    assert told.json["yields"][1]["specific_yield_kwh_kwp"] is None
    assert told.json["yields"][1]["final_yield_h"] == 93.0


def test_a_partial_sum_stands_beside_its_share_and_what_is_missing_is_a_dash(place):
    ended = tepos("yields", "--by", "inverter", "--from", "2026-03-01", *place)
    lines = [line.split()[1:] for line in ended.out.splitlines() if line.startswith("hall/inv")]
    assert lines[0] == ["1.0", "31.0", "50.0", "31.0", "95.0"]
    assert lines[1] == ["–", "–", "0", "–", "0"]
    assert lines[3] == ["15.5", "31", "9.3", "31", "–", "0"]


def test_its_tables_fit_a_terminal_of_80_columns(place):
    for ended in each([("yields", *place), ("yields", "--by", "roof", *place)], {"COLUMNS": 80, "TEPOS_LANG": "fr"}):
        tables = [line for line in ended.out.splitlines() if line.startswith(("─", "de qui", "hall", "la commune"))]
        assert len(tables) == 16
        assert max(map(len, tables)) <= 80
        assert "…" not in ended.out


def test_each_kind_of_subject_has_its_lines(place):
    ended = each([("yields", "--json", "--by", by, *place) for by in ("roof", "inverter", "town")])
    assert [[one["subject"] for one in end.json["yields"]] for end in ended] == [
        ["hall/roof", "town"], ["hall/inv", "town"], ["town"],
    ]  # fmt: skip


def test_simulated_data_say_so_and_it_is_french_first(place, tmp_path):
    (tmp_path / "PROVENANCE").write_text("simulated\n")
    (tmp_path / "store.db").write_bytes((place[1] / "store.db").read_bytes())
    ended = tepos("yields", "--data", tmp_path, *place[2:], env={"TEPOS_LANG": "fr"})
    assert ended.code == 0, ended.err
    assert "SIMUL" in ended.out
    assert "disponibilité" in ended.out


def test_nothing_closed_is_no_yield_and_makes_nothing(place, tmp_path):
    nowhere = ("--data", tmp_path / "nowhere", *place[2:])
    commands = [("yields", *nowhere), ("yields", "--from", "2020-01-01", "--to", "2020-02-01", *place),
                ("yields", "--outlook", *nowhere)]  # fmt: skip
    assert [(end.code, end.out) for end in each(commands)] == [(1, "")] * 3
    assert not (tmp_path / "nowhere").exists()


def test_wrong_arguments_end_with_2(place):
    words = [("--from", "yesterday"), ("--to", "9999-12-31"), ("--from", "0001-01-01"), ("--by", "street"),
             ("--from", "2026-03-02", "--to", "2026-03-01"), ("--outlook", "--from", "2026-03-02")]  # fmt: skip
    assert [end.code for end in each([("yields", *some, *place) for some in words])] == [2] * len(words)


def test_the_outlook_says_that_it_is_modelled_from_whom_and_what_is_assumed(place, tmp_path):
    weather(tmp_path, 2023, 2024)
    shown, told = each([("yields", "--outlook", *more, "--data", tmp_path, *place[2:]) for more in ((), ("--json",))])
    for words in ("MODELLED", "2023, 2024", "open-meteo", "CC BY 4.0", "3.9%, ASSUMED"):
        assert words in shown.out
    found = told.json
    assert (found["modelled"], found["years"], found["sigma_years_assumed"]) == (True, [2023, 2024], 0.039)
    town = found["outlook"][-1]
    assert 0 < town["p90_kwh"] < town["p50_kwh"] == town["p50_kwh_kwp"]


def test_no_whole_year_of_weather_is_no_outlook(place, tmp_path):
    Archive(tmp_path / "weather.db").close()
    ended = tepos("yields", "--outlook", "--data", tmp_path, *place[2:])
    assert (ended.code, ended.out) == (1, "")
    assert "no year of weather" in ended.err
