"""tepos alerts and tepos works: what stands in the ledger, and what people add to it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from collector.ledger import Ledger
from models.pv.alerts.decide import decide
from models.pv.diagnosis.cause import Cause
from scripts.cli import app
from scripts.jobs.alerts import alerts_of, append, deeds_of
from scripts.jobs.works import works_of
from scripts.moments import utc_ms
from tests.models.pv.alerts.told import DAY, finding

BY = ("--by", "services techniques")


def tepos(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two alerts of Loos: an open string since two days, and an arc."""
    now = utc_ms()
    string = finding(subject="ecole-lamendin/inv-1#2", since=now - 2 * DAY, missing=0.33,
                     evidence={"strings": 3.0, "strings_open": 1.0})  # fmt: skip
    arc = finding(Cause.ARC, "ecole-basly/inv-2", since=now - DAY, lost_wh=float("nan"), lost_per_day=float("nan"))
    with Ledger(tmp_path / "ledger.db") as ledger:
        for deed in decide([string, arc], {}, now - DAY, lambda _site: Decimal("0.1")):
            append(ledger, deed, now)
    return tmp_path


def listed(data: Path, *more: str) -> list[dict[str, Any]]:
    told = tepos("alerts", "--data", data, "--json", *more)
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)["alerts"]


def test_alerts_are_listed_with_what_they_cost_the_most_urgent_first(data: Path) -> None:
    arc, string = listed(data)
    assert (arc["severity"], arc["lost_kwh"], arc["lost_eur"]) == ("critical", None, None)
    assert (string["site_name"], string["device"], string["input"]) == ("École Lamendin", "inv-1", 2)
    assert (string["lost_kwh"], string["lost_kwh_per_day"], string["price_status"]) == (20.0, 10.0, "assumed")
    assert string["lost_eur"] == pytest.approx(20 * string["price_eur_per_kwh"], abs=0.01)


def test_alerts_are_told_in_sentences(data: Path) -> None:
    said = tepos("alerts", "--data", data).output
    assert "École Lamendin, inv-1, input 2: open string" in said
    assert "One of its 3 strings gives nothing" in said
    assert "do not approach" in said


def test_an_answer_is_a_fact_with_role_and_note(data: Path) -> None:
    alert = listed(data)[1]["id"]
    told = tepos("alerts", "ack", alert, *BY, "--note", "électricien mardi", "--data", data, "--json")
    assert (told.exit_code, json.loads(told.stdout)["state"]) == (0, "acknowledged")
    assert (listed(data)[1]["acknowledged_by"], listed(data)[1]["note"]) == ("services techniques", "électricien mardi")
    with Ledger(data / "ledger.db") as ledger:
        assert deeds_of(ledger)[-1].by == "services techniques"


def test_snooze_and_close_are_deeds_too(data: Path) -> None:
    arc, string = (entry["id"] for entry in listed(data))
    assert tepos("alerts", "snooze", string, *BY, "--until", "7d", "--data", data).exit_code == 0
    assert tepos("alerts", "close", arc, *BY, "--note", "faux contact réparé", "--data", data).exit_code == 0
    assert [entry["state"] for entry in listed(data)] == ["snoozed"]
    assert [entry["state"] for entry in listed(data, "--all")] == ["snoozed", "closed"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("ack", "nosuch", *BY), 2, "no alert nosuch"),
        (("ack", "ID", "--by", " "), 2, "in which role"),
        (("snooze", "ID", *BY, "--until", "tomorrow"), 2, "no date"),
        (("snooze", "ID", *BY, "--until", "2020-01-01"), 2, "over already"),
    ],
)
def test_a_wrong_answer_is_told_and_changes_nothing(data: Path, words: tuple[str, ...], code: int, told: str) -> None:
    alert = listed(data)[0]["id"]
    ended = tepos("alerts", *(alert if word == "ID" else word for word in words), "--data", data)
    assert (ended.exit_code, told in ended.output) == (code, True), ended.output
    with Ledger(data / "ledger.db") as ledger:
        assert all(alert.acknowledged is None for alert in alerts_of(ledger).values())


def test_a_closed_alert_takes_no_answer(data: Path) -> None:
    alert = listed(data)[0]["id"]
    tepos("alerts", "close", alert, *BY, "--data", data)
    assert tepos("alerts", "ack", alert, *BY, "--data", data).exit_code == 1


def test_without_any_store_there_are_no_alerts_and_none_is_made(tmp_path: Path) -> None:
    assert listed(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_works_are_added_listed_and_closed(tmp_path: Path) -> None:
    where = ("--data", tmp_path)
    added = tepos("works", "add", "outage", "ecole-lamendin", *BY, "--who", "électricien", "--from", "2026-06-01",
                  *where, "--json")  # fmt: skip
    work = json.loads(added.stdout)
    assert (work["from"], work["to"]) == ("2026-06-01T00:00:00+02:00", None)
    assert tepos("works", "close", work["id"], *BY, "--at", "2026-06-02T12:00", *where).exit_code == 0
    (listed,) = json.loads(tepos("works", "list", "--all", *where, "--json").stdout)["works"]
    assert (listed["to"], listed["closed"], listed["who"]) == ("2026-06-02T12:00:00+02:00", True, "électricien")
    assert tepos("works", "close", work["id"], *BY, *where).exit_code == 1


def test_a_part_replaced_keeps_its_serials_and_where_its_counter_began(tmp_path: Path) -> None:
    words = ("--old-serial", "A1", "--new-serial", "B2", "--counter-kwh", "12.5", "--data", tmp_path)
    assert tepos("works", "add", "replacement", "ecole-basly/inv-1", *BY, *words).exit_code == 0
    with Ledger(tmp_path / "ledger.db") as ledger:
        (work,) = works_of(ledger)
    assert (work.old_serial, work.new_serial, work.counter_offset) == ("A1", "B2", 12_500.0)
    assert "A1 → B2" in tepos("works", "list", "--data", tmp_path).output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("outage", "ecole-lamendim"), "ecole-lamendin"),
        (("replacement", "town"), "no site and no inverter"),
        (("outage", "town", "--from", "2026-06-02", "--to", "2026-06-01"), "--to lies before"),
        (("outage", "town", "--from", "June"), "no moment"),
    ],
)
def test_works_that_make_no_sense_are_refused(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    ended = tepos("works", "add", *words, *BY, "--data", tmp_path)
    assert (ended.exit_code, told in ended.output) == (2, True), ended.output
