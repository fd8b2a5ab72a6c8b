"""The step of a counter: the smallest amount by which it moves, learnt from what it showed."""

from __future__ import annotations

import numpy as np

from models.pv.energy.rows import Floats

CANDIDATES = tuple(digit * 10.0**power for power in range(4, -3, -1) for digit in (5, 2, 1))
"""Wh: 50 kWh to 0.01 Wh. 1 Wh, 10 Wh, 0.1 kWh and 1 kWh are what makers choose."""
MOVES = 8
"""Fewer different readings prove nothing: all of four may be multiples of ten by chance."""
ENOUGH = 400
"""More readings add nothing but time."""


def counter_step(counter: Floats) -> float | None:
    """The step of a lifetime counter (Wh, NaN missing), or None when it hardly moved.

    The largest candidate of which nearly all readings are a whole multiple away from the first: the readings of a
    float32 register are off by up to a tenth of their step, and a spike may be any number.
    """
    shown = counter[np.isfinite(counter)]
    shown = shown[np.flatnonzero(np.diff(shown, prepend=np.nan) != 0)]
    shown = np.unique(shown[:: max(1, len(shown) // ENOUGH)])
    if len(shown) < MOVES:
        return None
    away = shown - shown[len(shown) // 2]
    for step in CANDIDATES:
        parts = away / step
        if np.mean(np.abs(parts - np.round(parts)) < 0.1) > 0.95:
            return step
    return None
