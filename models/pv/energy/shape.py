"""The expected course of production, by which energy is spread over a time without readings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True)
class Across:
    """What spreads a silence across an edge (the beginning or the end of a day): the same, whoever closes which day.

    Both parts of such a silence together must be what was made, although each is worked out for itself.
    """

    edges: Times
    """ms, rising"""
    clear: Floats
    """Expected power per quarter-hour by what never changes: a cloudless sky."""
    weather: Floats | None = None
    """By the weather that was, per quarter-hour."""
    silences: tuple[tuple[int, int], ...] = ()
    """Last reading before and first after (ms) of those that are spread by the weather."""


class Course:
    """The expected course between each two of the rising instants `knots`: by `own`, or by what all share."""

    def __init__(
        self, start: int, own: Floats | None, across: Across | None, knots: Times, by_shape: NDArray[np.bool_]
    ) -> None:
        """own: expected power per quarter-hour from `start` on, as those of `across`.

        by_shape: between which knots energy is spread by the course alone.
        """
        self._shapes = [Shape(start, own)]
        self._knots, self._which = knots, np.zeros(len(knots) - 1, np.int64)
        if across is None or not by_shape.any():
            return
        crossing = np.searchsorted(across.edges, knots[1:]) > np.searchsorted(across.edges, knots[:-1], "right")
        crossing &= by_shape
        if not crossing.any():
            return
        self._shapes.append(Shape(start, across.clear))
        self._which = crossing.astype(np.int64)
        if across.weather is not None and across.silences:
            self._shapes.append(Shape(start, across.weather))
            shared = set(across.silences)
            for link in np.flatnonzero(crossing):
                self._which[link] += (int(knots[link]), int(knots[link + 1])) in shared

    def lit(self) -> Floats:
        """ms of daylight between each two knots."""
        return self._between("daylight", np.minimum(self._which, 1))

    def expected_part(self, at: Times, place: Times) -> tuple[Floats, Floats]:
        """See `_part`, of what is expected."""
        return self._part("expected", self._which, at, place)

    def lit_part(self, at: Times, place: Times) -> tuple[Floats, Floats]:
        """See `_part`, of the daylight, which no weather changes."""
        return self._part("daylight", np.minimum(self._which, 1), at, place)

    def _between(self, what: str, which: Times) -> Floats:
        if len(self._shapes) == 1:
            return np.diff(getattr(self._shapes[0], what)(self._knots))
        whole = np.stack([np.diff(getattr(shape, what)(self._knots)) for shape in self._shapes])
        return np.asarray(whole[which, np.arange(len(which))], float)

    def _part(self, what: str, which: Times, at: Times, place: Times) -> tuple[Floats, Floats]:
        """What came by each instant since the knot `place` before it, and all until the next knot."""
        if len(self._shapes) == 1:
            amount = getattr(self._shapes[0], what)
            whole = amount(self._knots)
            return amount(at) - whole[place], np.diff(whole)[place]
        mine = which[place]
        column = np.arange(len(at))
        done = np.stack([getattr(shape, what)(at) - getattr(shape, what)(self._knots)[place] for shape in self._shapes])
        return np.asarray(done[mine, column], float), self._between(what, which)[place]
