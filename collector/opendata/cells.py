"""Cells as the publishers write them: numbers with point or comma, days in two orders, words for what is withheld."""

from __future__ import annotations

import re
from datetime import date, datetime

from collector.imports.faults import LayoutMismatch
from config.language import _

WITHHELD = frozenset({"", "s", "secret", "secretise", "nd", "n.d.", "n/d", "nc", "-", "--", "null", "nan", "none"})
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009")


def number(cell: str, line: int, column: str) -> float | None:
    """A number; None where it is withheld or unknown, which is not 0. LayoutMismatch for anything else."""
    if _NUMBER.fullmatch(cell):
        return float(cell)
    text = cell.strip()
    if text.lower().replace("é", "e") in WITHHELD:
        return None
    text = text.translate(_BLANKS).replace(",", ".")
    if not _NUMBER.fullmatch(text):
        what = _('line {line}, column {column}: "{value}" is no number; is this the right file, with semicolons?')
        raise LayoutMismatch(what.format(line=line, column=column, value=cell[:30]))
    return float(text)


def whole(cell: str, line: int, column: str) -> int | None:
    """A count; ``12.0`` is 12."""
    value = number(cell, line, column)
    return None if value is None else round(value)


def day(cell: str) -> date | None:
    """2020-04-01, 2020-04-01T00:00:00+02:00, 01/04/2020, 20200401; None for anything else."""
    text = cell.strip()
    for size, form in ((10, "%Y-%m-%d"), (10, "%d/%m/%Y"), (8, "%Y%m%d")):
        try:
            return datetime.strptime(text[:size], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def year(cell: str, line: int, column: str) -> int:
    """2023, or the year of a day. LayoutMismatch for anything else."""
    text = cell.strip().removesuffix(".0")
    if re.fullmatch(r"(19|20)\d\d", text):
        return int(text)
    if found := day(text):
        return found.year
    what = _('line {line}, column {column}: "{value}" is no year; is this the right file?')
    raise LayoutMismatch(what.format(line=line, column=column, value=cell[:30]))
