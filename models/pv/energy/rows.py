"""Energy over consecutive rows (quarter-hours or days), and the sum of several subjects.

Status and basis are codes, the place of the word in its enumeration: the order of EnergyStatus makes the worst of
several the largest, the order of Basis makes the lowest authority the largest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.kwh import Basis, EnergyStatus

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Codes = NDArray[np.int8]
Mask = NDArray[np.bool_]

STATUSES = tuple(EnergyStatus)
BASES = tuple(Basis)
MEASURED, RECONSTITUTED, ESTIMATED, IMPORTED, PARTIAL, UNKNOWN = range(len(STATUSES))
INDEX, METER, COUNTER, POWER, _, NO_BASIS = range(len(BASES))

WHOLE = 1 - 1e-9
"""From here on a completeness counts as 1: it is a quotient of sums."""


@dataclass(frozen=True, slots=True)
class EnergyRows:
    """Energy of one subject. All arrays have the length of the rows."""

    times: Times
    """Start of each row, ms since 1970 UTC."""
    energy: Floats
    """Wh; of a partial row the sum of what is known; NaN where nothing is."""
    status: Codes
    """Place in STATUSES."""
    basis: Codes
    """Place in BASES."""
    completeness: Floats
    """0..1: share of the row's expected energy whose measurement is known."""

    def __post_init__(self) -> None:
        if len({len(getattr(self, name)) for name in EnergyRows.__slots__}) != 1:
            raise ValueError("the columns of energy rows differ in length")

    def status_words(self) -> list[str]:
        """Words of EnergyStatus, as rollups keep them."""
        return [STATUSES[code].value for code in self.status]

    def basis_words(self) -> list[str]:
        """Words of Basis, as rollups keep them."""
        return [BASES[code].value for code in self.basis]


def nothing_known(times: Times) -> EnergyRows:
    """Rows of a subject that nobody measured."""
    n = len(times)
    unknown = np.full(n, UNKNOWN, np.int8)
    return EnergyRows(times, np.full(n, np.nan), unknown, np.full(n, NO_BASIS, np.int8), np.zeros(n))


def gather(
    energy: Floats, status: Codes, basis: Codes, completeness: Floats, weights: Floats, starts: Times
) -> Gathered:
    """The rows of axis 0 in groups that begin at `starts`, each group as one: all arrays are (rows, ...).

    The energy of a group is the sum of what is known in it; what is unknown but weighs nothing (night) takes nothing
    from it. Weights >= 0 of any scale; in a group where all are 0 the rows weigh the same.
    """

    def total(values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, starts, axis=0), float)

    known = ~np.isnan(energy)
    whole = total(weights)
    sizes = np.diff(np.append(starts, len(energy)))
    even = np.repeat(whole <= 0, sizes, axis=0)
    weights = np.where(even, 1.0, weights)
    whole = np.where(whole <= 0, total(np.ones_like(weights)), whole)
    share = np.clip(total(weights * completeness) / whole, 0.0, 1.0)
    counts = known & (status != UNKNOWN)
    worst = np.maximum.reduceat(np.where(counts & (status != PARTIAL), status, MEASURED), starts, axis=0)
    lowest = np.maximum.reduceat(np.where(counts, basis, INDEX), starts, axis=0)
    some = np.logical_or.reduceat(known, starts, axis=0)
    worst = np.where(share < WHOLE, PARTIAL, worst)
    return Gathered(
        np.where(some, total(np.where(known, energy, 0.0)), np.nan),
        np.where(some, worst, UNKNOWN).astype(np.int8),
        np.where(some, lowest, NO_BASIS).astype(np.int8),
        np.where(some, share, 0.0),
    )


@dataclass(frozen=True, slots=True)
class Gathered:
    """What `gather` makes of each group."""

    energy: Floats
    status: Codes
    basis: Codes
    completeness: Floats


def add_up(parts: Sequence[EnergyRows], expected: Floats | None = None, capacity: Floats | None = None) -> EnergyRows:
    """Several subjects as one: the inverters of a roof, the roofs of a town.

    Parts stand for the completeness by what was expected of them, shape (parts, rows), in a row in which nothing was
    expected of any by their capacity, shape (parts,); by default all count the same. ValueError when there is no part
    or the parts cover different rows.
    """
    if not parts:
        raise ValueError("nothing to add up")
    times = parts[0].times
    if any(not np.array_equal(part.times, times) for part in parts):
        raise ValueError("the parts cover different rows")
    sizes = np.ones(len(parts)) if capacity is None else np.asarray(capacity, float)
    weights = np.repeat(sizes[:, None], len(times), axis=1)
    if expected is not None:
        lit = np.maximum(np.nan_to_num(expected), 0.0)
        weights = np.where(lit.sum(axis=0) > 0, lit, weights)
    columns = [
        np.stack([getattr(part, name) for part in parts]) for name in ("energy", "status", "basis", "completeness")
    ]
    made = gather(columns[0], columns[1], columns[2], columns[3], weights, np.zeros(1, np.int64))
    return EnergyRows(times, made.energy[0], made.status[0], made.basis[0], made.completeness[0])
