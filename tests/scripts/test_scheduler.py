"""The jobs in a thread: first what was missed, then each at its time; and they stop when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.errors import StoreUnavailable
from scripts import scheduler
from scripts.jobs.period import Period
from scripts.jobs.registry import Work
from scripts.scheduler import Scheduling
from tests.scripts.jobs.killed_jobs import HOUR, START
from tests.scripts.jobs.totals import MINUTE, PARIS, Town, samples

LONG = 60.0
"""Seconds that nothing here takes."""


class Place:
    """A folder whose town is opened anew for each round, and what one wants to know of the rounds."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.opened = folder, START + 30 * HOUR, 0
        self.ran: list[Period] = []
        self.running = threading.Event()
        self.prepare: Callable[[Town], None] = lambda town: None
        town = Town(folder)
        town.store.write(samples(range(START, self.now, 5 * MINUTE)))
        town.close()

    @contextmanager
    def open(self) -> Iterator[Work]:
        self.opened += 1
        town = Town(self.folder, self.now)
        town.quarters.before = self._see
        self.prepare(town)
        try:
            yield Work(town.store, town.periods, town.jobs, PARIS, lambda: self.now)
        finally:
            town.close()

    def _see(self, periods: Sequence[Period]) -> None:
        self.ran += periods
        self.running.set()

    def town(self) -> Town:
        """To look at what is done."""
        return Town(self.folder, self.now)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_everything_missed_is_closed_at_the_start(place: Place) -> None:
    scheduling = Scheduling(place.open)
    scheduling.start()
    assert scheduling.caught_up.wait(LONG)
    scheduling.stop()
    town = place.town()
    town.assert_true()
    town.close()
    assert place.ran == sorted(place.ran)


def test_a_tick_closes_what_became_due(place: Place) -> None:
    def each_second(town: Town) -> None:
        town.quarters.cadence = {"second": "*"}

    place.prepare = each_second
    scheduling = Scheduling(place.open)
    scheduling.start()
    assert scheduling.caught_up.wait(LONG)
    place.running.clear()
    place.now += HOUR
    assert place.running.wait(LONG)
    scheduling.stop()
    assert place.ran[-1].end == START + 31 * HOUR - 15 * MINUTE


def test_a_store_that_is_down_at_the_start_is_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "AGAIN_SECONDS", 0.01)

    def down_twice(_town: Town) -> None:
        if place.opened < 3:
            raise StoreUnavailable("locked")

    place.prepare = down_twice
    scheduling = Scheduling(place.open)
    scheduling.start()
    assert scheduling.caught_up.wait(LONG)
    scheduling.stop()
    assert place.opened == 3


def test_it_stops_after_the_batch_in_hand_and_leaves_the_rest_for_later(place: Place) -> None:
    goes_on = threading.Event()

    def slow(town: Town) -> None:
        town.quarters.between = lambda periods: goes_on.wait(LONG)  # type: ignore[assignment,return-value]

    place.prepare = slow
    scheduling = Scheduling(place.open)
    scheduling.start()
    assert place.running.wait(LONG)
    scheduling.stop(patience=0)  # the batch is abandoned …
    assert not scheduling.caught_up.is_set()
    goes_on.set()
    scheduling.stop(LONG)  # … or waited for
    assert len(place.ran) == 96
    town = place.town()
    assert len(town.periods.done("quarters", START, place.now)) == 96
    assert town.periods.done("days", START, place.now) == {}
    town.close()


def test_it_can_be_stopped_before_it_began(place: Place) -> None:
    scheduling = Scheduling(place.open)
    scheduling.stop()
    scheduling.start()
    scheduling.stop(LONG)
    assert place.opened == 0
