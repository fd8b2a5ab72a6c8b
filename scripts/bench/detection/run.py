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
from scripts.bench.detection.plain import Plain
from scripts.bench.detection.scored import lasting as lasts
from scripts.bench.detection.scored import scored
from scripts.bench.detection.series import Series

PER_ROOF = {"neighbours": 6, "simulated": 2}
"""Draws of each kind of loss for each roof."""
LASTING = 3
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


def figures(series: Series, seed: int) -> Iterator[Figure]:
    """All figures of one set."""
    untouched = clean(series)
    yield from hardness(series, untouched, refuse=series.name == "simulated")
    made = replayed(series, untouched, kinds(), seed, PER_ROOF[series.name])
    yield from scored(series, untouched, Plain(series), made, seed)
    if series.name == "neighbours":
        ramps = [one for one in made if one.kind.name == "ramp"]
        yield from lasts(series, [*replayed(series, untouched, lasting(), seed, LASTING), *ramps])


def replayed(series: Series, untouched: Clean, some: Sequence[Kind], seed: int, per_roof: int) -> list[Outcome]:
    """Every kind of loss, drawn and replayed."""
    made: list[Outcome] = []
    together = max(len(series.units) // 10, 1)
    for number, kind in enumerate(some):
        rng = np.random.default_rng([seed, number])
        count = per_roof * len(series.units)
        for drawn in draws(series, untouched, kind, rng, count, together):
            made += outcomes(series, untouched, kind, drawn, seed)
    return made
