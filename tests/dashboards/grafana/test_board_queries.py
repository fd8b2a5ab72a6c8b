"""Every query of every board, variable, annotation and alert rule, asked of a real InfluxDB with a year in it."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.store.influx_store import InfluxStore
from collector.store.influxql import Series, answer
from config.kwh import Step, Subject
from models.calendar import day_bounds, day_start
from tests.dashboards.grafana.as_grafana import ALL, Asked, Range, queries, replaced
from tests.dashboards.grafana.boards_town import (
    AUTUMN,
    DAY,
    HOSTILE,
    HOUR,
    INVERTERS,
    LAST,
    NOW,
    PARIS,
    ROOFS,
    SITES,
    SPRING,
    fill,
)
from tests.influxd import Influxd, influxd  # noqa: F401
from tests.scripts.commands.runner import each, town_folder

ROOT = Path(__file__).parents[3]
BOARDS = {path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "dashboards/grafana/json").glob("*.json")}
ALERTING = json.loads((ROOT / "config/deploy/grafana/provisioning/alerting/tepos.json").read_text("utf-8"))
MIDNIGHT = day_start(LAST + timedelta(days=1), PARIS)
RANGES = (
    Range("24 h", NOW - DAY, NOW, MIDNIGHT),
    Range("30 d", NOW - 30 * DAY, NOW, MIDNIGHT),
    Range("1 y", NOW - 365 * DAY, NOW, MIDNIGHT),
    Range("23 h", *(bound - half for bound, half in zip(day_bounds(SPRING, PARIS), (0, 1), strict=True)), 0, False),
    Range("25 h", *(bound - half for bound, half in zip(day_bounds(AUTUMN, PARIS), (0, 1), strict=True)), 0, False),
)
CHOICES = {
    "all": {"site": [ALL], "roof": [ALL], "device": [INVERTERS[0]]},
    "one": {"site": [SITES[0]], "roof": [ROOFS[0]], "device": [INVERTERS[0]]},
    "two": {"site": SITES[:2], "roof": ROOFS[:2], "device": [INVERTERS[1]]},
    "hostile": {"site": [HOSTILE], "roof": [ROOFS[2]], "device": [INVERTERS[2]]},
}
BY_STATUS = "pv-qualite/Jours d'onduleur par statut"
"""Its series are one status each: a day of one inverter has one of them."""


class Grafana:
    """Asks InfluxDB as Grafana would."""

    def __init__(self, server: Influxd, database: str) -> None:
        self._server, self._databases = server, {"datasource": database, "bilans": f"{database}_rollup"}

    def ask(self, asked: Asked, range_: Range, chosen: dict[str, Any]) -> tuple[str, list[Series]]:
        text = replaced(asked, range_, chosen)
        reply = self._server.query(text, db=self._databases[asked.of], epoch="ms")
        return text, [series for series in answer(reply, asked.where) if _some(series)]


def _some(series: Series) -> bool:
    return any(value is not None for row in series.rows for value in row[1:])


@pytest.fixture(scope="module")
def grafana(influxd: Influxd) -> Grafana:  # noqa: F811
    store = InfluxStore.from_url(influxd.fresh("boards"))
    fill(store)
    store.close()
    return Grafana(influxd, "boards")


def panel(board: str, title: str) -> Asked:
    return next(asked for asked in queries(BOARDS[board]) if asked.where.split("/")[1] == title)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("range_", RANGES, ids=lambda range_: range_.name)
@pytest.mark.parametrize("board", BOARDS)
def test_every_query_gives_series_without_an_error(grafana: Grafana, board: str, range_: Range, choice: str) -> None:
    empty, left, many = [], [], []
    by_status = 0
    for asked in queries(BOARDS[board]):
        text, found = grafana.ask(asked, range_, CHOICES[choice])
        left += re.findall(r"\$(?!/).*", text)
        many += [asked.where] * (len(found) > 1000)
        if asked.where.startswith(BY_STATUS):
            by_status += len(found)
        elif not found:
            empty.append(f"{asked.where}: {text}")
    assert (empty, left, many) == ([], [], [])
    assert by_status or board != "pv-qualite"


def test_a_misspelt_field_would_be_noticed(grafana: Grafana) -> None:
    asked = panel("pv-onduleur", "Puissance")
    wrong = Asked(asked.where, asked.of, asked.query.replace('"pac"', '"pca"'))
    assert grafana.ask(asked, RANGES[0], CHOICES["one"])[1] != []
    assert grafana.ask(wrong, RANGES[0], CHOICES["one"])[1] == []


def test_every_day_of_every_status_is_counted_over_a_year(grafana: Grafana) -> None:
    counts = [asked for asked in queries(BOARDS["pv-qualite"]) if asked.where.startswith(BY_STATUS)]
    found = [grafana.ask(asked, RANGES[2], CHOICES["all"])[1] for asked in counts]
    assert sum(row[1] for answered in found for series in answered for row in series.rows) == 3 * 365
    assert all(found)


@pytest.mark.parametrize("rule", [rule["uid"] for group in ALERTING["groups"] for rule in group["rules"]])
def test_every_alert_rule_asks_something_that_answers(grafana: Grafana, rule: str) -> None:
    asked = next(one for group in ALERTING["groups"] for one in group["rules"] if one["uid"] == rule)["data"][0]
    of = {"tepos-releves": "datasource", "tepos-bilans": "bilans"}[asked["datasourceUid"]]
    span = asked["relativeTimeRange"]
    range_ = Range(rule, NOW - span["from"] * 1000, NOW - span["to"] * 1000, MIDNIGHT)
    text, found = grafana.ask(Asked(rule, of, asked["model"]["query"], "15m"), range_, {})
    assert "$" not in text
    assert found != []


Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def exports(grafana: Grafana, influxd: Influxd, tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Rows]:  # noqa: F811
    """What `tepos export series` gives of a year of all roofs, and of the days when clocks change."""
    folder = tmp_path_factory.mktemp("exports")
    commands: dict[Any, list[str]] = {"year": ["2025-11-01", "2026-11-01", *(f"--roof={roof}" for roof in ROOFS)]}
    for day in (SPRING, AUTUMN):
        span = [str(day), str(day + timedelta(days=1))]
        commands[day, Step.DAY] = [*span, f"--roof={ROOFS[2]}"]
        commands[day, Step.QUARTER] = [*span, f"--site={HOSTILE}", "--step=15min"]
    words = [("export", "series", "--from", start, "--to", end, *more) for start, end, *more in commands.values()]
    town = town_folder(folder / "town", [("inv", "goodwe_dt", 502, 1)])
    env = {"TEPOS_STORE": influxd.url("boards"), "TEPOS_DATA": folder, "TEPOS_TOWN": town}
    return {
        key: list(csv.DictReader(io.StringIO(ended.out))) for key, ended in zip(commands, each(words, env), strict=True)
    }


def wh(rows: Rows, column: str = "energy_kwh") -> int:
    return round(sum(float(row[column]) * 1000 for row in rows if row[column]))


@pytest.mark.parametrize(
    ("title", "column"), [("Énergie produite", "energy_kwh"), ("Énergie attendue", "expected_kwh")]
)
def test_energy_of_a_year_is_that_of_the_export_to_the_watt_hour_for_all_roofs_and_for_one(
    grafana: Grafana, exports: dict[Any, Rows], title: str, column: str
) -> None:
    rows = exports["year"]
    year = Range("year", day_start(LAST - timedelta(days=364), PARIS), MIDNIGHT - 1, MIDNIGHT)
    for choice, of in (("all", rows), ("hostile", [row for row in rows if row["subject"] == ROOFS[2]])):
        (series,) = grafana.ask(panel("pv-production", title), year, CHOICES[choice])[1]
        assert round(series.rows[0][1]) == wh(of, column) > 10_000_000
    assert [len([row for row in rows if row["subject"] == roof and row[column]]) for roof in ROOFS] == [364, 365, 365]


@pytest.mark.parametrize(("day", "quarters"), [(SPRING, 92), (AUTUMN, 100)])
def test_energy_of_a_day_when_clocks_change_is_that_of_the_export(
    grafana: Grafana, exports: dict[Any, Rows], day: date, quarters: int
) -> None:
    start, end = day_bounds(day, PARIS)
    for board, title, step, rows in (
        ("pv-production", "Énergie produite", Step.DAY, 1),
        ("pv-exploitation", "Énergie du jour", Step.QUARTER, quarters),
    ):
        found = grafana.ask(panel(board, title), Range("day", start, end - 1, start), CHOICES["hostile"])[1]
        assert round(found[0].rows[0][1]) == wh(exports[day, step])
        assert len(exports[day, step]) == rows


def test_a_period_that_begins_within_a_day_shows_that_day_and_one_that_begins_at_its_end_does_not(
    grafana: Grafana,
) -> None:
    asked = panel("pv-production", "Mesuré et attendu")
    for day in (SPRING, AUTUMN, SPRING + timedelta(days=30)):
        start, end = day_bounds(day, PARIS)
        for begin, shown in ((start, True), (start + 22 * HOUR, True), (end, False)):
            found = grafana.ask(asked, Range("", begin, end + DAY, 0), CHOICES["one"])[1]
            assert (start in [row[0] for row in found[0].rows]) is shown


def test_bars_stand_at_the_begin_of_their_day_whatever_the_clocks_do(grafana: Grafana, influxd: Influxd) -> None:  # noqa: F811
    rows = InfluxStore.from_url(influxd.url("boards")).read_rollups(Step.DAY, Subject.ROOF, [ROOFS[1]], 0, NOW)
    asked, choice = panel("pv-production", "Mesuré et attendu"), {"roof": [ROOFS[1]]}
    (series,) = grafana.ask(asked, Range("", NOW - 364 * DAY, NOW, 0), choice)[1]
    expected = rows[rows["time"] > NOW - 364 * DAY - 23 * HOUR]
    assert [row[0] for row in series.rows] == expected["time"].tolist()
    assert [row[1] for row in series.rows] == pytest.approx(expected["energy"].tolist(), rel=1e-12)


def test_power_on_the_screen_is_the_sum_of_what_the_inverters_say(grafana: Grafana) -> None:
    (series,) = grafana.ask(panel("pv-exploitation", "Puissance actuelle"), RANGES[0], CHOICES["all"])[1]
    assert {row[1] for row in series.rows} == {15_000.0}


def test_silent_inverters_and_open_alerts_are_counted_once_each(grafana: Grafana) -> None:
    for title, count in (("Onduleurs muets", 1), ("Alertes ouvertes", 3)):
        (series,) = grafana.ask(panel("pv-exploitation", title), RANGES[0], CHOICES["all"])[1]
        assert series.rows[0][1] == count
