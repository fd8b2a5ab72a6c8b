"""Days for the diagnosis, out of a real store: what the jobs closed, what the devices said, what the check found."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.kwh import ROLLUP_NUMBERS, Step
from models.calendar import day_bounds
from models.pv.closing.books import books_of
from scripts.jobs.checker import NAME, declared
from scripts.jobs.closing import Closing
from scripts.jobs.diagnosis import DIAGNOSIS, KNOWN, Diagnosis
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


def day_row(path: str, start: int, share: float, **facts: object) -> dict[str, object]:
    """A closed day of an inverter of which 100 kWh were expected."""
    told = {"kind": "inverter", "subject": path, "time": start, "energy": share * 1e5, "expected": 1e5}
    words = {"basis": "counter", "status": "measured", "expected_basis": "fleet"}
    return dict.fromkeys(ROLLUP_NUMBERS, np.nan) | words | told | {"completeness": 1.0, "lost_outage": 0.0} | facts


def test_a_diagnosis_that_cannot_read_what_it_knew_is_told_of_old_losses_by_their_days(tmp_path: Path) -> None:
    with past_town(tmp_path, TOWN, FIRST, FIRST) as made:
        start = day_bounds(FIRST, PARIS)[0]
        days = [day_bounds(FIRST - timedelta(days=number), PARIS)[0] for number in range(100, 0, -1)]
        east = [day_row("east/inv", day, 0.8 if number >= 40 else 1.0) for number, day in enumerate(days)]
        west = [day_row("west/inv", day, 0.5, expected_basis="clear_sky") for day in days]  # an upper bound only
        south = [day_row("south/inv", day, 0.5, completeness=0.5) for day in days]
        made.store.write_rollups(Step.DAY, pd.DataFrame(east + west + south))
        made.periods.keep_state(DIAGNOSIS, KNOWN, start, "of an older tepos")
        closing = Closing(books_of(TOWN, PARIS), made.store, made.periods, PARIS, lambda: made.now)
        known = Diagnosis(TownDays(TOWN, closing), closing).known(start)
        (episode,) = known.episodes
        assert (episode.finding.subject, episode.finding.since) == ("east/inv", days[40])
        assert episode.finding.lost_wh == pytest.approx(60 * 0.2 * 1e5)
