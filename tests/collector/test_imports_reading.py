"""Files as people and portals write them, and what is wrong with some."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.imports.amounts import Amounts
from collector.imports.faults import ImportRefused, LayoutMismatch
from config.kwh import Subject
from tests.collector.invented_file import DAY, HOUR, INVERTERS, MINUTE, ROOF, at, changed, facts, read, said

NAMES = ("inv-1", "inv-2", "Total", "inv-9")
FRENCH = Amounts(",", "", frozenset({"-", "n/a"}))


def faulty(folder, text, layout, known=None):
    """(line, column, value) of each fault, and the first told in full."""
    faults = read(folder, text, layout, known)[1]
    return [(fault.line, fault.column, fault.value) for fault in faults.kept], str(faults.kept[0])


def test_a_day_is_the_towns_and_its_figure_a_sum_in_wh(tmp_path):
    found = said(tmp_path, "Date;kWh\n28/03/2020;1,5\n29/03/2020;2\n", "daily")
    assert found == [(at("2020-03-28"), at("2020-03-29"), 1500), (at("2020-03-29"), at("2020-03-30"), 2000)]
    assert found[1][1] - found[1][0] == 23 * HOUR


@pytest.mark.parametrize("day", ["01/02/2020", "2020-02-01", "01.02.2020", "1/2/2020", " 01/02/2020 "])
def test_a_date_is_understood_as_french_and_other_programs_write_it(tmp_path, day):
    assert said(tmp_path, f"Date;kWh\n{day};1\n", "daily")[0][0] == at("2020-02-01")


@pytest.mark.parametrize("gap", ["", " ", "-", "n/a", "NaN"])
def test_what_nobody_knows_is_a_gap_and_not_zero(tmp_path, gap):
    assert said(tmp_path, f"Date;kWh\n01/02/2020;{gap}\n02/02/2020;0\n", "daily") == [
        (at("2020-02-02"), at("2020-02-03"), 0)
    ]


def test_lines_may_be_unsorted_blank_or_quoted_and_end_as_windows_ends_them(tmp_path):
    text = '\ufeffDate;"kWh"\r\n\r\n03/02/2020;"1 234,5"\r\n;\r\n01/02/2020;2\r\n'
    assert [row[2] for row in said(tmp_path, text, "daily")] == [1_234_500, 2000]


def test_other_encodings_are_read(tmp_path):
    text = "Énergie;kWh\n01/02/2020;1\u202f000\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert said(tmp_path, text.encode(encoding), "daily")[0][2] == 1e6
    assert said(tmp_path, text.replace("\u202f", "\u00a0").encode("latin-1"), changed("daily", encoding="latin-1"))


def test_each_fault_names_line_column_value_and_remedy(tmp_path):
    bad = (
        "31/02/2020;1",
        "01/02/2020;1.5",
        "02/02/2020;-3",
        "03/02/2020",
        "04/02/2020;1e3",
        "01/02/1970;1",
        "01/02/2027;1",
    )
    text = "\n".join(["Date;kWh", *bad])
    found, first = faulty(tmp_path, text, "daily")
    assert sorted(found) == [
        (2, "Date", "31/02/2020"), (3, "kWh", "1.5"), (4, "kWh", "-3"), (5, "kWh", ""), (6, "kWh", "1e3"),
        (7, "Date", "01/02/1970"), (8, "Date", "01/02/2027"),
    ]  # fmt: skip
    assert first.startswith("line ")
    assert " -> " in first


def test_a_day_that_is_not_over_is_no_day_yet(tmp_path):
    blocks, faults = read(tmp_path, "Date;kWh\n31/05/2026;1\n01/06/2026;1\n", "daily", facts(now="2026-06-01T12:00"))
    assert [(fault.line, fault.what) for fault in faults.kept] == [(3, "not over yet")]
    assert [len(block.start) for block in blocks] == [1]


def test_the_line_of_a_fault_is_right_behind_cells_of_several_lines(tmp_path):
    layout = changed("daily", values_columns=(3,))
    text = 'Date;note;kWh\n01/02/2020;"two\nlines";1\n\n02/02/2020;;x\n'
    assert faulty(tmp_path, text, layout)[0] == [(5, "kWh", "x")]


def test_a_decimal_comma_in_a_file_of_commas_is_a_fault_and_not_a_smaller_figure(tmp_path):
    found, told = faulty(tmp_path, "Date,kWh\n01/02/2020,12,5\n", changed("daily", delimiter=","))
    assert found == [(2, "3", "5")]
    assert "delimiter" in told


def test_more_than_the_installed_power_can_make_is_a_fault(tmp_path):
    text = "Date;kWh\n01/02/2020;288\n02/02/2020;289\n"
    assert faulty(tmp_path, text, "daily", facts(installed={ROOF: 10_000}))[0] == [(3, "kWh", "289")]


def test_thousands_are_understood_where_the_layout_says_so_and_refused_elsewhere(tmp_path):
    text = "Date;kWh\n01/02/2020;1.234,5\n"
    assert said(tmp_path, text, changed("daily", thousands="."))[0][2] == 1_234_500
    assert faulty(tmp_path, text, "daily")[0] == [(2, "kWh", "1.234,5")]
    assert faulty(tmp_path, "Date;kWh\n01/02/2020;1.23\n", changed("daily", thousands="."))[0] == [(2, "kWh", "1.23")]


def test_a_mean_power_is_an_energy_and_a_time_may_name_the_end(tmp_path):
    text = (
        "Identifiant PRM;Type de donnees;Grandeur metier\n000;Courbe de charge;Production\n\nHorodate;Valeur\n"
        "2020-06-01T12:30:00+02:00;1000\n2020-06-01T13:00:00+02:00;\n2020-12-01T00:00:00+01:00;500\n"
    )
    assert said(tmp_path, text, "courbe_de_charge") == [
        (at("2020-06-01T12:00"), at("2020-06-01T12:30"), 500),
        (at("2020-11-30T23:30"), at("2020-12-01"), 250),
    ]


def test_a_file_of_consumption_is_refused(tmp_path):
    text = "PRM;Grandeur metier\n000;Consommation\nHorodate;Valeur\n2020-06-01T12:30:00+02:00;1000\n"
    with pytest.raises(LayoutMismatch, match="Consommation"):
        read(tmp_path, text, "courbe_de_charge")


def test_a_portal_has_a_column_for_each_inverter_and_ends_with_totals(tmp_path):
    text = "Date;inv-2;inv-1;Total\n01/06/2020;1;2;3\n02/06/2020;;4;4\nTotal;1;6;7\n"
    blocks, faults = read(tmp_path, text, "portal_csv")
    assert {b.series: b.energy.tolist() for b in blocks} == {
        INVERTERS["inv-2"]: [1000], INVERTERS["inv-1"]: [2000, 4000],
    }  # fmt: skip
    assert faults.count == 0


@pytest.mark.parametrize(
    ("heading", "what"),
    [("Date;inv-1;WR 3", "WR 3"), ("Date;inv-1;inv-1", "two columns"), ("Date;Total", "no column of an inverter")],
)
def test_columns_that_name_nobody_or_one_twice_are_told(tmp_path, heading, what):
    with pytest.raises(LayoutMismatch, match=what):
        read(tmp_path, f"{heading}\n01/06/2020;1;2\n", "portal_csv")


def test_a_column_may_name_the_inverter_of_each_line(tmp_path):
    layout = changed("daily", values_columns=("kWh",), values_subject="WR", time_columns=("Date",))
    lines = ("a portal", "WR;Date;kWh", *(f"{name};01/06/2020;{n}" for n, name in enumerate(NAMES, 1)))
    text = "\n".join(lines)
    blocks, faults = read(tmp_path, text, layout)
    assert {b.series: b.energy.tolist() for b in blocks} == {INVERTERS["inv-1"]: [1000], INVERTERS["inv-2"]: [2000]}
    assert [(fault.line, fault.value) for fault in faults.kept] == [(6, "inv-9")]


def test_a_layout_of_another_step_is_refused_before_it_loses_energy(tmp_path):
    hours = "".join(f"2020-06-01T{hour:02}:{minute}:00+02:00;1\n" for hour in (9, 10, 11) for minute in ("00", "30"))
    with pytest.raises(LayoutMismatch, match="0:30:00 apart"):
        read(tmp_path, "Horodate;Valeur\n" + hours, "courbe_de_charge_10min")
    tens = "".join(f"2020-06-01T12:{minute}:00+02:00;1\n" for minute in ("10", "20", "30", "40", "50"))
    with pytest.raises(LayoutMismatch, match="0:10:00 apart"):
        read(tmp_path, "Horodate;Valeur\n" + tens, "courbe_de_charge")
    change = [f"2020-06-01T{n // 6:02}:{n % 6}0:00+02:00;1" for n in range(60) if n < 36 or n % 3 == 0]
    with pytest.raises(LayoutMismatch, match="0:30:00 apart"):
        read(tmp_path, "\n".join(["Horodate;Valeur", *change]), "courbe_de_charge_10min")
    months = "".join(f"01/{month:02}/2020;300\n" for month in range(1, 13))
    with pytest.raises(LayoutMismatch, match="31 days"):
        read(tmp_path, "Date;kWh\n" + months, "daily")


def test_gaps_between_the_lines_are_no_other_step(tmp_path):
    lit = [
        f"{day:02}/06/2020 {hour:02}:{minute};1"
        for day in (1, 2, 3, 9)
        for hour in range(6, 22)
        for minute in ("00", "15")
    ]
    assert len(said(tmp_path, "\n".join(["Date;kWh", *lit]), "quarter_hourly")) == len(lit)
    some = [f"{day:02}/06/2020;1" for day in (25, 3, 4, 9, 15, 20)]
    assert len(said(tmp_path, "\n".join(["Date;kWh", *some]), "daily")) == 6


def test_months_are_read_as_months(tmp_path):
    layout = changed("daily", step="month", time_formats=("%m/%Y",))
    assert said(tmp_path, "Mois;kWh\n03/2020;300\n", layout) == [(at("2020-03-01"), at("2020-04-01"), 300_000)]


def test_a_first_line_of_figures_is_not_lost_as_a_heading(tmp_path):
    with pytest.raises(LayoutMismatch, match="figures already"):
        read(tmp_path, "01/06/2020;1\n02/06/2020;2\n", "daily")
    assert len(said(tmp_path, "01/06/2020;1\n02/06/2020;2\n", changed("daily", heading=0))) == 2


@pytest.mark.parametrize("text", ["", "Date;kWh\n", "Date;kWh\n\n;\n"])
def test_a_file_without_figures_says_so(tmp_path, text):
    if text.endswith(";\n"):
        assert said(tmp_path, text, "daily") == []
    else:
        with pytest.raises(ImportRefused, match="no line"):
            read(tmp_path, text, "daily")


def test_what_is_no_table_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="quotation mark"):
        read(tmp_path, 'Date;kWh\n"' + "x" * 200_000, "daily")
    with pytest.raises(LayoutMismatch, match="Horodate"):
        read(tmp_path, bytes(range(256)) * 40, "courbe_de_charge")
    found, _told = faulty(tmp_path, b"Date;kWh\n\x00\xff\xfe\x00;\x00\n", "daily")
    assert len(found) == 1


def test_a_long_file_is_read_in_blocks_with_the_lines_of_the_whole(tmp_path):
    quarters = np.arange(at("2019-01-01"), at("2019-12-01"), 15 * MINUTE).astype("datetime64[ms]").astype(str)
    lines = [f"{time[:19]}+00:00;{n % 7}" for n, time in enumerate(quarters)]
    lines[25_000] = "x;1"
    layout = changed("quarter_hourly", time_formats=("%Y-%m-%dT%H:%M:%S%z",), time_zone="given")
    blocks, faults = read(tmp_path, "Date;kWh\n" + "\n".join(lines), layout)
    assert [fault.line for fault in faults.kept] == [25_002]
    assert len(blocks) > 1
    assert sum(b.energy.sum() for b in blocks) == 1000 * (sum(n % 7 for n in range(len(lines))) - 25_000 % 7)


@given(st.lists(st.integers(-(10**9), 10**9).map(lambda n: n / 1000), min_size=1, max_size=30))
def test_numbers_are_read_as_they_are_written(numbers):
    cells = [f"{number:.3f}".replace(".", ",") for number in numbers]
    values, wrong = FRENCH.read(cells)
    assert values.tolist() == numbers
    assert not wrong.any()


@given(st.text(max_size=30))
def test_no_cell_is_a_number_by_mistake(cell):
    values, wrong = FRENCH.read([cell, "1,5"])
    assert values[1] == 1.5
    if not np.isnan(values[0]):
        plain = "".join(cell.split()).replace("\u202f", "").replace(",", ".")
        assert float(plain) == values[0]
        assert not set("eE_niaft.") & set(cell)
    else:
        assert wrong[0] or cell.strip().lower() in ("", "-", "n/a")


def test_the_subject_is_whom_the_person_named(tmp_path):
    blocks, _faults = read(tmp_path, "Date;kWh\n01/02/2020;1\n", "daily", facts((Subject.SITE, "hall")))
    assert [b.series for b in blocks] == [(Subject.SITE, "hall")]
    assert blocks[0].line.tolist() == [2]
    assert blocks[0].end[0] - blocks[0].start[0] == DAY
