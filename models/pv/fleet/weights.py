"""How the power of each roof follows from that of the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.pv.fleet.state import FleetState
from models.pv.sun import Floats

RIDGE = 1e-3
"""Of the unit diagonal: twins share the work instead of one of them doing it all, and no weight grows large."""

Bools = NDArray[np.bool_]


def correlation(state: FleetState) -> Floats:
    """(n, n) uncentred correlations of power, unit diagonal, 0 where two roofs were never known together.

    Pairs may rest on different days, so the matrix is made positive semidefinite by dropping negative eigenvalues.
    """
    norm = np.sqrt(state.squares * state.squares.T)
    related = np.divide(state.products, norm, out=np.zeros_like(norm), where=norm > 0)
    np.fill_diagonal(related, 1.0)
    if not len(related):
        return related
    values, vectors = np.linalg.eigh(related)
    if values[0] < 0:
        related = (vectors * np.maximum(values, 0.0)) @ vectors.T
    made: Floats = related
    return made


def scale(state: FleetState) -> Floats:
    """(n, n) how much stronger the row's roof is than the column's, where both were known; 0 for never."""
    made: Floats = np.sqrt(
        np.divide(state.squares, state.squares.T, out=np.zeros_like(state.squares), where=state.squares.T > 0)
    )
    return made


def combine(power: Floats, related: Floats, stronger: Floats, peers: Bools) -> Floats:
    """(T, n) each roof from the peers known at the same instant, itself left out: ridge regression.

    `power` (T, n) W, NaN unknown; `peers` (n,) roofs that may speak. All roofs at once from one inverse: the regression
    of one variable on all others is its row of the inverse correlation over minus its diagonal element. NaN where no
    peer is known.
    """
    known = np.isfinite(power) & peers
    made = np.full_like(power, np.nan)
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    which = which.reshape(-1)
    for number, pattern in enumerate(patterns):
        if pattern.any():
            rows = which == number
            weights = _weights(related, pattern) * stronger[:, pattern]
            made[rows] = np.maximum(power[np.ix_(rows, pattern)] @ weights.T, 0.0)
            if pattern.sum() == 1:
                made[np.ix_(rows, pattern)] = np.nan  # the only speaker cannot speak for itself
    return made


def _weights(related: Floats, pattern: Bools) -> Floats:
    """(n, speakers): of the normalised power of each speaker in that of each roof."""
    inverse = np.linalg.inv(related[np.ix_(pattern, pattern)] + RIDGE * np.eye(int(pattern.sum())))
    weights: Floats = related[:, pattern] @ inverse
    own = -inverse / np.diag(inverse)[:, None]
    np.fill_diagonal(own, 0.0)
    weights[pattern] = own
    return weights
