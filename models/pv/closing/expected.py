"""What every inverter should have made on one day, from the surest basis; and what that day teaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from config.kwh import ExpectedBasis
from models.calendar import QUARTER
from models.pv.closing.books import Books
from models.pv.closing.memory import Memory, neighbourhoods, scale_key
from models.pv.closing.modelled import Modelled
from models.pv.expected.calibration import Epoch
from models.pv.fleet.day import FleetDay
from models.pv.fleet.expect import Expectation, expect
from models.pv.fleet.finding import Watch, watch
from models.pv.fleet.learn import learn
from models.pv.fleet.nameplate import low_yield
from models.pv.sun import Floats

BASES = tuple(ExpectedBasis)
ORDER = (ExpectedBasis.SENSOR, ExpectedBasis.FLEET, ExpectedBasis.SATELLITE, ExpectedBasis.SYNTHETIC)
"""The surest first: peers saw the sky of this town, a satellite a grid of kilometres (hourly nRMSE 0.1 against 0.4)."""
HALF_QUARTER = {ExpectedBasis.SENSOR: 0.15, ExpectedBasis.SATELLITE: 0.55, ExpectedBasis.SYNTHETIC: 0.55}
"""Half-width of the 80 % interval as a share of the expectation: 1.28 × nRMSE as measured on real series, a bit more
for a quarter-hour than for the hours that were scored."""
HALF_DAY = {ExpectedBasis.SENSOR: 0.045, ExpectedBasis.SATELLITE: 0.20, ExpectedBasis.SYNTHETIC: 0.20}
"""The same of a whole day."""
FALLEN, DARK, TOGETHER, SEVERAL = 0.5, 0.03, 0.4, 3
"""A day on which inverters made less than that share of their expectation, or of a cloudless sky, fell. Where so large
a part of the town falls, and so many, it is snow, the grid or tepos itself: such a day teaches nothing of any roof."""
COMPLETE = 0.9
"""Share of a day that must be known for it to teach anything."""


@dataclass(frozen=True, slots=True)
class Sky:
    """The quarters of a day (ms), and what every inverter would give in them under known skies: Wh."""

    times: NDArray[np.int64]
    clear: Floats
    """(inverters, T)"""
    dimmed: Floats
    """(skies, inverters, T), from the darkest on."""


@dataclass(frozen=True, slots=True)
class DayExpected:
    """What was expected; shape (inverters, T) unless told otherwise. Wh per quarter, NaN where nothing was."""

    energy: Floats
    low: Floats
    high: Floats
    basis: NDArray[np.int8]
    """Place in BASES."""
    insolation: Floats
    half_day: Floats
    """(inverters,) half-width of the 80 % interval of the day, as a share of the expectation; NaN unknown."""
    fleets: tuple[Expectation, ...]


def expect_day(books: Books, sky: Sky, models: Sequence[Modelled], measured: Floats, memory: Memory) -> DayExpected:
    """The expectation for the quarters of one day, or for as much of it as is past.

    measured: Wh, shape (inverters, T).
    """
    clear = sky.clear
    paths = [inverter.path for inverter in books.inverters]
    open_now = np.array([memory.watches[path].open if path in memory.watches else False for path in paths])
    fleets = []
    by: dict[ExpectedBasis, Floats] = {}
    energy, low, high = (np.full(clear.shape, np.nan) for _ in range(3))
    half = np.full(len(paths), np.nan)
    for number, group in enumerate(neighbourhoods(paths)):
        day = _fleet_day(books, group, sky, measured)
        told = expect(memory.fleet(number), day, ~open_now[group])
        fleets.append(told)
        own = np.array([word is ExpectedBasis.FLEET for word in told.basis])[:, None]
        energy[group] = np.where(own, told.expected.T, np.nan)
        low[group], high[group] = np.where(own, told.low.T, np.nan), np.where(own, told.high.T, np.nan)
        half[group] = told.spread_day
    rated = np.array([facts.pac_rated for facts in books.plant.inverters])[:, None] / 4
    bounds = {ExpectedBasis.FLEET: (low, high)}
    by[ExpectedBasis.FLEET] = energy
    for model in models:
        made = np.minimum(model.energy * _scales(paths, model.basis, memory)[:, None], rated)
        by[model.basis] = made
        bounds[model.basis] = made * (1 - HALF_QUARTER[model.basis]), made * (1 + HALF_QUARTER[model.basis])
    chosen = clear.copy()
    chosen_low, chosen_high = np.full(clear.shape, np.nan), np.full(clear.shape, np.nan)
    basis = np.where(np.isfinite(clear), BASES.index(ExpectedBasis.CLEAR_SKY), BASES.index(ExpectedBasis.NONE))
    for word in reversed([word for word in ORDER if word in by]):
        known = np.isfinite(by[word])
        chosen = np.where(known, by[word], chosen)
        chosen_low, chosen_high = (
            np.where(known, new, old) for new, old in zip(bounds[word], (chosen_low, chosen_high), strict=True)
        )
        basis = np.where(known, BASES.index(word), basis)
    return DayExpected(
        chosen, chosen_low, chosen_high, basis.astype(np.int8), _light(models, clear.shape), _half(basis, half, clear),
        tuple(fleets),
    )  # fmt: skip


def learn_day(
    books: Books,
    day: date,
    sky: Sky,
    models: Sequence[Modelled],
    measured: Floats,
    completeness: Floats,
    expected: DayExpected,
    memory: Memory,
) -> Memory:
    """The memory after a whole day. completeness: of each inverter's day, shape (inverters,)."""
    paths = [inverter.path for inverter in books.inverters]
    complete = completeness >= COMPLETE
    bases = np.array(BASES)[expected.basis]
    sure = (bases != ExpectedBasis.CLEAR_SKY) & (bases != ExpectedBasis.NONE)
    both = np.isfinite(measured) & np.isfinite(expected.energy) & sure
    made, should = (np.where(both, values, 0.0).sum(axis=1) for values in (measured, expected.energy))
    if _together(made, should, measured, sky.clear):
        return memory
    fleets, watches = [], dict(memory.watches)
    # Under clouds a tracker gives less of its clear sky than a fixed plane: no nameplate tells that from a loss.
    moving = {plane.inverter for plane in books.plant.planes if plane.mount != "fixed"}
    for number, group in enumerate(neighbourhoods(paths)):
        state = memory.fleet(number).aligned(paths[group])
        plate = low_yield(state, by_clear=True)
        for place, row in enumerate(range(len(paths))[group]):
            if complete[row]:
                before = watches.get(paths[row], Watch())
                low = None if np.isnan(plate[place]) or row in moving else float(plate[place])
                watches[paths[row]] = watch(before, int(sky.times[0]), float(made[row]), float(should[row]), low)
        open_there = np.array([path in watches and watches[path].open for path in paths[group]])
        told = _fleet_day(books, group, sky, measured)
        fleets.append(learn(state, told, expected.fleets[number], complete[group] & ~open_there))
    epochs = dict(memory.epochs)
    for model in models:
        both = np.isfinite(measured) & np.isfinite(model.energy)
        made, should = (np.where(both, values, 0.0).sum(axis=1) for values in (measured, model.energy))
        for row, path in enumerate(paths):
            key = scale_key(path, model.basis)
            before_day = epochs.get(key) or Epoch(since=day)
            healthy = bool(complete[row]) and not (path in watches and watches[path].open)
            if day >= before_day.since:
                epochs[key] = before_day.told(day, float(made[row]), float(should[row]), healthy)
    return replace(memory, fleets=tuple(fleets), watches=watches, epochs=epochs)


