"""What the diagnosis remembers between days: what recipes remember, open findings, energy nobody has claimed yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.pv.diagnosis.finding import Finding
from models.pv.diagnosis.sign import Past

VERSION = 2
Loss = tuple[int, float]
"""Beginning of a day (ms), and Wh of that day that were missing and that no cause has claimed (below 0: made more)."""


@dataclass(frozen=True, slots=True)
class Episode:
    """An open finding, and what decides when it ends."""

    finding: Finding
    last: int
    """ms up to which its newest sign reached."""
    absent: int = 0
    """Lit days in a row on which nothing told of it."""
    recent: tuple[tuple[float, float], ...] = ()
    """(lost, expected) Wh of the last lit days with a sign."""


@dataclass(frozen=True, slots=True)
class Known:
    """Plain JSON of bounded size: grows with inverters and with what is open now, not with history."""

    pasts: Mapping[str, Mapping[str, Past]] = field(default_factory=dict)
    """Name of the recipe -> inverter (or ``town``) -> what it remembers."""
    episodes: tuple[Episode, ...] = ()
    closed: Mapping[str, int] = field(default_factory=dict)
    """``cause|subject`` -> ms at which a finding last closed: the next one begins after it, so no event opens twice."""
    unclaimed: Mapping[str, tuple[Loss, ...]] = field(default_factory=dict)
    """By inverter, of the last days: what a cause found later may still take."""

    def to_json(self) -> str:
        """Compact text; a few kB for each inverter."""
        episodes = [
            {"finding": one.finding.to_dict(), "last": one.last, "absent": one.absent, "recent": one.recent}
            for one in self.episodes
        ]
        content = {
            "version": VERSION, "pasts": self.pasts, "episodes": episodes, "closed": self.closed,
            "unclaimed": self.unclaimed,
        }  # fmt: skip
        return json.dumps(content, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Known:
        """What to_json wrote; ValueError for anything else, and for another version."""
        told = json.loads(text)
        if not isinstance(told, dict) or told.get("version") != VERSION:
            raise ValueError(f"no memory of a diagnosis of version {VERSION}: begin anew with Known()")
        return cls(
            told["pasts"],
            tuple(_episode(one) for one in told["episodes"]),
            told["closed"],
            {path: tuple((int(day), float(lost)) for day, lost in days) for path, days in told["unclaimed"].items()},
        )


def _episode(told: Mapping[str, Any]) -> Episode:
    recent = tuple((float(lost), float(expected)) for lost, expected in told["recent"])
    return Episode(Finding.from_dict(told["finding"]), int(told["last"]), int(told["absent"]), recent)
