"""Blocks of rows to what they say: so many Wh over an interval, or the state of an index at an instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collector.imports.amounts import Amounts
from collector.imports.faults import Faults, LayoutMismatch
from collector.imports.instants import Clock, parse
from collector.imports.sheet import Rows, Sheet
from config.kwh import Subject
from config.language import _
from config.layout import Kind, Layout, Step

Series = tuple[Subject, str]
"""Whose production: kind and id."""
Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
QUARTER = 900_000
EARLIEST = 631_152_000_000
"""1990-01-01: no roof of any town of ours was older; an earlier time is a slip."""
TOO_MUCH = 1.2
"""Times the installed power: more than that no light has ever made of it."""
HOUR = 3_600_000


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
    """Who is meant by a name in the file; None for a name that nobody knows, and KeyError for one to leave out."""


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
    _clock: Clock = field(init=False)
    _amounts: Amounts = field(init=False)
    _columns: dict[int, Series | None] = field(init=False)
    _spacings: Counter[int] = field(default_factory=Counter)
    _residue: int | None = None
    _named: dict[str, Series | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._clock = Clock(self.layout.time, self.facts.tz)
        unknown = frozenset(word.lower() for word in self.layout.unknown)
        self._amounts = Amounts(self.layout.decimal, self.layout.thousands, unknown)
        self._columns = self._of_columns()
        if self.sheet.names and not self.layout.names:
            self._refuse_figures_in_the_heading()

    def blocks(self) -> Iterator[Block]:
        """Everything the sheet says, in its order. Faults are added to `faults` on the way and their lines left out."""
        first_line = 0
        for rows in self.sheet.blocks():
            first_line = first_line or rows.lines[0]
            self.lines += len(rows.cells)
            whole = self._whole(rows)
            if whole.cells:
                yield from self._block(whole)
        if not self.lines:
            raise LayoutMismatch(_("there is no line with figures in it"))
        self._check_spacing(first_line)

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
                continue
            if series is None:
                strange.append(name.strip())
            elif series in found.values():
                raise LayoutMismatch(_('two columns are {subject}: "{name}" is the second').format(
                    subject=series[1], name=name.strip()))  # fmt: skip
            else:
                found[place] = series
        if strange:
            what = _('columns that name no inverter of the town: {names}; say which it is with --column "NAME=SITE/INV", '
                     'or leave it out with --column "NAME="')  # fmt: skip
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
        codes, series = self._subjects(rows, lines)
        start, end = self._intervals(rows, lines, codes)
        good = start >= 0
        for place, fixed in self._columns.items():
            cells = rows.column(place)
            values, wrong = self._amounts.read(cells)
            self._complain_of_numbers(rows, place, wrong & good)
            said = good & ~np.isnan(values)
            self.gaps += int(np.count_nonzero(good & np.isnan(values) & ~wrong))
            if fixed is not None:
                yield self._checked(fixed, said, start, end, values, lines, place, cells)
                continue
            for code, each in enumerate(series):
                if each is not None:
                    yield self._checked(each, said & (codes == code), start, end, values, lines, place, cells)

    def _subjects(self, rows: Rows, lines: Times) -> tuple[NDArray[np.int64], list[Series | None]]:
        """Of each row the place of its series in the list; all 0 where no column names it."""
        if self.layout.values.subject is None:
            return np.zeros(len(lines), np.int64), []
        place = self.sheet.place(self.layout.values.subject)
        codes, names = pd.factorize(np.array([cell.strip() for cell in rows.column(place)], dtype=object))
        for name in names:
            if name not in self._named:
                try:
                    self._named[name] = self.facts.named(name)
                    left_out = False
                except KeyError:
                    self._named[name], left_out = None, True
                if left_out:
                    self._named[name] = (Subject.INVERTER, "")
        series: list[Series | None] = []
        for code, name in enumerate(names):
            found = self._named[name]
            if found is None:
                for row in np.flatnonzero(codes == code).tolist():
                    remedy = _('say which it is with --column "{name}=SITE/INV"').format(name=name)
                    what = _("no inverter of the town has this name")
                    self.faults.add(int(lines[row]), self.sheet.shown(place), name, what, remedy)
            series.append(found if found is None or found[1] else None)
        numbers = {name: number for number, name in enumerate(self._named)}  # the same from block to block
        return np.asarray([numbers[name] for name in names], np.int64)[codes] * 0 + codes, series

    def _intervals(self, rows: Rows, lines: Times, groups: NDArray[np.int64]) -> tuple[Times, Times]:
        """Start and end of each row's interval; -1 where the row tells none."""
        columns = [rows.column(self.sheet.place(column)) for column in self.layout.time.columns]
        texts = (
            columns[0]
            if len(columns) == 1
            else [" ".join(map(str.strip, cells)) for cells in zip(*columns, strict=True)]
        )
        written, offsets = parse(texts, self.layout.time.formats)
        instants = self._clock.utc(written, offsets, groups)
        self._complain_of_times(rows, lines, texts, np.isnat(written), np.isnat(instants))
        known = ~np.isnat(instants)
        start, end = np.full(len(lines), -1), np.full(len(lines), -1)
        start[known], end[known] = self._spans(instants[known])
        self._note_spacing(start[known], groups[known])
        for what, remedy, bad in self._misplaced(start, end):
            for row in np.flatnonzero(bad & (start != -1)).tolist():
                self.faults.add(int(lines[row]), self._time_name(), texts[row], what, remedy)
            start[bad] = -1
        return start, end

    def _spans(self, instants: NDArray[np.datetime64]) -> tuple[Times, Times]:
        step, ends = self.layout.step, self.layout.time.label == "end"
        if step is Step.READINGS:
            at = instants.astype(np.int64)
            return at, at
        if step.length is not None:
            length = int(step.length.total_seconds() * 1000)
            start = instants.astype(np.int64) - (length if ends else 0)
            return start, start + length
        local = self._clock.local(instants) - np.timedelta64(int(ends), "ms")
        unit = "datetime64[M]" if step is Step.MONTH else "datetime64[D]"
        first = local.astype(unit)
        return (
            self._clock.midnights(first.astype("datetime64[D]")),
            self._clock.midnights((first + 1).astype("datetime64[D]")),
        )

    def _misplaced(self, start: Times, end: Times) -> Iterator[tuple[str, str, Mask]]:
        """What is wrong with an interval as such, the remedy, and which are so."""
        check = _("check the date, and the order of day and month")
        yield _("before 1990"), check, (start >= 0) & (start < EARLIEST)
        yield _("in the future"), check, end > self.facts.now
        length = self.layout.step.length
        grid = QUARTER if length is None else min(QUARTER, int(length.total_seconds() * 1000))
        if self.layout.step is Step.READINGS:
            yield _("not on a quarter-hour"), _("write the nearest quarter-hour"), start % grid != 0
        elif length is not None:
            yield (
                _("not on the grid of the layout's step"),
                _("give a layout with the step of this file"),
                start % grid != 0,
            )
            whole = int(length.total_seconds() * 1000)
            if self._residue is None and (start >= 0).any():
                self._residue = int(start[start >= 0][0]) % whole
            yield (
                _("between two intervals of the layout's step"),
                _("give a layout with the step of this file"),
                start % whole != (self._residue or 0),
            )

    def _complain_of_times(self, rows: Rows, lines: Times, texts: Sequence[str], unread: Mask, never: Mask) -> None:
        formats = " | ".join(self.layout.time.formats)
        for row in np.flatnonzero(never).tolist():
            if not texts[row].strip() and not any(rows.cells[row][place].strip() for place in self._columns):
                continue  # a line of separators alone
            if unread[row]:
                what, remedy = _("no time of the layout"), _("write it as {formats}").format(formats=formats)
            else:
                what = _("the clocks of the town skip this time")
                remedy = _('if the file keeps winter time all year, take a layout with zone = "+01:00"')
            self.faults.add(int(lines[row]), self._time_name(), texts[row], what, remedy)

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

    def _time_name(self) -> str:
        return " ".join(self.sheet.shown(self.sheet.place(column)) for column in self.layout.time.columns)

    def _note_spacing(self, start: Times, groups: NDArray[np.int64]) -> None:
        """How far the rows of one series lie apart: the usual distance must be the layout's step."""
        if self.layout.step is Step.READINGS:
            return
        for group in np.unique(groups).tolist():
            apart, often = np.unique(np.abs(np.diff(start[groups == group])), return_counts=True)
            self._spacings.update(dict(zip(apart.tolist(), often.tolist(), strict=True)))

    def _check_spacing(self, line: int) -> None:
        """A file of half-hours read as one of ten minutes would lose two thirds of its energy without a word."""
        del self._spacings[0]
        usual, often = max(self._spacings.items(), key=lambda item: item[1], default=(0, 0))
        if often < 3 or often * 2 < self._spacings.total():
            return
        length = self.layout.step.length
        low, high = {Step.DAY: (23, 25), Step.MONTH: (27 * 24, 32 * 24)}.get(self.layout.step, (0, 0))
        least, most = (low * HOUR, high * HOUR) if length is None else (int(length.total_seconds() * 1000),) * 2
        if not least <= usual <= most:
            apart = pd.Timedelta(usual, "ms").to_pytimedelta()
            what = _("the lines are {apart} apart, but the layout's step is {step}")
            self.faults.add(
                line, self._time_name(), str(apart), what.format(apart=apart, step=self.layout.step),
                _("give a layout with the step of this file"),
            )  # fmt: skip


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
