"""Public tables of the registry as a spreadsheet: texts are strings as they were typed, never formulas or links."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

WIDEST = 60


def workbook(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], notice: str = "") -> bytes:
    """One sheet as XLSX. Numbers stay numbers, what is missing stays empty; `notice` stands above."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(file, options)
    book.set_properties({"title": name, "author": "tepos"})
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    top = 1 if notice else 0
    if notice:
        sheet.write_string(0, 0, notice, bold)
    for column, head in enumerate(columns):
        sheet.write_string(top, column, head, bold)
    last = top
    for last, row in enumerate(rows, top + 1):
        for column, head in enumerate(columns):
            _write(sheet, last, column, row.get(head))
    for column, head in enumerate(columns):
        sheet.set_column(column, column, min(max(len(head) + 2, 12), WIDEST))
    sheet.freeze_panes(top + 1, 1)
    sheet.autofilter(top, 0, max(last, top), max(len(columns) - 1, 0))
    book.close()
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    match value:
        case None | "":
            return
        case bool():
            sheet.write_boolean(row, column, value)
        case int() | float():
            sheet.write_number(row, column, value)
        case list() | tuple():
            sheet.write_string(row, column, "|".join(map(str, value)))
        case other:
            sheet.write_string(row, column, str(other))
