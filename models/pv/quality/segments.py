"""Days with the same clock, and where it was changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from models.pv.quality.runs import HOUR, Floats, Times

Story = list[tuple[int, int, int]]
"""(first day, end, place of the lag) of each stretch of days."""
DAY = 24 * HOUR
PRICE = 14.0
"""What a change of the clock must be worth in log-likelihood: once in a million days by chance."""
Law = tuple[tuple[int, int], ...]
"""(month, first day of the month on which the Sunday of the change may fall)"""
LAWS: tuple[Law, ...] = (((3, 25), (10, 25)), ((3, 8), (11, 1)))
"""Directive 2000/84/EC: last Sundays of March and October; Energy Policy Act of 2005: second Sunday of March, first of
November."""
LEGAL_LOSS = 4.0
"""Log-likelihood that a legal date may cost against the day found."""
SAME = 1_200.0
"""Seconds by which two stretches of one clock may seem to differ: the season moves the course of the day."""
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
    estimate: float
    """`seconds` before it was drawn to a whole number of steps."""


def best_story(scores: Floats, price: float = PRICE) -> tuple[float, Story]:
    """The likeliest story of a clock, and its log-likelihood.

    `scores` is the log-likelihood of each lag on each day, shape (days, lags). Each change costs `price` (Viterbi).
    """
    days, lags = scores.shape
    places = np.arange(lags)
    best = scores[0].copy()
    came = np.empty(scores.shape, np.int32)
    for day in range(1, days):
        jump = int(best.argmax())
        gone = best[jump] - price
        came[day] = np.where(best >= gone, places, jump)
        best = np.maximum(best, gone) + scores[day]
    path = np.empty(days, np.int64)
    path[-1] = lag = int(best.argmax())
    for day in range(days - 1, 0, -1):
        path[day - 1] = lag = int(came[day, lag])
    edges = np.concatenate(([0], np.flatnonzero(np.diff(path)) + 1, [days]))
    story = [(int(a), int(b), int(path[a])) for a, b in pairwise(edges)]
    return float(best.max()), story


@dataclass(frozen=True, slots=True)
class Group:
    """Stretches whose offsets differ by whole hours, or not: one clock, shown in summer and in winter time."""

    seconds: float
    """Of its first member."""
    hours: dict[int, int]
    """Number of the stretch -> hours to be added to `seconds`."""


def grouped(offsets: list[float], unsure: list[float] | None = None) -> list[Group]:
    """Stretches (seconds each) in groups, in the order of their first members.

    Members may be away from whole hours by what the two are `unsure` of (seconds; by default all that SAME allows).
    """
    unsure = unsure or [SAME] * len(offsets)
    groups: list[Group] = []
    firsts: list[int] = []
    for number, seconds in enumerate(offsets):
        for group, first in zip(groups, firsts, strict=True):
            hours = round((seconds - group.seconds) / 3600)
            if abs(seconds - group.seconds - 3600 * hours) <= min(SAME, float(np.hypot(unsure[number], unsure[first]))):
                group.hours[number] = hours
                break
        else:
            groups.append(Group(seconds, {number: 0}))
            firsts.append(number)
    return groups


def to_legal(story: Story, scores: Floats, starts: Times, lags: Floats) -> Story:
    """A story in which changes by about an hour fall on legal days, where the days between do not gainsay it.

    All on those of one law: the one under which more changes fall so, or at less loss. `starts` are the days'
    beginnings (ms), `lags` in seconds.
    """
    drawn = [_drawn(story, scores, starts, lags, law) for law in LAWS]
    return max(drawn, key=lambda one: (one[0], -one[1]))[2]


def _drawn(story: Story, scores: Floats, starts: Times, lags: Floats, law: Law) -> tuple[int, float, Story]:
    """How many changes a law explains, what that costs, and the story so."""
    made, many, lost = list(story), 0, 0.0
    for number in range(1, len(made)):
        (first, edge, before), (_edge, end, after) = made[number - 1], made[number]
        if abs(abs(lags[after] - lags[before]) - 3600) > SAME:
            continue
        gain = np.concatenate(([0.0], np.cumsum(scores[first:end, before] - scores[first:end, after])))
        legal = legal_changes(int(starts[edge]) - 20 * DAY, int(starts[edge]) + 20 * DAY, law)
        places = np.round((legal - starts[0]) / DAY).astype(np.int64)
        places = places[(places > first) & (places < end)]
        if len(places):
            near = int(places[np.argmax(gain[places - first])])
            loss = float(gain[edge - first] - gain[near - first])
            if loss < LEGAL_LOSS:
                made[number - 1], made[number] = (first, near, before), (near, end, after)
                many, lost = many + 1, lost + loss
    return many, lost, made


def merged(segments: list[Segment], least: float) -> list[Segment]:
    """Neighbours as one where they differ by less than `least` seconds, or than they are uncertain.

    A difference of an hour stays, however uncertain both are together.
    """
    made: list[Segment] = []
    for one in segments:
        last = made[-1] if made else None
        away = abs(one.estimate - last.estimate) if last else np.inf
        if last is None or away > 3600 - SAME or (away >= least and (one.low > last.high or one.high < last.low)):
            made.append(one)
            continue
        main = max(last, one, key=lambda part: part.days)
        made[-1] = replace(main, start=last.start, end=one.end, days=last.days + one.days)
    return made


def legal_changes(start: int, end: int, law: Law) -> Times:
    """Days (ms, 00:00 UTC) on which clocks change by a law, from `start` to before `end` (ms)."""
    found = []
    for year in range(datetime.fromtimestamp(start / 1000, UTC).year, datetime.fromtimestamp(end / 1000, UTC).year + 1):
        for month, day in law:
            first = datetime(year, month, day, tzinfo=UTC)
            found.append(int((first + timedelta(days=6 - first.weekday())).timestamp() * 1000))
    return np.array(sorted(day for day in found if start <= day < end), np.int64)


def is_summer_time(segments: list[Segment]) -> bool:
    """Whether a clock went forward by about an hour and back again, or did one of both near a legal date."""
    steps = [(after.start, after.estimate - before.estimate) for before, after in pairwise(segments)]
    hours = [(when, change) for when, change in steps if SUMMER[0] <= abs(change) <= SUMMER[1]]
    if any(a[1] * b[1] < 0 for a, b in pairwise(hours)):
        return True
    near = 10 * DAY
    return any(len(legal_changes(when - near, when + near, law)) for law in LAWS for when, _change in hours)
