"""The monthly report as a spreadsheet: numbers stay numbers, texts are never formulas, every column has its unit.

The same figures as on paper, and one row per subject and day for whoever wants to reckon on.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from config.kwh import EnergyStatus
from config.language import _
from dashboards import kwh_words
from dashboards.learnt_words import basis_word
from dashboards.reports.monthly import Document

Cell = str | float | int | None
KWH, SHARE, PLAIN = "#,##0.000", "0.0%", "0.0"
MONTH = (
    ("energy_kwh", KWH), ("final_yield_h", PLAIN), ("performance_index", SHARE), ("availability", SHARE),
    ("lost_outage_kwh", KWH), ("lost_finding_kwh", KWH), ("unexplained_kwh", KWH), ("energy_known", SHARE),
    ("array_yield_h", PLAIN), ("performance_ratio_25c", SHARE), ("lost_clipping_kwh", KWH),
)  # fmt: skip
"""Figures of the month and how they are shown; the names are those of dashboards.yields."""


def workbook(report: Document) -> bytes:
    """The report of dashboards.reports.monthly as XLSX, in the language that is spoken here."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title = _("Solar production of {town}, {month}").format(town=report["town"], month=report["month"])
    book.set_properties({"title": title, "author": "tepos"})
    sheets = _Sheets(book, report["simulated"])
    sheets.add(
        _("Month"), _month_heads(), _month_rows(report), ("", "", PLAIN, *(form for _name, form in MONTH), "0", "0")
    )
    sheets.add(_("Days"), _day_heads(), _day_rows(report), ("", "yyyy-mm-dd", KWH, KWH, KWH, KWH, SHARE, "", "", ""))
    sheets.add(_("Read me"), (_("word"), _("meaning")), _legend(report), ("", ""))
    book.close()
    return file.getvalue()


class _Sheets:
    """Sheets of one look: a notice where the data are simulated, a head that stays in sight, columns of one form."""

    def __init__(self, book: Any, simulated: bool) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self._book, self._simulated = book, simulated
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})

    def add(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell | date]], forms: Sequence[str]) -> None:
        """One sheet."""
        sheet = self._book.add_worksheet(name)
        top = 0
        if self._simulated:
            sheet.write_string(0, 0, _("SIMULATED DATA: invented by a computer, measured nowhere."), self._bold)
            top = 1
        for column, head in enumerate(heads):
            sheet.write_string(top, column, head, self._bold)
        looks = [self._book.add_format({"num_format": form} if form else {}) for form in forms]
        widths = [12] * len(heads)
        for number, row in enumerate(rows, top + 1):
            for column, (value, look) in enumerate(zip(row, looks, strict=True)):
                if isinstance(value, str):
                    sheet.write_string(number, column, value, look)
                    widths[column] = min(max(widths[column], len(value) + 1), 60)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, look)
                elif value is not None:
                    sheet.write_number(number, column, value, look)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(top + 1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)


def _month_heads() -> tuple[str, ...]:
    return (
        _("roof"), _("id"), _("kWp"), _("measured (kWh)"), _("kWh/kWp"), _("measured / expected"), _("availability"),
        _("lost: outages (kWh)"), _("lost: findings (kWh)"), _("unexplained (kWh)"), _("known"),
        _("array yield (h)"), _("PR at 25 °C"), _("clipped (kWh)"), _("complete days"), _("days"),
    )  # fmt: skip


def _month_rows(report: Document) -> Iterable[Sequence[Cell]]:
    for each in report["subjects"]:
        told = each["figures"]
        name = _("The whole town") if each["kind"] == "town" else each["name"]
        shown = (told[figure] for figure, _form in MONTH)
        yield (name, each["subject"], told["installed_kwp"], *shown, told["days_complete"], report["days"])


def _day_heads() -> tuple[str, ...]:
    return (
        _("id"), _("day"), _("measured (kWh)"), _("expected (kWh)"), _("expected, low (kWh)"),
        _("expected, high (kWh)"), _("known"), _("status"), _("measured by"), _("expected from"),
    )  # fmt: skip


def _day_rows(report: Document) -> Iterable[Sequence[Cell | date]]:
    for each in report["subjects"]:
        for day in each["days"]:
            yield (
                each["subject"], date.fromisoformat(day["day"]), day["energy_kwh"], day["expected_kwh"],
                day["expected_low_kwh"], day["expected_high_kwh"], day["completeness"],
                kwh_words.status_word(day["status"]), kwh_words.measured_by(day["basis"]),
                basis_word(day["expected_basis"]),
            )  # fmt: skip


def _legend(report: Document) -> Iterable[Sequence[Cell]]:
    yield (_("month"), report["month"])
    yield (_("empty cell"), _("nobody knows this figure; it is never 0"))
    for status in EnergyStatus:
        yield (kwh_words.status_word(status), kwh_words.status_meaning(status))
