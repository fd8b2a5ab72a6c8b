"""What comes over the whole simulated town at once: snow, an eclipse of the sun, a day of small clouds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.pv.sun import Floats, split_ghi
from scripts.simulator.fault import Fault, FaultKind
from scripts.simulator.sky import QUARTER, Weather

THROUGH = 0.015
"""Share of the light that a hand's breadth of snow lets through."""
STEEP, LONGER = 40.0, 2.0
"""Degrees of tilt from which on snow slides off at once, and days for which it lies longer on a flat roof."""
THAWS = 3.0
"""Hours over which a roof comes free."""
FROST = -1.5
"""°C: the air is no warmer while it snows and snow lies."""
MIDDLE, RESTLESS = 0.55, 0.8
"""Share of the light that passes between small clouds in the mean, and how far power swings around it."""
DAY = 86_400_000


def under(weather: Weather, events: Sequence[Fault]) -> Weather:
    """The weather with what the events do to air and light; snow on modules is `cover`."""
    times = weather.times.as_unit("ms").asi8
    clear, air = weather.clear, weather.temp_air
    for event in events:
        if event.kind is FaultKind.ECLIPSE:
            part = np.clip((times - event.start) / (event.end - event.start), 0.0, 1.0)
            clear = clear * (1 - (1 - event.to) * np.sin(np.pi * part) ** 2)
        elif event.kind is FaultKind.CLOUDS:
            clear = np.where((times >= event.start) & (times < event.end), MIDDLE * clear, clear)
        elif event.kind is FaultKind.SNOW:
            lies = (times >= event.start - DAY // 4) & (times < event.end)
            air = np.where(lies, np.minimum(air, FROST), air)
    if clear is weather.clear and air is weather.temp_air:
        return weather
    light = weather.irradiance if clear is weather.clear else split_ghi(weather.clearness * clear, weather.sun)
    return replace(weather, clear=clear, irradiance=light, temp_air=air)


def cover(weather: Weather, tilts: Floats, events: Sequence[Fault]) -> Floats:
    """Share of the light that reaches the modules of planes with these tilts (degrees), (planes, instants)."""
    times = weather.times.as_unit("ms").asi8
    free = np.ones((len(tilts), len(times)))
    for event in events:
        if event.kind is FaultKind.SNOW:
            until = event.end + LONGER * DAY * np.clip(1 - tilts / STEEP, 0.0, 1.0)
            back = np.clip((times - until[:, None]) / (THAWS * 3_600_000), 0.0, 1.0)
            lies = (times >= event.start) & (back < 1)
            free = np.where(lies, np.minimum(free, THROUGH + (1 - THROUGH) * back), free)
    return free


def restless(weather: Weather, events: Sequence[Fault]) -> Floats:
    """By quarter, how far power swings within it beyond what broken clouds do: 0 but under small ones."""
    starts = weather.times.as_unit("ms").asi8[:-1]
    swing = np.zeros(len(starts))
    for event in events:
        if event.kind is FaultKind.CLOUDS:
            swing = np.where((starts >= event.start) & (starts + QUARTER <= event.end), RESTLESS, swing)
    return swing
