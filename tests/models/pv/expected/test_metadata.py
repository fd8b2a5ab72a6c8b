"""The truth here is a simulated roof in northern France with clouds, haze and noise; and real ones, where they lie."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.pv.expected.chain import ac_power, clear_sky_power
from models.pv.expected.clear_hours import clear_hours
from models.pv.expected.metadata import Verdict, against_neighbours, check
from models.pv.plant import InverterFacts, Plane, Plant
from models.pv.sun import Irradiance, clear_sky, split_ghi, sun_position
from scripts.bench.accuracy import reunion, serf

OK, OFF, UNDECIDED = Verdict.OK, Verdict.OFF, Verdict.UNDECIDED
PVDATA = Path(__file__).parents[4] / ".." / "shared" / "pvdata"
measured = pytest.mark.skipif(not PVDATA.is_dir(), reason="needs the measurements of ../shared/pvdata")
PLACE = (50.457, 2.793, 50.0)


def plant(azimuth=150.0, tilt=35.0, kwp=9.0, planes=1, rated=None):
    """One inverter; with two planes the second faces the other way."""
    roofs = tuple(
        Plane(f"a{n}", "r", 0, 1000 * kwp / planes, tilt, (azimuth + 180 * n) % 360, "fixed", -0.0037)
        for n in range(planes)
    )
    return Plant(*PLACE, roofs, (InverterFacts("site/inv-1", rated or 1000 * kwp, False),))


@cache
def times(days=120, step="15min", first="2026-04-01"):
    return pd.date_range(first, periods=days * round(pd.Timedelta("1D") / pd.Timedelta(step)), freq=step, tz="UTC")


ROOF = plant()


@cache
def season(truth=ROOF, days=120, step="15min", first="2026-04-01", clear=0.25, late=0.0, seed=1):
    """Power of a roof under a sky of its own: each day has its haze, and most days clouds. `late`: of the clock, s."""
    chance = np.random.default_rng(seed)
    instants = times(days, step, first)
    sun = sun_position(instants + pd.Timedelta(seconds=late), *PLACE)
    day = np.arange(len(instants)) * days // len(instants)
    cloud = chance.uniform(0.15, 1.0, len(instants)) ** (chance.random(days) > clear)[day]
    haze = chance.normal(1.0, 0.04, days)[day]
    power = ac_power(truth, sun, split_ghi(clear_sky(sun, PLACE[2]).ghi * cloud * haze, sun), 15.0, 2.0)[0]
    return power * (1 + 0.01 * chance.standard_normal(len(instants)))


def checked(declared, **more):
    return check(
        times(*(more.get(k, d) for k, d in (("days", 120), ("step", "15min"), ("first", "2026-04-01")))),
        season(**more),
        declared,
    )


def verdicts(found):
    return [found.capacity.verdict, found.azimuth.verdict, found.tilt.verdict, found.clock.verdict]


def test_a_roof_that_is_as_declared_is_confirmed():
    found = checked(plant())
    assert verdicts(found) == [OK] * 4
    assert found.azimuth.low <= 150 <= found.azimuth.high
    assert found.capacity.found == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("azimuth", [90.0, 215.0, 330.0])
def test_a_wrong_azimuth_is_reported_with_the_right_one(azimuth):
    found = checked(plant(azimuth=azimuth))
    assert found.azimuth.verdict is OFF
    assert found.azimuth.found == pytest.approx(150, abs=15)
    assert found.capacity.verdict is OK


def test_a_capacity_three_times_too_large_is_reported_and_the_angles_are_not():
    found = checked(plant(kwp=27.0))
    assert (found.capacity.verdict, found.azimuth.verdict) == (OFF, OK)
    assert found.capacity.found == pytest.approx(1 / 3, abs=0.04)


def test_both_wrong_at_once_are_both_reported():
    found = checked(plant(azimuth=230.0, kwp=27.0))
    assert (found.capacity.verdict, found.azimuth.verdict) == (OFF, OFF)


def test_a_flat_roof_declared_steep_is_reported():
    found = checked(plant(tilt=60.0), truth=plant(tilt=12.0, azimuth=150.0))
    assert found.tilt.verdict is OFF
    assert found.tilt.found == pytest.approx(12, abs=12)


def test_a_clock_that_is_an_hour_wrong_is_never_absorbed_in_silence():
    found = checked(plant(), late=3600.0)
    assert OK not in (found.azimuth.verdict, found.clock.verdict)
    assert OFF in (found.azimuth.verdict, found.clock.verdict) or found.azimuth.found != pytest.approx(150, abs=15)


def test_a_fortnight_decides_nothing():
    found = check(times()[: 14 * 96], season()[: 14 * 96], plant(azimuth=220.0))
    assert verdicts(found) == [UNDECIDED] * 4
    assert np.isnan(found.azimuth.found)


def test_months_of_clouds_decide_nothing():
    found = checked(plant(azimuth=220.0), clear=0.0, days=60)
    assert found.azimuth.verdict is UNDECIDED


def test_missing_samples_are_no_light():
    power = season().copy()
    power[::31] = np.nan
    power[96 * 20 : 96 * 40] = np.nan
    assert check(times(), power, plant()).azimuth.verdict is OK


def test_unknown_weather_and_a_silent_inverter_are_no_errors():
    air = np.where(np.arange(len(times())) % 5, 20.0, np.nan)
    assert check(times(), season(), plant(), temp_air=air, wind_speed=np.nan).azimuth.verdict is OK
    for silent in (np.full(len(times()), np.nan), np.zeros(len(times()))):
        assert verdicts(check(times(), silent, plant())) == [UNDECIDED] * 4


def test_an_inverter_at_its_limit_is_judged_by_its_mornings_and_evenings():
    found = checked(plant(rated=5000.0), truth=plant(rated=5000.0))
    assert found.capacity.verdict is OK
    assert found.azimuth.verdict is not OFF


def test_two_planes_on_one_inverter_turn_together():
    east_west = plant(azimuth=90.0, tilt=25.0, planes=2)
    assert checked(east_west, truth=east_west).azimuth.verdict is not OFF
    assert checked(plant(azimuth=90.0, kwp=27.0, planes=2), truth=plant(azimuth=90.0, planes=2)).capacity.verdict is OFF


def test_a_tracker_has_its_capacity_checked():
    tracker = replace(plant(), planes=(replace(plant().planes[0], mount="two-axis"),))
    found = check(times(), season(tracker), tracker)
    assert (found.capacity.verdict, found.azimuth.verdict) == (OK, OK)
    larger = replace(tracker, planes=(replace(tracker.planes[0], pdc0=27_000.0),))
    assert check(times(), season(tracker), larger).capacity.verdict is OFF


def test_hourly_means_are_enough():
    power = season().reshape(-1, 4).mean(axis=1)
    hours = times(step="1h") + pd.Timedelta("22min30s")  # the middle of four quarter-hours that are instants
    assert check(hours, power, plant()).azimuth.verdict is OK
    assert check(hours, power, plant(azimuth=230.0)).azimuth.verdict is OFF


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="2 inverters"):
        check(times(), season(), replace(plant(), inverters=plant().inverters * 2))
    with pytest.raises(ValueError, match="at 11520 times"):
        check(times(), season()[1:], plant())
    with pytest.raises(ValueError, match="equal steps"):
        check(times().delete(5), season()[1:], plant())


def test_clear_hours_are_found_without_knowing_the_plane():
    sun = sun_position(times(), *PLACE)
    clear = clear_sky_power(plant(azimuth=270.0, tilt=50.0), sun, 15.0, 2.0)[0].reshape(-1, 96)
    cloudy = clear * np.random.default_rng(1).uniform(0.2, 0.8, clear.shape)
    cloudy[::5] = clear[::5]
    found = clear_hours(cloudy, 0.25)
    assert found[::5].sum() > 0.6 * (clear[::5] > 0.1 * clear.max()).sum()
    assert found.sum() < 1.1 * found[::5].sum()


def test_a_roof_at_a_third_of_its_neighbours_is_reported_and_a_shaded_one_is_not():
    energy = np.random.default_rng(1).uniform(3, 6, (1, 200)) * np.array([[1.0], [0.95], [1.1], [0.33], [0.75]])
    assert [one.verdict for one in against_neighbours(energy)] == [OK, OK, OK, OFF, OK]
    assert [one.verdict for one in against_neighbours(energy[:3])] == [UNDECIDED] * 3


@measured
def test_of_eleven_real_neighbours_the_one_with_a_third_of_the_energy_is_reported():
    table = pd.read_csv(PVDATA / "neighbours" / "pv_W_per_kW.csv.gz", index_col=0)
    daily = table.to_numpy(float)[1:].T[:, : 364 * 24].reshape(11, 364, 24).sum(axis=2)
    off = [name for name, one in zip(table.columns, against_neighbours(daily), strict=True) if one.verdict is OFF]
    assert off == ["roof_14"]


@cache
def serf_east():
    return serf.load(PVDATA)


@measured
@pytest.mark.parametrize(
    ("azimuth", "kwp", "expected"), [(158, 3.5, [OK, OK]), (220, 3.5, [OK, OFF]), (220, 10.5, [OFF, OFF])]
)
def test_serf_east_is_found_to_face_where_its_owner_says(azimuth, kwp, expected):
    data = serf_east()
    here = Plant(
        serf.LATITUDE, serf.LONGITUDE, serf.ALTITUDE, plant(azimuth, 45.0, kwp).planes, plant(kwp=kwp).inverters
    )
    found = check(data.starts + pd.Timedelta("7min30s"), data.measured, here, temp_air=data.temp_air, wind_speed=1.0)
    assert [found.capacity.verdict, found.azimuth.verdict] == expected
    assert found.azimuth.found == pytest.approx(158, abs=15)
    assert found.tilt.found == pytest.approx(45, abs=10)


@measured
def test_eight_days_of_four_inverters_accuse_nobody():
    data = reunion.load(PVDATA)
    whole = reunion.plant()
    for number, power in enumerate(data.measured):
        one = replace(
            whole, planes=(replace(whole.planes[number], inverter=0),), inverters=whole.inverters[number : number + 1]
        )
        sky = Irradiance(
            *(np.nan_to_num(part) for part in (data.irradiance.ghi, data.irradiance.dni, data.irradiance.dhi))
        )
        found = check(data.starts + reunion.STEP / 2, power, one, sky, data.temp_air, data.wind_speed)
        assert OFF not in verdicts(found)
