"""What roofs could make in a year, by the same chain that judges the monitored ones: all of them in one go.

MODELLED: planes as they are described (or assumed), a typical year of light, the usual losses of PVWatts, no shade.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.pv.expected.chain import Chain, ac_power
from models.pv.expected.losses import PVWATTS
from models.pv.plant import GAMMA_CRYSTALLINE, InverterFacts, Plane, Plant
from models.pv.sun import Floats, Irradiance
from models.territory.typical_light import LOOS_KWH_M2, TypicalLight, typical_light

CHAIN = Chain(losses=PVWATTS)
PIECE = 720
"""Hours worked on at once: memory does not grow with the year."""
KWP_M2 = 0.2
"""kWp of one m² of modules, assumed: 20 % efficiency."""
USABLE = 0.5
"""Part of a roof's area that modules can take, assumed: edges, chimneys, the wrong side of a gable."""
FLAT_TILT, PITCHED_TILT, AZIMUTH = 10.0, 35.0, 180.0
"""Assumed where nothing is known. BD TOPO tells the material of a roof, not its slope."""


def specific_yields(
    tilts: Sequence[float] | Floats,
    azimuths: Sequence[float] | Floats,
    place: tuple[float, float, float],
    kwh_m2: float = LOOS_KWH_M2,
) -> Floats:
    """kWh a year of 1 kWp on each plane, shape (planes,). `place` is latitude, longitude, altitude in m.

    Equal planes are worked out once. ValueError for angles that are none.
    """
    tilt, azimuth = np.asarray(tilts, float), np.asarray(azimuths, float)
    if tilt.shape != azimuth.shape or tilt.ndim != 1:
        raise ValueError(f"{tilt.shape} tilts and {azimuth.shape} azimuths")
    if not (np.isfinite(tilt) & (tilt >= 0) & (tilt <= 90) & np.isfinite(azimuth)).all():
        raise ValueError("a tilt is within 0 to 90 degrees, an azimuth is a number of degrees east of north")
    if not len(tilt):
        return np.empty(0)
    planes, which = np.unique(np.column_stack([tilt, np.mod(azimuth, 360.0)]), axis=0, return_inverse=True)
    light = typical_light(*place, kwh_m2)
    plant = Plant(
        *place,
        tuple(
            Plane("", "", number, 1000.0, float(one), float(other), "fixed", GAMMA_CRYSTALLINE)
            for number, (one, other) in enumerate(planes)
        ),
        tuple(InverterFacts(str(number), 1000.0, False) for number in range(len(planes))),
    )
    made: Floats = _energy(plant, light)[which.reshape(-1)] / 1000
    return made


def _energy(plant: Plant, light: TypicalLight) -> Floats:
    """Wh."""
    total = np.zeros(len(plant.inverters))
    for first in range(0, len(light.temp_air), PIECE):
        piece = np.arange(first, min(first + PIECE, len(light.temp_air)))
        sky = Irradiance(*(getattr(light.irradiance, name)[piece] for name in ("ghi", "dni", "dhi")))
        total += ac_power(plant, light.sun.at(piece), sky, light.temp_air[piece], light.wind_speed, CHAIN).sum(axis=1)
    return total
