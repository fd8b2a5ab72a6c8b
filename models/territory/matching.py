"""How much of the production meets the load at the same time. The step is always named: a coarser one overstates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Matching:
    """Shares of one stretch of time at one step; None where a sum is 0."""

    step_minutes: int
    modelled: bool
    """True when one of the curves is a yearly energy spread by a profile: there is no public curve of a commune."""
    steps: int
    """Those at which both curves are known."""
    known: float
    """Share of all steps."""
    self_consumption: float | None
    """Σ min(P,L)/ΣP"""
    self_sufficiency: float | None
    """Σ min(P,L)/ΣL, the renewable matching at that step."""
    annual_ratio: float | None
    """ΣP/ΣL: what the self-sufficiency never exceeds."""
    carbon_free: float | None
    """Σ[M + (L - M)·cf]/ΣL with the grid's share cf; None without one."""


def matching(
    produced: Floats, load: Floats, step_minutes: int, *, modelled: bool, grid: Floats | None = None
) -> Matching:
    """Match two curves of one step (any energy unit, NaN unknown), with the grid's carbon-free share 0..1 of each step.

    ValueError for curves of different lengths, a step that is none, negative energies or shares beyond 0..1.
    """
    if produced.shape != load.shape or (grid is not None and grid.shape != load.shape):
        raise ValueError(f"curves of {produced.size} and {load.size} steps")
    if step_minutes < 1:
        raise ValueError(f"{step_minutes} minutes are no step")
    with np.errstate(invalid="ignore"):
        if (produced < 0).any() or (load < 0).any():
            raise ValueError("energies are not negative")
        if grid is not None and ((grid < 0) | (grid > 1)).any():
            raise ValueError("a share lies within 0 and 1")
    both = np.isfinite(produced) & np.isfinite(load)
    made, used = produced[both], load[both]
    met = np.minimum(made, used)
    supply, need, meeting = float(made.sum()), float(used.sum()), float(met.sum())
    clean = None
    if grid is not None:
        lit = np.isfinite(grid[both])
        needed = float(used[lit].sum())
        share = (met + (used - met) * grid[both])[lit]
        clean = float(share.sum()) / needed if needed > 0 else None
    return Matching(
        step_minutes, modelled, int(both.sum()), float(both.mean()) if both.size else 0.0,
        meeting / supply if supply > 0 else None,
        meeting / need if need > 0 else None,
        supply / need if need > 0 else None,
        clean,
    )  # fmt: skip


def coarser(curve: Floats, times: int) -> Floats:
    """The curve at a step so many times longer; with an unknown part it is unknown. ValueError if it does not fit."""
    if times < 1 or curve.size % times:
        raise ValueError(f"{curve.size} steps are not a whole number of {times}")
    summed: Floats = curve.reshape(-1, times).sum(axis=1)
    return summed


def spread(energy: float, profile: Floats) -> Floats:
    """A yearly energy by a profile of any unit: what such a curve matches is modelled. ValueError for a sum of 0."""
    whole = float(np.nansum(profile))
    if whole <= 0:
        raise ValueError("a profile without anything in it")
    return profile * (energy / whole)
