"""Learn one scale per inverter on half of the days, score the plant on the other half; the mean over many halves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from models.pv.expected.calibration import learn
from models.pv.scores import DRAWS, KNOWN, DaySums, Estimate, Score, figures, interval, resampled, robust_sigma
from models.pv.sun import Floats
from scripts.bench.accuracy.hours import Hours

MOST = 70
"""Halves that are looked at: all of eight days; of more days as many, drawn by the seed."""


def halves(days: int, seed: int) -> NDArray[np.bool_]:
    """Which days are learnt from, shape (halves, days); the first half (the larger) of the days is the first row."""
    taught = (days + 1) // 2
    if comb(days, taught) <= MOST:
        chosen = [list(days) for days in combinations(range(days), taught)]
    else:
        chance, seen = np.random.default_rng(seed), {tuple(range(taught))}
        while len(seen) < MOST:
            seen.add(tuple(sorted(chance.choice(days, taught, replace=False).tolist())))
        chosen = [list(days) for days in sorted(seen)]
    made = np.zeros((len(chosen), days), bool)
    for row, learnt in zip(made, chosen, strict=True):
        row[learnt] = True
    return made


@dataclass(frozen=True, slots=True)
class _Days:
    """Sums per day: of each inverter's energies, and of the products that a scaled plant's squared error needs."""

    hours: Floats
    own: Floats
    """Measured Wh of each inverter, (inverters, days)."""
    expected: Floats
    measured: Floats
    """Of the plant, (days,)."""
    products: Floats
    """Sums of expected x expected, (inverters, inverters, days)."""
    crossed: Floats
    """Of expected x measured, (inverters, days)."""
    squares: Floats
    whole: NDArray[np.bool_]

    def scaled(self, scale: Floats) -> DaySums:
        """Of the plant whose inverters are scaled: scale of shape (..., inverters), sums of shape (..., days)."""
        error = np.einsum("...i,...j,ijd->...d", scale, scale, self.products) - 2 * scale @ self.crossed + self.squares
        return DaySums(self.hours, self.measured, scale @ self.expected, np.maximum(error, 0.0), self.whole)


def calibrated(expected: Floats, measured: Floats, hours: Hours, seed: int, only_first: bool = False) -> Score:
    """Scores as the mean over all halves (or of the first alone); the bias is the mean of its size.

    expected, measured: hourly W of shape (inverters, hours). In the resamplings of days, which keep each day on its
    side of a split, the scale is the plain ratio of sums.
    """
    sums = _day_sums(expected, measured, hours)
    count = len(sums.hours)
    taught = halves(count, seed)[: 1 if only_first else None].astype(float)
    found = sums.scaled(np.array([_learnt(sums, row) for row in taught > 0]))
    values = _mean_over_halves(figures(found, 1 - taught))
    weights = resampled(count, seed, DRAWS)[:, None, :]
    drawn_scale = _ratio((weights * taught) @ sums.own.T, (weights * taught) @ sums.expected.T)
    drawn = _mean_over_halves(figures(sums.scaled(drawn_scale), weights * (1 - taught)))
    gone, hourly, daily = (interval(float(v), d, count) for v, d in zip(values, drawn, strict=True))
    ratios = _ratio(np.broadcast_to(found.measured, found.expected.shape), found.expected)
    sigmas = [_sigma(row[(learnt == 0) & sums.whole]) for row, learnt in zip(ratios, taught, strict=True)]
    spread = Estimate(float(np.nanmean(sigmas)), float("nan"), float("nan"))
    return Score(gone, hourly, daily, spread, hours=int(sums.hours.sum()), days=int(sums.whole.sum()))


def _learnt(sums: _Days, taught: NDArray[np.bool_]) -> Floats:
    """The scale of each inverter. A person has confirmed the facts of this plant: it is applied whatever it is."""
    days = [date(2000, 1, 1) + timedelta(days=number) for number in range(int(taught.sum()))]
    rows = zip(sums.own[:, taught], sums.expected[:, taught], strict=True)
    return np.array([learn(days, own, expected, [True] * len(days), confirmed=True).applied for own, expected in rows])


def _day_sums(expected: Floats, measured: Floats, hours: Hours) -> _Days:
    known = hours.daylight & np.isfinite(expected).all(axis=0) & np.isfinite(measured).all(axis=0)
    with_light = np.bincount(hours.day, hours.daylight)
    used = np.flatnonzero(np.bincount(hours.day, known) > 0)

    def total(values: Floats) -> Floats:
        rows = np.where(known, values, 0.0).reshape(-1, len(known))
        made = np.array([np.bincount(hours.day, row, len(with_light))[used] for row in rows])
        return made.reshape(*values.shape[:-1], len(used))

    plant = measured.sum(axis=0)
    counted = total(np.ones(len(known)))
    return _Days(
        hours=counted,
        own=total(measured),
        expected=total(expected),
        measured=total(plant),
        products=total(expected[:, None] * expected[None]),
        crossed=total(expected * plant),
        squares=total(plant**2),
        whole=counted >= KNOWN * with_light[used],
    )


def _mean_over_halves(values: Floats) -> Floats:
    """Of figures of shape (3, ..., halves); the bias by its size."""
    sized = np.array([np.abs(values[0]), values[1], values[2]])
    known = np.isfinite(sized)
    return _ratio(np.where(known, sized, 0.0).sum(axis=-1), known.sum(axis=-1).astype(float))


def _ratio(part: Floats, whole: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _sigma(ratios: Floats) -> float:
    return robust_sigma(ratios / np.nanmedian(ratios)) if np.isfinite(ratios).any() else float("nan")
