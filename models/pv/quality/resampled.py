"""Two series on one grid of steps, and what clouds change in them."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from models.pv.quality.offset import Label
from models.pv.quality.runs import MINUTE, Floats, Times
from models.pv.quality.segments import DAY

SMOOTH = 45 * MINUTE
"""Standard deviation of the average that is taken away: the course of the day."""


def grid(times: Times, period: int, label: Label, step: int, start: int, end: int) -> Times:
    """Edges of steps from before `start` to after `end` (ms) that do not cut the intervals of a series in two."""
    phase = (int(times[0]) + int((label.value - 0.5) * period)) % step
    return np.arange((start - phase) // step - 1, (end - phase) // step + 2) * step + phase


def means(times: Times, values: Floats, period: int, label: Label, edges: Times) -> Floats:
    """Means between edges of a series of means (or instants); NaN where less than nine tenths are known."""
    begin = times + int((label.value - 0.5) * period)
    end = np.minimum(begin + period, np.append(begin[1:], begin[-1] + period))
    known = np.isfinite(values) * (end - begin)
    total = np.cumsum(np.where(np.isfinite(values), values, 0.0) * known)
    at = np.column_stack((begin, end)).ravel()

    def between(sums: Floats) -> Floats:
        before = np.concatenate(([0.0], sums[:-1]))
        return np.diff(np.interp(edges, at, np.column_stack((before, sums)).ravel()))

    covered = between(np.cumsum(known).astype(float))
    enough = covered >= 0.9 * np.diff(edges)
    return np.where(enough, between(total) / np.where(enough, covered, 1.0), np.nan)


def changes(values: Floats, step: int) -> Floats:
    """Change from step to step of what the course of the day leaves; 0 where unknown. Single large ones are cut."""
    known = np.isfinite(values).astype(float)
    width = max(SMOOTH / step, 1.0)
    course = gaussian_filter1d(np.nan_to_num(values), width, mode="constant")
    course = course / np.maximum(gaussian_filter1d(known, width, mode="constant"), 1e-9)
    left = np.where(known > 0, np.nan_to_num(values) - course, 0.0)
    made = np.concatenate(([0.0], np.diff(left))) * known * np.concatenate(([0.0], known[:-1]))
    moving = np.abs(made[made != 0])
    most = np.quantile(moving, 0.995) if len(moving) else 0.0
    cut: Floats = np.clip(made, -most, most)
    return cut


def roughness(values: Floats) -> float:
    """Usual size of a change over the usual size of the values; 0 where nothing is known."""
    change = np.diff(values)
    change = change[np.isfinite(change)]
    if not len(change):
        return 0.0
    return float(np.sqrt(np.mean(change**2)) / max(np.nanmean(values), 1e-9))


def midnight(p: Floats, step: int) -> int:
    """ms after the first step at which the middle of the night falls: twelve hours from the middle of production."""
    turn = np.exp(2j * np.pi * np.arange(len(p)) * step / DAY)
    noon = np.angle(np.nansum(np.nan_to_num(p) * turn)) / (2 * np.pi) * DAY
    return int((noon + DAY / 2) % DAY)


def shifted(values: Floats, lag: int) -> Floats:
    """values[i + lag] at i, 0 beyond the ends."""
    made = np.zeros_like(values)
    if lag >= 0:
        made[: len(values) - lag] = values[lag:]
    else:
        made[-lag:] = values[:lag]
    return made
