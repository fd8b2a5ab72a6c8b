"""The one bar: how much of the territory's electricity its own renewables give, or which figure is missing for that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that nobody has given yet, by the words of `dashboards.web.words`."""

    what: str
    holder: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Production over consumption of a year. `share` None: it cannot be computed, `missing` says why."""

    share: float | None
    year: int | None
    status: str | None
    missing: tuple[Missing, ...]
