"""How far a clock is off, and what labels stand for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from models.pv.quality.runs import Floats, Times
from models.pv.quality.segments import Segment, is_summer_time


class Label(Enum):
    """What the label of a sample stands for, as the place of its middle in steps after the label."""

    START = 0.5
    """A mean over the step that begins at the label: the rule of this house."""
    END = -0.5
    """A mean over the step that ends at the label."""
    MIDDLE = 0.0
    """A mean over the step around the label, or a reading at the instant of the label."""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How far the labels of a series are off. All NaN and no segments: the data do not tell."""

    seconds: float
    """To be added to the labels in standard (winter) time: positive where the labels are early."""
    low: float
    high: float
    """95 % interval, with what is not known about the labels."""
    daylight_saving: bool = False
    """The labels go forward by an hour in summer."""
    segments: tuple[Segment, ...] = ()
    """Stretches of the same offset, in order; one when the clock was never changed."""
    days: int = 0
    """That told something."""
    estimate: float = np.nan
    """`seconds` before it was drawn to a whole number of steps."""

    @property
    def decided(self) -> bool:
        """Whether right labels are excluded."""
        return bool(self.low > 0 or self.high < 0)

    def at(self, times: Times) -> Floats:
        """Seconds to be added to labels (ms since 1970 as labelled); NaN where nothing is known."""
        made = np.full(len(times), np.nan)
        for segment in self.segments:
            made[times >= segment.start] = segment.seconds
        if self.segments:
            made[times < self.segments[0].start] = self.segments[0].seconds
        return made


UNDECIDED = ClockOffset(np.nan, -np.inf, np.inf)


def told_by(segments: list[Segment]) -> ClockOffset:
    """The offset that segments tell: of standard time when there is summer time, else of the longest segment."""
    if not segments:
        return UNDECIDED
    summer = is_summer_time(segments)
    longest = max(segments, key=lambda one: one.days)
    chosen = longest
    if summer:  # labels run ahead in summer: what must be added is an hour less
        near = [one for one in segments if abs(abs(one.seconds - longest.seconds) - 3600) < 600]
        higher = [one for one in (longest, *near) if one.seconds >= longest.seconds]
        chosen = max(higher, key=lambda one: (one.seconds > longest.seconds + 600, one.days))
    return ClockOffset(
        chosen.seconds,
        chosen.low,
        chosen.high,
        summer,
        tuple(segments),
        sum(one.days for one in segments),
        chosen.estimate,
    )
