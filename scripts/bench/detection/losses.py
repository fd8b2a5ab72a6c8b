"""What is injected: the share of a roof's energy that is left, interval by interval, from its first day on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.sun import Floats
from scripts.bench.detection.series import Series

LASTS = 30
"""Days that an injected loss lasts …"""
RAMP_LASTS = 120
"""… and a ramp."""
STEPS = (10, 15, 20, 33, 50, 100)
RAMP = 0.01 / 7
"""Of the energy, lost more every day: 1 % a week."""
HIDDEN, HIDDEN_HOURS = 0.6, (1.0, 4.0)
"""Of the energy, in the hours from … to … after (or before) the sun's highest stand."""
SOMETIMES, OFTEN = 0.40, 0.5
"""Lost on a day that is hit, and the share of such days."""
HALF_INPUT = 0.25
"""Lost where no DC inputs are known: one of two equal trackers gives half."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to lose energy."""

    name: str
    within: float
    """Lit days in which it should be found (for a dead inverter: see `dead`)."""
    right: frozenset[Cause]
    """Names that are true of it. "unexplained" is neither right nor wrong."""
    kept: Callable[[Series, int, int, np.random.Generator], Floats]
    """(series, row, first day, random numbers) -> (days, T) share left."""
    lasts: int = LASTS
    dead: bool = False
    lost: float = 0.0
    """Share, of a step."""


def kinds() -> list[Kind]:
    """All that is injected."""
    within = {10: 14, 15: 7, 20: 7, 33: 4, 50: 4, 100: 1}
    made = [
        Kind(str(percent), within[percent], _names(percent), _step(percent / 100), lost=percent / 100,
             dead=percent == 100)
        for percent in STEPS
    ]  # fmt: skip
    return [
        *made,
        Kind("ramp", 60, frozenset({Cause.SOILING, Cause.DEGRADATION}), _ramp, RAMP_LASTS),
        Kind("time_of_day", 14, frozenset({Cause.SHADING, Cause.OBSTACLE}), _time_of_day),
        Kind("one_mppt", 7, frozenset({Cause.STRING_OPEN, Cause.INPUT_LOW}), _one_mppt),
        Kind("intermittent", 14, frozenset({Cause.GRID_TRIPS}), _intermittent),
    ]


def lasting() -> list[Kind]:
    """Steps that must still be seen after 120 days, as a ramp must."""
    return [
        Kind(str(percent), 7, _names(percent), _step(percent / 100, RAMP_LASTS), RAMP_LASTS, lost=percent / 100)
        for percent in (15, 20, 33)
    ]


def _names(percent: int) -> frozenset[Cause]:
    if percent == 100:
        return frozenset({Cause.INVERTER_OFF, Cause.SITE_OFF})
    return frozenset({Cause.STRING_OPEN, Cause.INPUT_LOW})


def _step(lost: float, lasts: int = LASTS) -> Callable[[Series, int, int, np.random.Generator], Floats]:
    def kept(series: Series, row: int, first: int, rng: np.random.Generator) -> Floats:
        made = np.full((lasts, series.energy.shape[1]), 1 - lost)
        if lost == 1.0:  # dies in the light of its first day
            energy = series.energy[first, :, row]
            lit = np.flatnonzero(energy > 0.1 * max(float(np.nanmax(energy)), 1e-9))
            if len(lit):
                made[0, : int(rng.choice(lit[: max(3 * len(lit) // 4, 1)]))] = 1.0
        return made

    return kept


def _ramp(series: Series, row: int, first: int, rng: np.random.Generator) -> Floats:
    made = 1 - RAMP * np.arange(RAMP_LASTS)
    return np.repeat(made[:, None], series.energy.shape[1], axis=1)


def _time_of_day(series: Series, row: int, first: int, rng: np.random.Generator) -> Floats:
    side = 1 if rng.random() < 0.5 else -1
    elevation = series.elevation[first : first + LASTS]
    noon = elevation.argmax(axis=1)[:, None]
    hours = side * (np.arange(elevation.shape[1]) - noon) * series.hours
    return np.where((hours >= HIDDEN_HOURS[0]) & (hours < HIDDEN_HOURS[1]), 1 - HIDDEN, 1.0)


def _one_mppt(series: Series, row: int, first: int, rng: np.random.Generator) -> Floats:
    if series.parts and series.parts[row].size:
        return 1 - series.parts[row][first : first + LASTS]
    return np.full((LASTS, series.energy.shape[1]), 1 - HALF_INPUT)


def _intermittent(series: Series, row: int, first: int, rng: np.random.Generator) -> Floats:
    hit = rng.random(LASTS) < OFTEN
    hit[0] = True
    return np.repeat(np.where(hit, 1 - SOMETIMES, 1.0)[:, None], series.energy.shape[1], axis=1)
