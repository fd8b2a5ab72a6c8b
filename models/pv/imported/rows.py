"""Imported intervals of one subject as its quarter-hours and days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.kwh import Basis
from models.calendar import QUARTER
from models.pv.energy.rows import BASES, IMPORTED, NO_BASIS, PARTIAL, UNKNOWN, WHOLE, EnergyRows, Floats, Times

BY_IMPORT = BASES.index(Basis.IMPORTED)


@dataclass(frozen=True, slots=True)
class Intervals:
    """What imports say about one subject; arrays of one length, by start. Those shorter than a day do not overlap."""

    start: Times
    end: Times
    """ms since 1970 UTC, half-open."""
    energy: Floats
    """Wh"""

    def __len__(self) -> int:
        return len(self.start)

    def only(self, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Intervals:
        """Some of them."""
        return Intervals(self.start[mask], self.end[mask], self.energy[mask])


def imported_quarters(said: Intervals, times: Times) -> EnergyRows:
    """The quarter-hours `times`, which follow one another, of which an interval lies wholly within.

    Shorter intervals add up; a quarter-hour of which a part is missing is partial.
    """
    if not len(times):
        return _rows(times, np.zeros(0), np.zeros(0))
    place = (said.start - times[0]) // QUARTER
    inside = (place >= 0) & (place < len(times)) & (said.end <= times[0] + (place + 1) * QUARTER)
    here = said.only(inside)
    energy: Floats = np.bincount(place[inside], here.energy, len(times)).astype(float)
    covered: Floats = np.bincount(place[inside], here.end - here.start, len(times)) / QUARTER
    return _rows(times, energy, covered)


def imported_days(said: Intervals, edges: Times, quarters: Times, light: Floats) -> EnergyRows:
    """The days between each two of `edges`: a day's own figure, else the sum of what lies within it.

    light: weight >= 0 of each of `quarters`, which are all of these days: what is missing of a night takes nothing
    from a day's completeness. Longer intervals, as months, say nothing about a day.
    """
    place = np.searchsorted(edges, said.start, "right") - 1
    within = (place >= 0) & (place < len(edges) - 1)
    within[within] = said.end[within] <= edges[place[within] + 1]
    whole = within.copy()
    whole[within] = (said.start[within] == edges[place[within]]) & (said.end[within] == edges[place[within] + 1])
    part = within & ~whole
    days = len(edges) - 1
    energy: Floats = np.bincount(place[part], said.energy[part], days).astype(float)
    share = _lit_share(said.only(part), edges, quarters, light)
    own = np.zeros(days, bool)
    own[place[whole]] = True
    energy[own] = 0.0
    energy += np.bincount(place[whole], said.energy[whole], days)
    return _rows(edges[:-1], energy, np.where(own, 1.0, share))


def _lit_share(said: Intervals, edges: Times, quarters: Times, light: Floats) -> Floats:
    """How much of each day's light the intervals cover; of its time, in a day without any."""
    ends = np.append(quarters[1:], edges[-1])
    covered = (_until(said, ends) - _until(said, quarters)) / (ends - quarters)
    starts = np.searchsorted(quarters, edges[:-1])
    sizes = np.diff(np.append(starts, len(quarters)))
    dark = np.repeat(np.add.reduceat(light, starts) <= 0, sizes)
    weight = np.where(dark, 1.0, light)
    share: Floats = np.add.reduceat(np.clip(covered, 0, 1) * weight, starts) / np.add.reduceat(weight, starts)
    return share


def _until(said: Intervals, at: Times) -> Floats:
    """ms that the intervals cover before each instant."""
    if not len(said):
        return np.zeros(len(at))
    before = np.concatenate(([0], np.cumsum(said.end - said.start)))
    place = np.searchsorted(said.start, at, "right") - 1
    last = np.maximum(place, 0)
    reached = np.clip(at - said.start[last], 0, said.end[last] - said.start[last])
    return np.where(place >= 0, before[last] + reached, 0).astype(float)


def _rows(times: Times, energy: Floats, covered: Floats) -> EnergyRows:
    known = covered > 0
    status = np.where(known, np.where(covered < WHOLE, PARTIAL, IMPORTED), UNKNOWN)
    return EnergyRows(
        times,
        np.where(known, energy, np.nan),
        status.astype(np.int8),
        np.where(known, BY_IMPORT, NO_BASIS).astype(np.int8),
        np.where(known, np.clip(covered, 0.0, 1.0), 0.0),
    )
