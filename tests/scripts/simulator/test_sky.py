import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.simulator.sky import GHI, PER_DAY, QUARTER, TEMP_AIR, Sky, autoregressive, normal, uniform

FIRST = 1_767_225_600_000 // QUARTER  # 2026-01-01
YEAR = 365 * PER_DAY


def _sky(seed: int = 1) -> Sky:
    return Sky(seed, 50.457, 2.793, 50.0)


def test_the_same_seed_gives_the_same_sky_and_another_one_another():
    one, same, other = (_sky(seed).weather(FIRST, FIRST + 200).irradiance.ghi for seed in (1, 1, 2))
    assert (one == same).all()
    assert not np.allclose(one, other)


@given(start=st.integers(0, 3 * YEAR), length=st.integers(1, 300))
@settings(max_examples=20, deadline=None)
def test_any_stretch_is_the_same_whatever_stretch_was_asked_for(start, length):
    sky, first = _sky(), FIRST + start
    whole = sky.weather(first - 100, first + length + 50)
    part = sky.weather(first, first + length)
    for name in ("temp_air", "wind_speed", "clearness"):
        assert getattr(whole, name)[100 : 100 + length] == pytest.approx(getattr(part, name))
    roofs = sky.roofs(whole, ["a", "b"]).ghi[:, 100 : 100 + length]
    assert roofs == pytest.approx(sky.roofs(part, ["a", "b"]).ghi)


def test_the_mean_of_many_years_is_the_climate_month_by_month():
    years = [_sky(seed).weather(FIRST, FIRST + YEAR) for seed in range(8)]
    month = years[0].times.month
    daily = pd.Series(np.mean([y.irradiance.ghi for y in years], axis=0)).groupby(month).mean() * 24 / 1000
    assert daily.to_numpy() == pytest.approx(GHI, rel=0.15)
    assert (daily.to_numpy() * [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]).sum() == pytest.approx(1080, rel=0.04)


def test_about_half_of_the_light_is_diffuse():
    light = _sky().weather(FIRST, FIRST + YEAR).irradiance
    assert 0.5 < light.dhi.sum() / light.ghi.sum() < 0.62


def test_the_temperature_of_many_years_is_the_climate_and_days_are_warmer_than_nights():
    years = [_sky(seed).weather(FIRST, FIRST + YEAR) for seed in range(8)]
    mean = pd.Series(np.mean([y.temp_air for y in years], axis=0))
    assert mean.groupby(years[0].times.month).mean().to_numpy() == pytest.approx(TEMP_AIR, abs=1.2)
    assert mean.groupby(years[0].times.hour).mean().idxmax() == 14
    assert -15 < min(y.temp_air.min() for y in years) < max(y.temp_air.max() for y in years) < 42


def test_roofs_of_one_town_see_nearly_the_same_sky():
    sky = _sky()
    weather = sky.weather(FIRST + 90 * PER_DAY, FIRST + 150 * PER_DAY)
    hourly = sky.roofs(weather, ["a", "b", "c"]).ghi.reshape(3, -1, 4).mean(axis=2)
    correlation = np.corrcoef(hourly[:, hourly[0] > 0])[np.triu_indices(3, 1)]
    assert ((correlation > 0.9) & (correlation < 0.9999)).all()
    difference = np.sqrt(np.mean((hourly[0] - hourly[1])[hourly[0] > 0] ** 2)) / hourly[0][hourly[0] > 0].mean()
    assert 0.06 < difference < 0.13


def test_random_numbers_are_those_they_claim_to_be():
    index = np.arange(100_000)
    drawn, noise = normal(3, "x", index), autoregressive(3, "y", 0, 100_000, 0.9)
    assert np.histogram(uniform(3, "u", index), 10, (0, 1))[0] == pytest.approx(10_000, rel=0.05)
    assert (drawn.mean(), drawn.std()) == pytest.approx((0, 1), abs=0.02)
    assert noise.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(0.9, abs=0.02)
