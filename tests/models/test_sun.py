import numpy as np
import pandas as pd
import pvlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pv.sun import (
    Irradiance,
    cell_temperature,
    clear_sky,
    orientation,
    split_ghi,
    sun_position,
    transpose,
)

DAY = pd.date_range("2026-06-21", periods=96, freq="15min", tz="UTC")
LOOS = (50.457, 2.793, 50.0)


def test_the_sun_of_midsummer_stands_in_the_south_at_63_degrees():
    sun = sun_position(DAY, *LOOS)
    noon = sun.zenith.argmin()
    assert 90 - sun.zenith[noon] == pytest.approx(90 - 50.457 + 23.44, abs=0.1)
    assert sun.azimuth[noon] == pytest.approx(180, abs=3)
    assert abs(DAY[noon].hour + DAY[noon].minute / 60 - (12 - 2.793 / 15)) < 0.3


def test_times_without_a_zone_are_refused():
    with pytest.raises(ValueError, match="time zone"):
        sun_position(DAY.tz_localize(None), *LOOS)


@pytest.mark.parametrize("place", [LOOS, (-21.3, 55.5, 75.0), (0.0, -120.0, 0.0), (70.0, 179.9, 3000.0)])
def test_a_year_of_the_sun_is_that_of_pvlibs_spa(place):
    year = pd.date_range("2023-11-05", periods=6000, freq="97min", tz="Europe/Paris")
    warmth = np.linspace(-20, 40, len(year))
    sun = sun_position(year, *place, warmth)
    spa = pvlib.solarposition.get_solarposition(year, *place, temperature=warmth).to_dict("series")
    assert sun.zenith == pytest.approx(spa["zenith"].to_numpy(), abs=1e-6)
    assert sun.apparent_zenith == pytest.approx(spa["apparent_zenith"].to_numpy(), abs=1e-6)
    turn = np.radians(sun.azimuth - spa["azimuth"].to_numpy()) * np.sin(np.radians(sun.zenith))
    assert np.sin(turn) == pytest.approx(np.zeros(len(year)), abs=1e-7)


def test_the_sun_of_a_moment_is_that_of_the_same_moment_in_a_year():
    year = sun_position(pd.date_range("2026-01-01", periods=400, freq="D", tz="UTC") + pd.Timedelta("11h"), *LOOS)
    alone = sun_position(pd.DatetimeIndex(["2026-07-01 11:00"], tz="UTC"), *LOOS)
    assert year.at(np.array([181])).azimuth == pytest.approx(alone.azimuth, abs=1e-6)
    assert len(sun_position(DAY[:0], *LOOS).zenith) == 0


def test_without_a_temperature_the_refraction_is_the_usual_one():
    usual, some = sun_position(DAY, *LOOS), sun_position(DAY, *LOOS, np.full(len(DAY), np.nan))
    assert (usual.apparent_zenith == some.apparent_zenith).all()


def test_a_clear_night_is_dark_and_a_clear_noon_is_bright():
    sun = sun_position(DAY, *LOOS)
    sky = clear_sky(sun, 50.0)
    assert (sky.ghi[sun.apparent_zenith > 90] == 0).all()
    assert 800 < sky.ghi.max() < 950
    assert (sky.ghi >= sky.dhi).all()


def test_beam_and_diffuse_of_a_split_make_the_whole():
    sun = sun_position(DAY, *LOOS)
    sky = split_ghi(clear_sky(sun, 50.0).ghi * 0.6, sun)
    high = sun.zenith < 80
    whole = sky.dhi + sky.dni * np.cos(np.radians(sun.zenith))
    assert whole[high] == pytest.approx(sky.ghi[high])


def test_what_is_missing_stays_missing():
    sun = sun_position(DAY[40:44], *LOOS)
    ghi = np.array([500.0, np.nan, 600.0, np.nan])
    sky = split_ghi(ghi, sun)
    tilt, azimuth = orientation("fixed", 30, 180, sun)
    assert np.isnan(transpose(tilt, azimuth, sun, sky).poa_global).tolist() == [False, True, False, True]


@given(azimuth=st.floats(0, 360))
def test_a_flat_plane_sees_what_the_horizontal_sees_whatever_its_azimuth(azimuth):
    sun = sun_position(DAY[20:76:8], *LOOS)
    sky = split_ghi(clear_sky(sun, 50.0).ghi * 0.7, sun)
    flat = transpose(*orientation("fixed", 0, azimuth, sun), sun, sky)
    assert flat.poa_global == pytest.approx(sky.ghi, rel=0.03, abs=5)


def test_east_gets_its_light_before_west():
    sun = sun_position(DAY, *LOOS)
    sky = split_ghi(clear_sky(sun, 50.0).ghi, sun)
    east, west = (transpose(*orientation("fixed", 45, a, sun), sun, sky).poa_global for a in (90, 270))
    assert east.argmax() < 48 < west.argmax()


def test_planes_can_be_worked_out_together():
    sun = sun_position(DAY, *LOOS)
    sky = split_ghi(clear_sky(sun, 50.0).ghi, sun)
    angles = [orientation("fixed", 30, a, sun) for a in (90, 180, 270)]
    both = Irradiance(*(np.tile(part, (3, 1)) for part in (sky.ghi, sky.dni, sky.dhi)))
    together = transpose(np.array([t for t, _ in angles]), np.array([a for _, a in angles]), sun, both).effective()
    for row, (tilt, azimuth) in zip(together, angles, strict=True):
        assert row == pytest.approx(transpose(tilt, azimuth, sun, sky).effective(), nan_ok=True)


def test_a_better_mount_sees_more_of_the_beam():
    sun = sun_position(DAY, *LOOS)
    sky = split_ghi(clear_sky(sun, 50.0).ghi, sun)
    fixed, axis, two = (
        transpose(*orientation(mount, tilt, azimuth, sun), sun, sky).poa_direct.sum()
        for mount, tilt, azimuth in (("fixed", 30, 180), ("single-axis", 0, 180), ("two-axis", None, None))
    )
    assert fixed < axis < two


def test_a_fixed_plane_without_angles_is_refused():
    with pytest.raises(ValueError, match="surface_tilt"):
        orientation("fixed", None, 180, sun_position(DAY, *LOOS))


def test_cells_heat_up_in_the_sun_and_cool_in_the_wind():
    light, air = np.array([0.0, 800.0, 800.0]), np.full(3, 20.0)
    temperature = cell_temperature(light, air, np.array([1.0, 1.0, 8.0]))
    assert temperature[0] == 20
    assert temperature[1] > temperature[2] > 25
