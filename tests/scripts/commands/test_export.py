"""tepos export series, on both stores and as its users call it."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from collector.store import open_store
from config.kwh import ROLLUP_NUMBERS, Step, Subject
from models.calendar import QUARTER, day_start, days
from tests.influxd import influxd  # noqa: F401
from tests.scripts.commands.runner import each, tepos, town_folder

TZ = ZoneInfo("Europe/Paris")
SUNDAY = day_start(date(2026, 3, 29), TZ)
DAYS = [day_start(day, TZ) for day in days(date(2026, 3, 27), date(2026, 3, 31))]


def rows(kind, subject, times):
    texts = {"basis": "meter", "status": "measured", "expected_basis": "satellite"}
    return pd.DataFrame(
        {"kind": kind, "subject": subject, "time": np.array(times), **dict.fromkeys(ROLLUP_NUMBERS, np.nan), **texts}
    ).assign(energy=np.arange(len(times)) * 1000.0, completeness=0.5)


def fill(url):
    store = open_store(url)
    store.write_rollups(Step.DAY, rows(Subject.TOWN, "town", DAYS))
    store.write_rollups(Step.DAY, rows(Subject.ROOF, "hall/roof", [*DAYS[:2], *DAYS[3:]]))
    store.write_rollups(Step.DAY, rows(Subject.INVERTER, "hall/gone", DAYS[:1]))
    store.write_rollups(Step.QUARTER, rows(Subject.TOWN, "town", [SUNDAY + n * QUARTER for n in range(92)]))
    store.close()


@pytest.fixture
def place(tmp_path):
    """Options of a town with rollups in its embedded store."""
    (tmp_path / "data").mkdir()
    fill(f"sqlite:///{tmp_path}/data/store.db")
    town_folder(tmp_path / "town", [("inv", "goodwe_dt", 502, 1)])
    return ("--data", tmp_path / "data", "--town", tmp_path / "town")


def series(place, *more, start="2026-03-27", end="2026-04-01"):
    return ("export", "series", "--from", start, "--to", end, *more, *place)


def read(ended):
    assert ended.code == 0, ended.err
    return list(csv.DictReader(io.StringIO(ended.out)))


def test_the_town_by_days_is_what_one_gets_without_a_choice(place):
    found = read(tepos(*series(place)))
    assert [row["energy_kwh"] for row in found] == ["0", "1", "2", "3", "4"]
    assert {(row["kind"], row["subject"], row["simulated"]) for row in found} == {("town", "town", "false")}
    assert (found[2]["start"], found[2]["end"]) == ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")


def test_a_server_gives_the_same_file(place, influxd, tmp_path):  # noqa: F811
    url = influxd.fresh("export")
    fill(url)
    commands = [series(place, "--roof", "hall/roof"), series(place, "--step", "15min", "--format", "json")]
    embedded, server = each(commands), each(commands, {"TEPOS_STORE": url})
    assert [ended.code for ended in (*embedded, *server)] == [0] * 4
    assert [ended.out for ended in embedded] == [ended.out for ended in server]


def test_the_end_is_not_in_the_series_whether_a_day_or_an_instant(place):
    spans = [("2026-03-28", "2026-03-30"), ("2026-03-27T23:00Z", "2026-03-30T00:00+02:00")]
    for ended in each([series(place, start=start, end=end) for start, end in spans]):
        assert [row["energy_kwh"] for row in read(ended)] == ["1", "2"]


def test_json_is_one_document_that_says_what_it_is_about(place):
    ended = tepos(*series(place, "--step", "15min", "--format", "json", start="2026-03-29", end="2026-03-30"))
    about = ended.json
    found = about.pop("series")
    assert about == {
        "town": "Nulleville", "simulated": False, "step": "15min", "from": "2026-03-29T00:00:00+01:00",
        "to": "2026-03-30T00:00:00+02:00", "kind": "town",
    }  # fmt: skip
    assert len(found) == 92
    assert (found[8]["start"], found[8]["expected_kwh"]) == ("2026-03-29T03:00:00+02:00", None)


def test_periods_that_are_not_closed_have_no_row_and_are_counted(place):
    ended = tepos(*series(place, "--roof", "hall/roof"))
    assert [row["start"][:10] for row in read(ended)] == ["2026-03-27", "2026-03-28", "2026-03-30", "2026-03-31"]
    assert "not closed, and have no row: 1" in ended.err


def test_a_file_is_written_as_the_terminal_shows_it(place, tmp_path):
    shown, ended = each([series(place), series(place, "-o", tmp_path / "out.csv")])
    assert (tmp_path / "out.csv").read_bytes().decode() == shown.out
    assert (ended.code, ended.out) == (0, "")
    assert "5 rows" in ended.err
    assert tepos(*series(place, "-o", tmp_path / "no" / "such" / "folder")).code == 1


def test_simulated_data_say_so_in_the_file_and_beside_it(place):
    (place[1] / "PROVENANCE").write_text("simulated\n")
    as_csv, as_json = each([series(place), series(place, "--format", "json")])
    assert {row["simulated"] for row in read(as_csv)} == {"true"}
    assert json.loads(as_json.out)["simulated"] is True
    assert "SIMULATED" in as_csv.err


def test_what_a_town_no_longer_has_can_still_be_exported(place):
    assert len(read(tepos(*series(place, "--inverter", "hall/gone")))) == 1


def test_nothing_closed_is_no_series(place, tmp_path):
    nowhere = ("--data", tmp_path / "nowhere", *place[2:])
    for ended in each([series(place, start="2020-01-01", end="2021-01-01"), series(place, "--inverter", "hall/inv"),
                       series(nowhere)]):  # fmt: skip
        assert (ended.code, ended.out) == (1, "")
    assert not (tmp_path / "nowhere").exists()


def test_wrong_arguments_end_with_2_and_write_nothing(place):
    spans = [("yesterday", "2026-04-01"), ("2026-03-27T12:00", "2026-04-01"), ("2026-04-01", "2026-04-01"),
             ("2026-04-02", "2026-04-01"), ("2026-02-30", "2026-04-01"), ("0001-01-01", "2026-04-01"),
             ("2026-03-27", "9999-12-31")]  # fmt: skip
    more = [("--roof", "hall/rof"), ("--site", "x"), ("--inverter", "hall"), ("--step", "1h"), ("--format", "xlsx"),
            ("--roof", "hall/roof", "--site", "hall"), ("--format", "parquet")]  # fmt: skip
    commands = [series(place, start=a, end=b) for a, b in spans] + [series(place, *words) for words in more]
    ended = each([*commands, ("export", "series"), ("export",)])
    assert [end.code for end in ended] == [2] * len(ended)
    assert {end.out for end in ended[:-1]} == {""}
    assert 'did you mean "hall/roof"?' in ended[len(spans)].err


def test_parquet_without_its_extra_names_it(place, tmp_path):
    (tmp_path / "pyarrow.py").write_text("raise ModuleNotFoundError('as where the extra is not installed')")
    words = series(place, "--format", "parquet", "-o", tmp_path / "x.parquet")
    ended = tepos(*words, env={"PYTHONPATH": tmp_path})
    assert ended.code == 1
    assert "tepos[parquet]" in ended.err
    assert not (tmp_path / "x.parquet").exists()
