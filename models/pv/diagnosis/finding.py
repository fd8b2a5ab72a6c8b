"""One cause at one place over time: since when, how much it cost so far, what tells so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from models.pv.diagnosis.cause import Cause


@dataclass(frozen=True, slots=True)
class Finding:
    """Open while `until` is None. Programs know it by (subject, cause, since)."""

    cause: Cause
    subject: str
    since: int
    seen: int
    """ms: from then on the data told."""
    lost_wh: float
    """Expected and not made because of this, so far. NaN unknown."""
    lost_per_day: float
    """Wh a day, over the last lit days. NaN unknown."""
    missing: float
    """Share of the expected energy of its subject that is missing because of this lately, 0..1. NaN unknown."""
    confidence: float
    evidence: Mapping[str, float | str]
    until: int | None = None
    """ms: when it was over."""
    planned_wh: float = 0.0
    """Of the loss, what fell into outages that people had declared."""

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.until is None

    def to_dict(self) -> dict[str, Any]:
        """For JSON; NaN becomes None."""
        told = asdict(self)
        return {name: None if isinstance(value, float) and value != value else value for name, value in told.items()}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Finding:
        """The inverse."""
        numbers = ("lost_wh", "lost_per_day", "missing", "confidence")
        nan = {name: float("nan") for name in numbers if told[name] is None}
        return cls(**{**told, **nan, "cause": Cause(told["cause"])})
