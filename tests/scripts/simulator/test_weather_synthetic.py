"""The invented weather of the demo: the sky of its devices, labelled as what it is."""

from __future__ import annotations

import numpy as np

from collector.weather.bounds import checked
from collector.weather.frame import QUARTER
from config.kwh import ExpectedBasis
from scripts.simulator.sky import Sky
from scripts.simulator.weather import SyntheticWeather
from tests.weather_fakes import SPOT, light, ms

START, DAY = ms("2026-06-03T22:00"), 86_400_000


def test_it_is_the_sky_of_the_simulated_town() -> None:
    frame = SyntheticWeather(7).fetch(SPOT, START, START + DAY, 0)
    sky = Sky(7, SPOT.latitude, SPOT.longitude, SPOT.altitude)
    at = sky.weather(START // QUARTER, START // QUARTER + 97)
    assert np.allclose(frame.rows["ghi"], (at.irradiance.ghi[1:] + at.irradiance.ghi[:-1]) / 2)
    assert np.allclose(frame.rows["temp_air"], (at.temp_air[1:] + at.temp_air[:-1]) / 2)
    assert (frame.step, len(frame.rows)) == (QUARTER, 96)


def test_it_is_labelled_as_invented() -> None:
    source = SyntheticWeather(7)
    assert source.basis is ExpectedBasis.SYNTHETIC
    assert "invented" in source.fetch(SPOT, START, START + DAY, 0).attribution


def test_a_part_of_a_day_is_that_part_of_the_whole() -> None:
    whole = SyntheticWeather(7).fetch(SPOT, START, START + DAY, 0).rows
    part = SyntheticWeather(7).fetch(SPOT, START + 40 * QUARTER, START + 48 * QUARTER, 0).rows
    assert np.allclose(part.to_numpy(), whole.iloc[40:48].to_numpy(), atol=1e-6)
    assert len(SyntheticWeather(7).fetch(SPOT, START, START, 0).rows) == 0


def test_nothing_of_a_year_of_it_is_impossible() -> None:
    frame = SyntheticWeather(7).fetch(SPOT, START, START + 365 * DAY, 0)
    assert checked(frame, light).masked == {}
