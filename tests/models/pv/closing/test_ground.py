"""What skies give, before a reading is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from models.calendar import day_bounds
from models.pv.closing.books import books_of
from models.pv.closing.ground import DIMMED, ground, under_clouds
from tests.models.pv.closing.closing_town import PARIS, site, town_of

PLANT = books_of(town_of(site("a", 180), site("b", 90)), PARIS).plant
START, END = day_bounds(date(2026, 6, 21), PARIS)


def test_the_darker_the_sky_the_less_every_roof_gives() -> None:
    base = ground(PLANT, START, END)
    days = np.stack([*under_clouds(PLANT, base), base.clear]).sum(axis=2)
    assert days.shape == (len(DIMMED) + 1, 2)
    assert (np.diff(days, axis=0) > 0).all()


def test_what_clouds_leave_of_a_roof_whose_azimuth_is_only_assumed_nobody_knows() -> None:
    guessed = replace(PLANT.planes[1], assumed=frozenset({"surface_azimuth"}))
    plant = replace(PLANT, planes=(PLANT.planes[0], guessed))
    made = under_clouds(plant, ground(plant, START, END))
    assert np.isfinite(made[:, 0]).all()
    assert np.isnan(made[:, 1]).all()
