"""The clock against the sun alone: on clear days power must rise and fall as the plane sees the sun.

With the plane's orientation given, each clear day tells the clock to a few minutes. Without it, orientation and clock
are fitted together: a clock error moves morning and evening alike and all year, a plane turned east moves the beam but
hardly the twilight, and differently with the season. Where the days at hand do not tell them apart the interval is as
wide as that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.pv.quality.clear_days import MARGIN, Place, Skies, clear, means_at, skies
from models.pv.quality.offset import UNDECIDED, ClockOffset, Label, told_by
from models.pv.quality.resampled import grid, means, midnight
from models.pv.quality.runs import HOUR, MINUTE, Floats, Times, aware, usual_period
from models.pv.quality.segments import DAY, Segment, best_story, grouped, merged, to_legal

FINEST, COARSEST = 15 * MINUTE, 2 * HOUR
LAGS: Floats = np.arange(-180.0, 181.0, 5.0) * MINUTE
"""Tried around where the middle of the day lies; ms."""
ONE_DAY = 10 * MINUTE
"""Standard deviation of what one clear day tells."""
TILTS = np.arange(0.0, 91.0, 10.0)
TURNS = np.arange(-135.0, 136.0, 15.0)
"""Degrees from facing the equator."""
FIT_DAYS = 24
"""More clear days add little to the orientation."""
MISFIT = 1e-3
"""Share of a clear day's power (squared) that no plane explains: haze, shade, the warmth of the afternoon."""
UNLIKE = 3.0
"""Times the usual misfit: a smooth day that no plane explains is an even grey one."""
FEWEST = 3
"""Clear days."""
FLOOR = 180.0
"""Seconds that haze and shade may move the clearest of days."""
BLIND = 420.0
"""Seconds more where the orientation is fitted: no roof is one free plane."""
TURNED = 480.0
"""Seconds that two degrees of azimuth move the day of an upright plane: nobody knows a roof better."""


