"""The yardstick of ``chain``: pvlib's own ModelChain, one plane and inverter at a time. For tests and benchmarks."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pvlib

from models.pv.expected.chain import DEFAULT, Chain
from models.pv.plant import Plant
from models.pv.sun import Floats


def modelchain_power(plant: Plant, number: int, weather: pd.DataFrame, chain: Chain = DEFAULT) -> Floats:
    """AC power in W of one fixed plane, alone behind its inverter, at the times of the weather.

    Columns of the weather: ghi, dni, dhi (W/m²), temp_air (°C), wind_speed (m/s). ModelChain knows neither a horizon
    profile nor several planes of one inverter: ValueError for a plane with a profile or that moves.
    """
    plane = plant.planes[number]
    if plane.mount != "fixed" or plane.horizon:
        raise ValueError(f"{plane.array}: not a fixed plane with a free horizon")
    u0, u1 = chain.temperature
    system = pvlib.pvsystem.PVSystem(
        surface_tilt=plane.surface_tilt,
        surface_azimuth=plane.surface_azimuth,
        albedo=chain.albedo,
        module_parameters={"pdc0": plane.pdc0, "gamma_pdc": plane.gamma_pdc},
        inverter_parameters={
            "pdc0": plant.inverters[plane.inverter].pac_rated / chain.eta,
            "eta_inv_nom": chain.eta,
        },
        temperature_model_parameters={"u0": u0, "u1": u1},
        losses_parameters=dict.fromkeys(_PARTS, 0) | {"soiling": chain.losses.percent},
    )
    model = pvlib.modelchain.ModelChain(
        system,
        _place(plant),
        transposition_model=chain.transposition,
        aoi_model="no_loss" if chain.iam == "none" else chain.iam,
        spectral_model="no_loss",
        temperature_model="faiman",
        dc_model="pvwatts",
        ac_model="pvwatts",
        losses_model="pvwatts",
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "DatetimeIndex.dayofyear")  # pvlib 0.16 on pandas 3.1
        model.run_model(weather)
    return np.asarray(model.results.ac, np.float64)


def modelchain_sun(plant: Plant, weather: pd.DataFrame) -> pd.DataFrame:
    """The sun's position as ModelChain works it out at the start of every run: the larger part of its time."""
    return pd.DataFrame(_place(plant).get_solarposition(weather.index, temperature=weather["temp_air"]))


def _place(plant: Plant) -> Any:  # noqa: ANN401 - pvlib has no types
    return pvlib.location.Location(plant.latitude, plant.longitude, altitude=plant.altitude)


_PARTS = (
    "soiling", "shading", "snow", "mismatch", "wiring", "connections", "lid", "nameplate_rating", "age", "availability",
)  # fmt: skip
