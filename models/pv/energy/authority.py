"""Which kilowatt-hour is *the* kilowatt-hour of a site.

The network operator's index, then the production meter, then the inverters' counters, then integrated power: the
highest that exists for a stretch of time fixes the sum, the lower ones shape it inside. Diagnosis keeps each inverter's
own counter; `share_out` makes parts that add up to the site's figure. A meter behind a hybrid measures its battery too:
do not hand it in here (see sources.meter_counts_production).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.pv.energy.rows import (
    INDEX,
    METER,
    RECONSTITUTED,
    WHOLE,
    EnergyRows,
    Floats,
    Mask,
    nothing_known,
)


@dataclass(frozen=True, slots=True)
class Total:
    """What the operator's index gained from `start` to before `end` (ms), in Wh."""

    start: int
    end: int
    energy: float


@dataclass(frozen=True, slots=True)
class Settled:
    """A site's energy, and how it was settled."""

    rows: EnergyRows
    by_ratio: Mask
    """Rows that rest on the inverters while the meter is silent, raised or lowered by the learnt ratio."""
    factors: tuple[float, ...]
    """Of each total that was applied: index over what was known without it; NaN where not all of that was known."""


def settle(
    inverters: EnergyRows | None,
    meter: EnergyRows | None,
    index: Sequence[Total],
    end: int,
    ratio: float | None = None,
    expected: Floats | None = None,
) -> Settled:
    """A site's energy by the highest authority there is for each row.

    `inverters`: their sum; `meter`: the production meter; rows of the same times, the last ending at `end` (ms).
    `index`: totals that do not overlap; those that are not wholly inside of the rows are left out. `ratio`: meter over
    inverters, as learnt. `expected`: energy expected of each row, any scale, to spread what only the index knows.
    ValueError for rows of different times, totals off the rows' edges or overlapping ones.
    """
    given = inverters or meter
    if given is None:
        raise ValueError("a site without inverters and meter has nothing to settle")
    inverters, meter = inverters or nothing_known(given.times), meter or nothing_known(given.times)
    if not np.array_equal(inverters.times, meter.times):
        raise ValueError("inverters and meter cover different rows")
    rows, metered = _metered(inverters, meter, ratio)
    by_ratio = ~metered & ~np.isnan(rows.energy) & (ratio is not None)
    weights = np.ones(len(rows.times)) if expected is None else np.maximum(np.nan_to_num(expected), 0.0)
    factors = []
    for total, part in _inside(index, rows, end):
        rows, factor = _fixed(rows, part, total.energy, weights)
        by_ratio[part] = False
        factors.append(factor)
    return Settled(rows, by_ratio, tuple(factors))


def share_out(site: EnergyRows, parts: Sequence[EnergyRows], expected: Floats | None = None) -> Floats:
    """Wh of each part, shape (parts, rows), so that in every row they add up to the site's; NaN where that is unknown.

    The parts keep their proportions; one that is unknown takes what the others leave, by what was expected of it,
    shape (parts, rows). ValueError for rows of different times.
    """
    if any(not np.array_equal(part.times, site.times) for part in parts):
        raise ValueError("the parts cover different rows than the site")
    known = np.stack([part.energy for part in parts])
    weights = np.ones_like(known) if expected is None else np.maximum(np.nan_to_num(expected), 0.0)
    weights = np.where(weights.sum(axis=0) > 0, weights, 1.0)
    made = np.nan_to_num(known)
    empty = np.isnan(known)
    left = np.maximum(site.energy - made.sum(axis=0), 0.0)
    takes = np.where(empty, weights, 0.0)
    takes = np.where((takes.sum(axis=0) > 0) | (made.sum(axis=0) > 0), takes, weights)
    made = made + left * _shares(takes)
    return np.asarray(np.where(np.isnan(site.energy), np.nan, site.energy * _shares(made)), float)


def _shares(amounts: Floats) -> Floats:
    """Parts of the whole along axis 0; 0 where there is none."""
    whole = amounts.sum(axis=0)
    return np.asarray(amounts / np.where(whole > 0, whole, 1.0), float)


def _metered(inverters: EnergyRows, meter: EnergyRows, ratio: float | None) -> tuple[EnergyRows, Mask]:
    """Rows by the meter where it knows at least as much as the inverters, and which these are."""
    metered = ~np.isnan(meter.energy) & (meter.completeness >= inverters.completeness)
    scaled = inverters.energy * (1.0 if ratio is None else ratio)
    energy, status = np.where(metered, meter.energy, scaled), np.where(metered, meter.status, inverters.status)
    for run in _runs(metered & (meter.status == RECONSTITUTED)):
        shape = inverters.energy[run]
        if (inverters.completeness[run] >= WHOLE).all() and shape.sum() > 0:
            energy[run] = meter.energy[run].sum() * shape / shape.sum()
            status[run] = inverters.status[run]
    rows = EnergyRows(
        meter.times,
        energy,
        status.astype(np.int8),
        np.where(metered, METER, inverters.basis).astype(np.int8),
        np.where(metered, meter.completeness, inverters.completeness),
    )
    return rows, np.asarray(metered, bool)


def _runs(mask: Mask) -> Iterator[slice]:
    """Stretches of a mask that are true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    yield from (slice(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True))


def _inside(index: Sequence[Total], rows: EnergyRows, end: int) -> Iterator[tuple[Total, slice]]:
    edges = np.append(rows.times, end)
    reached = None
    for total in sorted(index, key=lambda total: total.start):
        if total.end <= total.start or (reached is not None and total.start < reached):
            raise ValueError(f"the index totals overlap at {total.start}")
        reached = total.end
        if total.start < edges[0] or total.end > end:
            continue
        first, last = (int(place) for place in np.searchsorted(edges, (total.start, total.end)))
        if edges[first] != total.start or edges[last] != total.end:
            raise ValueError(f"the index total from {total.start} to {total.end} is off the edges of the rows")
        yield total, slice(first, last)


def _fixed(rows: EnergyRows, part: slice, total: float, weights: Floats) -> tuple[EnergyRows, float]:
    """The same rows with the sum of a part of them fixed, and the total over what was known."""
    missing = 1 - rows.completeness[part]
    missing[missing <= 1 - WHOLE] = 0.0
    made = np.nan_to_num(rows.energy[part])
    known = float(made.sum())
    takes = missing * weights[part]
    if not takes.any():
        takes = missing
    if known <= 0 and not takes.any():
        takes = weights[part] if weights[part].any() else np.ones_like(made)
    spread = takes > 0
    made = made + max(total - known, 0.0) * _shares(takes)
    made = total * _shares(made)
    energy, status, basis, completeness = (
        np.array(getattr(rows, name)) for name in ("energy", "status", "basis", "completeness")
    )
    energy[part], basis[part], completeness[part] = made, INDEX, 1.0
    status[part] = np.where(spread | np.isnan(rows.energy[part]), RECONSTITUTED, status[part])
    factor = total / known if known > 0 and not missing.any() else np.nan
    return replace(rows, energy=energy, status=status, basis=basis, completeness=completeness), factor
