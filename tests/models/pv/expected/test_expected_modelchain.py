from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.pv.expected.chain import Chain, ac_power
from models.pv.expected.losses import FAIMAN_INSULATED, PVWATTS_RUNNING
from models.pv.expected.modelchain import modelchain_power
from models.pv.plant import InverterFacts, Plane, Plant
from models.pv.sun import Irradiance, clear_sky, split_ghi, sun_position

LOOS = (50.457, 2.793, 50.0)
YEAR = pd.date_range("2025-01-01", periods=8760, freq="h", tz="UTC")


def random_plant(count, seed):
    """Arrays of all tilts and azimuths; a third of the inverters clips often, a third never."""
    draw = np.random.default_rng(seed)
    planes, inverters = [], []
    for number in range(count):
        pdc0, pac = draw.uniform(2e3, 1e5), draw.uniform(0.4, 1.3)
        tilt, azimuth, gamma = draw.uniform(0, 90), draw.uniform(0, 360), draw.uniform(-0.005, -0.002)
        planes.append(Plane(f"s/r/{number}", "s/r", number, pdc0, tilt, azimuth, "fixed", gamma))
        inverters.append(InverterFacts(f"s/{number}", pac * pdc0, False))
    return Plant(*LOOS, tuple(planes), tuple(inverters))


def sky_of(weather):
    return Irradiance(*(weather[name].to_numpy() for name in ("ghi", "dni", "dhi")))


@pytest.fixture(scope="module")
def weather():
    """A made-up year: broken cloud of any thickness, a warm summer, some wind."""
    draw = np.random.default_rng(7)
    sun = sun_position(YEAR, *LOOS)
    sky = split_ghi(clear_sky(sun, 50.0).ghi * draw.uniform(0.05, 1.05, len(YEAR)), sun)
    temp_air = 11 - 9 * np.cos(2 * np.pi * YEAR.day_of_year.to_numpy() / 365) + draw.normal(0, 3, len(YEAR))
    parts = {"ghi": sky.ghi, "dni": sky.dni, "dhi": sky.dhi, "temp_air": temp_air}
    return pd.DataFrame(parts | {"wind_speed": draw.weibull(2, len(YEAR)) * 4}, index=YEAR)


def annual(weather, count, chain):
    """Annual sums of ours and theirs, and how many inverters clipped."""
    plant = random_plant(count, seed=count)
    sun = sun_position(YEAR, *LOOS)  # one temperature in the refraction; ModelChain takes each hour's
    power = ac_power(plant, sun, sky_of(weather), weather.temp_air, weather.wind_speed, chain)
    theirs = [modelchain_power(plant, number, weather, chain).sum() for number in range(count)]
    rated = np.array([inverter.pac_rated for inverter in plant.inverters])
    return power.sum(axis=1), theirs, int((power.max(axis=1) > 0.999999 * rated).sum())


@pytest.mark.parametrize("transposition", ["perez-driesse", "haydavies"])
def test_fifty_random_arrays_make_the_annual_energy_of_modelchain(weather, transposition):
    ours, theirs, clipped = annual(weather, 50, Chain(transposition=transposition))
    assert ours == pytest.approx(theirs, rel=1e-5)
    assert 10 <= clipped <= 40


@pytest.mark.parametrize(
    "chain",
    [
        Chain(iam="none", temperature=FAIMAN_INSULATED, losses=PVWATTS_RUNNING, albedo=0.5, eta=0.98),
        Chain(iam="ashrae"),
    ],
    ids=["all options", "other glass"],
)
def test_the_options_mean_what_they_mean_in_modelchain(weather, chain):
    ours, theirs, _ = annual(weather, 4, chain)
    assert ours == pytest.approx(theirs, rel=1e-5)


def test_each_hour_is_that_of_modelchain_when_both_refract_the_sun_by_the_same_air(weather):
    plant = random_plant(6, seed=3)
    sun = sun_position(YEAR, *LOOS, weather.temp_air.to_numpy())
    power = ac_power(plant, sun, sky_of(weather), weather.temp_air, weather.wind_speed)
    for number, row in enumerate(power):
        assert row == pytest.approx(modelchain_power(plant, number, weather), rel=1e-6, abs=1e-3)


def test_the_yardstick_refuses_what_modelchain_cannot_do(weather):
    plant = random_plant(1, seed=1)
    for change in ({"horizon": (5.0,)}, {"mount": "two-axis"}):
        other = replace(plant, planes=(replace(plant.planes[0], **change),))
        with pytest.raises(ValueError, match="s/r/0"):
            modelchain_power(other, 0, weather)
