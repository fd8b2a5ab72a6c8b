"""Facts are appended, read by date, taken back by counter-facts, and never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.ledger import Ledger
from collector.periods import Periods

NOW = 1_767_225_600_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


def test_facts_come_back_as_they_were_said_in_the_order_of_their_dates(ledger: Ledger) -> None:
    later = ledger.append("works", "église/inv-1", NOW + 5, {"note": "onduleur remplacé", "cost": None}, "Claire")
    sooner = ledger.append("works", "mairie", NOW, {}, "Paul", now=NOW + 9)
    first, second = ledger.facts("works")
    assert (first.id, first.recorded, second.id) == (sooner, NOW + 9, later)
    assert second.data == {"note": "onduleur remplacé", "cost": None}
    assert (second.by, second.subject, second.at) == ("Claire", "église/inv-1", NOW + 5)


def test_facts_are_found_by_kind_and_subject(ledger: Ledger) -> None:
    ledger.append("works", "a", NOW, {"n": 1}, "x")
    ledger.append("works", "b", NOW, {"n": 2}, "x")
    ledger.append("import", "a", NOW, {"n": 3}, "x")
    assert [fact.data["n"] for fact in ledger.facts("works", "b")] == [2]
    assert [fact.data["n"] for fact in ledger.facts("import")] == [3]
    assert ledger.facts("nothing") == []


def test_a_fact_taken_back_is_told_only_to_who_asks_for_it(ledger: Ledger) -> None:
    wrong = ledger.append("import", "a", NOW, {"kwh": 1e9}, "x")
    right = ledger.append("import", "a", NOW, {"kwh": 10}, "x")
    counter = ledger.undo(wrong, NOW + 1, "y", "watt-hours taken for kilowatt-hours")
    assert [fact.id for fact in ledger.facts("import")] == [right]
    whole = ledger.facts("import", undone=True)
    assert [(fact.id, fact.undoes) for fact in whole] == [(wrong, None), (right, None), (counter, wrong)]
    assert whole[2].data == {"why": "watt-hours taken for kilowatt-hours"}


def test_a_fact_is_taken_back_once_and_a_counter_fact_never(ledger: Ledger) -> None:
    fact = ledger.append("import", "a", NOW, {}, "x")
    counter = ledger.undo(fact, NOW, "x")
    for wrong in (fact, counter, 99):
        with pytest.raises(ValueError, match=str(wrong)):
            ledger.undo(wrong, NOW, "x")
    assert len(ledger.facts("import", undone=True)) == 2


@pytest.mark.parametrize("statement", ["UPDATE fact SET by = 'nobody'", "DELETE FROM fact"])
def test_the_file_itself_refuses_to_change_a_fact(ledger: Ledger, statement: str) -> None:
    ledger.append("works", "a", NOW, {}, "x")
    assert ledger.path is not None
    sql = sqlite3.connect(ledger.path)
    with pytest.raises(sqlite3.IntegrityError, match="a fact is never"):
        sql.execute(statement)
    sql.close()


def test_what_is_no_json_is_a_mistake_and_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="JSON"):
        ledger.append("works", "a", NOW, {"kwh": float("nan")}, "x")
    assert ledger.facts("works") == []


def test_facts_and_periods_live_in_one_file(ledger: Ledger) -> None:
    fact = ledger.append("works", "a", NOW, {}, "x")
    with Periods(ledger.path) as periods:
        assert periods.lease("days", 0, 1, NOW, 1)
    assert [each.id for each in ledger.facts("works")] == [fact]
