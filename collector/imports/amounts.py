"""Cells to numbers: many at once where they are plain, one by one where they are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
WIDEST = 24
"""Characters of a cell that is read together with others; longer ones are no plain numbers."""
BLANKS = str.maketrans("", "", " \t\u00a0\u202f\u2009")


@dataclass(frozen=True)
class Amounts:
    """How numbers are written in a file."""

    decimal: str
    thousands: str
    unknown: frozenset[str]
    """What stands where nobody knows, in small letters; an empty cell always does."""

    def read(self, cells: Sequence[str]) -> tuple[Floats, Mask]:
        """The numbers, NaN where the cell says that nobody knows; and which cells are no number at all (NaN too)."""
        if max(map(len, cells), default=0) > WIDEST:
            values, plain = np.full(len(cells), np.nan), np.zeros(len(cells), bool)
        else:
            values, plain = self._plain(cells)
        wrong = np.zeros(len(cells), bool)
        for place in np.flatnonzero(~plain).tolist():
            values[place], wrong[place] = self._one(cells[place])
        return values, wrong

    def _plain(self, cells: Sequence[str]) -> tuple[Floats, Mask]:
        """The numbers of digits, sign and decimal sign alone, and which cells are that or empty."""
        texts = np.array(cells, dtype=np.str_)
        letters = texts.view(np.uint32).reshape(len(cells), -1).copy()
        digit = (letters >= ord("0")) & (letters <= ord("9"))
        point = letters == ord(self.decimal)
        blank = letters == 0
        minus = np.zeros_like(digit)
        minus[:, 0] = letters[:, 0] == ord("-")
        letters[point] = ord(".")
        number = (digit | point | minus | blank).all(axis=1) & (point.sum(axis=1) <= 1) & digit.any(axis=1)
        values = np.full(len(cells), np.nan)
        values[number] = letters.view(f"<U{letters.shape[1]}").ravel()[number].astype(np.float64)
        return values, number | blank.all(axis=1)

    def _one(self, cell: str) -> tuple[float, bool]:
        """A cell with blanks, separators of thousands or a word: its value, and whether it is none."""
        text = cell.strip()
        if not text or text.lower() in self.unknown:
            return np.nan, False
        text = text.translate(BLANKS)
        whole = r"\d+"
        if self.thousands:
            grouped = rf"\d{{1,3}}(?:{re.escape(self.thousands)}\d{{3}})+"
            whole = rf"(?:{grouped}|\d+)"
        if not re.fullmatch(rf"[+-]?(?:{whole}(?:{re.escape(self.decimal)}\d*)?|{re.escape(self.decimal)}\d+)", text):
            return np.nan, True
        plain = text.replace(self.thousands, "") if self.thousands else text
        return float(plain.replace(self.decimal, ".")), False
