"""The integral of power, and where it is known: trapezoids between readings, nothing across a silence."""

from __future__ import annotations

import numpy as np

from models.calendar import QUARTER
from models.pv.energy.rows import Floats, Times

GAP = QUARTER + QUARTER // 2
"""ms: readings further apart say nothing about the time between them. A missing quarter-hourly row is a gap."""
HOUR = 3_600_000
"""ms"""
TOO_MUCH = 1.2
"""No inverter gives more than this times its rated power."""


class PowerIntegral:
    """Energy by power alone, in Wh from the first reading on."""

    def __init__(self, times: Times, power: Floats | None, rated: float | None) -> None:
        """`power` in W at rising instants (ms); what is no number or beyond physics is no reading, a draw of the night
        is 0. ValueError for times that do not rise and arrays of different length."""
        if (np.diff(times) <= 0).any():
            raise ValueError("times do not rise")
        if power is not None and len(power) != len(times):
            raise ValueError("times and power differ in length")
        if power is None:
            good = np.zeros(len(times), bool)
            power = np.zeros(len(times))
        else:
            with np.errstate(invalid="ignore"):
                good = np.isfinite(power) & (power <= (np.inf if rated is None else TOO_MUCH * rated))
        self.times = times[good]
        self.power = np.maximum(power[good], 0.0)
        length = np.diff(self.times)
        self.covered = length <= GAP
        """Of each interval between two readings: whether the power between them is known."""
        pieces = np.where(self.covered, length * (self.power[1:] + self.power[:-1]) / (2 * HOUR), 0.0)
        self._sum = np.concatenate(([0.0], np.cumsum(pieces)))
        self._known = np.concatenate(([0], np.cumsum(np.where(self.covered, length, 0))))

    def energy(self, at: Times) -> Floats:
        """Wh from the first reading to each instant; silences add nothing."""
        if len(self.times) < 2:
            return np.zeros(len(at))
        place, into = self._place(at)
        slope = (self.power[place + 1] - self.power[place]) / (self.times[place + 1] - self.times[place])
        more = into * (self.power[place] + 0.5 * slope * into) / HOUR
        return np.asarray(self._sum[place] + np.where(self.covered[place], more, 0.0), float)

    def known(self, at: Times) -> Times:
        """ms of known power from the first reading to each instant."""
        if len(self.times) < 2:
            return np.zeros(len(at), np.int64)
        place, into = self._place(at)
        return np.asarray(self._known[place] + np.where(self.covered[place], into, 0), np.int64)

    def _place(self, at: Times) -> tuple[Times, Times]:
        place = np.clip(np.searchsorted(self.times, at, "right") - 1, 0, len(self.times) - 2)
        into = np.clip(at, self.times[0], self.times[-1]) - self.times[place]
        return place, into

    def edges(self) -> Times:
        """First and last instant of each stretch of known power."""
        if not len(self.times):
            return self.times
        torn = np.flatnonzero(~self.covered)
        return np.unique(np.concatenate((self.times[:1], self.times[torn], self.times[torn + 1], self.times[-1:])))

    def at(self, instants: Times) -> Floats:
        """The reading of exactly these instants in W; NaN where there is none."""
        found = np.full(len(instants), np.nan)
        place = np.searchsorted(self.times, instants)
        inside = np.flatnonzero(place < len(self.times))
        hit = inside[self.times[place[inside]] == instants[inside]]
        found[hit] = self.power[place[hit]]
        return found
