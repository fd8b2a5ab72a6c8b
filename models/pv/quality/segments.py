"""Days with the same clock, and where it was changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from models.pv.quality.runs import HOUR, Floats, Times

DAY = 24 * HOUR
PRICE = 14.0
"""What a change of the clock must be worth in log-likelihood: once in a million days by chance."""
SUMMER = (3_300.0, 3_900.0)
"""Seconds that a change of summer time may seem to be."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A span [start, end) of ms since 1970 UTC in which the clock was off by the same amount."""

    start: int
    end: int
    seconds: float
    """To be added to its labels."""
    low: float
    high: float
    """95 % interval."""
    days: int
    """That told something."""


def same_clock(scores: Floats, price: float = PRICE) -> list[tuple[int, int, int]]:
    """The likeliest story of a clock: (first day, end, place of the lag) for each stretch of days.

    `scores` is the log-likelihood, shape (days, lags). Each change costs `price` (Viterbi, with one price for all
    changes).
    """
    days, _lags = scores.shape
    best = scores[0].copy()
    came = np.empty(scores.shape, np.int32)
    for day in range(1, days):
        jump = int(best.argmax())
        stay = best >= best[jump] - price
        came[day] = np.where(stay, np.arange(len(best)), jump)
        best = np.where(stay, best, best[jump] - price) + scores[day]
    lag = int(best.argmax())
    path = np.empty(days, np.int64)
    for day in range(days - 1, -1, -1):
        path[day] = lag
        lag = int(came[day, lag]) if day else lag
    edges = np.concatenate(([0], np.flatnonzero(np.diff(path)) + 1, [days]))
    return [(int(a), int(b), int(path[a])) for a, b in zip(edges[:-1], edges[1:], strict=True)]


def legal_changes(start: int, end: int) -> Times:
    """Days (ms, 00:00 UTC) on which Europe's or North America's clocks change, from `start` to before `end` (ms).

    Directive 2000/84/EC: last Sundays of March and October; Energy Policy Act of 2005: second Sunday of March, first of
    November.
    """
    found = []
    for year in range(datetime.fromtimestamp(start / 1000, UTC).year, datetime.fromtimestamp(end / 1000, UTC).year + 1):
        for month, day in ((3, 25), (10, 25), (3, 8), (11, 1)):  # the first day that the Sunday may be
            first = datetime(year, month, day, tzinfo=UTC)
            found.append(int((first + timedelta(days=6 - first.weekday())).timestamp() * 1000))
    return np.array(sorted(day for day in found if start <= day < end), np.int64)


def is_summer_time(segments: list[Segment]) -> bool:
    """Whether a clock went forward by about an hour and back again, or did one of both near a legal date."""
    steps = [(after.start, after.seconds - before.seconds) for before, after in zip(segments, segments[1:], strict=False)]
    hours = [(when, change) for when, change in steps if SUMMER[0] <= abs(change) <= SUMMER[1]]
    if any(a[1] * b[1] < 0 for a, b in zip(hours, hours[1:], strict=False)):
        return True
    return any(len(legal_changes(when - 10 * DAY, when + 10 * DAY)) for when, _change in hours)
