"""The sun's elevation between samples, from the elevation at samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.pv.quality.runs import HOUR, Floats, Times

DAY = 24 * HOUR
ENOUGH = 2000
"""More samples add nothing but time."""


@dataclass(frozen=True, slots=True)
class Daylight:
    """The sun over a place that is only known by the elevations it saw.

    sin(elevation) = a sin(decl) + b cos(decl) cos(h) + c cos(decl) sin(h), h the hour angle at Greenwich: a, b and c
    (latitude and longitude in disguise) come out of a linear fit, exact to a degree.
    """

    place: tuple[float, float, float]

    @classmethod
    def seen(cls, times: Times, elevation: Floats) -> Daylight | None:
        """From elevations (degrees) at instants (ms since 1970 UTC); None when they are too few to tell."""
        there = np.flatnonzero(np.isfinite(elevation))[:: max(1, len(times) // ENOUGH)]
        if len(there) < 12 or times[there[-1]] - times[there[0]] < 3 * HOUR:
            return None
        fitted = np.linalg.lstsq(_directions(times[there]), np.sin(np.radians(elevation[there])), rcond=1e-9)[0]
        return cls((float(fitted[0]), float(fitted[1]), float(fitted[2])))

    def sine(self, times: Times) -> Floats:
        """Sine of the elevation at instants."""
        made: Floats = np.clip(_directions(times) @ np.array(self.place), -1.0, 1.0)
        return made


def _directions(times: Times) -> Floats:
    """Shape (times, 3). Declination and equation of time after Spencer (1971)."""
    year = 2 * np.pi * (times / DAY / 365.2422 % 1.0)
    decl = (
        0.006918
        - 0.399912 * np.cos(year)
        + 0.070257 * np.sin(year)
        - 0.006758 * np.cos(2 * year)
        + 0.000907 * np.sin(2 * year)
    )
    equation = 0.000075 + 0.001868 * np.cos(year) - 0.032077 * np.sin(year) - 0.014615 * np.cos(2 * year)
    equation -= 0.040849 * np.sin(2 * year)
    hour = (times % DAY) / DAY * 2 * np.pi - np.pi + equation
    made: Floats = np.column_stack((np.sin(decl), np.cos(decl) * np.cos(hour), np.cos(decl) * np.sin(hour)))
    return made
