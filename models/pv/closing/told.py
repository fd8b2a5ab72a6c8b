"""The expectation over a stretch, day after day, and what each day teaches the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

import numpy as np
from numpy.typing import NDArray

from models.calendar import QUARTER, day_bounds, day_of, days
from models.pv.closing.books import Books
from models.pv.closing.expected import DayExpected, Sky, expect_day, learn_day
from models.pv.closing.ground import Ground, under_clouds
from models.pv.closing.memory import Memory
from models.pv.closing.modelled import Modelled
from models.pv.closing.rows import Expected
from models.pv.energy.quarters import QuarterEnergy
from models.pv.sun import Floats


@dataclass(frozen=True, slots=True)
class Told:
    """The expectation over the whole stretch; (inverters, T), half_day (inverters, days)."""

    energy: Floats
    low: Floats
    high: Floats
    basis: NDArray[np.int8]
    insolation: Floats
    half_day: Floats
    finding: NDArray[np.bool_]
    """(inverters, T): whether a finding was open on the evening of that day."""

    def of(self, row: int) -> Expected:
        """That of one inverter."""
        return Expected(self.energy[row], self.low[row], self.high[row], self.basis[row], self.insolation[row])


def tell(
    books: Books,
    base: Ground,
    models: Sequence[Modelled],
    made: Sequence[QuarterEnergy],
    outages: NDArray[np.bool_],
    memory: Memory,
    start: int,
    end: int,
    tz: tzinfo,
) -> tuple[Told, dict[date, Memory], Memory]:
    """The expectation, the memory after each whole day, and the one before the first of them.

    Day after day, for each day knows what those before it have taught. An inverter that is off (`outages`, shape
    (inverters, T)) says nothing of the sky to the others: a site that was switched off at noon would darken the town.
    """
    measured = np.where(outages, np.nan, np.stack([rows.energy for rows in made]))
    dimmed = under_clouds(books.plant, base)
    weights = np.maximum(np.nan_to_num(base.clear), 0.0)
    replaced = {facts.path: facts.replaced for facts in books.plant.inverters}
    memories: dict[date, Memory] = {}
    parts: list[DayExpected] = []
    findings: list[NDArray[np.bool_]] = []
    before = memory
    for day in days(day_of(start, tz), day_of(end - 1, tz)):
        first, last = day_bounds(day, tz)
        memory = memory.renewed(replaced, day)
        piece = slice((first - start) // QUARTER, min((last - start) // QUARTER, measured.shape[1]))
        sky = Sky(base.starts[piece], base.clear[:, piece], dimmed[:, :, piece])
        seen_models = [model.during(piece) for model in models]
        told = expect_day(books, sky, seen_models, measured[:, piece], memory)
        parts.append(told)
        open_at = memory
        if last <= end:
            share = _complete(made, weights, piece)
            memory = learn_day(books, day, sky, seen_models, measured[:, piece], share, told, memory)
            memories[day] = open_at = memory
        found = [path in open_at.watches and open_at.watches[path].open for path in replaced]
        findings.append(np.repeat(np.array(found, bool)[:, None], len(sky.times), axis=1))
    columns = ("energy", "low", "high", "basis", "insolation")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts], axis=1) for name in columns}
    half_day = np.stack([part.half_day for part in parts], axis=1)
    return Told(**arrays, half_day=half_day, finding=np.concatenate(findings, axis=1)), memories, before


def _complete(made: Sequence[QuarterEnergy], weights: Floats, piece: slice) -> Floats:
    known = np.stack([rows.completeness[piece] for rows in made])
    light = weights[:, piece] + 1e-9
    complete: Floats = (known * light).sum(axis=1) / light.sum(axis=1)
    return complete
