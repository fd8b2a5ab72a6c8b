"""What must be known about a device beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.pv.energy.counter import CounterFacts


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One inverter. All of it may be unknown: then it is taken from the data, with less certainty.

    ValueError for a rated power or period that is not positive.
    """

    pac_rated: float | None = None
    """W"""
    period_ms: int | None = None
    """Usual time between samples."""
    hybrid: bool = False
    """Its AC power contains the battery: only pv_power and pdc follow the sun."""
    counter: CounterFacts = field(default_factory=CounterFacts)
    """Of the lifetime counter of produced energy; a missing rated power is filled with `pac_rated`."""

    def __post_init__(self) -> None:
        if self.pac_rated is not None and not self.pac_rated > 0:
            raise ValueError(f"a rated power of {self.pac_rated} W")
        if self.period_ms is not None and self.period_ms <= 0:
            raise ValueError(f"a period of {self.period_ms} ms")
