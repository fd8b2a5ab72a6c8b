"""The clock against irradiance.

Two witnesses. The changes that clouds make tell the offset, however the modules stand, but of a satellite only after
weeks. The course of a clear day tells at once that a clock was changed, but not where it was before: modules that look
east run ahead. So the story of the clock is the likeliest of both, with the lead of the modules as one unknown, and its
offsets are then refined by the changes alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline

from models.pv.quality.offset import UNDECIDED, ClockOffset, Label, told_by
from models.pv.quality.resampled import changes, grid, means, midnight, roughness, shifted
from models.pv.quality.runs import HOUR, MINUTE, Floats, Times, aware, usual_period
from models.pv.quality.segments import DAY, Segment, Story, best_story, grouped, merged, to_legal

FINEST = 5 * MINUTE
"""Steps below are averaged: what moves faster is different for a sensor and for a roof."""
COARSEST = 2 * HOUR
"""Steps above tell nothing."""
BLOCK = 3 * HOUR
"""Weather of different blocks is drawn independently for the interval."""
NEAR = 3 * HOUR
"""How far around the lag of the daily courses that of the clouds is looked for."""
SAMPLED = 1.25
"""Power so much rougher than irradiance is read at instants while irradiance is averaged."""
LEAST = 8.0
"""Log-likelihood that the best lag must have, else nothing is said."""
TEMPER = 0.5
"""Of the log-likelihood: changes one after the other are not independent."""
FEWEST = 3
"""Days with clouds."""
ONE_DAY = 6.0
"""Log-likelihood that one day may weigh: trains of clouds pass at even distances and agree at false lags."""
CLEAR = 0.985
"""Correlation of the two courses of a day from which on the day is clear enough to have a lag of its own."""
COURSE = 20 * MINUTE
"""Standard deviation of that lag, modules and season included."""
LEADS = np.arange(-120, 121, 10) * MINUTE
"""By which the modules may run ahead of the irradiance."""
LEAD_PRICE = 4 * MINUTE
"""Lead that costs one unit of log-likelihood."""
FLOOR = 60.0
"""Seconds that a cloud may take from the sensor to the roof."""
SHARP = 600.0
"""Seconds to which the changes of one stretch must tell its offset to be believed alone."""
DRAWS = 300
SEED = 20240331
"""The draws are the same each time: one input, one answer."""


def offset_to_irradiance(
    power: pd.Series,
    irradiance: pd.Series,
    power_label: Label = Label.START,
    irradiance_label: Label = Label.START,
    most_hours: float = 14.0,
) -> ClockOffset:
    """What must be added to the labels of `power` so that it follows `irradiance`, whose labels are taken as right.

    Both with an index of rising instants with a time zone, any unit, NaN missing; steps may differ. `irradiance` may
    be in the plane or horizontal (three days with clouds are needed, better a week), or from a satellite (some weeks).
    The answer hangs on what the labels stand for (`Label`): a mean labelled by its end but taken for one labelled by
    its start is off by one step. Label.MIDDLE is for readings at instants.

    Power much rougher than irradiance is read at instants whose place in the step nobody knows: the interval gets half
    a step on either side. Where the interval holds whole numbers of steps, the one that agrees best is `seconds`
    (loggers err by steps and hours); `estimate` is the finer figure. ValueError for an index that is not as said.
    """
    made, lit = aware(power), aware(irradiance)
    steps = usual_period(made), usual_period(lit)
    step = max(*steps, FINEST)
    if min(len(made), len(lit)) < 10 or step > COARSEST:
        return UNDECIDED
    coarser = (lit, steps[1], irradiance_label) if steps[1] > steps[0] else (made, steps[0], power_label)
    edges = grid(*coarser, step, min(made[0], lit[0]), max(made[-1], lit[-1]))
    p = means(made, power.to_numpy(float), steps[0], power_label, edges)
    x = means(lit, irradiance.to_numpy(float), steps[1], irradiance_label, edges)
    if not (np.nanmax(p, initial=0) > 0 and np.nanmax(x, initial=0) > 0):
        return UNDECIDED
    reach = int(most_hours * HOUR // step)
    p0, x0 = np.nan_to_num(p - np.nanmean(p)), np.nan_to_num(x - np.nanmean(x))
    middle = int(np.argmax([p0 @ shifted(x0, lag) for lag in range(-reach, reach + 1)])) - reach
    start = int(edges[0]) + midnight(p, step)
    day = (edges[:-1] - start) // DAY
    start, day = start + int(day[0]) * DAY, day - day[0]
    near = max(3, int(NEAR // step))
    lags = np.arange(middle - near, middle + near + 1)
    told = _clouds(changes(p, step), changes(x, step), day, lags)
    if told is None:
        return UNDECIDED
    starts = start + DAY * np.arange(len(told) + 1)
    story, fine = _story(told, _courses(p, x, day, lags, step), lags * step, starts)
    slack = steps[0] / 2000 if roughness(p) > SAMPLED * roughness(x) else 0.0
    seen = _Seen(changes(p, step), changes(x, step), day, starts, step)
    segments = _segments(story, fine, seen, float(np.hypot(slack, FLOOR)), _labels(made, lit, steps))
    return told_by(merged(segments, step / 2000))


def _clouds(p: Floats, x: Floats, day: Times, lags: Times) -> Floats | None:
    """Log-likelihood of each lag on each day by the changes, shape (days, lags), up to a constant per day.

    A day pays for its own noise too. None when no lag agrees well enough, or too few days tell.
    """
    products = np.stack([np.bincount(day, p * shifted(x, int(lag))) for lag in lags], axis=1)
    power, light, best = float((p**2).sum()), float((x**2).sum()), float(products.sum(axis=0).max())
    if power <= 0 or light <= 0 or best <= 0:
        return None
    slope = best / light
    noise = (power - slope * best) / (p != 0).sum()
    own = np.bincount(day, p**2) / np.maximum(np.bincount(day, p != 0), 1)
    told: Floats = TEMPER * slope * products / np.maximum(own, noise)[:, None]
    if told.sum(axis=0).max() <= LEAST or (np.ptp(told, axis=1) > 1.0).sum() < FEWEST:
        return None
    bounded: Floats = np.maximum(told - told.max(axis=1, keepdims=True), -ONE_DAY)
    return bounded


def _courses(p: Floats, x: Floats, day: Times, lags: Times, step: int) -> Floats:
    """Lag (ms) of the course of each clear day, NaN for other days."""
    p, x = np.nan_to_num(p), np.nan_to_num(x)
    agreement = np.zeros((day[-1] + 1, len(lags)))
    power = np.bincount(day, p * p)
    for place, lag in enumerate(lags):
        moved = shifted(x, int(lag))
        agreement[:, place] = np.bincount(day, p * moved) / np.sqrt(
            np.maximum(power * np.bincount(day, moved * moved), 1e-9)
        )
    at = np.clip(agreement.argmax(axis=1), 1, len(lags) - 2)
    rows = np.arange(len(at))
    left, top, right = (agreement[rows, at + by] for by in (-1, 0, 1))
    bend = left - 2 * top + right
    clear = (top >= CLEAR) & (bend < 0)
    made: Floats = np.where(clear, (lags[at] + 0.5 * (left - right) / np.where(clear, bend, -1.0)) * step, np.nan)
    return made


def _story(told: Floats, courses: Floats, lags: Times, starts: Times) -> tuple[Story, Floats]:
    """The likeliest story by clouds and courses; lags in ms. With the lags (seconds) to which its places refer."""
    fine = np.arange(lags[0], lags[-1] + 1, FINEST).astype(float)
    scores = CubicSpline(lags, told, axis=1)(fine)
    away = courses[:, None] - fine[None, :]
    found = None
    for lead in LEADS:
        with_course = scores + np.nan_to_num(-np.minimum(((away - lead) / COURSE) ** 2 / 2, 4.0))
        worth, story = best_story(with_course)
        worth -= abs(lead) / LEAD_PRICE
        if found is None or worth > found[0]:
            found = worth, story, with_course
    assert found is not None
    return to_legal(found[1], found[2], starts, fine / 1000), fine / 1000


@dataclass(frozen=True, slots=True)
class _Seen:
    """The changes of both series, step by step."""

    p: Floats
    x: Floats
    day: Times
    starts: Times
    """Beginning of each day, ms as labelled."""
    step: int


def _segments(story: Story, lags: Floats, seen: _Seen, margin: float, labels: tuple[float, float]) -> list[Segment]:
    """The story with offsets refined by the changes; stretches whole hours apart are refined together.

    `margin` (seconds) is what is not known beside the weather's chance; both are independent.
    """
    moment = CubicSpline(np.arange(len(seen.x) + 1), np.concatenate(([0.0], np.cumsum(seen.x))))
    places = [np.flatnonzero((seen.day >= first) & (seen.day < end) & (seen.p != 0)) for first, end, _place in story]
    offsets, unsure = [], []
    for (_first, _end, place), at in zip(story, places, strict=True):
        own = _refined(seen.p, moment, [(at, 0.0)], float(lags[place]) * 1000 / seen.step, seen.step)
        half = float(np.hypot((own.high - own.low) / 2, margin))
        offsets.append(own.best if half < SHARP else float(lags[place]))
        unsure.append(2 * half)
    made: list[Segment] = []
    for group in grouped(offsets, unsure):
        parts = [(places[number], hours * HOUR / seen.step) for number, hours in group.hours.items()]
        found = _refined(seen.p, moment, parts, group.seconds * 1000 / seen.step, seen.step)
        low = found.best - float(np.hypot(found.best - found.low, margin))
        high = found.best + float(np.hypot(found.high - found.best, margin))
        for number, hours in group.hours.items():
            first, end, _place = story[number]
            whole = 3600.0 * hours
            drawn = found.drawn(low, high, (labels[0] - whole, labels[1])) + whole
            days = len(np.unique(seen.day[places[number]]))
            span = int(seen.starts[first]), int(seen.starts[end])
            made.append(Segment(*span, drawn, low + whole, high + whole, days, found.best + whole))
    return sorted(made, key=lambda one: one.start)


@dataclass(frozen=True, slots=True)
class _Refined:
    """Agreement at lags (seconds) around the best, with the best and its interval."""

    lags: Floats
    agreement: Floats
    low: float
    best: float
    high: float

    def drawn(self, low: float, high: float, labels: tuple[float, float]) -> float:
        """The lag inside (low, high) that agrees best among `labels` (one of them, step), or the best of all."""
        first, step = labels
        candidates = first + step * np.arange(np.ceil((low - first) / step), np.floor((high - first) / step) + 1)
        if not len(candidates):
            return self.best
        return float(candidates[np.argmax(np.interp(candidates, self.lags, self.agreement))])


def _refined(p: Floats, moment: CubicSpline, parts: list[tuple[Times, float]], lag: float, step: int) -> _Refined:
    """The lag (steps) within a step and a half of `lag`, or 20 minutes, by a curve that keeps each step's mean.

    `parts` are places in p with what is to be added to the lag there; the interval comes from draws of blocks of hours.
    """
    reach = max(1.5, 20 * MINUTE / step)
    lags = np.linspace(-reach, reach, 61)
    top = len(moment.x) - 1.0
    products, squares = [], []
    for at, lead in parts:
        if not len(at):
            continue
        begin = at[None, :] + (lag + lead + lags)[:, None]
        x = moment(np.clip(begin + 1.0, 0.0, top)) - moment(np.clip(begin, 0.0, top))
        blocks = np.unique(at // max(1, BLOCK // step), return_index=True)[1]
        products.append(np.add.reduceat(p[at] * x, blocks, axis=1))
        squares.append(np.add.reduceat(x * x, blocks, axis=1))
    seconds = (lag + lags) * step / 1000
    if not products:
        return _Refined(seconds, np.zeros(61), float(seconds[0]), float(seconds[30]), float(seconds[-1]))
    product, square = np.hstack(products), np.hstack(squares)
    blocks_in_all = product.shape[1]
    draws = np.random.default_rng(SEED).multinomial(blocks_in_all, np.full(blocks_in_all, 1 / blocks_in_all), DRAWS)
    drawn = (product @ draws.T) / np.sqrt(np.maximum(square @ draws.T, 1e-12))
    agreement = product.sum(axis=1) / np.sqrt(np.maximum(square.sum(axis=1), 1e-12))
    best = _peak(seconds, agreement)
    low, high = np.quantile([_peak(seconds, column) for column in drawn.T], (0.025, 0.975))
    return _Refined(seconds, agreement, min(float(low), best), best, max(float(high), best))


def _peak(lags: Floats, agreement: Floats) -> float:
    """Where agreement is highest, between the lags by a parabola."""
    at = int(np.clip(np.argmax(agreement), 1, len(lags) - 2))
    left, top, right = agreement[at - 1 : at + 2]
    bend = left - 2 * top + right
    return float(lags[at] + (0.5 * (left - right) / bend * (lags[1] - lags[0]) if bend < 0 else 0.0))


def _labels(made: Times, lit: Times, steps: tuple[int, int]) -> tuple[float, float]:
    """Offsets that put labels of power onto those of the finer of the two series: (one of them, step) in seconds."""
    finer = min(steps)
    return float((lit[0] - made[0]) % finer) / 1000, finer / 1000
