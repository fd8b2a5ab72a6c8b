"""A late sample opens its quarter-hour and its day again, or the whole gap in which it lies, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from collector.arrivals import Arrivals
from collector.sample import Sample
from models.calendar import QUARTER, day_start
from tests.scripts.jobs.totals import MINUTE, PARIS, Town, samples

Q, HOUR, DAY = QUARTER, 3_600_000, 86_400_000
START = day_start(date(2026, 5, 4), PARIS)
NOON = START + 12 * HOUR


class Delivered:
    """A town with three closed days of samples, one a minute; `late` delivers more as the collector does."""

    def __init__(self, folder: Path, without: range = range(0)) -> None:
        self.town = Town(folder)
        self.arrivals = Arrivals(folder / "ledger.db")
        every = range(START, START + 3 * DAY, MINUTE)
        self.town.store.write(samples([time for time in every if time not in without]))
        self.town.now = START + 3 * DAY + HOUR
        self.town.round()
        self.town.forget()

    def late(self, delivered: Sequence[Sample]) -> None:
        self.town.store.write(delivered)
        self.arrivals(delivered)
        self.town.round()

    def ran(self) -> tuple[list[int], list[int]]:
        """What was closed again: the quarter-hours counted from noon, the days from the first."""
        quarters = [(period.start - NOON) // Q for period in self.town.quarters.ran]
        return quarters, [(period.start - START) // DAY for period in self.town.days.ran]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Delivered]:
    delivered = Delivered(tmp_path)
    yield delivered
    delivered.town.close()


@pytest.fixture
def with_gap(tmp_path: Path) -> Iterator[Delivered]:
    """Nothing came from a minute past noon until two hours later."""
    delivered = Delivered(tmp_path, range(NOON + MINUTE, NOON + 2 * HOUR))
    yield delivered
    delivered.town.close()


def test_a_late_sample_opens_exactly_its_quarter_and_its_day(closed: Delivered) -> None:
    closed.late(samples([NOON + 5 * MINUTE + 1]))
    assert closed.ran() == ([0], [0])
    closed.town.assert_true()


def test_a_sample_whose_next_begins_the_next_quarter_says_nothing_about_that_one(closed: Delivered) -> None:
    closed.late(samples([NOON + Q - 10_000]))
    assert closed.ran() == ([0], [0])


def test_a_sample_between_two_quarters_says_something_about_both(tmp_path: Path) -> None:
    closed = Delivered(tmp_path, range(NOON + Q, NOON + Q + 1))
    closed.late(samples([NOON + Q + 10_000]))  # what was made up to the edge was reckoned without it
    assert closed.ran() == ([0, 1], [0])
    closed.town.close()


def test_a_sample_in_a_gap_opens_the_whole_gap(with_gap: Delivered) -> None:
    with_gap.late(samples([NOON + HOUR]))
    assert with_gap.ran() == (list(range(8)), [0])
    with_gap.town.assert_true()


def test_a_gap_across_midnight_opens_both_days(tmp_path: Path) -> None:
    midnight = START + DAY
    closed = Delivered(tmp_path, range(midnight - Q + MINUTE, midnight + Q))
    closed.late(samples([midnight + MINUTE]))
    assert closed.ran() == ([47, 48], [0, 1])
    closed.town.close()


def test_a_gap_that_is_filled_whole_is_opened_once(with_gap: Delivered) -> None:
    with_gap.late(samples(range(NOON + MINUTE, NOON + 2 * HOUR, MINUTE)))
    assert with_gap.ran() == (list(range(8)), [0])
    with_gap.town.assert_true()


def test_the_gap_of_one_device_is_none_of_another_that_spoke_meanwhile(with_gap: Delivered) -> None:
    other = [Sample("roof/other", time, {"pac": 1.0}) for time in range(NOON, NOON + 2 * HOUR, MINUTE)]
    with_gap.late(other)
    with_gap.town.forget()
    with_gap.late([Sample("roof/other", NOON + HOUR + 10_000, {"pac": 2.0})])
    assert with_gap.ran() == ([4], [0])


def test_a_sample_in_time_opens_nothing(closed: Delivered) -> None:
    closed.late(samples([closed.town.now - 1]))
    assert closed.ran() == ([], [])


def test_samples_of_an_outage_that_come_when_it_was_closed_empty_open_all_of_it(closed: Delivered) -> None:
    town, last = closed.town, START + 3 * DAY
    town.now = last + DAY + HOUR
    town.round()  # the spool still held a day and an hour
    town.forget()
    closed.late(samples(range(last, town.now, MINUTE)))
    # … and the quarter-hour before, whose last minute ended at the first of them
    assert [period.start for period in town.quarters.ran] == list(range(last - Q, town.now - Q, Q))
    town.assert_true()


def test_late_data_of_days_in_any_order_end_in_the_truth(closed: Delivered) -> None:
    order = random.Random(4)
    times = [START + order.randrange(3 * DAY) for _n in range(60)]
    for n in range(0, 60, 7):
        closed.late(samples(times[n : n + 7]))
    closed.town.assert_true()


def test_what_lies_before_the_first_instant_opens_nothing(closed: Delivered) -> None:
    closed.town.periods.keep_state("retention", "kept_since", START + DAY, None)
    closed.late(samples([NOON + 1]))
    assert closed.ran() == ([], [])
    assert closed.town.periods.arrivals() == []


def test_a_sample_delivered_again_changes_no_figure(closed: Delivered) -> None:
    before = closed.town.figures.of("quarters")
    closed.late(samples([NOON + 7 * MINUTE]))
    assert closed.ran() == ([0], [0])
    assert closed.town.figures.of("quarters") == before
