"""One scale per inverter: what it gives over what the chain expects of it, learnt on its healthy days.

The scale takes up what no data sheet says (the modules' true rating, the loss budget, a sensor's gain), and nothing
else. So it must not learn a fault:

- days on which a finding is open are not learnt, and the scale stays as it was (`frozen`);
- a day far from the others is left out, flagged or not: a fault that nobody has found yet moves the scale little;
- a scale outside 0.9-1.1 is applied as 1 until a person has confirmed it once (`asks`): a plant that has lost a fifth
  since its first day keeps showing that loss, and a capacity three times too large stays visible;
- a part replaced begins a new epoch: nothing from before it is used, and a person's answer of before is void.

A scale belongs to one inverter and one kind of expectation (sensor, satellite, fleet): each has its own bias.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from models.pv.sun import Floats

MIN_DAYS = 4
"""Healthy days below which nothing is said."""
WIDEST = 0.10
"""Half-width of the interval, relative to the value, beyond which the scale is still being learnt."""
PLAUSIBLE = (0.9, 1.1)
"""A scale outside asks a person: modules, losses and sensors together explain no more (a yield assessment is good to
8.7 % in its first year: Thevenard & Pelland 2013)."""
MEMORY = 366
"""Healthy days that are kept, the first ones of an epoch: a year, for the bias of a sky model has seasons. After it
the scale stays: what the plant loses from then on is a loss."""
OUTLIER, FLOOR, BULK = 3.0, 0.02, 8
"""A day is left out beyond that many robust standard deviations, these being at least FLOOR of the scale; among fewer
than BULK days nobody can say which one is odd."""
LEVEL = 0.95


class State(StrEnum):
    """What a scale rests on, and whether it is applied."""

    LEARNING = "learning"
    """Too few days, or too uncertain: 1 is applied."""
    LEARNT = "learnt"
    FROZEN = "frozen"
    """Learnt before the finding that is open now."""
    ASKS = "asks"
    """Outside 0.9-1.1 and not confirmed: 1 is applied."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Measured over expected energy of an inverter, its 95 % interval, and what it rests on."""

    value: float
    """What the data say, applied or not; 1 before any day is known."""
    low: float
    high: float
    days: int
    """Healthy days that it rests on, without those left out."""
    since: date | None
    """First day of the epoch; None while it has no day."""
    state: State

    @property
    def applied(self) -> float:
        """The factor for the expectation: 1 while the scale is being learnt or a person has not answered."""
        return self.value if self.state in (State.LEARNT, State.FROZEN) else 1.0

    def to_json(self) -> str:
        """One JSON object; unbounded ends of the interval are null."""
        return json.dumps(
            asdict(self)
            | {"since": self.since and self.since.isoformat(), "low": _number(self.low), "high": _number(self.high)}
        )

    @classmethod
    def from_json(cls, text: str) -> Scale:
        """What to_json wrote; ValueError for anything else."""
        try:
            told = json.loads(text)
            since = told["since"] and date.fromisoformat(told["since"])
            low, high = (float("nan") if told[end] is None else float(told[end]) for end in ("low", "high"))
            return cls(float(told["value"]), low, high, int(told["days"]), since, State(told["state"]))
        except (KeyError, TypeError) as wrong:
            raise ValueError(f"no scale: {text[:80]}") from wrong


NOTHING = Scale(1.0, float("nan"), float("nan"), 0, None, State.LEARNING)


def learn(
    days: Sequence[date],
    measured: ArrayLike,
    expected: ArrayLike,
    healthy: ArrayLike,
    replaced: Sequence[date] = (),
    confirmed: bool = False,
) -> Scale:
    """The scale after the last of the days, from that day and those before it.

    days: in rising order. measured, expected: Wh per day, NaN unknown; expected is the chain's without a scale.
    healthy: False while a finding is open (or snow lies, or the sensor is doubted). replaced: first days of new
    epochs; those after the last day are not yet known. confirmed: a person has said that this epoch's scale is the
    plant, not a loss. ValueError for arrays of different lengths or days out of order.
    """
    made, should, well = np.asarray(measured, float), np.asarray(expected, float), np.asarray(healthy, bool)
    if not len(days) == len(made) == len(should) == len(well):
        raise ValueError(f"{len(days)} days, {len(made)} measured, {len(should)} expected, {len(well)} healthy")
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("days out of order")
    if len(days) == 0:
        return NOTHING
    since = max((day for day in replaced if day <= days[-1]), default=days[0])
    first = next(number for number, day in enumerate(days) if day >= since)
    made, should, well = made[first:], should[first:], well[first:]
    usable = np.flatnonzero(well & np.isfinite(made) & np.isfinite(should) & (should > 0))[:MEMORY]
    return _scale(made[usable], should[usable], since, not well[-1], confirmed)


