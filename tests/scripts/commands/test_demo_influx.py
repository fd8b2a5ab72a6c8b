"""tepos demo with an InfluxDB and an end: a past for boards, a year that is the same whenever it is made."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.sample import Sample
from collector.store import open_store
from config.kwh import Step, Subject
from models.calendar import day_start
from tests.dashboards.grafana.demo_town import PARIS, written
from tests.influxd import Influxd, influxd  # noqa: F401
from tests.scripts.commands.runner import Ended, each, tepos

MAIRIE, SALLE = "mairie/inv-1", "salle/inv-1"
START, END = (day_start(day, PARIS) for day in (date(2026, 6, 1), date(2026, 6, 3)))
SILENT = f"{SALLE}:silent:start=2026-06-02T10:00+02:00"
QUARTERS = 193
"""Those of both days, and the one in which the last day is settled."""


class Demo:
    """One demo of two days of June, and what it left in InfluxDB."""

    def __init__(self, server: Influxd, folder: Path) -> None:
        self.server, self.data, self.url = server, folder / "data", server.fresh("demo")
        self.words = ["demo", "--town", written(folder / "town"), "--data", self.data, "--until", "2026-06-03"]
        self.ended = tepos(*self.words, "--days", 2, "--store", self.url, "--fault", SILENT)

    def rows(self, query: str, database: str = "demo") -> list[dict[str, Any]]:
        said = json.loads(self.server.query(query, db=database, epoch="ms"))["results"][0].get("series", [])
        return [
            {**each.get("tags", {}), **dict(zip(each["columns"], row, strict=True))}
            for each in said
            for row in each["values"]
        ]


@pytest.fixture(scope="module")
def demo(influxd: Influxd, tmp_path_factory: pytest.TempPathFactory) -> Demo:  # noqa: F811
    return Demo(influxd, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def said(demo: Demo, influxd: Influxd) -> dict[str, Ended]:  # noqa: F811
    """What further commands said, one after the other."""
    store = open_store(influxd.fresh("theirs"))
    store.write([Sample("mairie/inv-1", START, {"pac": 1.0})])
    store.close()
    elsewhere, town = demo.data.parent / "elsewhere", demo.words[2]
    commands = {
        "again": [*demo.words, "--days", 2, "--store", demo.url, "--fault", SILENT],
        "theirs": [*demo.words[:3], "--data", elsewhere, "--until", "2026-06-03", "--store", influxd.url("theirs")],
        "embedded": demo.words,
        "future": [*demo.words[:-1], "2999-01-01"],
        "never": [*demo.words[:-1], "yesterday"],
        "nobody": [*demo.words, "--fault", "nobody/inv-1:silent"],
        "no influx": [*demo.words, "--store", "postgres://here"],
    }
    found = dict(zip(commands, each([*commands.values()]), strict=True))
    env = {"TEPOS_STORE": demo.url, "TEPOS_DATA": elsewhere, "TEPOS_TOWN": town}
    series = ["export", "series", "--from", "2026-06-01", "--to", "2026-06-03"]
    return found | dict(zip(("export", "collect"), each([series, ["collect", "--once"]], env), strict=True))


def test_its_readings_and_energy_are_in_that_influxdb_up_to_that_day(demo: Demo) -> None:
    assert demo.ended.code == 0, demo.ended.err
    assert "closed: 2 days" in demo.ended.err
    assert (demo.data / "STORE").read_text().strip() == demo.url
    (kept,) = demo.rows('SELECT count("present"), min("pac") FROM "sample" WHERE "device" = \'mairie/inv-1\'')
    assert kept["count"] == QUARTERS
    (last,) = demo.rows('SELECT last("pac") FROM "sample"')
    assert last["time"] == END
    with_energy = open_store(demo.url).read_rollups(Step.DAY, Subject.INVERTER, None, START, END)
    assert (len(with_energy), with_energy["energy"].min() > 1000) == (6, True)


def test_boards_find_how_things_stood_in_its_past(demo: Demo) -> None:
    told = demo.rows('SELECT "answers", "mute", "failures" FROM "tepos_device" WHERE "device" = \'salle/inv-1\'')
    assert len(told) == QUARTERS + 1
    noon = {row["time"]: row for row in told}[START + 34 * 3_600_000 + 900_000]
    assert (noon["answers"], noon["mute"], noon["failures"]) == (0, 1, 2)
    assert {row["answers"] for row in told if row["time"] < START + 34 * 3_600_000} == {1}
    assert not any(row["mute"] for row in told if row["time"] > START + 47 * 3_600_000)
    alerts = demo.rows('SELECT last("open"), "text" FROM "tepos_alert" WHERE "alert" != \'none\' GROUP BY "subject"')
    assert [(row["subject"], row["last"]) for row in alerts] == [(SALLE, 1)]


def test_everything_in_it_says_that_it_is_simulated_wherever_it_is_read_from(
    demo: Demo, said: dict[str, Ended]
) -> None:
    (told,) = demo.rows('SELECT min("simulated"), count("simulated") FROM "tepos_spool"')
    assert (told["min"], told["count"]) == (1, QUARTERS + 1)
    assert "SIMULATED DATA" in said["export"].err
    assert all(line.endswith(",true") for line in said["export"].out.splitlines()[1:])


def test_the_same_demo_again_makes_nothing_new(demo: Demo, said: dict[str, Ended]) -> None:
    assert said["again"].code == 0
    assert "kept as history" not in said["again"].err
    assert "closed: 0 days" in said["again"].err


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("theirs", "holds readings that no demo made"),
        ("embedded", "belongs to a demo whose readings are in influxdb"),
        ("collect", "holds simulated data"),
        ("future", "lies in the future"),
        ("never", "write a day as"),
        ("nobody", "nobody/inv-1"),
        ("no influx", "influxdb://"),
    ],
)
def test_what_would_mix_or_makes_no_sense_is_refused(said: dict[str, Ended], what: str, why: str) -> None:
    assert said[what].code == 2
    assert why in said[what].said


def test_of_a_refused_demo_nothing_is_written(demo: Demo, said: dict[str, Ended]) -> None:
    assert said["theirs"].code == 2
    (count,) = demo.rows('SELECT count("pac") FROM "sample"', "theirs")
    assert count["count"] == 1
    assert demo.rows('SELECT * FROM "tepos_spool"', "theirs") == []
