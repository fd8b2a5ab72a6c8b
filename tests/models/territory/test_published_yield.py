"""The published 440 MWh a year of Mine de Soleil, from its configured roofs under 1,080 kWh/m²: a modelled year."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import config
from models.pv.expected.chain import ac_power
from models.pv.plant import Plant, plant_of
from models.territory.typical_light import typical_light

PUBLISHED_MWH = 440.0


def test_the_roofs_of_mine_de_soleil_give_the_published_energy_within_a_tenth() -> None:
    town = config.load(Path(config.__file__).parent / "towns" / "loos-en-gohelle")
    own = {site.id for site in town.sites if site.owner == "sas-mine-de-soleil"}
    plant = _only(plant_of(town), own)
    place = town.place
    year = typical_light(place.latitude, place.longitude, place.altitude, 1080.0)
    power = ac_power(plant, year.sun, year.irradiance, year.temp_air, year.wind_speed)
    assert sum(plane.pdc0 for plane in plant.planes) == pytest.approx(448_000)
    assert float(np.nansum(power)) / 1e6 == pytest.approx(PUBLISHED_MWH, rel=0.1)


def _only(plant: Plant, sites: set[str]) -> Plant:
    kept = [n for n, inverter in enumerate(plant.inverters) if inverter.path.split("/")[0] in sites]
    planes = tuple(
        replace(plane, inverter=kept.index(plane.inverter)) for plane in plant.planes if plane.inverter in kept
    )
    return replace(plant, planes=planes, inverters=tuple(plant.inverters[n] for n in kept))