def _together(made: Floats, should: Floats, measured: Floats, clear: Floats) -> bool:
    """Whether so much of the town fell on this day that no roof is to be judged by it."""
    known = np.isfinite(measured) & np.isfinite(clear)
    energy, cloudless = (np.where(known, values, 0.0).sum(axis=1) for values in (measured, clear))
    seen = cloudless > 0
    fell = seen & ((made < FALLEN * should) | (energy < DARK * cloudless))
    return bool(fell.sum() >= SEVERAL and fell.sum() > TOGETHER * seen.sum())


def _fleet_day(books: Books, group: slice, sky: Sky, measured: Floats) -> FleetDay:
    return FleetDay(
        [inverter.path for inverter in books.inverters[group]],
        sky.times,
        QUARTER,
        measured[group].T,
        books.plant.longitude,
        sky.clear[group].T,
        sky.dimmed[:, group].transpose(0, 2, 1),
        books.plant.pdc0()[group],
    )


def _scales(paths: Sequence[str], basis: ExpectedBasis, memory: Memory) -> Floats:
    keys = [scale_key(path, basis) for path in paths]
    return np.array([memory.epochs[key].scale().applied if key in memory.epochs else 1.0 for key in keys])


def _light(models: Sequence[Modelled], shape: tuple[int, ...]) -> Floats:
    light = np.full(shape, np.nan)
    for model in reversed(models):
        light = np.where(np.isfinite(model.insolation), model.insolation, light)
    return light


def _half(basis: NDArray[np.int_], fleet: Floats, clear: Floats) -> Floats:
    """Of the least sure basis by which a tenth of the day's light was judged; NaN under a clear sky."""
    weight = np.maximum(np.nan_to_num(clear), 1e-9)
    half = np.full(len(basis), np.nan)
    for word in (*ORDER, ExpectedBasis.CLEAR_SKY):
        share = (weight * (basis == BASES.index(word))).sum(axis=1) / weight.sum(axis=1)
        width = fleet if word is ExpectedBasis.FLEET else np.full(len(half), HALF_DAY.get(word, np.nan))
        half = np.where(share > 0.1, width, half)
    return half
