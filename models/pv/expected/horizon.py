"""What hills, houses and trees keep away from a plane: the beam while the sun stands behind them, and part of the sky.

A profile is the elevation (degrees) of what stands in the way, at equal steps of azimuth from north over east; an
empty profile is a free horizon. Between its steps it is interpolated on the straight line, all around.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.pv.sun import Floats

_STEPS = np.arange(0.5, 360.0)
"""Azimuths of the sky-view integral, degrees."""


def elevation_at(profile: Sequence[float], azimuth: Floats) -> Floats:
    """Elevation of the horizon (degrees) at azimuths of any shape."""
    if not profile:
        return np.zeros_like(azimuth)
    steps = np.arange(len(profile)) * (360.0 / len(profile))
    heights: Floats = np.interp(azimuth, steps, np.asarray(profile, float), period=360.0)
    return heights


def beam_passes(profile: Sequence[float], apparent_zenith: Floats, azimuth: Floats) -> Floats:
    """1.0 where the centre of the sun stands above the profile, else 0.0. A free horizon blocks nothing."""
    if not profile:
        return np.ones_like(azimuth)
    return (90.0 - apparent_zenith >= elevation_at(profile, azimuth)).astype(np.float64)


def sky_view(profile: Sequence[float], surface_tilt: float, surface_azimuth: float) -> float:
    """Share of an even sky's light on the plane that the profile lets through, 0..1; 1 for a free horizon.

    The integral over elevation is exact, that over azimuth takes steps of one degree.
    """
    if not profile:
        return 1.0
    floor = np.zeros_like(_STEPS)
    free = _light_above(floor, surface_tilt, surface_azimuth)
    if free <= 0:  # a plane that faces the ground sees no sky to lose
        return 1.0
    return _light_above(np.radians(elevation_at(profile, _STEPS)), surface_tilt, surface_azimuth) / free


def _light_above(lowest: Floats, surface_tilt: float, surface_azimuth: float) -> float:
    """Light of an even sky above an elevation (radians) per azimuth step, unnormalised.

    Of the sky at elevation e and azimuth difference d, the plane sees (cos tilt sin e + sin tilt cos d cos e) cos e
    where that is positive: above atan(-tan tilt cos d).
    """
    tilt, away = np.radians(surface_tilt), np.radians(_STEPS - surface_azimuth)
    up, out = np.cos(tilt), np.sin(tilt) * np.cos(away)
    seen_from = np.maximum(lowest, np.arctan2(-out, up))
    rest = np.maximum(np.pi / 2 - seen_from, 0.0)
    height = np.pi / 2 - rest
    light = up * np.cos(height) ** 2 / 2 + out * (rest / 2 - np.sin(2 * height) / 4)
    return float(np.sum(light))
