"""Whose time a row names: its interval, from its start to before its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from collector.imports.faults import Faults, LayoutMismatch
from collector.imports.instants import Clock, parse
from collector.imports.sheet import Rows, Sheet
from config.language import _
from config.layout import Layout, Step

Times = NDArray[np.int64]
Mask = NDArray[np.bool_]
QUARTER = 900_000
HOUR = 3_600_000
IN_A_ROW, FEW = 6, 3
"""So many distances in a row unlike the layout's step, or so many when none is like it, are no gaps any more."""
NEVER = int(np.iinfo(np.int64).min)
"""The start of a row that names no interval."""
EARLIEST = 631_152_000_000
"""1990-01-01: no roof of any town of ours was older; an earlier time is a slip."""


class Spans:
    """The intervals of one sheet, block by block; it remembers the doubled hour and how far the rows lie apart."""

    def __init__(self, sheet: Sheet, layout: Layout, town: tzinfo, now: int, faults: Faults) -> None:
        self._sheet, self._layout, self._now, self._faults = sheet, layout, now, faults
        self._clock = Clock(layout.time, town)
        self._places = [sheet.place(column) for column in layout.time.columns]
        self._right = self._wrong = 0
        self._unlike: int | None = None
        self._other: int | None = None
        self._residue: int | None = None

    def intervals(self, rows: Rows, lines: Times, groups: Times) -> tuple[Times, Times]:
        """Start and end (ms UTC) of each row's interval; NEVER where the row tells none, which is a fault.

        lines: of the rows; groups: numbers of their series.
        """
        columns = [rows.column(place) for place in self._places]
        texts = (
            columns[0]
            if len(columns) == 1
            else [" ".join(map(str.strip, cells)) for cells in zip(*columns, strict=True)]
        )
        written, offsets = parse(texts, self._layout.time.formats)
        instants = self._clock.utc(written, offsets, groups)
        self._complain_of_times(rows, lines, texts, np.isnat(written), np.isnat(instants))
        known = ~np.isnat(instants)
        start, end = np.full(len(lines), NEVER), np.full(len(lines), NEVER)
        start[known], end[known] = self._spans(instants[known])
        self._note_spacing(start[known], groups[known])
        for what, remedy, bad in self._misplaced(start, end):
            for row in np.flatnonzero(bad & (start != NEVER)).tolist():
                self._faults.add(int(lines[row]), self._time_name(), texts[row], what, remedy)
            start[bad] = NEVER
        return start, end

    def _spans(self, instants: NDArray[np.datetime64]) -> tuple[Times, Times]:
        step, ends = self._layout.step, self._layout.time.label == "end"
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
        yield _("before 1990"), check, start < EARLIEST
        yield _("in the future"), check, start > self._now
        yield _("not over yet"), _("export it again later, or leave it out"), end > self._now
        length = self._layout.step.length
        grid = QUARTER if length is None else min(QUARTER, int(length.total_seconds() * 1000))
        if self._layout.step is Step.READINGS:
            yield _("not on a quarter-hour"), _("write the nearest quarter-hour"), start % grid != 0
        elif length is not None:
            yield (
                _("not on the grid of the layout's step"),
                _("give a layout with the step of this file"),
                start % grid != 0,
            )
            whole = int(length.total_seconds() * 1000)
            if self._residue is None and (start != NEVER).any():
                self._residue = int(start[start != NEVER][0]) % whole
            yield (
                _("between two intervals of the layout's step"),
                _("give a layout with the step of this file"),
                start % whole != (self._residue or 0),
            )

    def _complain_of_times(self, rows: Rows, lines: Times, texts: Sequence[str], unread: Mask, never: Mask) -> None:
        formats = " | ".join(self._layout.time.formats)
        for row in np.flatnonzero(never).tolist():
            if not any(cell.strip() for cell in rows.cells[row]):
                continue  # a line of separators alone
            if unread[row]:
                what, remedy = _("no time of the layout"), _("write it as {formats}").format(formats=formats)
            else:
                what = _("the clocks of the town skip this time")
                remedy = _('if the file keeps winter time all year, take a layout with zone = "+01:00"')
            self._faults.add(int(lines[row]), self._time_name(), texts[row], what, remedy)

    def _time_name(self) -> str:
        return " ".join(self._sheet.shown(place) for place in self._places)

    def _note_spacing(self, start: Times, groups: Times) -> None:
        """How far the rows of one series lie apart; see check_spacing."""
        if self._layout.step is Step.READINGS:
            return
        length = self._layout.step.length
        low, high = {Step.DAY: (23, 25), Step.MONTH: (27 * 24, 32 * 24)}.get(self._layout.step, (0, 0))
        least, most = (low * HOUR, high * HOUR) if length is None else (int(length.total_seconds() * 1000),) * 2
        for group in np.unique(groups).tolist():
            apart = np.diff(np.unique(start[groups == group]))
            wrong = (apart < least) | (apart > most)
            self._right += int(np.count_nonzero(~wrong))
            self._wrong += int(np.count_nonzero(wrong))
            runs = np.convolve(wrong, np.ones(IN_A_ROW), "valid") if len(wrong) >= IN_A_ROW else np.zeros(0)
            if (runs > IN_A_ROW - 0.5).any() and self._unlike is None:
                self._unlike = int(apart[np.argmax(runs)])
            if len(apart) and self._other is None:
                self._other = int(apart[0])

    def check_spacing(self) -> None:
        """To be called at the end. LayoutMismatch where the rows, or a stretch of them, have another step.

        A file of half-hours read as one of ten minutes would lose two thirds of its energy without a word, and there
        are files that change their step on the way.
        """
        few = self._other if not self._right and self._wrong >= FEW else None
        apart = self._unlike if self._unlike is not None else few
        if apart is not None:
            what = _("there are lines {apart} apart, but the layout's step is {step}; give the layout of this file")
            raise LayoutMismatch(what.format(apart=timedelta(milliseconds=apart), step=self._layout.step))
