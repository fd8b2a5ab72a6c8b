"""A file of rows and columns as blocks of rows with their line numbers; never the whole of it at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from types import TracebackType
from typing import Self

from collector.imports.faults import ImportRefused, LayoutMismatch
from config.language import _
from config.layout import Column, Layout

ROWS = 20_000
"""Rows of a block."""
SEARCHED = 60
"""Rows in which the line of the names is looked for."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A block of rows."""

    lines: Sequence[int]
    """The line on which each row begins, from 1."""
    cells: Sequence[list[str]]

    def column(self, place: int) -> list[str]:
        """The cells of one column; all rows must have it."""
        return [row[place] for row in self.cells]


class Sheet:
    """One open file. Its bytes that are no text of its encoding become U+FFFD: they matter only where a figure stands.

    LayoutMismatch when it has no heading of this layout, OSError when it cannot be read.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self._layout = layout
        self._binary = path.open("rb")
        start = self._binary.peek(4)[:4]
        encoding = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        self._text = io.TextIOWrapper(self._binary, encoding=encoding, errors="replace", newline="")
        self._reader = csv.reader(self._text, delimiter=layout.delimiter)
        self._ended = False
        self.names: tuple[str, ...] = ()
        """Of the columns, as the heading has them; () without a heading."""
        try:
            self.names = self._heading()
        except BaseException:
            self._text.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()

    def place(self, column: Column) -> int:
        """Where a column stands, from 0."""
        return column - 1 if isinstance(column, int) else [_plain(name) for name in self.names].index(_plain(column))

    def shown(self, place: int) -> str:
        """A column for people: its name, or its number."""
        name = self.names[place].strip() if place < len(self.names) else ""
        return name or str(place + 1)

    def blocks(self) -> Iterator[Rows]:
        """The rows after the heading, blank lines left out, up to the line with which the table ends."""
        ends = tuple(_plain(word) for word in self._layout.until)
        while not self._ended:
            before = self._reader.line_num
            cells = self._next(ROWS)
            if not cells:
                return
            lines: Sequence[int] = range(before + 1, before + 1 + len(cells))
            if self._reader.line_num - before != len(cells):  # cells with line breaks in them
                tall = (1 + sum(cell.count("\n") for cell in row) for row in cells[:-1])
                lines = list(accumulate(tall, initial=before + 1))
            if ends:
                last = next((n for n, row in enumerate(cells) if row and _plain(row[0]).startswith(ends)), None)
                if last is not None:
                    self._ended = True
                    lines, cells = lines[:last], cells[:last]
            if not all(cells):
                kept = [(line, row) for line, row in zip(lines, cells, strict=True) if row]
                lines, cells = [line for line, _row in kept], [row for _line, row in kept]
            if cells:
                yield Rows(lines, cells)

    def _next(self, count: int) -> list[list[str]]:
        cells: list[list[str]] = []
        try:
            cells.extend(islice(self._reader, count))
        except csv.Error as error:
            line = self._reader.line_num
            what = _("line {line}: this is no table ({why}); is a quotation mark left open?")
            raise ImportRefused(what.format(line=line, why=error)) from error
        return cells

    def _heading(self) -> tuple[str, ...]:
        layout = self._layout
        if not layout.names:
            heading = self._next(layout.heading) if layout.heading else []
            self._refuse_foreign(heading)
            return tuple(heading[-1]) if heading else ()
        wanted = {_plain(name) for name in layout.names}
        passed: list[list[str]] = []
        for _row in range(SEARCHED):
            row = self._next(1)
            if not row:
                break
            if wanted <= {_plain(name) for name in row[0]}:
                self._refuse_foreign(passed)
                return tuple(row[0])
            passed += row
        what = _("no line has the columns {names}, as the layout {layout} wants; give the layout of this file")
        names = ", ".join(f'"{name}"' for name in layout.names)
        raise LayoutMismatch(what.format(names=names, layout=layout.name))

    def _refuse_foreign(self, heading: Sequence[Sequence[str]]) -> None:
        for row in heading:
            for word in self._layout.foreign:
                if any(_plain(word) in _plain(cell) for cell in row):
                    what = _('the file says "{word}": that is no production; give the file of the production')
                    raise LayoutMismatch(what.format(word=word))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
