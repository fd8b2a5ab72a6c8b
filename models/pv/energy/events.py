"""What happened to a counter, and stretches of time in which energy is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Kind(StrEnum):
    """What happened to a counter, or why energy is unknown."""

    RESET = "reset"
    ROLLOVER = "rollover"
    DIP = "dip"
    """Readings below what the counter showed before and after; not believed."""
    ZERO = "zero"
    """The same with zeros, as inverters show them when they wake up."""
    JUMP = "jump"
    """An impossible rise: not believed where it fell back, otherwise where the counter began anew."""
    REPLACED = "replaced"
    STUCK = "stuck"
    """The counter stood still under power, and never made up for it."""
    SILENCE = "silence"
    """Nothing was read."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something wrong with the counter at `time` (ms): it showed `before`, then `after` (Wh)."""

    kind: Kind
    time: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch [start, end) of ms in which more than the `known` Wh may have been made, at most `most`."""

    start: int
    end: int
    why: Kind
    known: float = 0.0
    most: float = np.inf
