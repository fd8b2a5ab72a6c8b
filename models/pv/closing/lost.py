"""What was not made, and why: outages, findings, and the part of the daylight in which an inverter worked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.kwh import ExpectedBasis
from models.pv.closing.expected import BASES
from models.pv.energy.rows import UNKNOWN, EnergyRows
from models.pv.quality.gaps import NOTHING
from models.pv.sun import Floats

Codes = NDArray[np.int8]
Mask = NDArray[np.bool_]
CLEAR = BASES.index(ExpectedBasis.CLEAR_SKY)
"""From here on a basis is no expectation."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Why one subject made less; shape (rows,)."""

    outage: Floats
    """Wh expected and not made during outages; NaN where that is not known."""
    finding: Floats
    """Wh expected and not made otherwise, while a finding was open."""
    availability: Floats
    """1 or 0 by quarter, a mean of several; NaN in the dark."""


def lost_by(
    made: EnergyRows, expected: Floats, basis: Codes, rated: float, outage: Mask, finding: Mask, lit: Mask
) -> Lost:
    """The losses of one inverter of `rated` W by quarter, shape (rows,) each. Of more than expected nothing is lost.

    expected: Wh, by `basis` (place in BASES); held against a cloudless sky a loss is not known. An outage goes on, or
    has begun, while the sun is too low to prove one and nothing was made.
    """
    known = lit & (made.status != UNKNOWN)
    out = _joined(outage, known & (made.energy <= NOTHING * rated / 4)) & known
    should = np.where((basis < CLEAR) | (expected <= 0), expected, np.nan)
    return Lost(
        np.where(out, np.maximum(should - made.energy, 0.0), 0.0),
        np.where(finding & ~out, np.maximum(should - made.energy, 0.0), 0.0),
        np.where(known, (~out).astype(np.float64), np.nan),
    )


def _joined(some: Mask, more: Mask) -> Mask:
    """The runs of either in which there are some."""
    either = some | more
    run = np.cumsum(np.diff(either, prepend=False))
    joined: Mask = either & np.isin(run, run[some])
    return joined


def losses(parts: Sequence[Lost], weights: Sequence[float]) -> Lost:
    """The losses of several parts together: sums, and availability by capacity. Without modules there are none."""
    modules = np.asarray(weights, float)[:, None]
    outage, finding = (
        np.where(modules > 0, [getattr(part, name) for part in parts], 0.0).sum(axis=0)
        for name in ("outage", "finding")
    )
    working = np.array([part.availability for part in parts])
    size = np.where(np.isfinite(working), modules, 0.0)
    return Lost(outage, finding, mean(np.nan_to_num(working) * size, size))


def part_of_lost(whole: Lost, share: Floats) -> Lost:
    """What a share of it (0..1 per row) lost."""
    return Lost(whole.outage * share, whole.finding * share, whole.availability)


def lost_of_days(lost: Lost, slight: Mask, starts: NDArray[np.intp]) -> Lost:
    """The losses of the days that begin at these rows. slight: rows that say nothing about the day."""
    lit = np.isfinite(lost.availability)
    sums = [np.add.reduceat(values, starts) for values in (np.nan_to_num(lost.availability), lit.astype(np.float64))]
    with np.errstate(invalid="ignore", divide="ignore"):
        working = np.where(sums[1] > 0, sums[0] / sums[1], np.nan)
    outage, finding = (
        np.add.reduceat(np.where(slight, np.nan_to_num(wh), wh), starts) for wh in (lost.outage, lost.finding)
    )
    return Lost(outage, finding, working)


def mean(total: Floats, weight: Floats) -> Floats:
    """The sum over axis 0 by that of the weights; NaN where there is no weight."""
    with np.errstate(invalid="ignore", divide="ignore"):
        made: Floats = np.where(weight.sum(axis=0) > 0, total.sum(axis=0) / weight.sum(axis=0), np.nan)
    return made