@dataclass(frozen=True, slots=True)
class Epoch:
    """What the days of one epoch have taught so far: `learn`, day by day, for a job that keeps it between its runs.

    A day told twice counts once, with what was told last, so a period that is closed again does no harm. Days are
    kept as ordinals (date.toordinal) in rising order, with whole Wh.
    """

    since: date
    days: tuple[int, ...] = ()
    measured: tuple[int, ...] = ()
    expected: tuple[int, ...] = ()
    last: int = 0
    """The latest day told of, and whether a finding was open on it."""
    finding: bool = False
    confirmed: bool = False
    """A person has said that this epoch's scale is the plant, not a loss."""

    def told(self, day: date, measured: float, expected: float, healthy: bool) -> Epoch:
        """This epoch with one more day (or the same day anew); arguments as in `learn`. ValueError before `since`."""
        if day < self.since:
            raise ValueError(f"{day} lies before the epoch of {self.since}")
        number = day.toordinal()
        place = bisect_left(self.days, number)
        after = place + (self.days[place : place + 1] == (number,))
        teaches = healthy and math.isfinite(measured) and math.isfinite(expected) and round(expected) > 0
        new = ((number,), (round(measured),), (round(expected),)) if teaches else ((), (), ())
        old = (self.days, self.measured, self.expected)
        days, made, should = ((*a[:place], *b, *a[after:])[:MEMORY] for a, b in zip(old, new, strict=True))
        finding = not healthy if number >= self.last else self.finding
        return Epoch(self.since, days, made, should, max(number, self.last), finding, self.confirmed)

    def answered(self) -> Epoch:
        """This epoch after a person has confirmed its scale."""
        return replace(self, confirmed=True)

    def scale(self) -> Scale:
        """The scale after the days told so far."""
        made, should = np.array(self.measured, float), np.array(self.expected, float)
        return _scale(made, should, self.since, self.finding, self.confirmed)

    def to_json(self) -> str:
        """One JSON object, about 8 kB when full."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}  # asdict would copy each day
        return json.dumps(told | {"since": self.since.isoformat()}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Epoch:
        """What to_json wrote; ValueError for anything else."""
        try:
            told = json.loads(text)
            days, made, should = (tuple(map(int, told[name])) for name in ("days", "measured", "expected"))
            since, last = date.fromisoformat(told["since"]), int(told["last"])
            return cls(since, days, made, should, last, bool(told["finding"]), bool(told["confirmed"]))
        except (KeyError, TypeError) as wrong:
            raise ValueError(f"no epoch: {text[:80]}") from wrong


def _scale(measured: Floats, expected: Floats, since: date, finding: bool, confirmed: bool) -> Scale:
    value, low, high, used = _ratio(measured, expected)
    return Scale(value, low, high, used, since, _state(value, low, high, used, finding, confirmed))


def _state(value: float, low: float, high: float, used: int, finding: bool, confirmed: bool) -> State:
    if used < MIN_DAYS or not high - low <= 2 * WIDEST * value:
        return State.LEARNING
    if not PLAUSIBLE[0] <= value <= PLAUSIBLE[1] and not confirmed:
        return State.ASKS
    return State.FROZEN if finding else State.LEARNT


def _ratio(measured: Floats, expected: Floats) -> tuple[float, float, float, int]:
    """Ratio of the sums of the days that agree, with its interval, and how many days those are.

    The days' ratios are weighted by their expected energy throughout: a dull day says little. The interval is that of
    a ratio estimator (Cochran 1977, §6.4) with Student's quantile, widened for days that follow one another in error.
    """
    if not len(expected):
        return 1.0, float("nan"), float("nan"), 0
    keep = _agreeing(measured / expected, expected)
    measured, expected = measured[keep], expected[keep]
    value, count = float(measured.sum()) / float(expected.sum()), len(expected)
    if count < 2:
        return value, float("nan"), float("nan"), count
    error: Floats = measured - value * expected
    squares = float(error @ error)
    follows = min(max(float(error[1:] @ error[:-1]) / squares, 0.0), 0.9) if squares > 0 and count >= BULK else 0.0
    independent = max(count * (1 - follows) / (1 + follows), 2.0)
    spread = math.sqrt(squares / (count - 1) * count * count / independent) / float(expected.sum())
    width = float(stdtrit(independent - 1, (1 + LEVEL) / 2)) * spread
    return value, value - width, value + width, count


def _agreeing(ratios: Floats, weights: Floats) -> NDArray[np.bool_]:
    """The days without outliers, and without those that the first outliers hid."""
    keep = np.ones(len(ratios), bool)
    while np.count_nonzero(keep) >= BULK:
        middle = _weighted_median(ratios[keep], weights[keep])
        away = np.abs(ratios - middle)
        within = keep & (away <= OUTLIER * max(1.4826 * _weighted_median(away[keep], weights[keep]), FLOOR * middle))
        if np.array_equal(within, keep):
            break
        keep = within
    return keep


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    reached: Floats = np.cumsum(weights[order])
    half = float(reached[-1]) / 2
    return float(values[order[int(np.searchsorted(reached, half))]])


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
