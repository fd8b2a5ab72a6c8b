import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.pv.expected.chain import Chain, ac_power, ac_power_from_poa, clear_sky_power, plane_irradiance
from models.pv.expected.losses import CELLS_AS_AIR, NONE, PVWATTS, PVWATTS_RUNNING, Losses
from models.pv.plant import InverterFacts, Plane, Plant
from models.pv.sun import Irradiance, clear_sky, orientation, split_ghi, sun_position, transpose

LOOS = (50.457, 2.793, 50.0)
DAYS = pd.date_range("2026-06-20", periods=3 * 96, freq="15min", tz="UTC")
SUN = sun_position(DAYS, *LOOS)
SKY = split_ghi(clear_sky(SUN, 50.0).ghi * (0.6 + 0.4 * np.sin(np.arange(len(DAYS)) / 5)), SUN)
NOON, NIGHT = 48, 0


def plant_of(*planes, rated=(1e4,)):
    inverters = tuple(InverterFacts(f"s/{number}", limit, False) for number, limit in enumerate(rated))
    return Plant(*LOOS, planes, inverters)


def plane(tilt=30.0, azimuth=180.0, inverter=0, pdc0=10_000.0, mount="fixed", horizon=()):
    return Plane("s/r/a", "s/r", inverter, pdc0, tilt, azimuth, mount, -0.004, horizon)


def town(count):
    """As many inverters as planes, all planes different."""
    planes = [plane(90 * n / count, 360 * n / count, n, 3000.0 + n) for n in range(count)]
    return plant_of(*planes, rated=[3000.0] * count)


def test_at_night_the_power_is_0_even_when_all_else_is_missing():
    missing = np.full(len(DAYS), np.nan)
    dark = SUN.apparent_zenith >= 90
    power = ac_power(plant_of(plane()), SUN, Irradiance(missing, missing, missing), np.nan, np.nan)[0]
    assert (power[dark] == 0).all()
    assert np.isnan(power[~dark]).all()


@pytest.mark.parametrize("place", range(5))
def test_a_missing_input_is_missing_power_at_that_instant_alone(place):
    inputs = [
        np.array(part) for part in (SKY.ghi, SKY.dni, SKY.dhi, np.full_like(SKY.ghi, 20), np.full_like(SKY.ghi, 3))
    ]
    whole = ac_power(plant_of(plane()), SUN, Irradiance(*inputs[:3]), *inputs[3:])[0]
    inputs[place][NOON] = np.nan
    power = ac_power(plant_of(plane()), SUN, Irradiance(*inputs[:3]), *inputs[3:])[0]
    assert np.flatnonzero(np.isnan(power)).tolist() == [NOON]
    assert np.delete(power, NOON) == pytest.approx(np.delete(whole, NOON))


def test_light_before_sunrise_makes_power_as_an_hours_mean_has_it():
    twilight = int(np.flatnonzero((SUN.apparent_zenith > 90) & (SUN.apparent_zenith < 93))[0])
    ghi = np.zeros(len(DAYS))
    ghi[twilight] = 30.0
    power = ac_power(plant_of(plane()), SUN, Irradiance(ghi, np.zeros_like(ghi), ghi), 20.0, 1.0)[0]
    assert np.flatnonzero(power).tolist() == [twilight]


def test_planes_of_one_inverter_add_up_before_it_clips():
    halves = plant_of(plane(pdc0=4000.0), plane(pdc0=6000.0), rated=(5000.0,))
    whole = ac_power(plant_of(plane(pdc0=10_000.0), rated=(5000.0,)), SUN, SKY, 20.0, 1.0)
    assert ac_power(halves, SUN, SKY, 20.0, 1.0) == pytest.approx(whole)
    assert whole.max() == pytest.approx(5000)


def test_east_and_west_behind_one_inverter_clip_less_than_behind_two():
    sides = plane(40.0, 90.0, 0), plane(40.0, 270.0, 0)
    shared = ac_power(plant_of(*sides, rated=(9000.0,)), SUN, SKY, 20.0, 1.0).sum()
    apart = plant_of(sides[0], replace(sides[1], inverter=1), rated=(4500.0, 4500.0))
    assert shared > 1.01 * ac_power(apart, SUN, SKY, 20.0, 1.0).sum()


def test_the_order_of_planes_and_the_company_of_others_change_nothing():
    plant = town(40)
    turned = Plant(*LOOS, plant.planes[::-1], plant.inverters)
    power = ac_power(plant, SUN, SKY, 20.0, 1.0)
    assert ac_power(turned, SUN, SKY, 20.0, 1.0) == pytest.approx(power)
    alone = plant_of(replace(plant.planes[33], inverter=0), rated=(3000.0,))
    assert ac_power(alone, SUN, SKY, 20.0, 1.0)[0] == pytest.approx(power[33])


