"""Benchmarks: figures with, beside each, the baseline measured in the same run and the ratio. Never a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `ratio` is value / baseline; None where there is nothing to compare with."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline."""
        return round(self.value / self.baseline, 3) if self.baseline else None


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie; ValueError when there is none."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
