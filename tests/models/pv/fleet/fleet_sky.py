"""An invented neighbourhood: planes under one sky of beam and diffuse light, with an error of their own."""

import numpy as np

from models.pv.fleet.day import HOUR, FleetDay
from models.pv.fleet.expect import Expectation, expect
from models.pv.fleet.finding import Watch, watch
from models.pv.fleet.learn import learn
from models.pv.fleet.nameplate import low_yield
from models.pv.fleet.state import FleetState

DAY = 24 * HOUR
START = 1_735_689_600_000  # 2025-01-01
LEANING = ((0.4, -0.3), (-0.4, -0.3), (0.0, -0.5), (0.4, -0.2), (-0.4, -0.2), (0.1, -0.5), (0.0, -0.3), (-0.2, -0.4))
"""East and north component of the normal of each roof."""


def neighbourhood(days: int, per_hour: int = 1, error: float = 0.02, roofs: int = len(LEANING), seed: int = 5):
    """Wh, shape (days, 24 * per_hour, roofs): the height of noon rises through the year, clouds change by the hour."""
    random = np.random.default_rng(seed)
    beam = np.repeat(random.beta(0.6, 0.5, (days, 24)), per_hour, axis=1)
    power = under(beam, LEANING[:roofs])
    return power * np.exp(error * random.standard_normal(power.shape)) / per_hour


def under(beam, leaning=LEANING):
    """W, shape (days, T, roofs): planes under skies of which a share (days, T) is clear."""
    days, per_hour = len(beam), beam.shape[1] // 24
    hour = (np.arange(24 * per_hour) + 0.5) / per_hour
    angle = (hour - 12) / 12 * np.pi
    noon = 0.4 + 0.4 * np.linspace(0, 1, days)[:, None]
    up = np.maximum(noon * np.cos(angle) - 0.05, 0.0)
    east, north = -np.sin(angle) * (up > 0), -np.sqrt(np.maximum(1 - np.sin(angle) ** 2 - up**2, 0.0)) * (up > 0)
    made = []
    for number, (e, n) in enumerate(leaning):
        facing = np.maximum(e * east + n * north + np.sqrt(1 - e * e - n * n) * up, 0.0)
        made.append((700 * beam * facing + 250 * np.sqrt(up) * (1.2 - 0.7 * beam)) * (1 + 0.1 * number))
    return np.stack(made, axis=2)


def day_of(measured, number: int, **facts) -> FleetDay:
    step = DAY // measured.shape[1]
    names = tuple(f"roof-{row}" for row in range(measured.shape[2]))
    times = START + number * DAY + np.arange(measured.shape[1]) * step
    return FleetDay(names, times, step, measured[number], 0.0, **facts)


def taught(measured, state: FleetState | None = None, first: int = 0, healthy=None, **facts) -> FleetState:
    """The state after all days from `first` on."""
    state = state or FleetState.empty()
    for number in range(first, len(measured)):
        day = day_of(measured, number, **facts)
        state = learn(state, day, expect(state, day, healthy), healthy)
    return state


def watched(measured, memory=None, first: int = 0, **facts):
    """(state, watches, expectations) after all days from `first` on, findings closing the circle as in the jobs."""
    state, watches = memory or (FleetState.empty(), [Watch() for _ in range(measured.shape[2])])
    told: list[Expectation] = []
    for number in range(first, len(measured)):
        day = day_of(measured, number, **facts)
        told.append(expect(state, day, ~np.array([one.open for one in watches])))
        low = low_yield(state.aligned(day.roofs), by_clear=day.clear is not None)
        made, should = np.nansum(day.measured, axis=0), np.nansum(told[-1].expected, axis=0)
        watches = [
            watch(one, int(day.times[0]), made[row], should[row], None if np.isnan(low[row]) else low[row])
            for row, one in enumerate(watches)
        ]
        state = learn(state, day, told[-1], ~np.array([one.open for one in watches]))
    return state, watches, told