def test_any_part_of_the_time_gives_that_part_of_the_power():
    times = pd.date_range("2026-01-01", periods=120 * 96, freq="15min", tz="UTC")
    sun = sun_position(times, *LOOS)
    sky, part = clear_sky(sun, 50.0), np.arange(5000, 5100)
    cut = Irradiance(sky.ghi[part], sky.dni[part], sky.dhi[part])
    whole = ac_power(town(20), sun, sky, 10.0, 2.0)
    assert ac_power(town(20), sun.at(part), cut, 10.0, 2.0) == pytest.approx(whole[:, part])


def test_each_plane_can_have_its_own_sky():
    plant = town(20)
    own = Irradiance(*(np.tile(part, (20, 1)) for part in (SKY.ghi, SKY.dni, SKY.dhi)))
    shared = ac_power(plant, SUN, SKY, 20.0, 1.0)
    assert ac_power(plant, SUN, own, 20.0, 1.0) == pytest.approx(shared)
    own.ghi[7, NOON] = np.nan
    power = ac_power(plant, SUN, own, 20.0, 1.0)
    assert np.argwhere(np.isnan(power)).tolist() == [[7, NOON]]


def test_a_scale_multiplies_the_dc_power_and_the_inverter_still_clips():
    plant = plant_of(plane(), plane(inverter=1), rated=(1e4, 5e3))
    as_if = plant_of(plane(pdc0=11_000.0), plane(inverter=1, pdc0=9000.0), rated=(1e4, 5e3))
    power = ac_power(plant, SUN, SKY, 20.0, 1.0, scale=[1.1, 0.9])
    assert power == pytest.approx(ac_power(as_if, SUN, SKY, 20.0, 1.0))
    by_time = np.repeat([[1.1], [0.9]], len(DAYS), axis=1)
    assert ac_power(plant, SUN, SKY, 20.0, 1.0, scale=by_time) == pytest.approx(power)
    assert power[1].max() == pytest.approx(5e3)


def test_an_inverter_without_planes_has_no_expectation():
    power = ac_power(plant_of(plane(inverter=1), rated=(1e4, 1e4)), SUN, SKY, 20.0, 1.0)
    assert np.isnan(power[0]).all()
    assert np.isfinite(power[1]).all()


def test_nothing_in_nothing_out():
    assert ac_power(plant_of(rated=()), SUN, SKY, 20.0, 1.0).shape == (0, len(DAYS))
    none = np.empty(0)
    sun = sun_position(DAYS[:0], *LOOS)
    assert ac_power(plant_of(plane()), sun, Irradiance(none, none, none), none, 1.0).shape == (1, 0)


def test_the_light_on_the_planes_is_that_of_the_sun_module():
    plant = plant_of(plane(), plane(70.0, 300.0), plane(0.0, 180.0, mount="single-axis"), plane(mount="two-axis"))
    for row, p in zip(plane_irradiance(plant, SUN, SKY), plant.planes, strict=True):
        angles = orientation(p.mount, p.surface_tilt, p.surface_azimuth, SUN)
        assert row == pytest.approx(transpose(*angles, SUN, SKY).poa_global, abs=1e-6)


def test_moving_planes_see_more_and_do_not_disturb_fixed_ones():
    mounts = plane(), plane(0.0, 180.0, 1, mount="single-axis"), plane(inverter=2, mount="two-axis")
    fixed, axis, two = ac_power(plant_of(*mounts, rated=(1e4,) * 3), SUN, SKY, 20.0, 1.0)
    assert fixed == pytest.approx(ac_power(plant_of(mounts[0]), SUN, SKY, 20.0, 1.0)[0], rel=1e-3)
    assert fixed.sum() < axis.sum() < two.sum()


def test_the_light_worked_out_here_gives_the_same_power_when_it_is_measured():
    plant, bare = town(18), Chain(iam="none")
    light = plane_irradiance(plant, SUN, SKY)
    sky = ac_power(plant, SUN, SKY, 20.0, 1.0, bare)
    assert ac_power_from_poa(plant, SUN, light, 20.0, 1.0, bare) == pytest.approx(sky)


def test_the_glass_takes_about_as_much_from_a_measured_light_as_from_the_sky():
    plant = plant_of(plane(), plane(90.0, 180.0, 1), plane(20.0, 60.0, 2), rated=(1e4,) * 3)
    measured = ac_power_from_poa(plant, SUN, plane_irradiance(plant, SUN, SKY), 20.0, 1.0).sum(axis=1)
    sky, bare = (ac_power(plant, SUN, SKY, 20.0, 1.0, Chain(iam=iam)).sum(axis=1) for iam in ("physical", "none"))
    assert (measured < bare).all()
    assert measured == pytest.approx(sky, rel=0.03)