def offset_to_sun(
    power: pd.Series,
    place: Place,
    tilt: float | None = None,
    azimuth: float | None = None,
    label: Label | None = None,
) -> ClockOffset:
    """What must be added to the labels of `power` so that its clear days agree with the sun over `place`.

    An index of rising instants with a time zone, any unit, NaN missing; at least three clear days. `tilt` and `azimuth`
    (degrees; east of north) of the one plane, both or none. Without `label` labels are taken for the middle of their
    step and the interval gets half a step on either side. A whole number of hours inside the interval is `seconds`,
    `estimate` the finer figure. ValueError for an index that is not as said or one angle without the other.
    """
    if (tilt is None) != (azimuth is None):
        raise ValueError("give tilt and azimuth, or neither")
    times = aware(power)
    period = usual_period(times)
    step = max(period, FINEST)
    if len(times) < 10 or step > COARSEST:
        return UNDECIDED
    meant = label or Label.MIDDLE
    edges = grid(times, period, meant, step, times[0], times[-1])
    p = means(times, power.to_numpy(float), period, meant, edges)
    begin = int(edges[0]) + midnight(p, step) // step * step
    day, column = (edges[:-1] - begin) // DAY, (edges[:-1] - begin) % DAY // step
    begin, day = begin + int(day[0]) * DAY, day - day[0]
    table = np.full((int(day[-1]) + 1, DAY // step), np.nan)
    table[day, column] = p
    rows = clear(table)
    if len(rows) < FEWEST:
        return UNDECIDED
    starts = begin + DAY * np.arange(len(table) + 1)
    days = _ClearDays(np.nan_to_num(table[rows]), rows, starts, step, place)
    if tilt is not None and azimuth is not None:
        plane, unsure = (tilt, azimuth), TURNED * abs(np.sin(np.radians(tilt)))
        found = days.told(plane)
    else:
        plane = 30.0, 180.0 if place.latitude >= 0 else 0.0
        plane, unsure = days.plane(days.told(plane))
        found = days.told(plane)
    slack = FLOOR + unsure + (0.0 if label is not None else period / 2000)
    segments = []
    for first, end, low, best, high in found:
        hour = 3600.0 * round(best / 3600)
        alone = high - low + 2 * slack < 7200  # otherwise several hours may do
        drawn = hour if alone and low - slack <= hour <= high + slack else best
        count = int(((rows >= first) & (rows < end)).sum())
        segments.append(Segment(int(starts[first]), int(starts[end]), drawn, low - slack, high + slack, count, best))
    return told_by(merged(segments, 300.0))


Told = list[tuple[int, int, float, float, float]]
"""(first day, end, low, best, high) of each stretch of days; seconds."""


@dataclass(frozen=True, slots=True)
class _ClearDays:
    """The clear days of a series."""

    shown: Floats
    """Power, shape (clear days, steps of a day)."""
    rows: Times
    """Number of each clear day among all days."""
    starts: Times
    """Beginning of each of all days, and end of the last: ms as labelled."""
    step: int
    place: Place

    def told(self, plane: tuple[float, float]) -> Told:
        """What they tell when the modules stand like this."""
        middle = self._middle()
        lags: Floats = middle + LAGS
        away = self._misfit(skies(self.starts[self.rows] + middle, self.place), plane)
        own = np.array([_lowest(lags, one) for one in away])
        least = away.min(axis=1)
        clear = least <= max(UNLIKE * float(np.median(least)), MISFIT)
        own, rows = own[clear], self.rows[clear]
        scores = np.zeros((len(self.starts) - 1, len(lags)))
        scores[rows] = -np.minimum(((own[:, None] - lags[None, :]) / ONE_DAY) ** 2 / 2, 4.0)
        story = to_legal(best_story(scores)[1], scores, self.starts, lags / 1000)
        made: Told = []
        for group in grouped([float(lags[place]) / 1000 for _first, _end, place in story]):
            parts = [(story[number], hours) for number, hours in group.hours.items()]
            seconds = [
                own[(rows >= first) & (rows < end)] / 1000 - 3600.0 * hours for (first, end, _place), hours in parts
            ]
            low, best, high = _centre(np.concatenate(seconds))
            for (first, end, _place), hours in parts:
                whole = 3600.0 * hours
                made.append((first, end, low + whole, best + whole, high + whole))
        return sorted(made)

    def plane(self, told: Told) -> tuple[tuple[float, float], float]:
        """Tilt and azimuth that explain the days best; by how many seconds the clock may be off for not knowing them.

        A grid of orientations, made finer three times where any lag of the clock is still likely.
        """
        days, above = self._one_clock(told)
        south = 180.0 if self.place.latitude >= 0 else 0.0
        known: dict[tuple[float, float], Floats] = {}
        wanted = [(float(tilt), float(turn)) for tilt in TILTS for turn in TURNS]
        gap = (float(TILTS[1] - TILTS[0]), float(TURNS[1] - TURNS[0]))
        for _round in range(4):
            for tilt, turn in wanted:
                if (tilt, turn) not in known and 0 <= tilt <= 90:
                    known[tilt, turn] = days._misfit(above, (tilt, south + turn)).mean(axis=0)
            planes, misfit = list(known), np.stack(list(known.values()))
            profile = misfit.min(axis=0)
            near = np.unique(misfit.argmin(axis=0)[profile <= 4 * profile.min() + MISFIT])
            gap = gap[0] / 2, gap[1] / 2
            wanted = [
                (planes[at][0] + up * gap[0], planes[at][1] + round_ * gap[1])
                for at in near
                for up in (-1, 0, 1)
                for round_ in (-1, 0, 1)
            ]
        at = int(profile.argmin())
        tilt, turn = planes[int(misfit[:, at].argmin())]
        worth = len(days.rows) / 2 * (profile - profile[at]) / max(float(profile[at]), MISFIT)
        unsure = float(np.abs(LAGS[worth <= 3.84] - LAGS[at]).max()) / 1000
        return (tilt, (south + turn) % 360), unsure + BLIND

    def _one_clock(self, told: Told) -> tuple[_ClearDays, Skies]:
        """The clearest days, and their skies as a clock without summer time and steps shows them."""
        shift = np.full(len(self.rows), np.nan)
        for first, end, _low, best, _high in told:
            shift[(self.rows >= first) & (self.rows < end)] = best
        middle = (np.round(shift / 300) * 300_000).astype(np.int64)
        above = skies(self.starts[self.rows] + middle, self.place)
        facing = (30.0, 180.0 if self.place.latitude >= 0 else 0.0)
        chosen = np.sort(np.argsort(self._misfit(above, facing).min(axis=1), kind="stable")[: (len(shift) + 1) // 2])
        chosen = chosen[:: max(1, len(chosen) // FIT_DAYS)]
        days = replace(self, shown=self.shown[chosen], rows=self.rows[chosen])
        return days, skies(days.starts[days.rows] + middle[chosen], self.place)

    def _middle(self) -> int:
        """ms to be added so that the middle of production falls on solar noon, over all days; on the grid of LAGS."""
        steps = (np.arange(self.shown.shape[1]) + 0.5) * self.step
        centre = self.starts[self.rows] + self.shown @ steps / self.shown.sum(axis=1)
        noon = (12.0 - self.place.longitude / 15.0) * HOUR
        away = (noon - centre) / DAY * 2 * np.pi
        mean = np.angle(np.exp(1j * away).mean()) / (2 * np.pi) * DAY
        return int(round(mean / (5 * MINUTE)) * 5 * MINUTE)

    def _misfit(self, above: Skies, plane: tuple[float, float]) -> Floats:
        """Share of each day's squared power that a plane does not explain, at each of LAGS; shape (days, lags)."""
        model = means_at(above.made(*plane), MARGIN + LAGS, self.step, self.shown.shape[1])
        product = np.einsum("dn,dln->dl", self.shown, model)
        size = (self.shown**2).sum(axis=1)[:, None] * np.einsum("dln,dln->dl", model, model)
        made: Floats = 1.0 - product**2 / np.maximum(size, 1e-9)
        return made


def _lowest(lags: Floats, misfit: Floats) -> float:
    """Where a day's misfit is lowest, between the lags by a parabola."""
    at = int(np.clip(np.argmin(misfit), 1, len(lags) - 2))
    left, low, right = misfit[at - 1 : at + 2]
    bend = left - 2 * low + right
    return float(lags[at] + (0.5 * (left - right) / bend * (lags[1] - lags[0]) if bend > 0 else 0.0))


def _centre(seconds: Floats) -> tuple[float, float, float]:
    """Median of what days tell, with a 95 % interval in which two days on end are one."""
    middle = float(np.median(seconds))
    spread = max(1.4826 * float(np.median(np.abs(seconds - middle))), ONE_DAY / 4000)
    half = 1.96 * 1.25 * spread / np.sqrt(max(len(seconds) / 2, 1.0))
    return middle - half, middle, middle + half
