"""Whether snow may lie on a roof: since when it was last cold, and how bright and warm it has been since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.readings import readings
from models.pv.diagnosis.sign import Past
from models.pv.quality.gaps import LIT

FREEZING = 2.0
"""°C of the air by day below which snow falls and stays. Frosty nights alone bring none."""
CABINET = 0.0
"""°C of an inverter before it works; taken where nobody knows the air."""
MELTING = 3.0
"""°C above which a lit day melts it."""
DAYS = 3
"""Lit days above MELTING after which none lies."""


@dataclass(frozen=True, slots=True)
class Cold:
    """Of one roof on one day."""

    now: bool
    """Snow may lie."""
    kept: dict[str, Any]


def cold(inverter: InverterDay, day: TownDay, past: Past) -> Cold:
    """By the air, else by the cabinet before it warms up; where neither is known it never is."""
    usual, highest, limit = _air(inverter, day)
    warm = int(past.get("warm", DAYS))
    if usual == usual and usual < limit:
        return Cold(True, {"warm": 0})
    if warm >= DAYS:
        return Cold(False, {})
    lit = (day.elevation > LIT).any()
    if day.whole and lit and (highest != highest or highest > MELTING):
        warm += 1
    return Cold(True, {"warm": warm}) if warm < DAYS else Cold(True, {})


def _air(inverter: InverterDay, day: TownDay) -> tuple[float, float, float]:
    """Usual °C by day, highest of the air, and the limit below which the first is cold."""
    if day.temp_air is not None:
        by_day = day.temp_air[(day.elevation > 0) & np.isfinite(day.temp_air)]
        if len(by_day):
            return float(np.median(by_day)), float(by_day.max()), FREEZING
    told = readings(inverter, day)
    cabinet = told.column("temp_cabinet")
    before = cabinet[(told.elevation < LIT) & np.isfinite(cabinet)]
    nothing = float("nan")
    return (float(before.min()), nothing, CABINET) if len(before) else (nothing, nothing, CABINET)
