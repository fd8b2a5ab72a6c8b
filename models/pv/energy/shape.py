"""The expected course of production, by which energy is spread over a time without readings."""

from __future__ import annotations

import numpy as np

from models.calendar import QUARTER
from models.pv.energy.rows import Floats, Times

DARK = 0.005
"""Where less than this part of the largest value is expected, it is night."""


class Shape:
    """Expected power per quarter-hour from `start` on, of any scale; beyond its ends as at its ends.

    Without values everything is expected to be the same at any time, and it is never night.
    """

    def __init__(self, start: int, values: Floats | None) -> None:
        if values is None or not len(values):
            values = np.ones(1)
        level = np.maximum(np.nan_to_num(np.asarray(values, float)), 0.0)
        lit = (level > DARK * level.max()).astype(float)
        far = 10_000 * QUARTER  # a hundred days: silences are shorter, or nothing is known of them
        inner = start + QUARTER * np.arange(len(level) + 1, dtype=np.int64)
        self._knots = np.concatenate(([inner[0] - far], inner, [inner[-1] + far]))
        length = np.diff(self._knots)
        self._level = np.concatenate(([0.0], np.cumsum(length * np.concatenate((level[:1], level, level[-1:])))))
        self._lit = np.concatenate(([0.0], np.cumsum(length * np.concatenate((lit[:1], lit, lit[-1:])))))

    def expected(self, at: Times) -> Floats:
        """Expected energy from long before to each instant."""
        return np.asarray(np.interp(at, self._knots, self._level), float)

    def daylight(self, at: Times) -> Floats:
        """ms of daylight from long before to each instant."""
        return np.asarray(np.interp(at, self._knots, self._lit), float)
