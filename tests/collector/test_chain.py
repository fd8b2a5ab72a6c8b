"""The chain of facts: whole as long as nobody touches it, and a broken link is found exactly where it broke."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector import chain
from collector.chain import Head
from collector.ledger import Ledger
from collector.ledger_file import APPLICATION, FIRST
from collector.own_file import statements

NOW = 1_767_225_600_000
LENGTH = 9


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("chain") / "ledger.db"
    with Ledger(file) as ledger:
        for number in range(LENGTH):
            ledger.append("deed", f"FF-{number % 3}", NOW + number, {"n": number, "é": "ü\n"}, "agent")
    return file


def copy(written: Path, target: Path) -> sqlite3.Connection:
    """A copy that its own triggers no longer protect: what somebody with the file in hands can do."""
    target.unlink(missing_ok=True)
    target.write_bytes(written.read_bytes())
    sql = sqlite3.connect(target, isolation_level=None)
    for trigger in ("fact_stays", "fact_remains"):
        sql.execute(f"DROP TRIGGER {trigger}")
    return sql


def broken(target: Path, known: Head | None = None) -> int | None:
    with Ledger(target) as ledger:
        found = ledger.broken(known)
    return found and found.fact


def test_an_untouched_chain_is_whole_and_still_holds_a_head_that_was_kept(written) -> None:
    with Ledger(written) as ledger:
        head = ledger.head()
        assert ledger.broken() is None
        assert ledger.broken(head) is None
        assert ledger.broken(Head(head.id, "0" * 64)).fact == LENGTH
        assert ledger.broken(Head(LENGTH + 5, head.hash)).fact == LENGTH + 1
    assert str(head).startswith("9:")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fact=st.integers(1, LENGTH),
    change=st.sampled_from(["kind = 'x'", "subject = 'x'", "at = at + 1", "data = '{}'", "by = 'x'", "recorded = 0",
                            "undoes = id", "hash = zeroblob(32)", "hash = NULL"]),
)  # fmt: skip
def test_a_changed_fact_is_found_exactly(written, tmp_path, fact, change) -> None:
    target = tmp_path / "ledger.db"
    sql = copy(written, target)
    sql.execute("PRAGMA foreign_keys = OFF")
    sql.execute(f"UPDATE fact SET {change} WHERE id = ?", (fact,))
    sql.close()
    assert broken(target) == fact


@pytest.mark.parametrize("fact", range(1, LENGTH + 1))
def test_a_missing_fact_is_found_exactly_also_the_newest(written, tmp_path, fact) -> None:
    sql = copy(written, tmp_path / "ledger.db")
    sql.execute("DELETE FROM fact WHERE id = ?", (fact,))
    sql.close()
    assert broken(tmp_path / "ledger.db") == fact


def test_who_also_mends_the_hash_breaks_the_next_link(written, tmp_path) -> None:
    sql = copy(written, tmp_path / "ledger.db")
    before = sql.execute("SELECT hash FROM fact WHERE id = 3").fetchone()[0]
    sql.execute("UPDATE fact SET by = 'nobody' WHERE id = 4")
    row = sql.execute(f"SELECT {chain.COLUMNS} FROM fact WHERE id = 4").fetchone()
    sql.execute("UPDATE fact SET hash = ? WHERE id = 4", (chain.hashed(before, row),))
    sql.close()
    assert broken(tmp_path / "ledger.db") == 5


def test_who_writes_everything_anew_is_found_by_a_head_that_was_kept(written, tmp_path) -> None:
    with Ledger(written) as ledger:
        kept = ledger.head()
    sql = copy(written, tmp_path / "ledger.db")
    sql.execute("UPDATE fact SET by = 'nobody' WHERE id = 4")
    before = chain.BEGINNING
    for row in sql.execute(f"SELECT {chain.COLUMNS} FROM fact ORDER BY id").fetchall():
        before = chain.hashed(before, row)
        sql.execute("UPDATE fact SET hash = ? WHERE id = ?", (before, row[0]))
    sql.close()
    assert broken(tmp_path / "ledger.db") is None
    assert broken(tmp_path / "ledger.db", kept) == LENGTH


def test_facts_from_before_the_chain_are_chained_when_the_file_is_opened(tmp_path) -> None:
    sql = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    for statement in statements(FIRST):
        sql.execute(statement)
    sql.execute(f"PRAGMA application_id = {APPLICATION}")
    sql.execute("PRAGMA user_version = 1")
    sql.execute("INSERT INTO fact (kind, subject, at, data, by, recorded) VALUES ('works', 'a', 1, '{}', 'x', 1)")
    sql.close()
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.append("works", "b", NOW, {}, "x")
        assert ledger.broken() is None
        assert ledger.head().id == 2
    sql = sqlite3.connect(tmp_path / "ledger.db")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        sql.execute("UPDATE fact SET by = 'y'")
    sql.close()


def test_what_is_decided_is_decided_alone_and_all_of_it_or_nothing(tmp_path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        with pytest.raises(ValueError, match="JSON"):
            _two(ledger)
        assert ledger.facts("deed") == []
        ledger.append("deed", "b", NOW, {}, "x")
        assert (ledger.head().id, ledger.broken()) == (1, None)


def _two(ledger: Ledger) -> None:
    with ledger.deciding():
        ledger.append("deed", "a", NOW, {}, "x")
        ledger.append("deed", "a", NOW, {"n": float("nan")}, "x")
