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
SURE_DAYS, EVERY_DAY, EVEN = 5, 0.8, 0.08
"""Days after which a step is told from noise; share of them that are hit; how far the parts of the day may differ."""
FEW_STRINGS, WHOLE_STRING = 5, 0.025
"""Strings of an inverter up to which one of them stands out, and how near to 1/n the loss must be."""


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

    def parts(self) -> Floats:
        """(PARTS,) share missing of each part of the day; NaN where next to nothing is expected."""
        made, should = self.made.sum(axis=0), self.should.sum(axis=0)
        gone: Floats = np.where(should > 0.05 * should.sum(), 1.0 - made / np.maximum(should, 1e-9), np.nan)
        return gone

    def missing_of(self, parts: slice) -> float:
        """The same of several parts together."""
        should = float(self.should[:, parts].sum())
        return 1.0 - float(self.made[:, parts].sum()) / should if should > 0.05 * self.should.sum() else float("nan")

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


def parts_of_day(day: TownDay, made: Floats, should: Floats) -> tuple[list[float], list[float]]:
    """Sums over the parts of the day, to 0.1 Wh."""
    noon = int(np.argmax(day.elevation))
    hours = (np.arange(len(made)) - noon) * day.width / 3_600_000
    part = np.searchsorted(EDGES, hours)
    own, other = (np.bincount(part, values, PARTS).round(1).tolist() for values in (made, should))
    return own, other


def shape_of(sums: DaySums, since: int, unit: Unit) -> Shape:
    """What the days since then look like, the newest at least."""
    own = sums.after(since)
    missing = own.missing(len(own.starts))
    parts = own.parts()
    gone = 1.0 - own.ratios()
    evidence = {"missing_share": missing, "days_hit_share": float((gone > missing / 2).mean())}
    middle = PARTS // 2
    for name, of in (
        ("morning", slice(0, middle)),
        ("midday", slice(middle, middle + 1)),
        ("evening", slice(-middle, None)),
    ):
        share = own.missing_of(of)
        if np.isfinite(share):
            evidence[f"{name}_missing_share"] = share
    strings = _strings(missing, parts, evidence["days_hit_share"], len(own.starts), unit)
    if strings:
        evidence["strings"] = float(strings)
    cause = Cause.STRING_OPEN if strings else Cause.UNEXPLAINED
    return Shape(cause, since, round(missing, 5), {name: round(value, 3) for name, value in evidence.items()})


def _strings(missing: float, parts: Floats, hit: float, days: int, unit: Unit) -> int:
    """How many strings the inverter has when exactly one of them seems to be open; 0 otherwise.

    All strings must be alike and see the same light, and be few: of ten strings every loss is nearly a whole number.
    """
    strings = sum(one.strings for one in unit.inputs)
    planes = {one.planes for one in unit.inputs}
    sizes = [one.pdc0 / one.strings for one in unit.inputs if one.strings]
    alike = len(planes) == 1 and len(sizes) == len(unit.inputs) and max(sizes) < 1.05 * min(sizes)
    if not 2 <= strings <= FEW_STRINGS or not alike or days < SURE_DAYS or hit < EVERY_DAY:
        return 0
    even = bool((np.abs(parts[np.isfinite(parts)] - missing) < EVEN).all())
    return strings if even and abs(missing - 1 / strings) < WHOLE_STRING else 0
