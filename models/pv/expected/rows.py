"""Planes in blocks of rows: their figures in columns, how they stand, and the sun of some instants as they see it.

Shapes: p planes, t instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.pv.expected.horizon import beam_passes, sky_view
from models.pv.plant import Plane, Plant
from models.pv.sun import Floats, Sun, orientation


@dataclass(frozen=True, slots=True)
class Instants:
    """The sun at some instants."""

    sun: Sun
    towards: Floats
    """Unit vector to the sun with refraction, (3, t): up, north, east."""

    @classmethod
    def of(cls, sun: Sun) -> Instants:
        """With the vector worked out, once for all blocks."""
        zenith, azimuth = np.radians(sun.apparent_zenith), np.radians(sun.azimuth)
        flat = np.sin(zenith)
        return cls(sun, np.array([np.cos(zenith), flat * np.cos(azimuth), flat * np.sin(azimuth)]))


@dataclass(frozen=True, slots=True)
class Facing:
    """How planes stand."""

    up: Floats
    """Cosine of the tilt, (p, 1) or (p, t)."""
    out: Floats
    """Sine of the tilt, as `up`."""
    normal: Floats
    """Unit vectors (p, 3) of fixed planes, (p, 3, t) where one moves: up, north, east."""

    @classmethod
    def of(cls, surface_tilt: Floats, surface_azimuth: Floats) -> Facing:
        """From degrees, both (p, 1) or both (p, t)."""
        tilt, azimuth = np.radians(surface_tilt), np.radians(surface_azimuth)
        up, out = np.cos(tilt), np.sin(tilt)
        normal = np.stack([up, out * np.cos(azimuth), out * np.sin(azimuth)], axis=1)
        return cls(up, out, normal[:, :, 0] if up.shape[1] == 1 else normal)

    def cosine(self, instants: Instants) -> Floats:
        """Of the angle of incidence, (p, t); 0 while the sun is behind the plane."""
        if self.normal.ndim == 2:
            cosine: Floats = self.normal @ instants.towards
        else:
            cosine = np.einsum("pct,ct->pt", self.normal, instants.towards)
        return np.clip(cosine, 0.0, 1.0, out=cosine)


@dataclass(frozen=True, slots=True)
class Rows:
    """A block of planes. Figures are columns (p, 1)."""

    planes: tuple[Plane, ...]
    numbers: NDArray[np.intp]
    """Their places in the plant, (p,)."""
    inverters: NDArray[np.intp]
    """The rows of their inverters, (p,)."""
    pdc0: Floats
    gamma_pdc: Floats
    fixed: Facing | None
    """How they stand; None when one of them moves."""
    view: Floats | None
    """Share of the sky's light that the horizon profiles leave; None when all horizons are free."""

    @classmethod
    def of(cls, plant: Plant, numbers: Sequence[int]) -> Rows:
        """The planes with these numbers in the plant."""
        planes = tuple(plant.planes[number] for number in numbers)
        still = all(plane.mount == "fixed" for plane in planes)
        tilt, azimuth = _column(p.surface_tilt for p in planes), _column(p.surface_azimuth for p in planes)
        return cls(
            planes=planes,
            numbers=np.array(numbers, dtype=np.intp),
            inverters=np.array([plane.inverter for plane in planes], dtype=np.intp),
            pdc0=_column(plane.pdc0 for plane in planes),
            gamma_pdc=_column(plane.gamma_pdc for plane in planes),
            fixed=Facing.of(tilt, azimuth) if still else None,
            view=_column(map(_view, planes)) if any(plane.horizon for plane in planes) else None,
        )

    def part(self, values: Floats, places: NDArray[np.intp]) -> Floats:
        """These planes' part of values of shape (instants,) or (planes, instants): (1, t) or (p, t)."""
        return values[None, places] if values.ndim == 1 else values[self.numbers[:, None], places]

    def facing(self, sun: Sun) -> Facing:
        """How they stand at these instants."""
        if self.fixed is not None:
            return self.fixed
        turned = [orientation(p.mount, p.surface_tilt, p.surface_azimuth, sun) for p in self.planes]
        tilt, azimuth = zip(*turned, strict=True)
        return Facing.of(np.array(tilt), np.array(azimuth))

    def passes(self, sun: Sun) -> Floats:
        """1 where the beam passes the horizon profile, else 0: (p, t)."""
        return np.array([beam_passes(plane.horizon, sun.apparent_zenith, sun.azimuth) for plane in self.planes])


def _view(plane: Plane) -> float:
    """A plane that moves counts as lying flat."""
    return sky_view(plane.horizon, plane.surface_tilt if plane.mount == "fixed" else 0.0, plane.surface_azimuth)


def _column(values: Iterable[float]) -> Floats:
    return np.array([[value] for value in values], dtype=np.float64).reshape(-1, 1)
