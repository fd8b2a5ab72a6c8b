"""What is due is closed, in order, once, whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from collector.errors import StoreUnavailable
from models.calendar import QUARTER, day_start
from scripts.jobs import runner
from scripts.jobs.period import Period, PeriodStep
from tests.scripts.jobs.totals import MINUTE, PARIS, Town, samples

Q, HOUR, DAY = QUARTER, 3_600_000, 86_400_000
START = day_start(date(2026, 5, 4), PARIS)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path, START)
    yield town
    town.close()


def filled(town: Town, hours: float, start: int = START, step: int = 5 * MINUTE) -> None:
    """A sample every five minutes, and the clock at the end of them."""
    end = start + int(hours * HOUR)
    town.store.write(samples(range(start, end, step)))
    town.now = end


def starts(periods: Sequence[Period]) -> list[int]:
    return [(period.start - START) // Q for period in periods]


def test_without_samples_there_is_nothing_to_close(town: Town) -> None:
    assert {name: (o.closed, o.error) for name, o in town.round().items()} == {
        "quarters": (0, None), "days": (0, None)
    }  # fmt: skip


def test_a_quarter_closes_when_its_stragglers_had_their_time(town: Town) -> None:
    filled(town, 0.5)
    town.now = START + Q + 2 * MINUTE - 1
    assert town.round()["quarters"].closed == 0
    town.now += 1
    assert town.round()["quarters"].closed == 1
    assert town.round()["quarters"].closed == 0
    assert starts(town.quarters.ran) == [0]


def test_what_ends_after_the_bound_of_a_runner_is_left_alone(town: Town) -> None:
    filled(town, 6)
    bounded = runner.Runner(town.periods, PARIS, lambda: town.now, until=START + 2 * HOUR + MINUTE)
    assert bounded.due(town.quarters).closed == 8
    assert town.round()["quarters"].closed == 24 - 8 - 1


def test_a_station_that_begins_within_a_day_closes_that_day_too(town: Town) -> None:
    filled(town, 30, start=START + 10 * HOUR + MINUTE)
    town.round()
    town.assert_true()
    assert town.figures.of("days")[START][0] == 14 * 12


def test_three_months_without_anybody_are_caught_up_in_order(town: Town) -> None:
    filled(town, 24)
    town.round()
    town.forget()
    filled(town, 92 * 24, start=START + DAY, step=15 * MINUTE)
    town.now += HOUR
    outcome = town.round()
    assert starts(town.quarters.ran) == list(range(96 - 1, 93 * 96 + 3))
    assert town.days.ran == sorted(town.days.ran)
    assert (outcome["quarters"].closed, outcome["days"].closed) == (92 * 96 + 4, 93)
    town.assert_true()


@pytest.mark.parametrize(
    ("day", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2028, 2, 29), 96)]
)
def test_days_of_clock_change_and_leap_days_close_whole(town: Town, day: date, quarters: int) -> None:
    start = day_start(day, PARIS) - DAY
    filled(town, 72, start=start)
    town.now += HOUR
    town.round()
    assert town.figures.of("days")[start + DAY][0] == quarters * 3
    town.assert_true()


def test_a_day_waits_for_its_quarters(town: Town) -> None:
    filled(town, 49)

    def broken(periods: Sequence[Period]) -> None:
        if any(period.start == START + 5 * Q for period in periods):
            raise ZeroDivisionError("one roof is strange")

    town.quarters.before = broken
    outcome = town.round()
    assert town.periods.gaps("quarters", START, START + 2 * DAY) == [(START + 5 * Q, START + 6 * Q)]
    assert (outcome["quarters"].failed, outcome["quarters"].error) == (1, "ZeroDivisionError: one roof is strange")
    assert (outcome["days"].closed, outcome["days"].waiting) == (1, 1)
    assert town.periods.failure("quarters") == (outcome["quarters"].error, town.now)
    town.quarters.before = lambda periods: None
    assert {name: each.closed for name, each in town.round().items()} == {"quarters": 1, "days": 1}
    assert town.periods.failure("quarters") is None
    town.assert_true()


def test_a_job_that_always_fails_is_not_tried_on_every_period_and_stops_no_other(town: Town) -> None:
    filled(town, 49)
    tried: list[int] = []

    def broken(periods: Sequence[Period]) -> None:
        tried.append(len(periods))
        raise ZeroDivisionError

    town.round()
    town.forget()
    town.periods.reopen({"quarters": [(START, START + DAY)], "days": [(START + DAY, START + 2 * DAY)]})
    town.quarters.before = broken
    outcome = town.round()
    assert len(tried) < 20
    assert (outcome["quarters"].closed, outcome["days"].closed) == (0, 1)


def test_a_store_that_is_down_ends_the_round_of_the_job_at_once(town: Town) -> None:
    filled(town, 49)
    tried: list[int] = []

    def down(periods: Sequence[Period]) -> None:
        tried.append(len(periods))
        raise StoreUnavailable("sqlite:///store.db: locked")

    town.quarters.before = down
    assert town.round()["quarters"].error == "sqlite:///store.db: locked"
    assert tried == [96]
    town.quarters.before = lambda periods: None
    town.round()
    town.assert_true()


def test_a_late_sample_during_the_run_keeps_its_quarter_open(town: Town) -> None:
    filled(town, 2)

    def late(periods: Sequence[Period]) -> None:
        town.quarters.between = lambda periods: None
        town.store.write(samples([START + 3 * Q + 7]))
        town.periods.reopen({"quarters": [(START + 3 * Q, START + 4 * Q)]})

    town.quarters.between = late
    assert town.round()["quarters"].closed == 6
    assert town.periods.gaps("quarters", START, START + 7 * Q) == [(START + 3 * Q, START + 4 * Q)]
    town.round()
    town.assert_true()


def test_a_round_that_is_told_to_stop_ends_after_the_batch_in_hand(town: Town) -> None:
    filled(town, 72)
    town.runner = type(town.runner)(town.periods, PARIS, lambda: town.now, lambda: bool(town.quarters.ran))
    town.round()
    assert len(town.quarters.ran) == 96
    assert town.days.ran == []


def test_periods_asked_for_are_closed_again_and_what_is_built_on_them_too(town: Town) -> None:
    filled(town, 49)
    town.round()
    town.forget()
    outcome = town.runner.again(town.quarters, Period(START + 7 * Q, START + 9 * Q), town.jobs)
    assert (outcome.closed, starts(town.quarters.ran)) == (2, [7, 8])
    assert town.periods.gaps("days", START, START + 2 * DAY) == [(START, START + DAY)]
    town.round()
    assert [day.label(PeriodStep.DAY, PARIS) for day in town.days.ran] == ["2026-05-04"]
    assert town.periods.done("quarters", START + 6 * Q, START + 9 * Q) == dict(
        zip(range(START + 6 * Q, START + 9 * Q, Q), (1, 2, 2), strict=True)
    )


def test_what_has_not_ended_is_not_closed_by_hand_either(town: Town) -> None:
    filled(town, 1)
    outcome = town.runner.again(town.quarters, Period(START, START + DAY), town.jobs)
    assert (outcome.closed, starts(town.quarters.ran)) == (3, [0, 1, 2])


def test_periods_held_by_another_run_are_left_to_it(town: Town) -> None:
    filled(town, 2)
    lease = town.periods.lease("quarters", START + 4 * Q, START + 5 * Q, town.now, 60)
    assert lease is not None
    outcome = town.round()["quarters"]
    assert (outcome.closed, outcome.held) == (0, lease)
    town.periods.release(lease)
    town.round()
    town.assert_true()


def test_nothing_is_left_leased_whatever_happened(town: Town) -> None:
    filled(town, 49)
    town.quarters.before = lambda periods: 1 / 0  # type: ignore[assignment,return-value]
    town.round()
    assert town.periods.leases("quarters", 0, 2**62, town.now) == []


def test_a_long_run_renews_its_lease(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LEASE_SECONDS", 0.03)
    filled(town, 1)
    renewed: list[bool] = []

    def until_renewed(_periods: Sequence[Period]) -> None:
        (lease,) = town.periods.leases("quarters", 0, 2**62, 0)
        town.now += 1000
        for _look in range(10_000):
            (renewed_lease,) = town.periods.leases("quarters", 0, 2**62, 0)
            if renewed_lease.until > lease.until:
                renewed.append(True)
                return

    town.quarters.before = until_renewed
    assert town.round()["quarters"].closed == 3
    assert renewed == [True]
