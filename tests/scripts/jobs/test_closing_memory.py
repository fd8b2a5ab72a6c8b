"""What one day taught the next is found again: in a catch-up of months, and when a day of long ago is closed anew."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from config.kwh import Step, Subject
from models.calendar import day_bounds
from scripts.jobs.closing import DAYS, MEMORY, QUARTERS
from tests.scripts.jobs.past_town import PARIS, PastTown, past_town
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
FIRST, LAST = date(2026, 2, 1), date(2026, 7, 10)


@pytest.fixture(scope="module")
def half_year(tmp_path_factory):
    """Closed in one go, after an outage of everything."""
    with past_town(tmp_path_factory.mktemp("half-year"), TOWN, FIRST, LAST) as made:
        made.close()
        yield made


def test_a_catch_up_of_months_goes_on_from_what_it_has_learnt(half_year: PastTown) -> None:
    days = half_year.rows(Step.DAY, Subject.INVERTER, "east/inv", FIRST, LAST)
    assert set(days["expected_basis"][:14]) == {"clear_sky"}
    # Four roofs are few: on a day on which one stands apart the others have too few peers. Who forgot needs weeks.
    assert (days["expected_basis"][28:] == "fleet").mean() > 0.97


def test_the_memory_of_each_day_of_the_last_weeks_is_kept_and_one_in_thirty_before(half_year: PastTown) -> None:
    ends = [day_bounds(LAST - timedelta(days=n), PARIS)[1] for n in range(160)]
    kept = {found[0] for end in ends if (found := half_year.periods.state(DAYS, MEMORY, end)) is not None}
    recent = [at for at in kept if at >= half_year.now - 40 * 86_400_000]
    assert len(recent) >= 39
    assert 4 <= len(kept) - len(recent) <= 4 + 40  # of the days just before them too, while these were closed


@pytest.mark.parametrize("before", [3, 60, 100])
def test_a_day_of_long_ago_closed_anew_is_what_it_was(half_year: PastTown, before: int) -> None:
    day = LAST - timedelta(days=before)
    kinds = [(Subject.INVERTER, "east/inv"), (Subject.SITE, "south"), (Subject.TOWN, "town")]
    was = [half_year.rows(Step.QUARTER, *subject, day) for subject in kinds]
    half_year.periods.reopen({DAYS: [day_bounds(day, PARIS)], QUARTERS: [day_bounds(day, PARIS)]})
    assert half_year.close()[DAYS].closed == 1
    for subject, rows in zip(kinds, was, strict=True):
        now = half_year.rows(Step.QUARTER, *subject, day)
        # Alone or among other days: a counter tells the same within its step of 100 Wh, which it
        # may have begun the evening before.
        assert now["energy"].to_numpy() == pytest.approx(rows["energy"].to_numpy(), abs=120)
        assert now["energy"].sum() == pytest.approx(rows["energy"].sum(), abs=250)
        assert now["expected"].sum() == pytest.approx(rows["expected"].sum(), rel=0.01)
        assert now["expected_basis"].tolist() == rows["expected_basis"].tolist()
