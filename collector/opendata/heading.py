"""The head of an uploaded file: what it is, how it is written; or a clear refusal with what to do.

The two dialects of each publisher (labels as "Code Commune", API names as code_commune, camelCase of older years, a
trailing underscore) are one name here: small letters and digits, without accents. Separators are ; , and tab.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from collector.imports.faults import LayoutMismatch
from config.language import _

HEAD = 1 << 16
DELIMITERS = ";,\t"
_ARCHIVES = {b"PK": "ZIP/XLSX", b"\x1f\x8b": "gzip", b"%PDF": "PDF", b"\xd0\xcf": "XLS", b"PAR1": "Parquet"}


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of the columns, and where the lines after them begin."""

    delimiter: str
    names: tuple[str, ...]
    """As the file has them."""
    places: Mapping[str, int]
    """Plain name -> column."""
    line: int
    """Number of the first line after the heading."""
    offset: int
    """Bytes before it."""
    preamble: tuple[tuple[str, ...], ...] = ()
    """Rows above the heading, as Enedis writes two about the meter."""

    def rows(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, list[str]]]:
        """The lines as cells. LayoutMismatch for one that is not UTF-8, or does not fit the heading.

        One reader for all of them: a reader for each line costs more than all the rest.
        """
        at, taken, wide = 0, 0, len(self.names)

        def texts() -> Iterator[str]:
            nonlocal at, taken
            for number, line in lines:
                at, taken = number, taken + 1
                try:
                    yield line.decode("utf-8")
                except UnicodeDecodeError:
                    raise LayoutMismatch(not_utf8(number)) from None

        reader = csv.reader(texts(), delimiter=self.delimiter)
        for done in count(1):
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise LayoutMismatch(_("line {line}: this is no table ({why})").format(line=at, why=error)) from None
            if row is None:
                return
            if taken != done:
                raise LayoutMismatch(_("line {line}: a quotation mark is left open").format(line=at))
            if row:
                yield at, row if len(row) == wide else self._fitted(at, row)

    def _fitted(self, number: int, row: list[str]) -> list[str]:
        """A row of another width: with empty cells at its end, or LayoutMismatch."""
        if len(row) > len(self.names) and not any(cell.strip() for cell in row[len(self.names) :]):
            return row[: len(self.names)]
        if len(row) > len(self.names):
            what = _(
                "line {line} has {found} cells, the heading {wanted}: is the decimal sign also the separator?"
                " Export with semicolons"
            )
        else:
            what = _("line {line} has {found} cells, the heading {wanted}: the file is cut; download it anew")
        raise LayoutMismatch(what.format(line=number, found=len(row), wanted=len(self.names)))


def plain(name: str) -> str:
    """One spelling of a column's name: `Conso totale (MWh)` and `conso_totale_mwh_` are ``consototalemwh``."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", ascii_only.lower())


def heading(path: Path, wanted: frozenset[str], preamble: int = 0) -> Heading | None:
    """The heading of a file when one of its first `preamble` + 1 lines has all the wanted columns (plain names).

    None when it has not. LayoutMismatch for what is no text table in UTF-8 at all.
    """
    with path.open("rb") as file:
        start = file.read(HEAD)
    refuse_foreign(start)
    offset = 3 if start.startswith(b"\xef\xbb\xbf") else 0
    above: list[tuple[str, ...]] = []
    for number in range(preamble + 1):
        end = start.find(b"\n", offset)
        raw = start[offset : end if end >= 0 else len(start)].rstrip(b"\r")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise LayoutMismatch(not_utf8(number + 1)) from None
        after = end + 1 if end >= 0 else len(start)
        rank = DELIMITERS if wanted else sorted(DELIMITERS, key=text.count, reverse=True)
        for delimiter in rank:
            names = _split(text, delimiter)
            places = {plain(name): place for place, name in reversed(list(enumerate(names)))}
            if wanted <= set(places):
                return Heading(delimiter, names, places, number + 2, after, tuple(above))
        above.append(_split(text, ";"))
        offset = after
        if end < 0:
            break
    return None


def _split(text: str, delimiter: str) -> tuple[str, ...]:
    """One line as cells; none where it is no line of a table."""
    try:
        return tuple(next(csv.reader([text], delimiter=delimiter), []))
    except csv.Error:
        return ()


def first_line(path: Path) -> str:
    """The first line for people, shortened."""
    with path.open("rb") as file:
        line = file.readline(400)
    return line.decode("utf-8", "replace").strip("\ufeff\r\n")[:120]


def separator_of(text: str) -> str | None:
    """A separator that stands in a heading and is none of ours, as | or a blank; None when there is none."""
    return next((sign for sign in ("|", "^", "~") if text.count(sign) >= 3), None)


def refuse_foreign(start: bytes) -> None:
    """LayoutMismatch for an empty file, an archive, a workbook, a web page, UTF-16."""
    if not start.strip():
        raise LayoutMismatch(_("the file is empty"))
    for mark, name in _ARCHIVES.items():
        if start.startswith(mark):
            raise LayoutMismatch(_("this is {kind}, no CSV: unpack or export it first").format(kind=name))
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:200]:
        raise LayoutMismatch(_("it is saved as UTF-16, or no text: save it as CSV in UTF-8"))
    if start.lstrip()[:1] in (b"<", b"{", b"["):
        raise LayoutMismatch(_("this is a web page or JSON, no CSV: download the file as CSV"))


def not_utf8(line: int) -> str:
    """The words for a line in another encoding."""
    return _("line {line} is not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8").format(line=line)
