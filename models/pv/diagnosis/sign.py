"""What one recipe saw on one day, before causes are weighed against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.pv.diagnosis.cause import Cause
from models.pv.sun import Floats

Past = Mapping[str, Any]
"""What a recipe remembers of one inverter (or site, or town) between days: plain JSON, {} at first, a few kB."""
Evidence = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Sign:
    """A cause at work on this day. A recipe gives it anew on every day on which the cause lasts."""

    cause: Cause
    subject: str
    """``site/inv-1``, ``site/inv-1#2`` for its DC input 2, ``site``, or ``town``."""
    since: int
    """ms: when it began, as far as is known; may lie weeks before this day."""
    seen: int
    """ms: the instant at which the data known by then sufficed to say so for the first time. Never before `since`."""
    claim: Floats | None = None
    """(T,) Wh of this day's missing energy (expected - made) that it accounts for at most; inf: all of the interval.
    None: it explains no loss (or its loss is unknown, as while nothing is heard)."""
    beyond: float = 0.0
    """Wh of this day lost beyond the expectation, which knows of it: clipping by design."""
    confidence: float = 0.8
    """0..1: how often a sign like this one is right."""
    until: int | None = None
    """ms: when it was over, for what ends within the day (an inverter that came back at noon); None: it goes on."""
    evidence: Evidence = field(default_factory=dict)
    """What a technician should see: names with their unit, as ``{"missing_share": 0.33, "strings": 3}``."""


Looked = tuple[Sequence[Sign], Past]
"""What a recipe gives back: the signs of the day, and what it remembers from now on."""
