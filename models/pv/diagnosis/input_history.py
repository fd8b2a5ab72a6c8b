"""What is remembered of one DC input: its usual ratio to the others, by the hour, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.input_hours import InputHours
from models.pv.diagnosis.sign import Past
from models.pv.sun import Floats

KEPT = 30
"""Days whose ratios make the usual one."""
LEARNT = 5
"""Days after which something is usual."""
FLOOR, CAREFUL = 0.006, 0.015
"""The smallest daily deviation believed (0.5 to 1.1 % were measured), and the one taken while few days are known."""
SETTLED = 10
HOURLY = 0.15
"""Part of a new day in the usual ratio of an hour: it follows the season within two weeks."""
RISE, PATIENT = 0.08, 45
"""A rise by this share is no new habit before so many days: others fell, and will be mended."""
WELL = 3
"""Days above half of the fall after which it is over."""


@dataclass(frozen=True, slots=True)
class Today:
    """One day of one input, against what is usual."""

    drop: float
    """Share that is missing, 0..1; negative: more than usual."""
    even: bool
    """Missing in all hours, or in all from `since` on."""
    since: int
    seen: int
    """ms: from when on it is missing, and when that could be known."""
    ratio: float
    hours: InputHours
    begun: bool = False
    """The morning was well: it began, or shade came, within the day."""


def matched(drop: float, strings: int, sigma: float) -> int:
    """How many of its strings a fall is the share of; 0: no whole number of them."""
    if strings < 1:
        return 0
    count = round(drop * strings)
    allowed = min(0.25 / strings, max(0.02, 3 * sigma))
    return count if 1 <= count <= strings and abs(drop - count / strings) <= allowed else 0


@dataclass(frozen=True, slots=True)
class History:
    """Of one input. Plain JSON by `to_dict`."""

    ratios: tuple[float, ...] = ()
    hourly: tuple[tuple[int, float], ...] = ()
    cause: Cause | None = None
    since: int = 0
    seen: int = 0
    drop: float = 0.0
    step: int = 0
    well: int = 0
    high_for: int = 0
    low_for: int = 0
    low_since: int | None = None
    low_drop: float = 0.0
    ever: float | None = None
    """The ratio from the first day on, where the town's files say another."""
    ever_since: int | None = None
    ever_seen: int | None = None

    @classmethod
    def of(cls, kept: Past) -> History:
        """The inverse of `to_dict`."""
        told = dict(kept)
        if "cause" in told:
            told["cause"] = Cause(told["cause"])
        told["ratios"] = tuple(told.get("ratios", ()))
        told["hourly"] = tuple((int(hour), float(value)) for hour, value in told.get("hourly", ()))
        return cls(**told)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; what is as at first is left out."""
        empty = History()
        told = {name: getattr(self, name) for name in self.__slots__}
        kept = {name: value for name, value in told.items() if value != getattr(empty, name)}
        if "hourly" in kept:
            kept["hourly"] = [list(one) for one in kept["hourly"]]
        if "ratios" in kept:
            kept["ratios"] = list(kept["ratios"])
        return kept

    @property
    def usual(self) -> float | None:
        """Median ratio; None while nothing is usual yet."""
        return float(np.median(self.ratios)) if len(self.ratios) >= LEARNT else None

    @property
    def sigma(self) -> float:
        """Robust deviation of its days, as a share."""
        values = np.array(self.ratios)
        if len(values) < 2:
            return CAREFUL
        centre = float(np.median(values))
        spread = 1.4826 * float(np.median(np.abs(values - centre))) / max(centre, 0.05)
        return max(spread, FLOOR if len(values) >= SETTLED else CAREFUL)

    def at(self, hours: NDArray[np.int64]) -> Floats:
        """Usual ratio in each of these hours; that of the day where an hour is new."""
        known, day = dict(self.hourly), self.usual or 1.0
        return np.array([max(known.get(int(hour), day), 0.02) for hour in hours])

    def learning(self, hours: InputHours, ratio: float) -> History:
        """With one more day on which nothing was wrong."""
        known = dict(self.hourly)
        for hour, value in zip(hours.hours.tolist(), hours.ratio.tolist(), strict=True):
            before = known.get(hour, value)
            known[hour] = round(before + HOURLY * (value - before), 4)
        ratios = (*self.ratios, round(ratio, 4))[-KEPT:]
        return replace(self, ratios=ratios, hourly=tuple(sorted(known.items())))

    def another(self, today: Today, *, fell: bool) -> History:
        """With one more day: learnt from when nothing fell, else counted.

        What begins within a day is a string that opened, or shade that comes every afternoon: the next day tells.
        """
        if fell and today.begun and self.low_since is None:
            return replace(self, low_since=today.since, low_drop=today.drop)
        if today.drop < -RISE and self.high_for < PATIENT:  # another fell that is not of this inverter
            return replace(self, high_for=self.high_for + 1, low_for=0, low_since=None, low_drop=0.0)
        if not fell or today.begun:
            return replace(
                self.learning(today.hours, today.ratio),
                high_for=0 if today.drop > -RISE else self.high_for,
                low_for=0,
                low_since=None,
                low_drop=0.0,
            )
        if self.low_for == 0:
            return replace(self, low_for=1, low_since=self.low_since or today.since, low_drop=today.drop)
        return replace(self, low_for=self.low_for + 1, low_drop=min(self.low_drop, today.drop))

    def opened(self, cause: Cause, since: int, seen: int, drop: float, step: int) -> History:
        """With a finding; while it is open nothing is learnt."""
        return replace(
            self, cause=cause, since=since, seen=max(seen, since), drop=round(drop, 4), step=step, well=0, low_for=0,
            low_since=None, low_drop=0.0,
        )  # fmt: skip

    def lasting(self, today: Today, strings: int) -> History:
        """One more day with a finding: over after three days on which less than half of it was missing.

        An open string may be followed by another, or one of two be mended: the day tells how many are open.
        """
        step = matched(today.drop, strings, self.sigma) if self.step and today.even else 0
        if step not in (0, self.step):
            return replace(self, step=step, drop=round(today.drop, 4), well=0)
        if today.drop > self.drop / 2:
            worse = today.even and today.drop > self.drop
            return replace(
                self, well=0, drop=round(self.drop + 0.2 * (today.drop - self.drop), 4) if worse else self.drop
            )
        if self.well + 1 >= WELL:
            return replace(self, cause=None, since=0, seen=0, drop=0.0, step=0, well=0)
        return replace(self, well=self.well + 1)

    def since_ever(self, since: int, seen: int, ratio: float) -> History:
        """With a ratio that was off from the first day on."""
        if self.ever is not None:
            return self
        return replace(self, ever=round(ratio, 4), ever_since=since, ever_seen=max(seen, since))
