"""Eleven real roofs: how well they tell each other's energy, and losses put into them. The full table: tepos bench."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scripts.bench.accuracy import facing, neighbours
from scripts.bench.accuracy.roofs import FILE, Roofs, load, replay, scores

PVDATA = Path(__file__).parents[4] / "../shared/pvdata"
pytestmark = pytest.mark.skipif(not (PVDATA / FILE).is_file(), reason="needs ../shared/pvdata/neighbours")

RAMP = 1 - neighbours.RAMP * np.arange(neighbours.LASTING)
STEPS = [np.full(neighbours.LASTING, kept) for kept in (0.85, 0.8, 0.67)]


@cache
def roofs():
    return load(PVDATA / FILE)


@cache
def run():
    return replay(roofs())


def test_the_file_is_cut_into_whole_days_of_its_own_standard_time():
    assert roofs().power.shape == (364, 24, 11)
    assert (roofs().power[:, [0, 1, 22, 23]] == 0).all()


def test_the_neighbours_tell_a_roof_s_hours_and_days():
    hourly, daily = scores(roofs().power, run().expected)
    assert np.median(hourly) <= 0.100
    assert np.median(daily) <= 0.035


def test_an_expectation_uses_nothing_that_comes_after_its_day():
    cut = Roofs(roofs().names, roofs().power[:60], roofs().start, roofs().months[:60])
    assert np.array_equal(replay(cut).expected, run().expected[:60], equal_nan=True)


@pytest.mark.parametrize("start", [80, 180])
@pytest.mark.parametrize("roof", ["roof_3", "roof_6", "roof_8"])
@pytest.mark.parametrize("kept", [*STEPS, RAMP], ids=["15", "20", "33", "ramp"])
def test_a_loss_is_still_seen_after_120_days_and_its_energy_known(kept, roof, start):
    row = roofs().names.index(roof)
    found, lost = neighbours._injected(roofs(), run(), row, start, kept)
    assert found is not None
    assert found.lost_wh == pytest.approx(lost, rel=neighbours.TOLERATED)


def test_the_roof_that_made_a_third_all_year_is_reported_as_such():
    first = {name: one.first for name, one in zip(roofs().names, run().memories[-1][1], strict=True) if one.first}
    assert list(first) == ["roof_14"]
    assert first["roof_14"].from_first_day
    assert first["roof_14"].ratio == pytest.approx(1 / 3, abs=0.05)


def test_a_dead_roof_does_not_drag_the_others():
    power = roofs().power[:150].copy()
    power[120:, :, [1, 4]] = 0.0
    dead = Roofs(roofs().names, power, roofs().start, roofs().months[:150])
    told = replay(dead, 120, run().memories[120]).expected
    others = [row for row in range(11) if row not in (1, 4)]
    change = told.sum(axis=1)[:, others] / run().expected[120:150].sum(axis=1)[:, others] - 1
    assert np.median(np.abs(change)) < 0.01
    assert np.abs(change).max() < 0.08


def test_angles_that_are_about_right_leave_real_roofs_as_well_expected_as_none():
    told = {one.name.rsplit(".", 1)[1]: one for one in facing.figures(roofs(), run())}
    for name in ("sigma_daily", "blocks_off"):
        assert told[name].value <= told[name].baseline + 0.005


def hours_in_fifty(power, random):
    power[random.random(power.shape) < 0.02] = np.nan


def three_hours_of_some_days(power, random):
    for day, row in np.argwhere(random.random(power.shape[::2]) < 0.2):
        first = random.integers(8, 16)
        power[day, first : first + 3, row] = np.nan


def some_days(power, random):
    power.transpose(0, 2, 1)[random.random(power.shape[::2]) < 0.05] = np.nan


def nights(power, _random):
    power[power == 0] = np.nan


@pytest.mark.parametrize("unknown", [hours_in_fifty, three_hours_of_some_days, some_days, nights])
def test_holes_in_what_is_known_of_the_roofs_hardly_matter(unknown):
    holed = Roofs(roofs().names, roofs().power[:150].copy(), roofs().start, roofs().months[:150])
    unknown(holed.power, np.random.default_rng(2))
    hourly, daily = scores(holed.power, replay(holed).expected)
    assert np.median(hourly) <= 0.06
    assert np.median(daily) <= 0.025
