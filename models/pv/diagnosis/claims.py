"""One cause takes each loss: the day's missing energy, handed out in the order of `cause.PRIORITY`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.pv.diagnosis.cause import PRIORITY, Cause, Stage
from models.pv.diagnosis.day import Bools, TownDay
from models.pv.diagnosis.members import Members
from models.pv.diagnosis.sign import Sign
from models.pv.sun import Floats

_PLACE = {cause: place for place, cause in enumerate(PRIORITY)}
BLIND = frozenset({*(cause for cause in Cause if cause.stage in (Stage.DATA, Stage.AVAILABILITY)), Cause.SNOW})
"""Where these take energy, nothing can be said of how well a roof performs."""

UNBELIEVED = frozenset({Cause.FROZEN, Cause.COUNTER_STUCK})
"""While these last the whole day of an inverter says nothing."""


class Ledger:
    """What is missing on a day and not claimed yet. (inverters, T) Wh.

    Signed: an hour in which a roof made more than expected counts against a loss that claims the whole day. Of noise
    around an expectation that is right nothing remains; of its positive part alone a loss would grow out of nothing.
    """

    def __init__(self, day: TownDay, members: Members) -> None:
        energy = np.array([one.energy for one in day.inverters]).reshape(len(day.inverters), len(day.elevation))
        expected = np.array([one.expected for one in day.inverters]).reshape(energy.shape)
        known = np.isfinite(energy) & np.isfinite(expected) & (expected > 0)
        self.missing: Floats = np.where(known, expected - np.nan_to_num(energy), 0.0)
        self.left: Floats = self.missing.copy()
        self.known: Bools = known
        self.expected: Floats = np.where(known, expected, 0.0)
        self.blind: Bools = np.zeros(known.shape, bool)
        self._members = members

    def take(self, sign: Sign) -> float:
        """Wh that this sign accounts for, which are then gone. NaN where nobody knows."""
        rows = self._members.rows(sign.subject)
        if sign.cause in UNBELIEVED:
            self.blind[rows] = True
        if sign.claim is None or not rows:
            return float("nan") if sign.cause.stage is Stage.DATA else 0.0
        claim = np.maximum(np.nan_to_num(sign.claim, posinf=np.inf), 0.0)
        left, whole = self.left[rows], np.isinf(claim)
        positive = np.maximum(left, 0.0)
        total = positive.sum(axis=0)
        share = np.divide(np.minimum(claim, total), total, out=np.zeros_like(total), where=total > 0)
        taken = np.where(whole, left, positive * np.where(whole, 0.0, share))
        self.left[rows] = left - taken
        if sign.cause in BLIND:
            self.blind[rows] |= claim > 0
        if not (self.known[rows] & (claim > 0)).any() and (claim > 0).any():
            return float("nan")
        return float(taken.sum())

    def residue(self, row: int, energy: Floats) -> Floats:
        """(T,) Wh that an inverter would have made without what was claimed; NaN where nothing can be said."""
        made: Floats = np.where(self.blind[row], np.nan, energy + self.missing[row] - self.left[row])
        return made


def in_order(signs: Sequence[Sign]) -> list[Sign]:
    """By priority; then from the small to the large, and by name, so that the same signs always give the same."""

    def place(sign: Sign) -> tuple[int, str, int]:
        return _PLACE.get(sign.cause, len(_PLACE)), sign.subject, sign.since

    return sorted(signs, key=place)
