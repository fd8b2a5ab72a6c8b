"""Blocks of rows to what they say: so many Wh over an interval, or the state of an index at an instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collector.imports.amounts import Amounts
from collector.imports.faults import Faults, ImportRefused, LayoutMismatch
from collector.imports.instants import parse
from collector.imports.sheet import Rows, Sheet
from collector.imports.spans import HOUR, NEVER, Spans
from config.kwh import Subject
from config.language import _
from config.layout import Kind, Layout

Series = tuple[Subject, str]
"""Whose production: kind and id."""
Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
TOO_MUCH = 1.2
"""Times the installed power: more than that no light has ever made of it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the town, and whom a file speaks about."""

    tz: tzinfo
    now: int
    """ms since 1970, UTC: nothing is produced after it."""
    installed: Mapping[Series, float]
    """W; a series without is not held against anything."""
    subject: Series | None
    """Of a file, or a column, that names none itself."""
    named: Callable[[str], Series | None]
    """Who is meant by a name in the file; None for one to leave out, KeyError for one that nobody knows."""


@dataclass(frozen=True, slots=True)
class Block:
    """What some rows say about one series; arrays of one length. Of readings `start` is the instant, `end` the same."""

    series: Series
    start: Times
    end: Times
    """ms since 1970, UTC; half-open."""
    energy: Floats
    """Wh; of readings the state of the index."""
    line: Times


@dataclass(slots=True)
class Reading:
    """Reads one sheet by its layout."""

    sheet: Sheet
    layout: Layout
    facts: Facts
    faults: Faults
    lines: int = 0
    """Rows read so far."""
    gaps: int = 0
    """Cells so far that say that nobody knows."""
    _spans: Spans = field(init=False)
    _amounts: Amounts = field(init=False)
    _columns: dict[int, Series | None] = field(init=False)
    _groups: dict[str, int] = field(default_factory=dict)
    _series: list[Series | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._spans = Spans(self.sheet, self.layout, self.facts.tz, self.facts.now, self.faults)
        unknown = frozenset(word.lower() for word in self.layout.unknown)
        self._amounts = Amounts(self.layout.decimal, self.layout.thousands, unknown)
        self._columns = self._of_columns()
        if self.sheet.names and not self.layout.names:
            self._refuse_figures_in_the_heading()

    def blocks(self) -> Iterator[Block]:
        """Everything the sheet says, in its order. Faults are added to `faults` on the way and their lines left out."""
        for rows in self.sheet.blocks():
            self.lines += len(rows.cells)
            whole = self._whole(rows)
            if whole.cells:
                yield from self._block(whole)
        if not self.lines:
            raise ImportRefused(_("there is no line with figures in it"))
        self._spans.check_spacing()

    def _of_columns(self) -> dict[int, Series | None]:
        """Place of each column of values -> its series; None where a column of subjects tells."""
        values, sheet = self.layout.values, self.sheet
        times = {sheet.place(column) for column in self.layout.time.columns}
        if values.columns != "others":
            subject = None if values.subject is not None else self.facts.subject
            return {sheet.place(column): subject for column in values.columns}
        found: dict[int, Series | None] = {}
        strange: list[str] = []
        for place, name in enumerate(sheet.names):
            if place in times or not name.strip():
                continue
            try:
                series = self.facts.named(name.strip())
            except KeyError:
                strange.append(name.strip())
                continue
            if series is None:
                continue
            if series in found.values():
                raise LayoutMismatch(_('two columns are {subject}: "{name}" is the second').format(
                    subject=series[1], name=name.strip()))  # fmt: skip
            found[place] = series
        if strange:
            what = _('columns that name no inverter of the town: {names}; say --column "NAME=SITE/INV" for each, or'
                     ' --column "NAME=" to leave it out')  # fmt: skip
            raise LayoutMismatch(what.format(names=", ".join(f'"{name}"' for name in strange)))
        if not found:
            raise LayoutMismatch(_("the heading names no column of an inverter"))
        return found

    def _refuse_figures_in_the_heading(self) -> None:
        """A first line of figures must not be lost because the layout takes it for the heading."""
        places = [self.sheet.place(column) for column in self.layout.time.columns]
        if max(places) < len(self.sheet.names):
            text = " ".join(self.sheet.names[place].strip() for place in places)
            if not np.isnat(parse([text], self.layout.time.formats)[0][0]):
                what = _('the heading ("{text}") holds figures already; take a layout with one line of heading less')
                raise LayoutMismatch(what.format(text=text))

    def _whole(self, rows: Rows) -> Rows:
        """The rows that have all columns, and no more than the heading."""
        layout, sheet = self.layout, self.sheet
        asked = [*layout.time.columns, *([] if layout.values.subject is None else [layout.values.subject])]
        needed = max([*(sheet.place(column) for column in asked), *self._columns]) + 1
        most = max(len(sheet.names), needed)
        widths = list(map(len, rows.cells))
        if min(widths) >= needed and max(widths) <= most:
            return rows
        lines, cells = [], []
        for line, row in zip(rows.lines, rows.cells, strict=True):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) < needed:
                what = _("the line has too few cells ({n})").format(n=len(row))
                remedy = _("complete it; is {delimiter} what stands between the cells?")
                self.faults.add(line, sheet.shown(needed - 1), "", what, remedy.format(delimiter=layout.delimiter))
            elif len(row) > most and any(cell.strip() for cell in row[most:]):
                what = _("the line has more cells than its heading")
                remedy = _("is the decimal sign also the delimiter? Export with semicolons")
                self.faults.add(line, str(most + 1), row[most], what, remedy)
            else:
                lines.append(line)
                cells.append(row)
        return Rows(lines, cells)

    def _block(self, rows: Rows) -> Iterator[Block]:
        lines = np.array(rows.lines, np.int64)
        groups = self._subjects(rows, lines)
        start, end = self._spans.intervals(rows, lines, groups)
        good = start != NEVER
        for place, fixed in self._columns.items():
            cells = rows.column(place)
            values, wrong = self._amounts.read(cells)
            self._complain_of_numbers(rows, place, wrong & good)
            said = good & ~np.isnan(values)
            self.gaps += int(np.count_nonzero(good & np.isnan(values) & ~wrong))
            if fixed is not None:
                yield self._checked(fixed, said, start, end, values, lines, place, cells)
                continue
            for group in np.unique(groups).tolist():
                if (series := self._series[group]) is not None:
                    yield self._checked(series, said & (groups == group), start, end, values, lines, place, cells)

    def _subjects(self, rows: Rows, lines: Times) -> NDArray[np.int64]:
        """Of each row the number of its series in `_series`; all 0 where no column names it."""
        if self.layout.values.subject is None:
            return np.zeros(len(lines), np.int64)
        place = self.sheet.place(self.layout.values.subject)
        codes, names = pd.factorize(np.array([cell.strip() for cell in rows.column(place)], dtype=object))
        for code, name in enumerate(names):
            try:
                series = self.facts.named(name)
            except KeyError:
                series = None
                what = _("no inverter of the town has this name")
                remedy = _('say which it is with --column "{name}=SITE/INV"').format(name=name)
                for row in np.flatnonzero(codes == code).tolist():
                    self.faults.add(int(lines[row]), self.sheet.shown(place), name, what, remedy)
            if name not in self._groups:
                self._groups[name] = len(self._series)
                self._series.append(series)
        return np.array([self._groups[name] for name in names], np.int64)[codes]

    def _complain_of_numbers(self, rows: Rows, place: int, wrong: Mask) -> None:
        for row in np.flatnonzero(wrong).tolist():
            remedy = _("write digits with {decimal} before the decimals, or nothing where nobody knows")
            self.faults.add(
                rows.lines[row], self.sheet.shown(place), rows.cells[row][place], _("no number of the layout"),
                remedy.format(decimal=self.layout.decimal),
            )  # fmt: skip

    def _checked(
        self,
        series: Series,
        said: Mask,
        start: Times,
        end: Times,
        values: Floats,
        lines: Times,
        place: int,
        cells: Sequence[str],
    ) -> Block:
        """The rows that say something possible about one series."""
        wh = values * self.layout.factor
        if self.layout.values.kind is Kind.POWER:
            wh = wh * (end - start) / HOUR
        for what, remedy, bad in impossible(wh, start, end, self._most(series)):
            for row in np.flatnonzero(bad & said).tolist():
                self.faults.add(int(lines[row]), self.sheet.shown(place), cells[row], what, remedy)
            said = said & ~bad
        return Block(series, start[said], end[said], wh[said], lines[said])

    def _most(self, series: Series) -> float:
        """W above which nothing is believed; of an index only its rise counts, see differences."""
        return np.inf if self.layout.values.kind is Kind.INDEX else TOO_MUCH * self.facts.installed.get(series, np.inf)


def impossible(wh: Floats, start: Times, end: Times, most: float) -> Iterator[tuple[str, str, Mask]]:
    """What no roof makes: what is wrong, what to do, and which are so. most: W."""
    with np.errstate(invalid="ignore"):
        negative = wh < 0
        too_much = wh > most * (end - start) / HOUR if np.isfinite(most) else np.zeros(len(wh), bool)
    yield _("production is never negative"), _("is this the net of a meter? Give the production"), negative
    yield (
        _("more than is possible with the installed power"),
        _("check the unit of the layout (Wh, kWh) and the subject"),
        np.asarray(too_much, bool),
    )