def test_one_sensor_serves_all_planes_and_its_gaps_are_theirs():
    light = np.where(SUN.apparent_zenith < 90, 500.0, 0.0)
    light[NOON] = np.nan
    power = ac_power_from_poa(town(3), SUN, light, 20.0, 1.0)
    assert np.argwhere(np.isnan(power)).tolist() == [[0, NOON], [1, NOON], [2, NOON]]
    assert (power[:, NIGHT] == 0).all()


def test_a_cloudless_sky_bounds_the_usual_one():
    clear = clear_sky_power(town(5), SUN, 20.0, 1.0)
    assert (clear.sum(axis=1) > ac_power(town(5), SUN, SKY, 20.0, 1.0).sum(axis=1)).all()
    hazy = clear_sky_power(town(5), SUN, 20.0, 1.0, linke_turbidity=6.0)
    assert (hazy.sum(axis=1) < clear.sum(axis=1)).all()


def test_a_hill_in_the_east_takes_the_morning_and_part_of_the_sky():
    hill = (0.0, 50.0, 0.0, 0.0)  # north, east, south, west
    plant = plant_of(plane(), plane(inverter=1, horizon=hill), rated=(1e4, 1e4))
    free, hidden = ac_power(plant, SUN, clear_sky(SUN, 50.0), 20.0, 1.0)
    morning, evening = slice(20, 28), slice(64, 72)
    assert hidden[morning].sum() < 0.6 * free[morning].sum()
    assert 0.9 * free[evening].sum() < hidden[evening].sum() < free[evening].sum()


def test_behind_walls_all_around_only_the_grounds_light_is_left():
    walled = plant_of(plane(60.0, horizon=(90.0,) * 8))
    light = plane_irradiance(walled, SUN, SKY, Chain(albedo=0.5))[0]
    assert light == pytest.approx(SKY.ghi * 0.5 * (1 - np.cos(np.radians(60))) / 2)


def test_losses_are_those_of_the_pvwatts_manual_and_reach_the_power():
    assert PVWATTS.percent == pytest.approx(14.08, abs=0.01)
    assert PVWATTS_RUNNING.kept * 0.97 == pytest.approx(PVWATTS.kept)
    less, all_of_it = (ac_power(plant_of(plane()), SUN, SKY, 20.0, 1.0, Chain(losses=part)) for part in (PVWATTS, NONE))
    assert less.sum() < 0.87 * all_of_it.sum()
    with pytest.raises(ValueError, match="-1"):
        Losses(-1, "guessed")


def test_a_measured_module_temperature_takes_the_place_of_the_airs():
    measured = Chain(temperature=CELLS_AS_AIR)
    warm, cold = (ac_power(plant_of(plane()), SUN, SKY, t, 1.0, measured)[0, NOON] for t in (55.0, 25.0))
    assert warm / cold == pytest.approx(1 - 0.004 * 30, rel=0.01)


@pytest.mark.parametrize("wrong", ["ghi", "temp_air", "wind_speed", "scale", "poa_global"])
def test_shapes_that_do_not_fit_are_refused_by_name(wrong):
    short = np.zeros(5)
    given = {"ghi": SKY.ghi, "temp_air": 20.0, "wind_speed": 1.0, "scale": None, "poa_global": SKY.ghi} | {wrong: short}
    weather = given["temp_air"], given["wind_speed"], Chain(), given["scale"]

    def both():
        ac_power(plant_of(plane()), SUN, Irradiance(given["ghi"], SKY.dni, SKY.dhi), *weather)
        ac_power_from_poa(plant_of(plane()), SUN, given["poa_global"], *weather)

    with pytest.raises(ValueError, match=wrong):
        both()


def beyond_result(count, sun, sky):
    """Bytes at the peak, without the result."""
    plant = town(count)
    tracemalloc.start()
    try:
        result = ac_power(plant, sun, sky, 10.0, 2.0)
        return tracemalloc.get_traced_memory()[1] - result.nbytes
    finally:
        tracemalloc.stop()


def test_memory_beyond_the_result_does_not_grow_with_the_arrays():
    times = pd.date_range("2026-01-01", periods=8760, freq="h", tz="UTC")
    sun = sun_position(times, *LOOS)
    sky = clear_sky(sun, 50.0)
    few, many = (beyond_result(count, sun, sky) for count in (50, 400))
    one_more_array_each = 350 * 8760 / 2 * 8
    assert many - few < one_more_array_each / 4  # threads meet at their peaks or not: a matter of some blocks
    assert many < 16e6
