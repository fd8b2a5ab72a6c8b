"""What warm cells cost: the light on the planes, corrected to cells at 25 °C."""

from __future__ import annotations

import numpy as np
import pvlib

from models.pv.expected.chain import DEFAULT, Chain
from models.pv.plant import Plant
from models.pv.sun import Floats
from models.pv.yields import corrected_insolation


def corrected_irradiance(
    plant: Plant,
    poa_global: Floats,
    temp_air: Floats,
    wind_speed: Floats,
    chain: Chain = DEFAULT,
    temp_module: Floats | None = None,
) -> Floats:
    """The light (W/m²) of cells at 25 °C that would give what this light gives warm ones; (planes, instants).

    G × (1 + γ (T - 25 °C)), the denominator of the temperature-corrected performance ratio of IEC 61724-1 (2021,
    PR'25°C; Dierauf et al. 2013, NREL/TP-5200-57991, take a year's mean temperature in place of 25 °C). T is the
    measured temperature of the modules where it is known (`temp_module`, °C, shape (instants,)), else Faiman's from the
    air's; NaN where neither is known. In the dark it is 0.
    """
    gamma = np.array([plane.gamma_pdc for plane in plant.planes])[:, None]
    cell = pvlib.temperature.faiman(poa_global, temp_air, wind_speed, *chain.temperature)
    if temp_module is not None:
        cell = np.where(np.isfinite(temp_module), temp_module, cell)
    corrected: Floats = np.where(poa_global == 0, 0.0, corrected_insolation(poa_global, cell, gamma))
    return corrected
