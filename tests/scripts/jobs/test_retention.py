"""Raw samples go after N days, and only when everything they say is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from collector.arrivals import Arrivals
from models.calendar import QUARTER, day_start
from scripts.jobs.period import Period
from scripts.jobs.retention import LATER, Retention, whole_since
from tests.scripts.jobs.totals import PARIS, Town, samples

Q, HOUR, DAY = QUARTER, 3_600_000, 86_400_000
FIRST = date(2026, 5, 4)
KEPT = 10
DAYS = 20


def start_of(number: int) -> int:
    """The instant at which a day begins, counted from the first."""
    return day_start(FIRST + timedelta(days=number), PARIS)


class Kept(Town):
    """A town of twenty days, the samples of the last ten of which are kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, start_of(DAYS) + LATER)
        self.store.write(samples(range(start_of(0), start_of(DAYS), 10 * 60_000)))
        self.retention = Retention(self.store, self.periods, self.jobs, KEPT, PARIS, lambda: self.now)
        self.closing, self.jobs = self.jobs, (*self.jobs, self.retention)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Kept]:
    town = Kept(tmp_path)
    yield town
    town.close()


def test_samples_older_than_n_days_go_and_one_day_more_stays_for_the_next_to_begin_with(town: Kept) -> None:
    assert town.round()["retention"].closed == DAYS - KEPT
    assert town.store.first() == start_of(DAYS - KEPT - 1)
    assert whole_since(town.store, town.periods) == start_of(DAYS - KEPT)


def test_what_was_made_of_them_stays(town: Kept) -> None:
    town.round()
    assert len(town.figures.of("days")) == DAYS
    assert town.figures.of("days")[start_of(3)][0] == 144
    assert len(town.periods.done("quarters", 0, town.now)) == DAYS * 96 + 14


def test_each_night_one_day_more_goes_and_nothing_is_closed_anew(town: Kept) -> None:
    town.round()
    town.forget()
    town.now += DAY - 1
    assert town.round()["retention"].closed == 0
    town.now += 1
    assert town.round()["retention"].closed == 1
    assert town.store.first() == start_of(DAYS - KEPT)
    assert [period.start for period in town.quarters.ran] == sorted({period.start for period in town.quarters.ran})
    assert set(town.periods.done("quarters", 0, town.now).values()) == {1}


@pytest.mark.parametrize("held_up", ["quarters", "days"])
def test_an_open_period_keeps_its_samples_and_all_later_ones(town: Kept, held_up: str) -> None:
    for job in town.closing:
        town.runner.due(job)
    town.periods.reopen({held_up: [(start_of(4) + HOUR, start_of(4) + HOUR + 1)]})
    town.runner.due(town.retention)
    assert town.store.first() == start_of(3)
    town.round()
    assert town.store.first() == start_of(DAYS - KEPT - 1)


def test_nothing_goes_while_one_of_its_periods_is_being_closed(town: Kept) -> None:
    for job in town.closing:
        town.runner.due(job)
    lease = town.periods.lease("quarters", start_of(2), start_of(2) + Q, town.now, 60)
    assert lease is not None
    outcome = town.runner.due(town.retention)
    assert outcome.error == "quarters: periods of that time are being closed"
    assert town.store.first() == start_of(0)
    town.periods.release(lease)
    assert town.round()["retention"].closed == DAYS - KEPT


def test_nothing_is_closed_while_samples_go(town: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[bool] = []
    delete = town.store.delete_before

    def while_deleting(time: int, limit: int | None = None) -> int:
        refused.append(town.periods.lease("quarters", start_of(1), start_of(2), town.now, 60) is None)
        return delete(time, limit)

    monkeypatch.setattr(town.store, "delete_before", while_deleting)
    town.round()
    assert refused == [True]


def test_a_period_whose_samples_are_gone_is_never_closed_again(town: Kept) -> None:
    town.round()
    before = town.figures.of("quarters")
    town.forget()
    outcome = town.runner.again(town.quarters, Period(start_of(0), start_of(DAYS - KEPT)), town.jobs)
    assert (outcome.closed, town.quarters.ran, town.figures.of("quarters")) == (0, [], before)
    assert town.runner.again(town.quarters, Period(start_of(9), start_of(11)), town.jobs).closed == 96


def test_samples_went_while_a_run_was_waiting_for_its_lease(town: Kept) -> None:
    for job in town.closing:
        town.runner.due(job)
    town.forget()
    town.runner.due(town.retention)
    looks = [start_of(0)]  # at its first look the samples were still there
    town.quarters.first = lambda: looks.pop() if looks else whole_since(town.store, town.periods)  # type: ignore[method-assign]
    before = town.figures.of("quarters")
    town.runner.again(town.quarters, Period(start_of(1), start_of(2)), town.jobs)
    assert (looks, town.quarters.ran, town.figures.of("quarters")) == ([], [], before)


def test_a_sample_that_comes_after_its_day_has_gone_changes_nothing_and_goes_too(town: Kept, tmp_path: Path) -> None:
    town.round()
    before = town.figures.of("quarters"), town.figures.of("days")
    town.forget()
    late = samples([start_of(2) + HOUR + 1])
    town.store.write(late)
    Arrivals(tmp_path / "ledger.db")(late)
    town.now += DAY
    town.round()
    assert (town.periods.arrivals(), town.store.first()) == ([], start_of(DAYS - KEPT))
    after = town.figures.of("quarters"), town.figures.of("days")
    assert all(items.items() <= now.items() for items, now in zip(before, after, strict=True))
    assert town.quarters.ran[0].start >= start_of(DAYS)


def test_without_jobs_that_close_nothing_is_ever_deleted(town: Kept) -> None:
    idle = Retention(town.store, town.periods, (), KEPT, PARIS, lambda: town.now)
    assert town.runner.due(idle).closed == 0
    assert town.store.first() == start_of(0)


def test_no_days_are_a_mistake(town: Kept) -> None:
    with pytest.raises(ValueError, match="0 days"):
        Retention(town.store, town.periods, (), 0, PARIS, lambda: 0)
