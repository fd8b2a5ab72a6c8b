"""What a loss looks like: a step, a slow fall, hours of the day, some days and not others. From daily sums alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import TownDay, Unit
from models.pv.sun import Floats

EDGES = (-3.0, -1.0, 1.0, 3.0)
"""Hours from the sun's highest stand that cut the day into parts."""
PARTS = len(EDGES) + 1


@dataclass(frozen=True, slots=True)
class DaySums:
    """Energy of days by part of the day."""

    starts: np.ndarray[tuple[int], np.dtype[np.int64]]
    made: Floats
    """(days, PARTS) Wh"""
    should: Floats

    @classmethod
    def of(cls, days: Sequence[Sequence[float]]) -> DaySums:
        """From (start, made by part …, expected by part …) of each day."""
        table = np.array(days, float).reshape(len(days), 1 + 2 * PARTS)
        return cls(table[:, 0].astype(np.int64), table[:, 1 : 1 + PARTS], table[:, 1 + PARTS :])

    def ratios(self) -> Floats:
        """(days,) made over expected."""
        made: Floats = self.made.sum(axis=1) / np.maximum(self.should.sum(axis=1), 1e-9)
        return made

    def after(self, since: int) -> DaySums:
        """Those from a day on; at least the newest."""
        keep = self.starts >= since
        keep[-1:] = True
        return DaySums(self.starts[keep], self.made[keep], self.should[keep])

    def missing(self, last: int) -> float:
        """Share that is missing of the last days."""
        return 1.0 - float(self.made[-last:].sum() / max(self.should[-last:].sum(), 1e-9))


@dataclass(frozen=True, slots=True)
class Shape:
    """A loss by its shape."""

    cause: Cause
    since: int
    missing: float
    evidence: Mapping[str, float | str]


def part_of_day(day: TownDay, values: Floats) -> list[float]:
    """Sums over the parts of the day, to 0.1 Wh."""
    noon = int(np.argmax(day.elevation))
    hours = (np.arange(len(values)) - noon) * day.width / 3_600_000
    part = np.searchsorted(EDGES, hours)
    return [round(float(total), 1) for total in np.bincount(part, values, PARTS)]


def shape_of(sums: DaySums, since: int, unit: Unit) -> Shape:
    """What the days since then look like."""
    own = sums.after(since)
    missing = own.missing(len(own.starts))
    return Shape(Cause.UNEXPLAINED, since, round(missing, 5), {"missing_share": round(missing, 3)})
