"""Every query of every board, variable, annotation and alert rule, asked of a real InfluxDB that the demo filled.

A year of it, up to a noon in November, and both days on which clocks change; the energy is that of `tepos export`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.ledger import Ledger
from collector.ledger_file import LEDGER
from collector.store.influx_store import InfluxStore
from collector.store.influxql import Series, answer
from config.kwh import Step, Subject
from dashboards.exports import COMPLETE
from dashboards.grafana import facts
from models.calendar import day_bounds, day_start
from scripts.jobs.alerts import alerts_of
from scripts.options import Workplace
from tests.dashboards.grafana.as_grafana import ALL, Asked, Range, queries, replaced
from tests.dashboards.grafana.demo_town import (
    AUTUMN,
    DAY,
    FIRST,
    HOSTILE,
    HOUR,
    INVERTERS,
    LAST,
    NOW,
    PARIS,
    ROOFS,
    SITES,
    SPRING,
    USED_2025_WH,
    filled,
    moment,
)
from tests.influxd import Influxd, influxd  # noqa: F401
from tests.scripts.commands.runner import Ended, each

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
def demo(influxd: Influxd, tmp_path_factory: pytest.TempPathFactory) -> Workplace:  # noqa: F811
    """Where the demo has lived; its readings are in the database `boards`."""
    return filled(influxd.fresh("boards"), tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def grafana(demo: Workplace, influxd: Influxd) -> Grafana:  # noqa: F811
    assert demo.store_url == influxd.url("boards")
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
    assert sum(bool(answered) for answered in found) >= 2  # of days of silence the sum is known


RULES = {rule["uid"]: rule for group in ALERTING["groups"] for rule in group["rules"]}


def fires(grafana: Grafana, uid: str, now: int) -> bool:
    """Whether the newest value of any series of a rule is beyond its threshold."""
    rule, of = RULES[uid], {"tepos-releves": "datasource", "tepos-bilans": "bilans"}
    asked, _reduced, compared = rule["data"]
    span, ((evaluator,),) = asked["relativeTimeRange"], [[c["evaluator"] for c in compared["model"]["conditions"]]]
    range_ = Range(uid, now - span["from"] * 1000, now - span["to"] * 1000, MIDNIGHT)
    text, found = grafana.ask(Asked(uid, of[asked["datasourceUid"]], asked["model"]["query"], "15m"), range_, {})
    assert "$" not in text
    beyond = {"gt": lambda value: value > evaluator["params"][0], "lt": lambda value: value < evaluator["params"][0]}
    if not found:
        return bool(rule["noDataState"] == "Alerting")
    newest = [[row[1] for row in series.rows if row[1] is not None][-1] for series in found]
    return any(beyond[evaluator["type"]](value) for value in newest)


@pytest.mark.parametrize("rule", RULES)
def test_every_alert_rule_asks_something_that_answers(grafana: Grafana, rule: str) -> None:
    asked = RULES[rule]["data"][0]
    of = {"tepos-releves": "datasource", "tepos-bilans": "bilans"}[asked["datasourceUid"]]
    span = asked["relativeTimeRange"]
    range_ = Range(rule, NOW - span["from"] * 1000, NOW - span["to"] * 1000, MIDNIGHT)
    text, found = grafana.ask(Asked(rule, of, asked["model"]["query"], "15m"), range_, {})
    assert "$" not in text
    assert found != []


def test_rules_fire_on_what_happened_in_the_demo_and_on_nothing_else(grafana: Grafana) -> None:
    fired = {at: {uid for uid in RULES if fires(grafana, uid, moment(at))} for at in WHEN}
    assert fired == {moment_: set(rules) for moment_, rules in WHEN.items()}


WHEN = {
    "2026-02-10 12:00": (),
    "2026-10-26 12:00": ("tepos-alerte-critique", "tepos-indice"),
    "2026-10-28 02:00": ("tepos-alerte-critique", "tepos-indice"),
    "2026-11-01 12:00": ("tepos-alerte-critique", "tepos-onduleur-muet"),
    "2026-11-01 13:30": ("tepos-silencieux",),
}
"""An inverter is off for three days, another one is mute at the end, and after the end nothing is heard of tepos."""


def test_rules_about_the_chain_fire_when_its_state_is_bad(influxd: Influxd) -> None:  # noqa: F811
    store = InfluxStore.from_url(influxd.fresh("chain"))
    grafana, chain = Grafana(influxd, "chain"), ("tepos-file", "tepos-pertes", "tepos-retard")
    fine, bad = ({"counters": dict.fromkeys(facts.SPOOL, number)} for number in (0, 20_000))
    for at, spool, gaps in (
        (NOW - 2 * HOUR, fine, []),
        (NOW - HOUR // 2, fine, []),
        (NOW, bad, [(NOW - 3 * HOUR, NOW)]),
    ):
        store.write_facts([facts.spool_fact(spool, True, True, at), facts.job_fact("quarters", gaps, at, at)])
    store.close()
    assert [[fires(grafana, uid, at) for uid in chain] for at in (NOW - HOUR, NOW)] == [[False] * 3, [True] * 3]


Rows = list[dict[str, str]]
WORDS = {
    "year": ["export", "series", "--from=2025-11-01", "--to=2026-11-01", *(f"--roof={roof}" for roof in ROOFS)],
    "town": ["export", "series", "--from=2025-11-01", "--to=2026-01-01"],
    "alerts": ["alerts", "--json"],
    **{
        f"{day}/{step}": [
            "export",
            "series",
            f"--from={day}",
            f"--to={day + timedelta(days=1)}",
            f"--step={step}",
            whose,
        ]
        for day in (SPRING, AUTUMN)
        for step, whose in (("1d", f"--roof={ROOFS[2]}"), ("15min", f"--site={HOSTILE}"))
    },
}


@pytest.fixture(scope="module")
def said(demo: Workplace) -> dict[str, Ended]:
    """What commands print of the demo."""
    env = {"TEPOS_STORE": demo.store_url, "TEPOS_DATA": demo.data, "TEPOS_TOWN": demo.town_folder}
    ended = dict(zip(WORDS, each([*WORDS.values()], env), strict=True))
    assert {each.code for each in ended.values()} == {0}
    return ended


def rows(ended: Ended) -> Rows:
    return list(csv.DictReader(io.StringIO(ended.out)))


def wh(some: Rows, column: str = "energy_kwh") -> int:
    return round(sum(float(row[column]) * 1000 for row in some if row[column]))


YEAR = Range("year", day_start(FIRST, PARIS), MIDNIGHT - 1, MIDNIGHT)


@pytest.mark.parametrize(
    ("title", "column"), [("Énergie produite", "energy_kwh"), ("Énergie attendue", "expected_kwh")]
)
def test_energy_of_a_year_is_that_of_the_export_to_the_watt_hour_for_all_roofs_and_for_one(
    grafana: Grafana, said: dict[str, Ended], title: str, column: str
) -> None:
    every = rows(said["year"])
    for choice, of in (("all", every), ("hostile", [row for row in every if row["subject"] == ROOFS[2]])):
        (series,) = grafana.ask(panel("pv-production", title), YEAR, CHOICES[choice])[1]
        assert round(series.rows[0][1]) == wh(of, column) > 10_000_000


def test_index_and_availability_of_a_year_are_those_of_the_export(grafana: Grafana, said: dict[str, Ended]) -> None:
    for choice, of in (("all", ROOFS), ("hostile", ROOFS[2:])):
        mine = [row for row in rows(said["year"]) if row["subject"] in of]
        judged = [row for row in mine if float(row["completeness"] or 0) >= COMPLETE and row["performance_index"]]
        (index,) = grafana.ask(panel("pv-production", "Indice de performance"), YEAR, CHOICES[choice])[1]
        assert index.rows[0][1] == pytest.approx(wh(judged) / wh(judged, "expected_kwh"), rel=1e-6)
        worked = [float(row["availability"]) for row in mine if row["availability"]]
        (available,) = grafana.ask(panel("pv-production", "Disponibilité"), YEAR, CHOICES[choice])[1]
        assert available.rows[0][1] == pytest.approx(sum(worked) / len(worked), abs=1e-6)
        assert len(worked) == 365 * len(of) > len(judged) - 3


@pytest.mark.parametrize(("day", "quarters"), [(SPRING, 92), (AUTUMN, 100)])
def test_energy_of_a_day_when_clocks_change_is_that_of_the_export(
    grafana: Grafana, said: dict[str, Ended], day: date, quarters: int
) -> None:
    start, end = day_bounds(day, PARIS)
    for board, title, step, number in (
        ("pv-production", "Énergie produite", "1d", 1),
        ("pv-exploitation", "Énergie du jour", "15min", quarters),
    ):
        found = grafana.ask(panel(board, title), Range("day", start, end - 1, start), CHOICES["hostile"])[1]
        exported = rows(said[f"{day}/{step}"])
        assert round(found[0].rows[0][1]) == wh(exported) > 10_000
        assert len(exported) == number


def test_alerts_are_those_of_the_command_with_what_they_have_cost_until_now(
    grafana: Grafana, said: dict[str, Ended]
) -> None:
    known = {alert["id"]: alert for alert in json.loads(said["alerts"].out)["alerts"]}
    listed = grafana.ask(panel("pv-exploitation", "Alertes à traiter"), RANGES[0], CHOICES["all"])[1]
    shown = {series.tags["alert"]: dict(zip(series.columns, series.rows[-1], strict=True)) for series in listed}
    assert {*known} == {*shown}
    assert len(known) >= 3
    assert {alert["cause"] for alert in known.values()} >= {"string_open", "communication"}
    for name, alert in known.items():
        lost, since = shown[name]["Perte"], datetime.fromisoformat(alert["since"]).timestamp() * 1000
        assert (shown[name]["Depuis"], lost and lost / 1000) == (since, pytest.approx(alert["lost_kwh"], abs=1e-4))
    (count,) = grafana.ask(panel("pv-exploitation", "Alertes ouvertes"), RANGES[0], CHOICES["all"])[1]
    assert count.rows[0][1] == len(known)


def test_every_alert_of_the_year_is_an_annotation_with_its_end(grafana: Grafana, demo: Workplace) -> None:
    with Ledger(demo.data / LEDGER) as ledger:
        alerts = alerts_of(ledger).values()
    annotated = next(asked for asked in queries(BOARDS["pv-exploitation"]) if "@" in asked.where)
    (series,) = grafana.ask(annotated, RANGES[2], {})[1]
    end = series.columns.index("end_ms")
    assert sorted((row[0], row[end] or 0) for row in series.rows) == sorted((a.opened, a.closed or 0) for a in alerts)
    assert len(alerts) > 5


def test_progress_is_the_energy_of_the_export_over_what_the_town_used(grafana: Grafana, said: dict[str, Ended]) -> None:
    made, covered = (
        panel("pv-territoire", title) for title in ("Production et consommation", "Couverture de l'électricité")
    )
    (energy,), (share,) = (grafana.ask(asked, RANGES[0], {})[1] for asked in (made, covered))
    first, first_share = (dict(zip(each.columns, each.rows[0], strict=True)) for each in (energy, share))
    assert (first["Année"], first_share["Année"]) == ("2025", "2025")
    assert round(first["Production"]) == wh(rows(said["town"])) > 1_000_000
    assert first["Consommation"] == USED_2025_WH
    assert first_share["Couverture"] == pytest.approx(first["Production"] / USED_2025_WH, rel=1e-9)
    assert first_share["Objectif"] == pytest.approx(0.025)


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
    assert len(expected) == 364
    assert [row[0] for row in series.rows] == expected["time"].tolist()
    assert [row[1] for row in series.rows] == pytest.approx(expected["energy"].tolist(), rel=1e-12)


def test_a_value_that_went_missing_when_its_day_was_closed_again_is_not_shown(
    influxd: Influxd,  # noqa: F811
    demo: Workplace,
) -> None:
    first, last = demo.open_store(), InfluxStore.from_url(influxd.fresh("again"))
    kept = first.read_rollups(Step.DAY, Subject.ROOF, ROOFS, MIDNIGHT - 10 * DAY, MIDNIGHT).assign(kind="roof")
    last.write_rollups(Step.DAY, kept)
    gone = kept.index[kept["subject"] == ROOFS[0]][:1]
    lost = kept.loc[gone].assign(energy=float("nan"), completeness=0.0, status="unknown").reset_index(drop=True)
    last.write_rollups(Step.DAY, lost)
    for store in (first, last):
        store.close()
    ((series,),) = [Grafana(influxd, "again").ask(panel("pv-production", "Énergie produite"), YEAR, CHOICES["all"])[1]]
    assert series.rows[0][1] == pytest.approx(kept.drop(gone)["energy"].sum(), rel=1e-12)


def test_power_on_the_screen_is_the_sum_of_what_the_inverters_say(grafana: Grafana, demo: Workplace) -> None:
    (series,) = grafana.ask(panel("pv-exploitation", "Puissance actuelle"), RANGES[0], CHOICES["all"])[1]
    store = demo.open_store()
    read = store.read_many(INVERTERS, ["pac"], NOW - HOUR, NOW)
    store.close()
    expected = sum(frame["pac"].iloc[-1] for frame in read.values() if len(frame))
    assert series.rows[-1][1] == pytest.approx(expected)
    assert expected > 1000


def test_the_mute_inverter_is_counted_and_its_silence_is_drawn(grafana: Grafana) -> None:
    (mute,) = grafana.ask(panel("pv-exploitation", "Onduleurs muets"), RANGES[0], CHOICES["all"])[1]
    assert mute.rows[0][1] == 1
    bands = grafana.ask(panel("pv-exploitation", "Communication"), RANGES[0], CHOICES["all"])[1]
    assert {series.tags["device"]: series.rows[-1][1] for series in bands} == dict(
        zip(INVERTERS, (1, 0, 1), strict=True)
    )


def test_every_board_says_that_its_readings_are_simulated(grafana: Grafana) -> None:
    for board in BOARDS:
        (series,) = grafana.ask(panel(board, "Données"), RANGES[2], CHOICES["all"])[1]
        assert series.rows[-1][1] == 1
