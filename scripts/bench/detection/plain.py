"""The baseline of the same run: the rule of the reference on its own expectation.

Every roof against its own 90 % quantile of each hour over the last 21 days, times the median of what the others make of
theirs. An alarm when measured over expected energy of 7 days falls below 0.85 of its median over the last 60.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from models.pv.sun import Floats
from scripts.bench.detection.series import Series

ENVELOPE, QUANTILE = 21, 0.9
LEAST = 0.02
"""Of the capacity, under which an hour's envelope tells nothing."""
WEEK, TRAILING, LOW = 7, 60, 0.85


class Plain:
    """The rule on the roofs of one set, by hour."""

    def __init__(self, series: Series) -> None:
        self._per_hour = max(round(1 / series.hours), 1)
        self.power = _hourly(series.energy, self._per_hour)
        self._least = LEAST * series.capacity
        days, _hours, count = self.power.shape
        index = np.full(self.power.shape, np.nan)
        for day in range(ENVELOPE, days):
            top = np.nanquantile(self.power[day - ENVELOPE : day], QUANTILE, axis=0)
            lit = top > self._least
            index[day] = np.where(lit, self.power[day] / np.where(lit, top, 1.0), np.nan)
        self._others = np.full(self.power.shape, np.nan)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # nights
            for row in range(count):
                self._others[:, :, row] = np.nanmedian(np.delete(index, row, axis=2), axis=2)

    def alarms(self, row: int, first: int = 0, kept: Floats | None = None) -> NDArray[np.bool_]:
        """(days,) whether the rule cries on each day, with a loss on one roof from a day on; ends with the loss."""
        power = self.power[:, :, row]
        if kept is not None:
            power = power[: first + len(kept)].copy()
            power[first:] *= kept.reshape(len(kept), -1, self._per_hour if kept.shape[1] != power.shape[1] else 1).mean(
                axis=2
            )
        ratio = np.full(len(power), np.nan)
        begin = max(first - TRAILING - WEEK, ENVELOPE) if kept is not None else ENVELOPE
        made, should = np.zeros(len(power)), np.zeros(len(power))
        for day in range(begin, len(power)):
            top = np.nanquantile(power[day - ENVELOPE : day], QUANTILE, axis=0)
            expected = np.where(top > self._least[row], top, np.nan) * self._others[day, :, row]
            both = np.isfinite(expected) & np.isfinite(power[day])
            made[day], should[day] = power[day][both].sum(), expected[both].sum()
            week = slice(max(day - WEEK + 1, begin), day + 1)
            if day - begin >= WEEK - 1 and should[week].sum() > 0:
                ratio[day] = made[week].sum() / should[week].sum()
        cries = np.zeros(len(power), bool)
        for day in range(begin + WEEK, len(power)):
            before = ratio[max(day - TRAILING, 0) : day]
            if np.isfinite(before).sum() >= WEEK:
                cries[day] = ratio[day] < LOW * np.nanmedian(before)
        return cries


def _hourly(energy: Floats, per_hour: int) -> Floats:
    days, count, roofs = energy.shape
    made: Floats = energy.reshape(days, count // per_hour, per_hour, roofs).sum(axis=2)
    return made
