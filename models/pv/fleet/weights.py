"""How the power of each roof follows from that of the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.pv.fleet.state import FleetState
from models.pv.sun import Floats

RIDGE = 1e-4
"""Of the unit diagonal: twins share the work instead of one of them doing it all, and no weight grows large."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Relation:
    """How n roofs hang together."""

    alike: Floats
    """(n, n) uncentred correlation of their power: positive semidefinite, unit diagonal."""
    stronger: Floats
    """(n, n) how much stronger the row's roof is than the column's; 0 for roofs never known together."""

    def weights(self, speakers: Bools) -> Floats:
        """(n, speakers): of the power of each speaker in that of each roof, itself left out (ridge regression).

        All at once from one inverse: the regression of one variable on all others is its row of the inverse
        correlation over minus the diagonal element.
        """
        inverse = self._inverse(speakers)
        weights: Floats = self.alike[:, speakers] @ inverse
        own = -inverse / np.diag(inverse)[:, None]
        np.fill_diagonal(own, 0.0)
        weights[speakers] = own
        return weights * self.stronger[:, speakers]

    def unexplained(self, speakers: Bools) -> Floats:
        """(n,) share of each roof's own power squared that the speakers, itself left out, do not explain, 0..1."""
        inverse = self._inverse(speakers)
        to_speakers = self.alike[:, speakers]
        share = 1.0 - np.einsum("ij,jk,ik->i", to_speakers, inverse, to_speakers)
        share[speakers] = 1.0 / np.diag(inverse)
        made: Floats = np.clip(share, 0.0, 1.0)
        return made

    def apart(self, speakers: Bools) -> Floats:
        """(n, n) what of the correlation of each two roofs the speakers leave unexplained; 0 for the speakers.

        Twins that are silent together agree beyond what the others say of them.
        """
        inverse = self._inverse(speakers)
        made: Floats = self.alike - self.alike[:, speakers] @ inverse @ self.alike[speakers]
        made[speakers] = 0.0
        made[:, speakers] = 0.0
        np.fill_diagonal(made, np.clip(np.diag(made), 0.0, 1.0))
        return made

    def _inverse(self, speakers: Bools) -> Floats:
        own = self.alike[np.ix_(speakers, speakers)]
        made: Floats = np.asarray(np.linalg.inv(own + RIDGE * np.eye(len(own))), dtype=np.float64)
        return made

    def combine(self, power: Floats, speakers: Bools) -> Floats:
        """(T, n) W: each roof from the speakers (n,) known at the same instant; NaN where none is.

        `power` (T, n) W, NaN unknown.
        """
        known = np.isfinite(power) & speakers
        made = np.full_like(power, np.nan)
        patterns: dict[bytes, list[int]] = {}  # np.unique of rows would cost more than all that follows
        for row, pattern in enumerate(known):
            patterns.setdefault(pattern.tobytes(), []).append(row)
        for rows in patterns.values():
            pattern = known[rows[0]]
            if not pattern.any():
                continue
            made[rows] = np.maximum(power[np.ix_(rows, pattern)] @ self.weights(pattern).T, 0.0)
            if pattern.sum() == 1:
                made[np.ix_(rows, pattern)] = np.nan  # it cannot speak for itself
        return made


def lasting(state: FleetState) -> Relation:
    """Of the established roofs, from all admitted days."""
    return _relation(state.products, np.broadcast_to(np.diag(state.products)[:, None], state.products.shape))


def recent(state: FleetState) -> Relation:
    """Of all roofs, from the last one or two blocks: for those that are not established yet."""
    return _sound(_relation(state.waiting_products + state.fresh_products, state.waiting_squares + state.fresh_squares))


def fresh(state: FleetState) -> Relation:
    """Of all roofs, from the present block only: the same days for a roof that came before it began."""
    return _sound(_relation(state.fresh_products, state.fresh_squares))


def _sound(relation: Relation) -> Relation:
    """Positive semidefinite again: where pairs rest on different days, a correlation can have negative eigenvalues."""
    if not len(relation.alike):
        return relation
    values, vectors = np.linalg.eigh(relation.alike)
    return Relation((vectors * np.maximum(values, 0.0)) @ vectors.T, relation.stronger)


def _relation(products: Floats, squares: Floats) -> Relation:
    norm = np.sqrt(squares * squares.T)
    together = norm > 0
    alike = np.divide(products, norm, out=np.zeros_like(norm), where=together)
    np.fill_diagonal(alike, 1.0)
    ratio = np.divide(squares, squares.T, out=np.zeros_like(norm), where=together)
    return Relation(alike, np.sqrt(ratio))
