"""The cost of the daily diagnosis: grows with the roofs, and not with what lies behind them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from models.pv.diagnosis.day import InputFacts, InverterDay, TownDay, Unit
from models.pv.diagnosis.diagnose import Known, diagnose
from models.pv.diagnosis.known import Episode
from models.pv.sun import Floats
from scripts.bench import Figure
from scripts.bench.detection.series import DAY

ROOFS = (10, 100, 1000)
SHORT, LONG = 60, 3 * 365
QUARTER, PER_DAY = 900_000, 96
START = 1_704_067_200_000
"""2024-01-01 UTC"""
WITH_LOSS = 20
"""One roof of so many makes a fifth less: findings are open, and carried from day to day."""
REPEATS = 5
FEW = 20
"""Roofs that go through the years; what they remember is copied to all others."""


def run(seed: int) -> Iterator[Figure]:
    """Milliseconds for one more day of N roofs behind which lie 60 days, and three years."""
    few = _Town(FEW, seed)
    pasts = few.pasts((SHORT, LONG))
    before = 0.0
    for count in ROOFS:
        town = _Town(count, seed)
        taken = {days: town.cost(days, known, few) for days, known in pasts.items()}
        bare = town.bare()
        growth = f"; {taken[LONG] / before:.1f} times that of a tenth of the roofs" if before else ""
        yield Figure(
            f"diagnosis.ms.{count}", round(taken[LONG], 1), "ms", round(taken[SHORT], 1),
            f"the day after {LONG} days of quarter-hours, a loss open on every {WITH_LOSS}th roof; baseline: after"
            f" {SHORT} days{growth}; {taken[LONG] / count:.2f} ms a roof, of which the sums of measured and expected"
            f" alone take {bare / count:.3f}; {len(pasts[LONG].to_json()) / FEW / 1000:.1f} kB remembered of a roof",
        )  # fmt: skip
        before = taken[LONG]


class _Town:
    """Roofs under one smooth sky, each with noise of its own."""

    def __init__(self, count: int, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        inputs = (InputFacts(1, 2, 5000.0, ((30.0, 180.0),)), InputFacts(2, 2, 5000.0, ((30.0, 180.0),)))
        self._units = [Unit(f"s{n}/inv", f"s{n}", 9000.0, 10000.0, inputs) for n in range(count)]
        hours = (np.arange(PER_DAY) + 0.5) / 4
        self._elevation: Floats = 55 * np.sin((hours - 6) / 12 * np.pi)
        self._azimuth: Floats = hours * 15

    def day(self, number: int) -> TownDay:
        """A day of them all."""
        sun = np.maximum(np.sin(np.radians(self._elevation)), 0.0)
        expected = 1800 * sun * self._rng.uniform(0.2, 1.0)
        nowhere, never = np.full(PER_DAY, np.nan), np.zeros(PER_DAY, bool)
        inverters = []
        for row, unit in enumerate(self._units):
            kept = 0.8 if row % WITH_LOSS == 0 and number > 30 else 1.0
            energy = expected * kept * (1 + 0.05 * self._rng.standard_normal(PER_DAY))
            inverters.append(
                InverterDay(unit, energy, expected, 0.9 * expected, 1.1 * expected, nowhere, never, half_day=0.05)
            )
        start = START + DAY * number
        return TownDay(start, QUARTER, self._elevation, self._azimuth, inverters)

    def pasts(self, lengths: Sequence[int]) -> dict[int, Known]:
        """What is remembered after so many days."""
        made, known = {}, Known()
        for number in range(max(lengths)):
            _, known = diagnose(self.day(number), known)
            if number + 1 in lengths:
                made[number + 1] = known
        return made

    def cost(self, days: int, known: Known, few: _Town) -> float:
        """Median ms of some days after so many others, which few roofs have gone through for all.

        A day each: what is asked on one day of many (year on year, of some roofs) is there by its part.
        """
        known = self._spread(known, few)
        taken = []
        for later in range(REPEATS):
            day = self.day(days + later)
            begun = time.perf_counter()
            diagnose(day, known)
            taken.append(1000 * (time.perf_counter() - begun))
        return statistics.median(taken)

    def bare(self) -> float:
        """ms for the sums alone."""
        day = self.day(0)
        begun = time.perf_counter()
        for one in day.inverters:
            float(np.nansum(one.energy)) / float(np.nansum(one.expected))
        return 1000 * (time.perf_counter() - begun)

    def _spread(self, known: Known, few: _Town) -> Known:
        """What a few roofs remember, for all of them."""
        pattern = [unit.path for unit in few._units]
        copies = {unit.path: pattern[row % len(pattern)] for row, unit in enumerate(self._units)}
        pasts = {
            name: {path: past[old] for path, old in copies.items() if old in past} if "town" not in past else dict(past)
            for name, past in known.pasts.items()
        }
        by_path = {one.finding.subject: one for one in known.episodes}
        episodes = tuple(_renamed(by_path[old], path) for path, old in copies.items() if old in by_path)
        unclaimed = {path: known.unclaimed[old] for path, old in copies.items()}
        return Known(pasts, episodes, {}, unclaimed)


def _renamed(episode: Episode, path: str) -> Episode:
    return replace(episode, finding=replace(episode.finding, subject=path))
