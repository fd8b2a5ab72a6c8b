import numpy as np
import pvlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pv.expected.light import on_planes, sky_light, transmitted
from models.pv.expected.rows import Instants, Rows
from models.pv.plant import InverterFacts, Plane, Plant
from models.pv.sun import Irradiance, Sun

LIGHT = st.floats(0, 1100)
MODELS = pytest.mark.parametrize("model", ["perez-driesse", "haydavies"])


def one_instant(zenith, azimuth):
    apparent = np.array([zenith])
    airmass = np.asarray(pvlib.atmosphere.get_relative_airmass(apparent))
    return Sun(apparent, apparent, np.array([azimuth]), airmass, np.array([1361.0]))


def one_plane(tilt, azimuth):
    plane = Plane("s/r/a", "s/r", 0, 1000.0, tilt, azimuth, "fixed", -0.004)
    return Rows.of(Plant(50.0, 3.0, 0.0, (plane,), (InverterFacts("s/i", 900.0, False),)), [0])


@MODELS
@settings(max_examples=150)
@given(
    tilt=st.floats(0, 90),
    azimuth=st.floats(0, 360),
    zenith=st.floats(0, 96),
    sun_azimuth=st.floats(0, 360),
    sky=st.tuples(LIGHT, LIGHT, LIGHT),
)
def test_the_light_on_any_plane_under_any_sky_is_that_of_pvlib(model, tilt, azimuth, zenith, sun_azimuth, sky):
    sun, (ghi, dni, dhi) = one_instant(zenith, sun_azimuth), (np.array([part]) for part in sky)
    light = on_planes(
        one_plane(tilt, azimuth), Instants.of(sun), sky_light(sun, Irradiance(ghi, dni, dhi), model), 0.2, "physical"
    )
    place = (tilt, azimuth, sun.apparent_zenith, sun.azimuth)
    theirs = pvlib.irradiance.get_total_irradiance(
        *place, dni, ghi, dhi, sun.dni_extra, sun.airmass, albedo=0.2, model=model
    )
    passed = theirs["poa_direct"] * pvlib.iam.physical(pvlib.irradiance.aoi(*place)) + theirs["poa_diffuse"]
    assert light.poa_global == pytest.approx(theirs["poa_global"][None], rel=1e-9, abs=1e-6)
    assert light.effective == pytest.approx(passed[None], rel=1e-6, abs=1e-4)  # pvlib's angle costs digits near 90


@pytest.mark.parametrize("glass", ["physical", "ashrae"])
def test_glass_lets_pass_what_pvlib_says_at_every_angle(glass):
    aoi = np.linspace(0, 90, 2001)
    theirs = getattr(pvlib.iam, glass)(aoi)
    assert transmitted(np.maximum(np.cos(np.radians(aoi)), 0.0), glass) == pytest.approx(theirs, abs=1e-9)


def test_no_glass_lets_everything_pass():
    assert transmitted(np.array([0.0, 0.5, 1.0]), "none").tolist() == [1, 1, 1]


@MODELS
def test_a_missing_part_of_the_sky_is_missing_light(model):
    sun = Sun(*(np.repeat(part, 4) for part in (40.0, 40.0, 180.0, 1.3, 1361.0)))
    parts = np.full((3, 4), 300.0)
    parts[[0, 1, 2], [0, 1, 2]] = np.nan
    sky = sky_light(sun, Irradiance(*parts), model)
    light = on_planes(one_plane(30.0, 180.0), Instants.of(sun), sky, 0.2, "physical")
    assert np.isnan(light.poa_global[0]).tolist() == [True, True, True, False]
    assert np.isnan(light.effective[0]).tolist() == [True, True, True, False]


def test_the_sky_is_asked_once_for_all_planes_or_for_each():
    sun = one_instant(50.0, 170.0)
    ghi, dni, dhi = (np.array([[part], [part / 2]]) for part in (500.0, 400.0, 200.0))
    both = sky_light(sun, Irradiance(ghi, dni, dhi), "perez-driesse")
    for row in range(2):
        alone = sky_light(sun, Irradiance(ghi[row], dni[row], dhi[row]), "perez-driesse")
        for name in ("isotropic", "circumsolar", "horizon", "beam", "ground"):
            assert getattr(both, name)[row] == pytest.approx(getattr(alone, name)[0]), name
