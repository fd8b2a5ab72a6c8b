"""What was lost before the diagnosis first looked, told from the sums of days alone.

The diagnosis looks back three months at most. Where it begins later than the record does, because tepos was given years
at once or because what an older tepos knew cannot be read, a loss that goes on would seem to begin on its first day,
and be told too small. The recipes that need no more than the energy of a day are shown the days before; the rest learns
as days pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay, Unit
from models.pv.diagnosis.episodes import opened, told, untold
from models.pv.diagnosis.known import Episode, Known, Loss
from models.pv.diagnosis.onset import LOOKED_BACK
from models.pv.diagnosis.recipes.performance import LIT, forgotten, performance
from models.pv.diagnosis.recipes.soiling import soiling
from models.pv.diagnosis.sign import Sign
from models.pv.sun import Floats

DAY = 86_400_000
"""ms"""
NO_SAMPLES = pd.DataFrame()
HIGH = 45.0
"""Degrees: a day of one interval has its sun up."""


@dataclass(frozen=True, slots=True)
class DaysBefore:
    """Sums of D days of n inverters, the oldest first. ValueError when shapes disagree."""

    starts: NDArray[np.int64]
    """(D,) ms"""
    energy: Floats
    """(n, D) Wh made; NaN unknown."""
    expected: Floats
    """(n, D) Wh; NaN unknown, and where only a cloudless sky is known."""
    outage: Floats
    """(n, D) Wh of it that were lost while the inverter stood still, which is another matter."""

    def __post_init__(self) -> None:
        shapes = {self.energy.shape, self.expected.shape, self.outage.shape}
        if len(shapes) != 1 or self.energy.shape[1:] != self.starts.shape:
            raise ValueError(f"days before: {len(self.starts)} starts, sums of shapes {shapes}")


def known_before(units: Sequence[Unit], days: DaysBefore) -> Known:
    """What the diagnosis would know of losses at the end of these days. `units`: in the order of the rows."""
    pasts: dict[str, dict[str, Any]] = {"soiling": {}, "performance": {}}
    episodes: list[Episode] = []
    unclaimed: dict[str, tuple[Loss, ...]] = {}
    for row, unit in enumerate(units):
        story = _Story(unit)
        for number in np.flatnonzero(np.isfinite(days.energy[row]) & (days.expected[row] > 0)):
            made = float(days.energy[row, number] + np.nan_to_num(days.outage[row, number]))
            story.day(int(days.starts[number]), made, float(days.expected[row, number]))
        pasts["soiling"][unit.path], pasts["performance"][unit.path] = story.soiling, story.performance
        unclaimed[unit.path] = tuple(story.unclaimed[-LOOKED_BACK:])
        if story.episode is not None:
            episodes.append(story.episode)
    return Known(pasts, tuple(episodes), {}, unclaimed)


class _Story:
    """One inverter, day by day."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.soiling: Any = {}
        self.performance: Any = {}
        self.episode: Episode | None = None
        self.unclaimed: list[Loss] = []

    def day(self, start: int, made: float, should: float) -> None:
        """One day more (ms, Wh, Wh)."""
        town = TownDay(start, DAY, np.array([HIGH]), np.array([180.0]), [])
        signs, self.soiling = soiling(self._seen(made, should), town, self.soiling)
        left = max(made, should) if signs else made  # what dirt explains is given back, as in the engine
        if signs:
            self.performance = forgotten(self.performance)
        others, self.performance = performance(self._seen(left, should), town, self.performance)
        sign = next(iter((*signs, *others)), None)
        self._live(sign, town, should - made, should)

    def _seen(self, made: float, should: float) -> InverterDay:
        energy, expected, nothing = np.array([made]), np.array([should]), np.array([np.nan])
        return InverterDay(
            self._unit, energy, expected, nothing, nothing, nothing, np.zeros(1, bool), samples=NO_SAMPLES
        )

    def _live(self, sign: Sign | None, town: TownDay, lost: float, should: float) -> None:
        lit = should >= LIT * self._unit.pdc0
        if sign is None:
            self.unclaimed.append((town.start, round(lost, 1)))
            if self.episode is not None:
                self.episode = untold(self.episode, lit=lit, works=True, whole=True)
                if not self.episode.finding.open:
                    self.episode = None
            return
        if self.episode is None:
            self.episode = opened(sign, 0)
        elif (
            self.episode.finding.cause is Cause.UNEXPLAINED and sign.cause is not Cause.UNEXPLAINED
        ):  # it has a name now
            before = self.episode.finding
            renamed = replace(before, cause=sign.cause, since=min(before.since, sign.since))
            self.episode = replace(self.episode, finding=renamed)
        back = sum(wh for start, wh in self.unclaimed if start >= self.episode.finding.since)
        self.unclaimed = [(start, 0.0 if start >= self.episode.finding.since else wh) for start, wh in self.unclaimed]
        self.unclaimed.append((town.start, 0.0))
        self.episode = told(self.episode, sign, lost, 0.0, should, town.start + DAY, lit=lit, whole=True)
        if back > 0:
            finding = self.episode.finding
            self.episode = replace(self.episode, finding=replace(finding, lost_wh=finding.lost_wh + back))
        if not self.episode.finding.open:  # washed off
            self.episode = None
