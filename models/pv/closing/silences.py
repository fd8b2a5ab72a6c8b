"""Silences across the edge of a day, and the one course by which everybody spreads them.

A day closed anew beside such a silence knows only its own part of it, and both parts together must be what was made,
whoever closes which day when. So the course may rest only on what is the same for all who close any day of it: the
last reading before it and the first after, the place of the sun, and the weather service's record of the whole of it.
Where that record has a hole, or the counter gained more than an inverter can give under that sky, it is a cloudless
sky for the whole silence. Sensors of the site are not asked: their readings reach only hours beyond a stretch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.calendar import QUARTER
from models.pv.closing.books import Books, Counted
from models.pv.closing.ground import Ground
from models.pv.closing.modelled import part_of_plant, power_under
from models.pv.closing.weather import Seen
from models.pv.energy.power import GAP, TOO_MUCH
from models.pv.energy.rows import Times
from models.pv.energy.shape import Across
from models.pv.energy.shape import Shape as Expected
from models.pv.sun import Floats

LOW_SUN = 5.0
"""Degrees below which inverters wake up and fall asleep."""
LIT_SILENCE = 1_800_000
"""ms of daylight that make a silence worth the weather's course: not every night of inverters that sleep."""
MOST = 0.99 * TOO_MUCH
"""Times its rated power that a quarter-hour may be given: what is more would be moved ahead, even across an edge."""
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What was expected over a stretch and the silences that reach beyond it, the same for all who close a part."""

    start: int
    """ms, start of its first quarter."""
    clear: Floats
    """Wh per quarter under a cloudless sky, shape (inverters, quarters)."""
    edges: Times
    """Beginnings and ends of the days of the stretch, ms."""
    weather: Floats | None = None
    """Wh per quarter under the weather that was, NaN where nobody needs or knows it."""
    silences: Mapping[str, Pairs] | None = None
    """By device: those that are spread by the weather."""

    def across(self, counted: Counted, rows: Sequence[int]) -> Across:
        """What spreads the silences of one device. rows: the inverters whose production it counts."""
        own = self.weather[list(rows)].sum(axis=0) if self.weather is not None else None
        pairs = (self.silences or {}).get(counted.path, ())
        return Across(self.edges, self.clear[list(rows)].sum(axis=0), own, pairs)


def telling(counted: Counted, frame: pd.DataFrame | None) -> tuple[Times, Floats]:
    """Instants (ms) at which the device told its power or its counter, and what the counter said."""
    if frame is None or not len(frame):
        return np.empty(0, np.int64), np.empty(0)
    power, counter = (
        frame[name].to_numpy(float) if name in frame.columns else np.full(len(frame), np.nan)
        for name in (counted.power, counted.counter)
    )
    known = np.isfinite(power) | np.isfinite(counter)
    return pd.DatetimeIndex(frame.index).as_unit("ms").asi8[known], counter[known]


def shared_shape(
    books: Books, readings: Mapping[str, pd.DataFrame], around: Ground, seen: Seen | None, edges: Sequence[int]
) -> Shape:
    """The course for a stretch with these edges. readings: as they came; around, seen: ground and weather under all.

    ValueError for a weather of other quarters than the ground's.
    """
    if seen is not None and len(seen.ghi) != len(around.starts):
        raise ValueError(f"weather of {len(seen.ghi)} quarters over a ground of {len(around.starts)}")
    start, at_edges = int(around.starts[0]), np.array(edges, np.int64)
    plain = Shape(start, around.clear, at_edges)
    if seen is None:
        return plain
    lit = np.concatenate(([0], np.cumsum(around.elevation > LOW_SUN)))
    behind: dict[str, tuple[int, ...]] = {counted.path: (row,) for row, counted in enumerate(books.inverters)}
    behind |= {meter.path: site.inverters for site in books.sites for meter in site.meters}
    found = {}
    for counted in books.counted:
        gaps = _gained(*telling(counted, readings.get(counted.path)), at_edges)
        first, last = _quarters(gaps, start)
        long = (lit[last] - lit[first]) * QUARTER >= LIT_SILENCE
        if long.any():
            found[counted.path] = gaps[long], first[long], last[long]
    if not found:
        return plain
    rows = sorted({row for path in found for row in behind[path]})
    nobody = np.full(len(around.starts), np.nan)  # air that is missing is read off its neighbours, wherever one asks
    seen = replace(seen, temp_air=nobody, wind_speed=nobody)
    weather = np.full(around.clear.shape, np.nan)
    weather[rows] = power_under(part_of_plant(books.plant, rows), around, seen)
    silences = {}
    for counted in books.counted:
        if counted.path in found:
            mine = list(behind[counted.path])
            course, clear = weather[mine].sum(axis=0), around.clear[mine].sum(axis=0)
            expected = Expected(start, course)
            silences[counted.path] = tuple(
                (int(since), int(until))
                for (since, until, gained), a, b in zip(*found[counted.path], strict=True)
                if not (np.isnan(course[a:b]) & (clear[a:b] > 0)).any()
                and _possible(counted, gained, expected, np.array([since, until], np.int64), course[a:b])
            )
    return Shape(start, around.clear, at_edges, weather, silences)


def _possible(counted: Counted, gained: float, expected: Expected, span: Times, course: Floats) -> bool:
    """Whether the device could have made so much by this course, at its best moment too."""
    whole = float(np.diff(expected.expected(span))[0]) / QUARTER
    if whole <= 0:
        return False
    return counted.facts.rated is None or gained * float(np.nanmax(course)) / whole < MOST * counted.facts.rated / 4


def _crossing(times: Times, edges: Times) -> Times:
    """Places of the readings before and after each silence across an edge, shape (silences, 2)."""
    before, after = np.searchsorted(times, edges) - 1, np.searchsorted(times, edges, "right")
    there = (before >= 0) & (after < len(times)) & (after == before + 1)
    before = np.unique(before[there])
    return np.stack([before, before + 1], axis=1)[times[before + 1] - times[before] > GAP]


def _gained(times: Times, counter: Floats, edges: Times) -> Floats:
    """Last instant before, first after, and what the counter gained, of silences across an edge; (silences, 3)."""
    places = _crossing(times, edges)
    gained = np.diff(counter[places], axis=1)
    told = np.concatenate((times[places].astype(float), gained), axis=1)
    return told[np.isfinite(gained[:, 0]) & (gained[:, 0] >= 0)]


def _quarters(gaps: Floats, start: int) -> tuple[Times, Times]:
    """The quarters that each touches, from the first to before the last."""
    since, until = (gaps[:, column].astype(np.int64) for column in (0, 1))
    return (since - start) // QUARTER, -((start - until) // QUARTER)
