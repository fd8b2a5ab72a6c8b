"""What roofs could make: the published plants within ten percent, and ten thousand planes in one go."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from config import load
from models.pv.plant import plant_of
from models.territory.roof_potential import specific_yields
from models.territory.typical_light import LOOS_KWH_M2, typical_light

LOOS = (50.457, 2.793, 50.0)
TOWN = Path(__file__).parents[3] / "config/towns/loos-en-gohelle"


def test_the_light_of_the_year_sums_up_to_what_was_asked() -> None:
    for wanted in (950.0, 1080.0, 1250.0):
        light = typical_light(*LOOS, wanted).irradiance
        assert light.ghi.sum() / 1000 == pytest.approx(wanted, rel=1e-6)
    assert 0.5 < light.dhi.sum() / light.ghi.sum() < 0.65
    with pytest.raises(ValueError, match="3000 kWh"):
        typical_light(*LOOS, 3000.0)


def test_the_roofs_of_mine_de_soleil_make_what_was_published_within_ten_percent() -> None:
    town = load(TOWN)
    plant, own = plant_of(town), {site.id for site in town.sites if site.owner == "sas-mine-de-soleil"}
    planes = [plane for plane in plant.planes if plane.roof.split("/")[0] in own]
    yields = specific_yields([p.surface_tilt for p in planes], [p.surface_azimuth for p in planes], LOOS, LOOS_KWH_M2)
    made = sum(plane.pdc0 / 1000 * one for plane, one in zip(planes, yields, strict=True))
    assert sum(plane.pdc0 for plane in planes) == pytest.approx(448_000, rel=0.01)
    assert made == pytest.approx(440_000, rel=0.10)


def test_south_makes_more_than_north_and_flat_lies_between() -> None:
    south, flat, north, wall = specific_yields([35, 0, 35, 90], [180, 0, 0, 180], LOOS)
    assert south > flat > north
    assert south > wall
    assert flat == pytest.approx(specific_yields([0], [271], LOOS)[0], rel=1e-9)


def test_ten_thousand_planes_at_once_take_seconds_and_are_each_what_it_is_alone() -> None:
    draw = np.random.default_rng(1)
    tilts, azimuths = draw.uniform(0, 60, 10_000).round(1), draw.uniform(0, 360, 10_000).round()
    typical_light(*LOOS)
    before = time.process_time()
    made = specific_yields(tilts, azimuths, LOOS)
    assert time.process_time() - before < 30
    assert made.shape == (10_000,)
    assert ((made > 300) & (made < 1100)).all()
    some = draw.integers(0, 10_000, 5)
    assert made[some] == pytest.approx(specific_yields(tilts[some], azimuths[some], LOOS))


def test_angles_that_are_none_are_refused() -> None:
    assert specific_yields([], [], LOOS).shape == (0,)
    for tilts, azimuths in (([91], [0]), ([float("nan")], [0]), ([1, 2], [0])):
        with pytest.raises(ValueError, match=r"tilt"):
            specific_yields(tilts, azimuths, LOOS)
