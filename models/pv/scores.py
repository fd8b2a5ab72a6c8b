"""How well an expectation fits a measurement: the figures, their definitions and their intervals.

Everything is computed from hours that both sides know. Days are resampled whole for the intervals, because the hours of
a day share one sky and its error (a bootstrap by blocks: Künsch 1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.pv.sun import Floats

KNOWN = 0.8
_DAYLIGHT = "over daylight hours (the sun stands above the horizon in some part of the hour)"
_DAYS = f"over days with at least {KNOWN:.0%} of their daylight hours known"
DEFINITIONS = {
    "bias": f"(sum of expected - sum of measured) / sum of measured, {_DAYLIGHT}",
    "nrmse_hourly": f"root mean square of (expected - measured) hourly power / mean measured power, {_DAYLIGHT}",
    "nrmse_daily": f"root mean square of (expected - measured) daily energy / mean measured daily energy, {_DAYS}",
    "sigma_daily": f"1.4826 x median absolute deviation of daily measured / expected energy, over its median, {_DAYS}",
}
"""What each figure of a Score is. Hours that either side does not know count nowhere."""
DRAWS = 1000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the interval that holds it with 95 % of the resamplings; the bounds are NaN below three days."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one series of expectations, as DEFINITIONS has them; shares, not percent."""

    bias: Estimate
    nrmse_hourly: Estimate
    nrmse_daily: Estimate
    sigma_daily: Estimate
    hours: int
    days: int


@dataclass(frozen=True, slots=True)
class DaySums:
    """What the figures need of each day, arrays of shape (days,) or (..., days). Sums over days are sums of these."""

    hours: Floats
    measured: Floats
    expected: Floats
    squares: Floats
    """Of expected - measured, hour by hour."""
    whole: NDArray[np.bool_]
    """Days that count in the daily figures."""


def bias(expected: ArrayLike, measured: ArrayLike) -> float:
    """(sum of expected - sum of measured) / sum of measured, over what both know; NaN without any measured energy."""
    own, truth = _both(expected, measured)
    return _ratio(own.sum() - truth.sum(), truth.sum())


def nrmse(expected: ArrayLike, measured: ArrayLike) -> float:
    """Root mean square error / mean measured value, over what both know; NaN without any."""
    own, truth = _both(expected, measured)
    if not len(truth):
        return float("nan")
    return _ratio(float(np.sqrt(np.mean((own - truth) ** 2))), float(truth.mean()))


def robust_sigma(values: ArrayLike) -> float:
    """Standard deviation of the bulk of the values: 1.4826 x their median absolute deviation; NaN without any."""
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    return float(1.4826 * np.median(np.abs(known - np.median(known)))) if len(known) else float("nan")


def day_sums(expected: Floats, measured: Floats, daylight: NDArray[np.bool_], day: NDArray[np.int64]) -> DaySums:
    """The sums of each day, in the order of the days. All arrays have one element per hour; `day` is any day number.

    ValueError for arrays of different lengths.
    """
    if not len(expected) == len(measured) == len(daylight) == len(day):
        raise ValueError(f"{len(expected)}, {len(measured)}, {len(daylight)} and {len(day)} hours")
    _days, number = np.unique(day, return_inverse=True)
    known = daylight & np.isfinite(expected) & np.isfinite(measured)

    def total(values: Floats) -> Floats:
        return np.bincount(number, np.where(known, values, 0.0), len(_days)).astype(np.float64)

    hours, lit = total(np.ones(len(day))), np.bincount(number, daylight, len(_days))
    whole = (hours > 0) & (hours >= KNOWN * lit)
    return DaySums(hours, total(measured), total(expected), total((expected - measured) ** 2), whole)


def figures(sums: DaySums, weights: Floats) -> Floats:
    """bias, nrmse_hourly, nrmse_daily of weighted days: shape (3, ...) for weights of shape (..., days).

    A weight says how often a day counts; the sums may themselves have the shape of the weights. NaN where no day
    counts.
    """
    daily = weights * sums.whole
    with np.errstate(invalid="ignore", divide="ignore"):
        hours, measured = (weights * sums.hours).sum(-1), (weights * sums.measured).sum(-1)
        gone = (weights * sums.expected).sum(-1) / measured - 1.0
        hourly = np.sqrt((weights * sums.squares).sum(-1) / hours) / (measured / hours)
        count = daily.sum(-1)
        missed = np.sqrt((daily * (sums.expected - sums.measured) ** 2).sum(-1) / count)
        return np.array([gone, hourly, missed / ((daily * sums.measured).sum(-1) / count)])


def score(
    expected: Floats,
    measured: Floats,
    daylight: NDArray[np.bool_],
    day: NDArray[np.int64],
    seed: int = 1,
    draws: int = DRAWS,
) -> Score:
    """All figures of hourly powers with their intervals, days resampled `draws` times.

    Arrays of shape (hours,): mean W (any unit, the same for both), daylight, and the number of the day an hour belongs
    to. NaN is unknown.
    """
    sums = day_sums(expected, measured, daylight, day)
    weights = resampled(len(sums.hours), seed, draws)
    values, drawn = figures(sums, np.ones(len(sums.hours))), figures(sums, weights)
    ratios = _daily_ratios(sums)
    picks = np.random.default_rng(seed).integers(0, max(len(ratios), 1), (draws, len(ratios)))
    sigmas = _sigmas(ratios[picks]) if len(ratios) else np.full(draws, np.nan)
    sigma = robust_sigma(ratios / np.median(ratios)) if len(ratios) else float("nan")
    gone, hourly, daily = (interval(float(v), d, len(sums.hours)) for v, d in zip(values, drawn, strict=True))
    spread = interval(sigma, sigmas, len(ratios))
    return Score(gone, hourly, daily, spread, hours=int(sums.hours.sum()), days=int(sums.whole.sum()))


def resampled(days: int, seed: int, draws: int = DRAWS) -> Floats:
    """How often each day is drawn, shape (draws, days)."""
    if not days:
        return np.zeros((draws, 0))
    return np.random.default_rng(seed).multinomial(days, np.full(days, 1 / days), draws).astype(np.float64)


def interval(value: float, drawn: Floats, days: int) -> Estimate:
    """A figure with the central LEVEL of its resamplings; fewer than three days bound nothing."""
    known = drawn[np.isfinite(drawn)]
    if days < 3 or not len(known):
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high))


def _daily_ratios(sums: DaySums) -> Floats:
    use = sums.whole & (sums.expected > 0)
    ratios: Floats = sums.measured[use] / sums.expected[use]
    return ratios


def _sigmas(ratios: Floats) -> Floats:
    """Of each row, over its median."""
    middle = np.median(ratios, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread: Floats = 1.4826 * np.median(np.abs(ratios - middle), axis=1) / middle[:, 0]
    return spread


def _both(expected: ArrayLike, measured: ArrayLike) -> tuple[Floats, Floats]:
    own, truth = np.asarray(expected, float), np.asarray(measured, float)
    if own.shape != truth.shape:
        raise ValueError(f"{own.shape} expected and {truth.shape} measured values")
    known = np.isfinite(own) & np.isfinite(truth)
    return own[known], truth[known]


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
