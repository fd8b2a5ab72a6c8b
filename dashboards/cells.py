"""Text that people typed, in tables that leave the house: shown by a spreadsheet, never calculated.

OWASP's rule: a cell that begins (after any blanks) with a sign of a formula gets an apostrophe before it, and so does
one in which a later line begins so. Numbers are no text: a negative figure stays a number. In XLSX the cells are
written as strings, which no spreadsheet calculates; the apostrophe is left out there.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_FORMULA = re.compile(
    r"(?:^|[\n\r])[\s\u00a0\u200b-\u200f\u202a-\u202e\u2060\ufeff]*[=+\-@|%\t\uff1d\uff0b\uff0d\uff20\u2212]"
)
_LEADING = re.compile(r"^[\t\r\n]")


def cell(value: Any) -> str | int | float:  # noqa: ANN401 - whatever stands in a table
    """A value as a CSV may hold it: no text of it is a formula; None is empty, never 0; lists are joined by ``|``."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return value
        case list() | tuple():
            return cell("|".join(map(str, value)))
        case other:
            text = str(other).replace("\0", "")
            return f"'{text}" if _FORMULA.search(text) or _LEADING.search(text) else text


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV after RFC 4180: header line, commas, decimal points, CR LF."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    return file.getvalue()
