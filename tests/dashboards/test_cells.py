"""What people typed, in CSV and XLSX: readable, never calculated, numbers still numbers."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from dashboards.cells import cell, table
from dashboards.reports.register import workbook
from tests.hostile import FORMULAS, HONEST, HOSTILE

SAFE = [each for each in HOSTILE if "\0" not in each and "\ud800" not in each]
SIGNS = "=+-@\t\r\n|%＝＋－＠−"


@pytest.mark.parametrize("said", FORMULAS)
def test_no_line_of_a_cell_begins_a_formula_without_an_apostrophe(said) -> None:
    assert cell(said) == f"'{said}"


def test_what_begins_no_formula_is_left_as_it_was_typed() -> None:
    left = [said for said in HONEST if not said.strip().startswith(tuple(SIGNS))]
    assert len(left) > 60
    assert [cell(said) for said in left] == left


def test_numbers_stay_numbers_and_what_is_missing_stays_empty() -> None:
    assert table(["a", "b", "c", "d", "e"], [{"a": -1.5, "b": 0, "c": None, "d": True, "e": ["x", "y"]}]) == (
        "a,b,c,d,e\r\n-1.5,0,,true,x|y\r\n"
    )


def test_every_hostile_text_comes_back_out_of_a_csv_with_at_most_an_apostrophe() -> None:
    made = table(["text"], [{"text": said} for said in SAFE])
    rows = [row[0] if row else "" for row in csv.reader(io.StringIO(made, newline=""))][1:]
    assert [row.removeprefix("'") for row in rows] == [said.removeprefix("'") for said in SAFE]
    assert not [row for row in rows if row.lstrip("\u00a0\u200b\ufeff ").startswith(tuple(SIGNS))]


def test_in_a_spreadsheet_texts_are_strings_and_never_formulas_or_links() -> None:
    printable = [said for said in SAFE if said.strip() and not any(ord(sign) < 32 for sign in said)]
    rows = [{"text": said, "kwh": -1.5} for said in printable]
    book = load_workbook(io.BytesIO(workbook("Registre", ["text", "kwh", "missing"], rows, "SIMULÉ")))
    cells = list(book.active.iter_rows(min_row=3))
    assert [row[0].value for row in cells] == printable
    assert {row[0].data_type for row in cells} == {"s"}
    assert not any(row[0].hyperlink for row in cells)
    assert {(row[1].data_type, row[1].value, row[2].value) for row in cells} == {("n", -1.5, None)}
    assert book.active["A1"].value == "SIMULÉ"
