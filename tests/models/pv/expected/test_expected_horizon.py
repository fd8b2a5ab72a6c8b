import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pv.expected.horizon import beam_passes, elevation_at, sky_view

PROFILE = st.lists(st.floats(0, 90), min_size=1, max_size=36)
TILT, AZIMUTH = st.floats(0, 90), st.floats(0, 360)


def test_between_its_steps_a_profile_is_a_straight_line_and_it_closes_in_the_north():
    profile = (0.0, 40.0, 20.0, 10.0)  # north, east, south, west
    at = np.array([0.0, 45.0, 90.0, 180.0, 315.0, 359.9999, 360.0])
    assert elevation_at(profile, at) == pytest.approx([0, 20, 40, 20, 5, 0, 0], abs=1e-3)


def test_the_sun_shines_above_the_profile_only():
    zenith, azimuth = np.array([49.0, 51.0, 79.0, 81.0, 95.0]), np.array([90.0, 90.0, 270.0, 270.0, 0.0])
    assert beam_passes((0.0, 40.0, 20.0, 10.0), zenith, azimuth).tolist() == [1, 0, 1, 0, 0]


def test_a_free_horizon_takes_nothing():
    assert beam_passes((), np.array([10.0, 95.0]), np.zeros(2)).tolist() == [1, 1]
    assert elevation_at((), np.array([1.0, 200.0])).tolist() == [0, 0]
    assert sky_view((), 30.0, 180.0) == 1


@given(height=st.floats(0, 90), azimuth=AZIMUTH)
def test_of_a_flat_plane_an_even_horizon_hides_the_square_of_its_sine(height, azimuth):
    assert sky_view((height,) * 4, 0.0, azimuth) == pytest.approx(1 - np.sin(np.radians(height)) ** 2, abs=1e-9)


@given(tilt=TILT, azimuth=AZIMUTH)
def test_a_profile_of_zeros_is_a_free_horizon(tilt, azimuth):
    assert sky_view((0.0,) * 8, tilt, azimuth) == pytest.approx(1)


@given(profile=PROFILE, tilt=TILT, azimuth=AZIMUTH, more=st.floats(0, 10))
def test_a_higher_horizon_never_shows_more_sky(profile, tilt, azimuth, more):
    lower = sky_view(profile, tilt, azimuth)
    assert 0 <= sky_view([min(height + more, 90) for height in profile], tilt, azimuth) <= lower + 1e-12 <= 1 + 1e-9


def test_the_sky_view_is_the_integral_over_the_sky():
    profile, tilt, azimuth = (5.0, 30.0, 60.0, 10.0, 0.0, 20.0), 50.0, 140.0
    elevation, around = np.radians(np.arange(0.05, 90, 0.1))[:, None], np.arange(0.5, 360)
    out = np.sin(np.radians(tilt)) * np.cos(np.radians(around - azimuth))
    seen = np.maximum(np.cos(np.radians(tilt)) * np.sin(elevation) + out * np.cos(elevation), 0) * np.cos(elevation)
    free = elevation > np.radians(elevation_at(profile, around))
    assert sky_view(profile, tilt, azimuth) == pytest.approx((seen * free).sum() / seen.sum(), abs=2e-3)


def test_a_wall_behind_the_plane_hides_less_than_one_in_front():
    north, south = (40.0, 0.0, 0.0, 0.0), (0.0, 0.0, 40.0, 0.0)
    assert sky_view(south, 60.0, 180.0) < sky_view(north, 60.0, 180.0) <= 1
