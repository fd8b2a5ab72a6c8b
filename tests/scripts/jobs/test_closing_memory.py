"""What one day taught the next is found again: in a catch-up of months, and when a day of long ago is closed anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pandas.testing import assert_frame_equal

from config.kwh import Step, Subject
from models.calendar import day_bounds, days
from scripts.jobs.closing import DAYS, MEMORY, QUARTERS
from tests.scripts.jobs.past_town import PARIS, PastTown, past_town
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
FIRST, LAST = date(2026, 3, 1), date(2026, 7, 10)
DAY = 86_400_000
STEP = 100.0
"""Wh by which the coarsest counter of the town moves."""


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PastTown]:
    """Four months closed in one go, after an outage of everything."""
    with past_town(tmp_path_factory.mktemp("spring"), TOWN, FIRST, LAST) as made:
        made.close()
        yield made


def kept(town: PastTown) -> list[int]:
    """The ends of the days whose memory is kept."""
    ends = [day_bounds(day, PARIS)[1] for day in days(FIRST, LAST)]
    return [end for end in ends if (found := town.periods.state(DAYS, MEMORY, end)) and found[0] == end]


def test_a_catch_up_of_months_goes_on_from_what_it_has_learnt(spring: PastTown) -> None:
    rows = spring.rows(Step.DAY, Subject.INVERTER, "east/inv", FIRST, LAST)
    assert set(rows["expected_basis"][:14]) == {"clear_sky"}
    assert (rows["expected_basis"][20:] == "fleet").mean() > 0.8  # of four roofs one is easily missed


def test_each_memory_of_the_last_weeks_is_kept_and_one_in_thirty_before(spring: PastTown) -> None:
    ends = kept(spring)
    recent = [end for end in ends if end >= spring.now - 40 * DAY]
    assert len(recent) == 40
    before = [end // DAY for end in ends if end < spring.now - 60 * DAY]
    assert len([day for day in before if day % 30 == 0]) >= 2


def test_a_day_closed_anew_after_the_memory_of_its_morning_was_dropped_is_what_it_was(spring: PastTown) -> None:
    spring.now += 30 * DAY
    spring.live(spring.now - 30 * DAY, spring.now)
    spring.close()
    day = LAST - timedelta(days=25)
    morning, evening = day_bounds(day, PARIS)
    known = spring.periods.state(DAYS, MEMORY, morning)
    assert known is not None
    assert known[0] < morning - 4 * DAY
    subjects = [(Subject.INVERTER, "east/inv"), (Subject.SITE, "south"), (Subject.TOWN, "town")]
    was = [spring.rows(Step.DAY, *subject, day) for subject in subjects]
    spring.periods.reopen({DAYS: [(morning, evening)], QUARTERS: [(morning, evening)]})
    assert spring.close()[DAYS].closed == 1
    for subject, before in zip(subjects, was, strict=True):
        assert_frame_equal(spring.rows(Step.DAY, *subject, day), before, rtol=0.002, atol=STEP)
