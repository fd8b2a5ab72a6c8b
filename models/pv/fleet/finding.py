"""Measured against expected energy of one roof, day by day: when a loss began, whether it lasts, what it cost.

Two windows open a finding: a week for steps, four weeks for slow losses; their thresholds follow the roof's own healthy
unrest. A running deficit (CUSUM, Page 1954), which restarts whenever the roof is level with its expectation, remembers
since when energy was missing, so a slow loss is counted from its beginning and not from the day it was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

WEEK, MONTH = 7, 28
STEP_LOSS, SLOW_LOSS = 0.10, 0.07
"""Least share of energy missing over a week, over four weeks, that opens a finding …"""
UNRESTS = 3.0
"""… or this many times the usual unrest of the same window, whichever is more, …"""
LARGEST = 0.25
"""… but a loss of this size always does."""
ALLOWANCE = 0.03
"""Share that may be missing without a deficit beginning to run."""
UNREST_MEMORY = 60.0
"""Days."""
IMPLAUSIBLE = 1.3
"""A day on which a roof made more than so many times its expectation tells of the data, and not that a loss is over."""
CLOSING_DAYS = 3
"""Days in a row on which the week is above half the threshold, before a finding closes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A loss of one roof. Closed once `until` is set."""

    since: int
    """Start of the first day with missing energy, ms since 1970 UTC."""
    ratio: float
    """Measured over expected since then."""
    lost_wh: float
    from_first_day: bool = False
    """Held against the nameplate and the neighbours: there was no better time to compare with."""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of one roof between days; JSON by `to_dict`."""

    measured: tuple[float, ...] = ()
    """Wh of the last `MONTH` known days, and …"""
    expected: tuple[float, ...] = ()
    """… as expected."""
    unrest: float = 0.02
    """Usual distance between the ratio of a week and that of the month around it, while healthy: of the ratio itself a
    slow loss would be learnt as unrest."""
    deficit: float = 0.0
    """Wh missing beyond the allowance, never below 0, and since when it is not 0: the run."""
    run_since: int | None = None
    run_measured: float = 0.0
    run_expected: float = 0.0
    good_days: int = 0
    finding: Finding | None = None
    """Open, or closed by the very day that was watched last."""
    first: Finding | None = None
    """Open since the first day."""
    first_day: int | None = None
    made: float = 0.0
    """Wh since the first day."""

    @property
    def open(self) -> bool:
        """A loss that began while we watched goes on: the roof is no sensor, and teaches nothing."""
        return self.finding is not None and self.finding.until is None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Watch:
        """The inverse."""
        found = {name: Finding(**content[name]) if content[name] else None for name in ("finding", "first")}
        pasts = {name: tuple(content[name]) for name in ("measured", "expected")}
        return cls(**{**content, **found, **pasts})


def watch(before: Watch, day: int, measured: float, expected: float, nameplate: float | None = None) -> Watch:
    """After one more day (its start in ms). Energies in Wh over the same intervals, those where both are known.

    A day without an expectation, with nothing known (NaN), or implausibly good while a loss is open, changes nothing.
    `nameplate`: the roof's yield over that of its peers where that is decided and too low, else None (see
    `nameplate.low_yield`).
    """
    if not (measured >= 0 and expected > 0) or (before.open and measured > IMPLAUSIBLE * expected):
        return before
    now = replace(
        before,
        measured=(*before.measured, measured)[-MONTH:],
        expected=(*before.expected, expected)[-MONTH:],
        first_day=day if before.first_day is None else before.first_day,
        made=before.made + measured,
        finding=before.finding if before.open else None,
    )
    now = _running(now, day, measured, expected)
    now = _closing(now, day) if now.open else _opening(now)
    first = None
    if nameplate is not None and now.first_day is not None:
        first = Finding(now.first_day, nameplate, now.made * (1 / max(nameplate, 1e-3) - 1), from_first_day=True)
    return replace(now, first=first)


def threshold(unrest: float, least: float) -> float:
    """Share of energy that has to be missing over a window."""
    return min(max(least, UNRESTS * unrest), LARGEST)


def _ratio(now: Watch, days: int) -> float:
    return sum(now.measured[-days:]) / sum(now.expected[-days:])


def _running(now: Watch, day: int, measured: float, expected: float) -> Watch:
    deficit = max(now.deficit + expected * (1 - ALLOWANCE) - measured, 0.0)
    if deficit <= 0 and not now.open:
        return replace(now, deficit=0.0, run_since=None, run_measured=0.0, run_expected=0.0)
    return replace(
        now,
        deficit=deficit,
        run_since=day if now.run_since is None else now.run_since,
        run_measured=now.run_measured + measured,
        run_expected=now.run_expected + expected,
    )


def _opening(now: Watch) -> Watch:
    known = len(now.measured)
    missing_week, missing_month = 1 - _ratio(now, WEEK), 1 - _ratio(now, MONTH)
    step = known >= WEEK and missing_week > threshold(now.unrest, STEP_LOSS)
    slow = known >= MONTH and min(missing_week, missing_month) > threshold(now.unrest, SLOW_LOSS)
    if (step or slow) and now.run_since is not None:
        return replace(now, finding=_found(now), good_days=0)
    if known < MONTH:
        return now
    unrest = abs(missing_week - missing_month)
    return replace(now, unrest=now.unrest + (unrest - now.unrest) / UNREST_MEMORY)


def _closing(now: Watch, day: int) -> Watch:
    good = 1 - _ratio(now, WEEK) < threshold(now.unrest, SLOW_LOSS) / 2
    days = now.good_days + 1 if good else 0
    found = _found(now)
    if days < CLOSING_DAYS:
        return replace(now, finding=found, good_days=days)
    closed = replace(found, until=day)
    return replace(now, finding=closed, good_days=0, deficit=0.0, run_since=None, run_measured=0.0, run_expected=0.0)


def _found(now: Watch) -> Finding:
    assert now.run_since is not None
    lost = now.run_expected - now.run_measured
    return Finding(now.run_since, now.run_measured / now.run_expected, lost)
