"""Numbers as registers give them, in two or three bytes instead of eight, and exactly the same float64 when read.

A register holds a whole number and a power of ten: 612.3 V is 6123 and one decimal. SQLite keeps small whole numbers in
few bytes and every other number in eight, so a number of at most three decimals is kept as one integer,
``number * 4 + decimals`` (612.3 becomes 24493), if that gives back the same float64; any other stays a REAL. The file
becomes about half as large (`tepos bench store`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collector.sample import Value

_LARGEST = 1e12
"""Beyond, the integers would leave the range in which float64 counts exactly."""
_SCALES = (1.0, 10.0, 100.0, 1000.0)


def packed(values: Sequence[Value]) -> list[int | float | str | None]:
    """What is written for each value; a text and None stay what they are.

    A whole batch at once: number by number it would be half the CPU of a write.
    """
    kept: list[int | float | str | None] = [
        value if value is None or isinstance(value, str) else float(value) for value in values
    ]
    numbers = np.array([value if value.__class__ is float else np.nan for value in kept])
    with np.errstate(invalid="ignore", over="ignore"):
        open_ones = np.flatnonzero(np.abs(numbers) < _LARGEST)
        for decimals, scale in enumerate(_SCALES):
            left = numbers[open_ones]
            whole = np.rint(left * scale)
            fits = whole / scale == left
            found = (whole[fits] * 4 + decimals).astype(np.int64)
            for at, number in zip(open_ones[fits].tolist(), found.tolist(), strict=True):
                kept[at] = number
            open_ones = open_ones[~fits]
    return kept


def unpacked(column: str) -> str:
    """The SQL expression that gives the number (REAL) kept in a column; NULL stays NULL."""
    decimals = f"CASE {column} & 3 WHEN 0 THEN 1.0 WHEN 1 THEN 10.0 WHEN 2 THEN 100.0 ELSE 1000.0 END"
    return f"CASE typeof({column}) WHEN 'integer' THEN ({column} >> 2) / ({decimals}) ELSE {column} END"
