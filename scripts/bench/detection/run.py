"""tepos bench detection: losses put into real and simulated roofs, and what becomes of them, live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from scripts.bench import Figure
from scripts.bench.detection import neighbours, simulated
from scripts.bench.detection.cases import Clean, Outcome, clean, draws, outcomes
from scripts.bench.detection.hardness import hardness
from scripts.bench.detection.losses import Kind, kinds, lasting
from scripts.bench.detection.scored import Scores, false
from scripts.bench.detection.scored import lasting as lasts
from scripts.bench.detection.series import Series

PER_ROOF = {"neighbours": 5, "simulated": 1}
"""Draws of each kind of loss for each roof."""
ONE_OF = 10
"""One roof of so many loses energy at the same time: twins that lose the same on the same day would confirm each other,
and break never so."""
LASTING = 2
"""The same of steps that last 120 days."""


def run(folder: Path, seed: int) -> Iterator[Figure]:
    """The figures of the measured roofs of a folder, and of a simulated year; the seed draws roofs, days and sky.

    ValueError when the simulated year is easier than life: its figures would flatter.
    """
    files = sorted((folder / "neighbours").glob("*.csv*"))
    for path in files:
        yield from figures(neighbours.load(path), seed)
    year = simulated.load(seed)
    yield from figures(year, seed)
    autumn = simulated.load(seed, first=simulated.AUTUMN)
    yield false(autumn, clean(autumn), "simulated.autumn", "a year that begins on 28 October: nothing injected")
    askew = simulated.load(seed, first=simulated.AUTUMN, askew=simulated.ASKEW)
    note = f"the same year with azimuths declared {simulated.ASKEW:g} degrees off (one sigma), tilts half as much"
    yield false(askew, clean(askew), "simulated.askew", note)


def figures(series: Series, seed: int) -> Iterator[Figure]:
    """All figures of one set."""
    untouched = clean(series)
    yield from hardness(series, untouched, refuse=series.name == "simulated")
    scores = Scores(series, untouched, seed)
    ramps: list[Outcome] = []
    for number, kind in enumerate(kinds()):
        made = replayed(series, untouched, kind, [seed, number], PER_ROOF[series.name])
        yield from scores.found(made)
        ramps = made if kind.name == "ramp" else ramps
    yield from scores.rest()
    if series.name == "neighbours":
        yield from lasts(series, ramps)
        for number, kind in enumerate(lasting()):
            yield from lasts(series, replayed(series, untouched, kind, [seed, 100 + number], LASTING))


def replayed(series: Series, untouched: Clean, kind: Kind, seed: Sequence[int], per_roof: int) -> list[Outcome]:
    """One kind of loss, as often on each roof: drawn and replayed."""
    made: list[Outcome] = []
    together = max(len(series.units) // ONE_OF, 1)
    for drawn in draws(series, untouched, kind, np.random.default_rng(seed), per_roof * len(series.units), together):
        made += outcomes(series, untouched, kind, drawn, seed[0])
    return made
