"""Days for the diagnosis, out of a real store: what the jobs closed, what the devices said, what the check found."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.calendar import day_bounds
from models.pv.closing.books import books_of
from scripts.jobs.checker import NAME, declared
from scripts.jobs.closing import Closing
from scripts.jobs.town_days import TownDays
from tests.scripts.jobs.past_town import PARIS, past_town
from tests.scripts.simulator.sunny_town import sunny_town

TOWN, FIRST, LAST = sunny_town(), date(2026, 5, 1), date(2026, 5, 2)
HOUR = 3_600_000


def test_a_day_has_the_energy_the_readings_the_air_and_what_the_check_found(tmp_path: Path) -> None:
    with past_town(tmp_path, TOWN, FIRST, LAST) as made:
        made.close()
        books = books_of(TOWN, PARIS)
        start, end = day_bounds(LAST, PARIS)
        row = [facts.path for facts in books.plant.inverters].index("east/inv")
        found = {"declared": declared(books.plant, row), "checks": {"tilt": {"verdict": "off"}}}
        made.periods.keep_state(NAME, "east/inv", start, found)
        town_days = TownDays(TOWN, Closing(books, made.store, made.periods, PARIS, lambda: made.now))
        day = town_days.day(start, end)
        east = next(one for one in day.inverters if one.unit.path == "east/inv")
        assert east.energy.sum() == pytest.approx(made.truth("east/inv", start, end), abs=100)
        assert {"pac", "state", "v_dc_1"} <= set(east.samples.columns)
        assert len(east.samples) == 96
        assert day.temp_air is not None  # one site has a mast
        assert np.isfinite(day.temp_air).all()
        assert day.checked == {"east/inv": {"tilt": {"verdict": "off"}}}
        noon = town_days.day(start, start + 12 * HOUR + 1, whole=False)
        assert (noon.end, noon.whole) == (start + 12 * HOUR, False)
        assert noon.inverters[0].last_heard == start + 12 * HOUR - 900_000
