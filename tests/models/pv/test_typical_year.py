"""Energy of whole years of weather, under an invented sky: a share of the clear one, hour by hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from models.calendar import QUARTER, day_start
from models.pv.expected.chain import Chain, ac_power
from models.pv.expected.losses import PVWATTS
from models.pv.plant import InverterFacts, Plane, Plant
from models.pv.sun import Irradiance, clear_sky, sun_position
from models.pv.typical_year import by_roof, weather_years, yearly_energies

LATITUDE, LONGITUDE, HOUR = 50.457, 2.793, 3_600_000
EAST = Plane("s/e/a", "s/e", 0, 6000.0, 30.0, 90.0, "fixed", -0.0037)
WEST = Plane("s/w/a", "s/w", 0, 3000.0, 30.0, 270.0, "fixed", -0.0037)
INVERTERS = (InverterFacts("s/inv", 8000.0, False), InverterFacts("s/dark", 5000.0, False))
PLANT = Plant(LATITUDE, LONGITUDE, 0.0, (EAST, WEST), INVERTERS)


@cache
def invented(first=2023, last=2023, share=0.6):
    """Hours of these years (UTC)."""
    starts = np.arange(day_start(date(first, 1, 1), UTC), day_start(date(last + 1, 1, 1), UTC), HOUR)
    times = pd.DatetimeIndex(pd.to_datetime(starts + HOUR // 2, unit="ms", utc=True))
    sky = clear_sky(sun_position(times, LATITUDE, LONGITUDE))
    index = times - pd.Timedelta(minutes=30)
    light = {part: share * getattr(sky, part) for part in ("ghi", "dni", "dhi")}
    return pd.DataFrame({"step": HOUR, **light, "temp_air": 15.0, "wind_speed": 2.0}, index=index)


def years(frame):
    return weather_years({"x": frame}, UTC, LATITUDE, LONGITUDE)


def energy(frame):
    return yearly_energies(PLANT, years(frame))[2023]


def test_a_year_is_what_the_chain_makes_of_its_quarters():
    sky = years(invented())[2023]
    times = pd.DatetimeIndex(pd.to_datetime(sky.starts + QUARTER // 2, unit="ms", utc=True))
    sun = sun_position(times, LATITUDE, LONGITUDE)
    power = ac_power(PLANT, sun, Irradiance(sky.ghi, sky.dni, sky.dhi), 15.0, 2.0, Chain(losses=PVWATTS))
    assert energy(invented())[0] == pytest.approx(power[0].sum() / 4, rel=1e-6)


def test_an_inverter_without_modules_has_no_energy():
    assert np.isnan(energy(invented())[1])


def test_a_year_counts_from_98_percent_of_its_hours_on():
    frame = invented()
    assert list(years(frame[: round(0.981 * len(frame))])) == [2023]
    assert not years(frame[: round(0.979 * len(frame))])
    assert not years(frame[:0])
    assert not weather_years({}, UTC, LATITUDE, LONGITUDE)


def test_dark_rows_are_hours_that_are_not_known():
    frame = invented().copy()
    frame.iloc[:400, frame.columns.get_loc("ghi")] = np.nan
    assert not years(frame)


def test_years_are_told_apart():
    found = yearly_energies(PLANT, years(pd.concat([invented(2022, 2022, 0.5), invented(2023, 2023, 0.6)])))
    assert list(found) == [2022, 2023]
    assert found[2022][0] < 0.9 * found[2023][0]


@pytest.mark.parametrize("hole", [slice(4000, 4150), slice(0, 150)])
def test_a_hole_in_summer_costs_no_more_than_one_in_winter(hole):
    frame = invented().drop(invented().index[hole])
    assert energy(frame)[0] == pytest.approx(energy(invented())[0], rel=0.005)


def test_light_alone_is_enough():
    whole = energy(invented())[0]
    assert energy(invented()[["step", "ghi"]])[0] == pytest.approx(whole, rel=0.15)


def test_roofs_of_one_inverter_share_what_it_makes():
    split = by_roof(PLANT)
    assert [inverter.path for inverter in split.inverters] == ["s/e", "s/w"]
    assert [inverter.pac_rated for inverter in split.inverters] == pytest.approx([16_000 / 3, 8000 / 3])
    parts = yearly_energies(split, years(invented()))[2023]
    assert parts.sum() == pytest.approx(energy(invented())[0], rel=0.01)
    assert parts[0] / parts[1] == pytest.approx(2, rel=0.05)


def test_a_steeper_north_roof_makes_less_and_is_not_given_the_others_part():
    north = replace(WEST, surface_azimuth=0.0, surface_tilt=45.0)
    parts = yearly_energies(by_roof(replace(PLANT, planes=(EAST, north))), years(invented()))[2023]
    assert parts[0] > 3 * parts[1]
