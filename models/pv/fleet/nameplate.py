"""Does a roof make what its nameplate promises? A loss that was there from the first day has no before.

The yield of a roof (energy over that of a modelled clear sky, or over capacity where the orientation is not known) is
held against the median yield of the peers whose power is most like its own, on the same days. Against a clear sky only
nearly clear days are asked: clouds take more of its clear day from a roof that faces the sun than from one that does
not (in January twice as much), which is no loss.
"""

from __future__ import annotations

import numpy as np

from models.pv.fleet.day import FleetDay
from models.pv.fleet.state import FleetState
from models.pv.fleet.weights import Bools, recent
from models.pv.sun import Floats

FIRST_WEEKS = 28
"""Days after which the question is decided."""
ALIKE = 5
"""Peers asked: the most alike, so that an unknown orientation hardly matters."""
LOW_BY_CLEAR, LOW_BY_CAPACITY = 0.85, 0.75
"""Below this share of its peers' yield a loss is reported: roofs are compared with and without their orientation."""


CLEAR_DAY = 0.7
"""Median yield of all roofs from which on a day counts as nearly clear …"""
CLEAR_DAYS = 3
"""… and how many of them decide."""


def day_yields(state: FleetState, day: FleetDay) -> tuple[Floats, Floats]:
    """((n,), (n,)): a day's yield of each roof and the median one of its peers; NaN where unknown."""
    known = np.isfinite(day.measured)
    if day.clear is not None:
        known = known & np.isfinite(day.clear)
        nameplate = np.where(known, day.clear, 0.0).sum(axis=0)
    elif day.capacity is not None:
        nameplate = np.nan_to_num(day.capacity) * known.sum(axis=0)
    else:
        nameplate = np.zeros(len(day.roofs))
    energy = np.where(known, day.measured, 0.0).sum(axis=0)
    own = np.divide(energy, nameplate, out=np.full_like(energy, np.nan), where=nameplate > 0)
    if day.clear is not None and np.median(own[np.isfinite(own)] if np.isfinite(own).any() else 0.0) < CLEAR_DAY:
        return np.full_like(own, np.nan), np.full_like(own, np.nan)
    likeness = recent(state).alike.copy()
    np.fill_diagonal(likeness, -1.0)
    likeness[:, ~np.isfinite(own)] = -1.0
    peers = np.full_like(own, np.nan)
    nearest = np.argsort(-likeness, axis=1)[:, :ALIKE]
    for row, columns in enumerate(nearest):
        alike = own[columns[likeness[row, columns] > 0]]
        if len(alike) >= 2:
            peers[row] = np.median(alike)
    return own, peers


def nameplate_ratio(state: FleetState) -> Floats:
    """(n,) yield over that of the peers in the first weeks; NaN before they are over, or without metadata."""
    decided = (state.age >= FIRST_WEEKS) & (state.yield_peers > 0)
    made: Floats = np.divide(state.yield_own, state.yield_peers, out=np.full_like(state.age, np.nan), where=decided)
    return made


def low_yield(state: FleetState, by_clear: bool) -> Floats:
    """(n,) `nameplate_ratio` where it is too low to be the roof's nature, else NaN. `by_clear`: days had `clear`."""
    ratio = np.where(asking(state, by_clear), np.nan, nameplate_ratio(state))
    made: Floats = np.where(ratio < (LOW_BY_CLEAR if by_clear else LOW_BY_CAPACITY), ratio, np.nan)
    return made


def asking(state: FleetState, by_clear: bool) -> Bools:
    """(n,) whether further days still count: in the first weeks, and until there were enough clear ones."""
    few = state.yield_peers < CLEAR_DAYS * CLEAR_DAY
    return (state.age < FIRST_WEEKS) | (few if by_clear else np.zeros_like(few))
