"""One day (or a part of one) of all roofs of a fleet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.pv.sun import Floats

HOUR = 3_600_000
"""ms"""


@dataclass(frozen=True, slots=True)
class FleetDay:
    """Measurements of n roofs (or inverters) over T intervals. ValueError when shapes disagree or a name is twice."""

    roofs: Sequence[str]
    times: NDArray[np.int64]
    """(T,) starts of the intervals, ms since 1970 UTC."""
    step: int
    """ms, the length of every interval."""
    measured: Floats
    """(T, n) Wh in each interval; NaN unknown."""
    longitude: float
    """Degrees east: the sun's hour tells the parts of a day apart, so that days of 23 and 25 hours are ordinary."""
    clear: Floats | None = None
    """(T, n) Wh under a cloudless sky, modelled from the metadata; None where there are none."""
    dimmed: Floats | None = None
    """(skies, T, n) Wh under clouds, modelled likewise, from the darkest sky to the brightest; NaN where tilt or
    azimuth is not known."""
    capacity: Floats | None = None
    """(n,) W installed; NaN unknown. Only `nameplate` uses it, where `clear` is None."""

    def __post_init__(self) -> None:
        shape = (len(self.times), len(self.roofs))
        for name in ("measured", "clear", "dimmed"):
            values = getattr(self, name)
            if values is not None and values.shape[-2:] != shape:
                raise ValueError(f"{name} {values.shape}: expected {shape}")
        if self.capacity is not None and self.capacity.shape != shape[1:]:
            raise ValueError(f"capacity {self.capacity.shape}: expected {shape[1:]}")
        if len(set(self.roofs)) != len(self.roofs):
            raise ValueError("a roof is named twice")
        if self.step <= 0:
            raise ValueError(f"intervals of {self.step} ms")

    def power(self) -> Floats:
        """(T, n) mean W of each interval; never negative (what an inverter takes at night is not production)."""
        made: Floats = np.maximum(self.measured / self.power_to_energy, 0.0)
        return made

    @property
    def power_to_energy(self) -> float:
        """Hours of one interval."""
        return self.step / HOUR

    def hours(self) -> NDArray[np.int64]:
        """(T,) hour of the mean sun at the middle of each interval, 0..23."""
        solar = (self.times + self.step / 2) / HOUR + self.longitude / 15
        return np.floor(solar % 24).astype(np.int64)
