"""Clear hours of a plant, from its power alone: near the best of the days around, and smooth.

No sun position and no orientation go in, so that what is found may be used to check them.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.pv.sun import Floats

AROUND = 10
"""Days on either side among which the best are looked for."""
BEST = 0.9
"""Quantile of those days, slot by slot of the day."""
NEAR = 0.85
"""Part of the best that a clear sample reaches."""
DIM = 0.05
"""Slots whose best is below that part of the plant's highest power say nothing."""
BEND, NOISE = 1.5, 0.015
"""A clear curve bends by BEND x (pi x step / 12 h)² of its height from sample to sample; meters add NOISE."""
RUN = 1.0
"""Hours that clear samples last at least."""


def clear_hours(power: Floats, step: float) -> NDArray[np.bool_]:
    """The clear samples of a matrix of power (days, slots of the day) with a step in hours; NaN is unknown."""
    padded = np.pad(power, ((AROUND, AROUND), (0, 0)), constant_values=np.nan)
    windows = sliding_window_view(padded, 2 * AROUND + 1, axis=0)
    best = _quantile(windows, BEST)
    highest = np.nanmax(best, initial=0.0)
    bend = np.full(power.shape, np.inf)
    bend[:, 1:-1] = np.abs(power[:, :-2] - 2 * power[:, 1:-1] + power[:, 2:])
    height = np.max(np.nan_to_num(best), axis=1, keepdims=True)
    smooth = bend <= (BEND * (np.pi * step / 12) ** 2 + NOISE) * height
    clear = (power >= NEAR * best) & (best >= DIM * highest) & smooth
    return _lasting(np.asarray(clear, bool), max(round(RUN / step), 2))


def _quantile(windows: Floats, share: float) -> Floats:
    """Over the last axis, of what is known; NaN where nothing is. (np.nanquantile takes fifty times as long.)"""
    ordered = np.sort(windows, axis=-1)  # NaN comes last
    count = np.isfinite(ordered).sum(axis=-1)
    place = np.clip(np.ceil(share * count).astype(int) - 1, 0, None)
    made: Floats = np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0]
    return made


def _lasting(clear: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """Without runs of fewer samples."""
    padded = np.pad(clear, ((0, 0), (least - 1, least - 1)))
    whole = np.min(sliding_window_view(padded, least, axis=1), axis=2)
    lasting: NDArray[np.bool_] = np.max(sliding_window_view(whole, least, axis=1), axis=2)
    return lasting
