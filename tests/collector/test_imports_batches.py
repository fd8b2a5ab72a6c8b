"""Imports as batches: whole or not at all, undone, and several about one time."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import StoreError
from collector.imports.batches import Imports
from collector.imports.faults import FaultyFile, ImportRefused
from config.kwh import Subject
from tests.collector.invented_file import DAY, INVERTERS, ROOF, SITE, added, at, changed, facts

FEBRUARY = "Date;kWh\n01/02/2020;1\n02/02/2020;2\n03/02/2020;3\n"
INDEX = "Date;index\n01/02/2020;1000\n01/03/2020;1300\n01/01/2020;900\n"


@pytest.fixture
def imports(tmp_path):
    with Imports(tmp_path / "data" / "imports.db") as opened:
        yield opened


def energies(imports, kind=Subject.ROOF, start=0, end=2**60):
    """Wh by the day it begins."""
    frame = imports.read(kind, None, start, end)
    return {start: energy for start, energy in zip(frame["start"], frame["energy"], strict=True)}


def test_a_batch_says_what_it_holds_and_is_there_after_a_restart(imports, tmp_path):
    batch = added(imports, tmp_path, FEBRUARY, now=7)
    with Imports(tmp_path / "data" / "imports.db") as again:
        assert again.batches() == [batch]
        assert energies(again) == {at(f"2020-02-0{n}"): n * 1000 for n in (1, 2, 3)}
    (part,) = batch.parts
    assert (part.kind, part.subject, part.rows, part.energy) == (*ROOF, 3, 6000)
    assert (part.start, part.end, batch.lines, batch.imported_at) == (at("2020-02-01"), at("2020-02-04"), 3, 7)


def test_a_faulty_file_leaves_nothing_behind(imports, tmp_path):
    with pytest.raises(FaultyFile) as raised:
        added(imports, tmp_path, FEBRUARY + "04/02/2020;-1\n")
    assert raised.value.faults.count == 1
    assert (imports.batches(), imports.stale(), energies(imports)) == ([], [], {})


def test_faulty_lines_may_be_left_out_and_are_counted(imports, tmp_path):
    batch = added(imports, tmp_path, FEBRUARY + "04/02/2020;-1\nx;1\n", skip=True)
    assert sum(batch.faults.values()) == 2
    assert len(energies(imports)) == 3


def test_a_trial_keeps_nothing(imports, tmp_path):
    assert added(imports, tmp_path, FEBRUARY, keep=False).parts[0].rows == 3
    assert (imports.batches(), energies(imports)) == ([], {})
    added(imports, tmp_path, FEBRUARY)


def test_the_same_bytes_come_in_once_unless_undone(imports, tmp_path):
    first = added(imports, tmp_path, FEBRUARY)
    with pytest.raises(ImportRefused, match=f"batch {first.id}"):
        added(imports, tmp_path, FEBRUARY)
    imports.undo(first.id, 5)
    assert added(imports, tmp_path, FEBRUARY).id == first.id + 1


def test_undone_means_gone_and_still_told(imports, tmp_path):
    batch = added(imports, tmp_path, FEBRUARY)
    imports.undo(batch.id, 5)
    assert energies(imports) == {}
    assert [(each.undone_at, each.parts[0].energy) for each in imports.batches()] == [(5, 6000)]
    for number in (batch.id, 99):
        with pytest.raises(ImportRefused):
            imports.undo(number, 6)


def test_a_line_that_repeats_another_is_counted_and_one_that_contradicts_is_a_fault(imports, tmp_path):
    assert added(imports, tmp_path, FEBRUARY + "02/02/2020;2\n").repeated == 1
    with pytest.raises(FaultyFile) as raised:
        added(imports, tmp_path, FEBRUARY + "02/02/2020;5\n")
    (fault,) = raised.value.faults.kept
    assert fault.line == 5
    assert "line 3" in fault.what


def test_of_two_imports_about_one_day_the_later_holds_and_undoing_it_brings_the_earlier_back(imports, tmp_path):
    added(imports, tmp_path, FEBRUARY)
    later = added(imports, tmp_path, "Date;kWh\n02/02/2020;20\n09/02/2020;9\n")
    assert later.overlapping == 1
    assert [energies(imports).get(at(f"2020-02-{n}")) for n in ("01", "02", "09")] == [1000, 20_000, 9000]
    imports.undo(later.id, 5)
    assert energies(imports)[at("2020-02-02")] == 2000


def test_a_later_month_leaves_the_days_and_later_quarters_of_a_whole_day_replace_it(imports, tmp_path):
    added(imports, tmp_path, FEBRUARY)
    added(imports, tmp_path, "Mois;kWh\n02/2020;300\n", changed("daily", step="month", time_formats=("%m/%Y",)))
    assert len(energies(imports)) == 3  # the month begins with the first day, and has another length
    assert len(imports.read(Subject.ROOF, None, 0, 2**60)) == 4
    quarters = [f"02/02/2020 {n // 4:02}:{n % 4 * 15:02};1" for n in range(96)]
    added(imports, tmp_path, "\n".join(["Date;kWh", *quarters[:95]]), "quarter_hourly")
    assert energies(imports)[at("2020-02-03")] == 3000
    frame = imports.read(Subject.ROOF, None, at("2020-02-02"), at("2020-02-03"))
    assert ((frame["end"] - frame["start"]) == DAY).sum() == 1  # a quarter is missing: the day's own figure stays
    added(imports, tmp_path, f"Date;kWh\n{quarters[95]}\n", "quarter_hourly")
    frame = imports.read(Subject.ROOF, None, at("2020-02-02"), at("2020-02-03"))
    assert len(frame[frame["end"] - frame["start"] == DAY]) == 0


def test_an_index_is_what_was_made_between_its_readings(imports, tmp_path):
    added(imports, tmp_path, INDEX, "index", facts(SITE))
    assert imports.totals("hall", 0, 2**60) == [
        (at("2020-01-01"), at("2020-02-01"), 100_000),
        (at("2020-02-01"), at("2020-03-01"), 300_000),
    ]
    assert imports.totals("hall", at("2020-03-01"), 2**60) == []
    assert imports.totals("elsewhere", 0, 2**60) == []


def test_totals_never_overlap_and_the_later_reading_holds(imports, tmp_path):
    added(imports, tmp_path, INDEX, "index", facts(SITE))
    added(imports, tmp_path, "Date;index\n15/02/2020;1100\n15/03/2020;1400\n", "index", facts(SITE))
    assert [energy for _start, _end, energy in imports.totals("hall", 0, 2**60)] == [100_000, 300_000]


def test_an_index_that_falls_or_jumps_makes_a_fault_and_no_energy(imports, tmp_path):
    known = facts(SITE, installed={SITE: 1000})
    text = "Date;index\n01/02/2020;100\n02/02/2020;110\n03/02/2020;5\n04/02/2020;15\n05/02/2020;9915\n06/02/2020;9925\n"
    with pytest.raises(FaultyFile) as raised:
        added(imports, tmp_path, text, "index", known)
    assert [fault.line for fault in raised.value.faults.kept] == [4, 6]
    batch = added(imports, tmp_path, text, "index", known, skip=True)
    assert [total[2] for total in imports.totals("hall", 0, 2**60)] == [10_000] * 3
    assert batch.parts[0].energy == 30_000


def test_rows_stay_apart_by_subject_and_a_span_gives_what_touches_it(imports, tmp_path):
    added(imports, tmp_path, "Date;inv-1;inv-2\n01/02/2020;1;2\n02/02/2020;;4\n", "portal_csv")
    frame = imports.read(Subject.INVERTER, ["hall/inv-2"], at("2020-02-01T12:00"), at("2020-02-02"))
    assert frame[["subject", "energy"]].to_numpy().tolist() == [["hall/inv-2", 2000.0]]
    assert imports.series() == sorted(INVERTERS.values())


def test_what_the_rows_do_not_show_yet_is_kept_until_they_do(imports, tmp_path):
    batch = added(imports, tmp_path, FEBRUARY)
    imports.undo(batch.id, 5)
    (first, *span), (second, *same) = imports.stale()
    assert span == same == [at("2020-02-01"), at("2020-02-04")]
    imports.fresh(first)
    assert [stretch for stretch, _start, _end in imports.stale()] == [second]


def test_another_programs_file_and_a_newer_one_are_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE x (y)")
    with pytest.raises(StoreError, match="another program"):
        Imports(tmp_path / "other.db")
    Imports(tmp_path / "new.db").close()
    with sqlite3.connect(tmp_path / "new.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="update tepos"):
        Imports(tmp_path / "new.db")


@settings(max_examples=25)
@given(st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=1, max_size=40).filter(any), st.randoms())
def test_the_sum_of_a_file_is_kept_to_the_wh_whatever_its_order(tmp_path_factory, kwh, random):
    lines = [
        f"{1 + n % 28:02}/{1 + n // 28:02}/2020;" + ("" if each is None else f"{each / 1000:.3f}".replace(".", ","))
        for n, each in enumerate(kwh)
    ]
    random.shuffle(lines)
    with Imports(None) as imports:
        batch = added(imports, tmp_path_factory.mktemp("files"), "\n".join(["Date;kWh", *lines]))
        assert batch.gaps == kwh.count(None)
        assert imports.read(Subject.ROOF, None, 0, 2**60)["energy"].sum() == pytest.approx(
            sum(filter(None, kwh)), abs=1e-3
        )
