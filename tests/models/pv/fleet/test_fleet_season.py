"""A relation learnt in winter, and the sun of June."""

from dataclasses import replace

import numpy as np
import pytest

from models.pv.fleet.day import FleetDay
from models.pv.fleet.expect import expect
from models.pv.fleet.learn import learn
from models.pv.fleet.season import followed
from models.pv.fleet.state import FleetState
from tests.models.pv.fleet.fleet_sky import LEANING, day_of, under

DAYS = 150
STEEP = len(LEANING)
"""One roof like no other."""
FACING = (*LEANING, (0.1, -0.9))
RANDOM = np.random.default_rng(3)
BEAM = RANDOM.beta(0.6, 0.5, (DAYS, 24))
TRUE = under(BEAM, FACING)
MEASURED = TRUE * np.exp(0.02 * RANDOM.standard_normal(TRUE.shape))
ALIKE = np.concatenate([MEASURED[..., :STEEP], 1.1 * MEASURED[..., 2:3]], axis=2)
"""The same with one more roof like the third, in the place of the steep one."""
SKIES = np.stack([under(np.full_like(BEAM, share), FACING) for share in (0.0, 0.33, 0.67, 1.0)])
"""(skies, days, T, roofs)"""


def with_sky(number: int, scale: float = 1.0) -> FleetDay:
    """A day of which the skies are known; of the steep roof as if it had another size."""
    sizes = np.where(np.arange(len(FACING)) == STEEP, scale, 1.0)
    return replace(day_of(MEASURED, number), clear=SKIES[-1, number] * sizes, dimmed=SKIES[:-1, number] * sizes)


def june(days) -> float:
    """What the steep roof makes of its expectation in the last month, by a state that was taught for 60 days."""
    state = FleetState.empty()
    for number in range(60):
        state = learn(state, days(number), expect(state, days(number)))
    told = [np.nansum(expect(state, days(number)).expected[:, STEEP]) for number in range(120, DAYS)]
    return float(MEASURED[120:, :, STEEP].sum() / sum(told))


def test_a_roof_like_no_other_is_held_to_the_sun_of_june_by_what_winter_taught():
    assert june(with_sky) == pytest.approx(1.0, abs=0.02)


def test_without_the_geometry_of_roofs_the_season_is_taken_for_a_loss():
    assert june(lambda number: day_of(MEASURED, number)) < 0.93


@pytest.mark.parametrize("scale", [0.3, 3.0])
def test_a_wrong_capacity_in_the_metadata_hardly_changes_the_expectation(scale):
    assert june(lambda number: with_sky(number, scale)) == pytest.approx(june(with_sky), abs=0.04)


def test_a_roof_that_faces_elsewhere_than_declared_is_held_to_what_it_does():
    wrong = (*LEANING, (0.7, 0.2))
    skies = np.stack([under(np.full_like(BEAM, share), wrong) for share in (0.0, 0.33, 0.67, 1.0)])
    state, told, made = FleetState.empty(), 0.0, 0.0
    for number in range(DAYS):
        day = replace(day_of(ALIKE, number), clear=skies[-1, number], dimmed=skies[:-1, number])
        expected = expect(state, day)
        if number >= 120:
            told, made = told + expected.expected[:, STEEP].sum(), made + ALIKE[number, :, STEEP].sum()
        state = learn(state, day, expected)
    assert made / told == pytest.approx(1.0, abs=0.03)
    assert followed(state)[STEEP] < 0.3


def test_a_roof_that_is_dark_for_a_month_does_not_change_what_is_expected_of_the_others():
    state = FleetState.empty()
    for number in range(60):
        state = learn(state, with_sky(number), expect(state, with_sky(number)))
    dark = with_sky(130)
    dark.measured[:, 2] = 0.0
    usual, told = (expect(state, day).expected[:, STEEP].sum() for day in (with_sky(130), dark))
    assert told == pytest.approx(usual, rel=0.02)


def test_a_roof_whose_geometry_nobody_knows_changes_nothing_for_the_others_and_is_held_as_without_it():
    def known(number: int, *, steep: bool = True, flat: bool = True) -> FleetDay:
        day = with_sky(number)
        day.dimmed[..., [row for row, told in ((STEEP, steep), (1, flat)) if not told]] = np.nan
        return day

    assert june(lambda number: known(number, flat=False)) == pytest.approx(june(with_sky), abs=0.02)
    assert june(lambda number: known(number, steep=False)) == pytest.approx(
        june(lambda number: day_of(MEASURED, number)), abs=0.02
    )
