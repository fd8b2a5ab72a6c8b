"""Imports brought into the rows of a real store, beside who closes the same days."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from collector.imports.batches import Imports
from collector.periods import Periods
from collector.store.sqlite import SqliteStore
from config import load
from config.kwh import Step, Subject
from models.calendar import day_start
from models.pv.energy.authority import Total
from scripts.jobs.imports import ImportedRows, imports_file, index_totals
from tests.collector.invented_file import added, at, facts
from tests.scripts.commands.runner import town_folder

PARIS = ZoneInfo("Europe/Paris")
NOW = at("2026-06-01")
WHOLE = (0, 2**60)
SITE = (Subject.SITE, "hall")
JOBS = ("days", "quarters")
JUNE = "Date;kWh\n01/06/2020;1\n02/06/2020;2\n"


@pytest.fixture
def place(tmp_path):
    """Town, store, imports and periods of one data directory."""
    town = load(town_folder(tmp_path / "town", [("inv-1", "goodwe_dt", 502, 1)]))
    store = SqliteStore(tmp_path / "store.db")
    with Imports(tmp_path / "imports.db") as imports, Periods(tmp_path / "ledger.db") as periods:
        yield town, store, imports, periods
    store.close()


def days(store, kind=Subject.TOWN):
    rows = store.read_rollups(Step.DAY, kind, None, *WHOLE, ["energy", "status"])
    return [(time, energy, status) for _subject, time, energy, status in rows.itertuples(index=False)]


def test_imports_reach_the_rows_of_roof_site_and_town_once(place, tmp_path):
    town, store, imports, periods = place
    added(imports, tmp_path, JUNE)
    rows = ImportedRows(town, store, imports, PARIS)
    assert rows.catch_up(periods, JOBS, lambda: NOW) == (6, True)
    expected = [(at(f"2020-06-0{n}"), 1000.0 * n, "imported") for n in (1, 2)]
    assert days(store) == days(store, Subject.SITE) == days(store, Subject.ROOF) == expected
    assert imports.stale() == []
    assert rows.catch_up(periods, JOBS, lambda: NOW) == (0, True)
    assert rows.apply(at("2020-05-01"), at("2020-07-01")) == 0


def test_an_undone_import_becomes_unknown_again(place, tmp_path):
    town, store, imports, periods = place
    batch = added(imports, tmp_path, JUNE)
    rows = ImportedRows(town, store, imports, PARIS)
    rows.catch_up(periods, JOBS, lambda: NOW)
    imports.undo(batch.id, NOW)
    assert rows.catch_up(periods, JOBS, lambda: NOW) == (6, True)
    assert {status for _time, _energy, status in days(store)} == {"unknown"}


def test_years_of_days_are_brought_in_piece_by_piece_and_lose_nothing(place, tmp_path):
    town, store, imports, periods = place
    lines = [f"{date.fromordinal(day):%d/%m/%Y};{day % 5}" for day in range(735_000, 736_000)]
    batch = added(imports, tmp_path, "\n".join(["Date;kWh", *lines]))
    rows = ImportedRows(town, store, imports, PARIS)
    pieces = list(rows.chunks(*imports.stale()[0][1:]))
    assert len(pieces) > 10
    assert [end for _start, end in pieces[:-1]] == [start for start, _end in pieces[1:]]
    rows.catch_up(periods, JOBS, lambda: NOW)
    assert sum(energy for _time, energy, _status in days(store)) == batch.parts[0].energy
    assert len(days(store)) == 1000


def test_periods_that_somebody_closes_are_left_for_the_next_time(place, tmp_path):
    town, store, imports, periods = place
    added(imports, tmp_path, JUNE)
    rows = ImportedRows(town, store, imports, PARIS)
    lease = periods.lease("days", at("2020-06-02"), at("2020-06-03"), NOW, 300)
    assert rows.catch_up(periods, JOBS, lambda: NOW, patience=0) == (0, False)
    assert days(store) == []
    periods.release(lease)
    assert rows.catch_up(periods, JOBS, lambda: NOW, patience=0) == (6, True)


def test_a_day_that_is_closed_after_the_import_keeps_it_where_nobody_measured(place, tmp_path):
    town, store, imports, periods = place
    added(imports, tmp_path, JUNE)
    rows = ImportedRows(town, store, imports, PARIS)
    rows.catch_up(periods, JOBS, lambda: NOW)
    start = day_start(date(2020, 6, 1), PARIS)
    closed = store.read_rollups(Step.DAY, Subject.ROOF, None, start, start + 1).assign(
        kind="roof", energy=float("nan"), status="unknown", basis="none", expected=900.0
    )
    store.write_rollups(Step.DAY, closed)
    assert rows.apply(start, start + 1) == 1
    again = store.read_rollups(Step.DAY, Subject.ROOF, None, start, start + 1).iloc[0]
    assert (again["energy"], again["status"], again["expected"]) == (1000, "imported", 900)


def test_closing_is_told_what_the_operators_index_gained(place, tmp_path):
    town, _store, imports, _periods = place
    added(imports, tmp_path, "Date;index\n01/06/2020;100\n01/07/2020;130\n", "index", facts(SITE))
    totals = index_totals(imports, town)
    total = Total(at("2020-06-01"), at("2020-07-01"), 30_000)
    assert totals(at("2020-06-10"), at("2020-06-11")) == {"hall": [total]}
    assert totals(at("2021-06-10"), at("2021-06-11")) == {}


def test_who_only_looks_makes_no_file(tmp_path):
    assert imports_file(tmp_path) is None
    with Imports(imports_file(tmp_path)) as imports:
        assert imports.batches() == []
    assert list(tmp_path.iterdir()) == []
