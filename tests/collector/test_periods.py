"""Done rows, leases, arrivals and states in a real file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import StoreError, StoreUnavailable
from collector.holder import Holder, this_process
from collector.ledger_file import MIGRATIONS
from collector.periods import Arrival, Periods, Span

Q = 900_000
NOW = 1_767_225_600_000
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def periods(path: Path) -> Iterator[Periods]:
    with Periods(path) as opened:
        yield opened


def quarters(first: int, last: int) -> list[Span]:
    return [(n * Q, (n + 1) * Q) for n in range(first, last)]


def close(periods: Periods, first: int, last: int, job: str = "quarters") -> int:
    """Close the quarters first..last - 1."""
    lease = periods.lease(job, first * Q, last * Q, NOW, 60)
    assert lease is not None
    marked = periods.mark(lease, quarters(first, last), NOW)
    periods.release(lease)
    return marked


def in_another_process(path: Path, statement: str) -> str:
    """What a second interpreter prints."""
    program = (
        f"from collector.periods import *\nfrom pathlib import Path\np = Periods(Path({str(path)!r}))\n{statement}"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_job_never_run_is_one_gap(periods: Periods) -> None:
    assert periods.gaps("quarters", 0, 10 * Q) == [(0, 10 * Q)]
    assert periods.gaps("quarters", Q, Q) == []
    assert periods.done("quarters", 0, 10 * Q) == {}


def test_what_is_closed_is_no_gap_any_more(periods: Periods) -> None:
    close(periods, 2, 4)
    close(periods, 6, 7)
    assert periods.gaps("quarters", 0, 10 * Q) == [(0, 2 * Q), (4 * Q, 6 * Q), (7 * Q, 10 * Q)]
    assert periods.gaps("quarters", 2 * Q, 4 * Q) == []
    assert periods.gaps("days", 0, 2 * Q) == [(0, 2 * Q)]
    assert list(periods.done("quarters", 0, 10 * Q)) == [2 * Q, 3 * Q, 6 * Q]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 29), st.integers(1, 6)), max_size=8))
def test_gaps_and_done_periods_are_each_others_complement(steps: list[tuple[bool, int, int]]) -> None:
    done: set[int] = set()
    with Periods(None) as periods:
        for closing, first, count in steps:
            last = min(30, first + count)
            if closing:
                close(periods, first, last)
                done |= set(range(first, last))
            else:
                periods.reopen({"quarters": [(first * Q, last * Q)]})
                done -= set(range(first, last))
        gaps = periods.gaps("quarters", 0, 30 * Q)
        assert {n for a, b in gaps for n in range(a // Q, b // Q)} == set(range(30)) - done
        assert gaps == sorted(gaps)
        assert all(a < b for a, b in gaps)
        assert all(before[1] < after[0] for before, after in pairwise(gaps))


def test_done_rows_are_there_after_opening_anew(path: Path) -> None:
    with Periods(path) as periods:
        close(periods, 0, 3)
    with Periods(path) as periods:
        assert periods.gaps("quarters", 0, 3 * Q) == []
        assert periods.reach() == 3 * Q


def test_a_period_tells_how_often_it_was_closed(periods: Periods) -> None:
    close(periods, 0, 2)
    assert periods.reopen({"quarters": [(Q + 5, Q + 6)]}) == {"quarters": 1}
    assert periods.reopened("quarters")
    assert periods.done("quarters", 0, 2 * Q) == {0: 1}
    close(periods, 1, 2)
    assert not periods.reopened("quarters")
    assert periods.done("quarters", 0, 2 * Q) == {0: 1, Q: 2}


def test_reopening_takes_every_period_that_overlaps_and_no_other(periods: Periods) -> None:
    close(periods, 0, 10)
    assert periods.reopen({"quarters": [(2 * Q, 4 * Q), (6 * Q + 1, 7 * Q + 1)]}) == {"quarters": 4}
    assert periods.gaps("quarters", 0, 10 * Q) == [(2 * Q, 4 * Q), (6 * Q, 8 * Q)]


def test_two_runs_never_hold_the_same_period(periods: Periods) -> None:
    assert periods.lease("quarters", 0, 4 * Q, NOW, 60)
    assert periods.lease("quarters", 3 * Q, 5 * Q, NOW, 60) is None
    assert periods.lease("quarters", 4 * Q, 5 * Q, NOW, 60)
    assert periods.lease("days", 0, 4 * Q, NOW, 60)


def test_a_lease_is_free_again_when_released(periods: Periods) -> None:
    lease = periods.lease("quarters", 0, Q, NOW, 60)
    assert lease is not None
    assert periods.leases("quarters", 0, Q, NOW) == [lease]
    periods.release(lease)
    assert periods.leases("quarters", 0, Q, NOW) == []
    assert periods.lease("quarters", 0, Q, NOW, 60)


def test_another_process_is_refused_and_can_name_the_holder(path: Path, periods: Periods) -> None:
    assert periods.lease("quarters", 0, Q, NOW, 1)
    asked = f"print(p.lease('quarters', 0, {Q}, {NOW + 10**9}, 1), p.leases('quarters', 0, {Q}, {NOW})[0].holder.pid)"
    assert in_another_process(path, asked) == f"None {os.getpid()}"


def test_a_lease_whose_process_is_gone_holds_nothing(path: Path, periods: Periods) -> None:
    assert in_another_process(path, f"print(bool(p.lease('quarters', 0, {Q}, {NOW}, 10**6)))") == "True"
    assert periods.leases("quarters", 0, Q, NOW) == []
    assert periods.lease("quarters", 0, Q, NOW, 60)


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        ({}, "alive"),
        ({"born": "1"}, "gone"),  # the number was given to another process
        ({"boot": "another"}, "gone"),
        ({"space": "pid:[1]"}, "unknown"),  # in another container
        ({"boot": "?"}, "unknown"),
    ],
)
def test_a_holder_is_told_from_another_process_of_the_same_number(change: dict[str, str], condition: str) -> None:
    assert replace(this_process(), **change).condition() == condition


def test_a_holder_is_read_as_it_was_written() -> None:
    assert Holder.parse(str(this_process())) == this_process()


def test_where_nobody_can_tell_a_lease_ends_at_its_time(path: Path, periods: Periods) -> None:
    lease = periods.lease("quarters", 0, Q, NOW, 60)
    assert lease is not None
    elsewhere = replace(lease.holder, space="pid:[1]")
    with sqlite3.connect(path) as sql:
        sql.execute("UPDATE lease SET holder = ?", (str(elsewhere),))
    sql.close()
    assert periods.lease("quarters", 0, Q, NOW + 59_999, 60) is None
    assert periods.renew(lease, NOW + 50_000, 60)
    assert periods.lease("quarters", 0, Q, NOW + 60_000, 60) is None
    assert periods.lease("quarters", 0, Q, NOW + 110_000, 60)
    assert not periods.renew(lease, NOW + 110_000, 60)


def test_who_lost_the_lease_marks_nothing(periods: Periods) -> None:
    lease = periods.lease("quarters", 0, Q, NOW, 60)
    assert lease is not None
    periods.release(lease)
    assert periods.mark(lease, quarters(0, 1), NOW) == 0
    assert periods.gaps("quarters", 0, Q) == [(0, Q)]


def test_a_period_outside_of_the_lease_is_a_mistake(periods: Periods) -> None:
    lease = periods.lease("quarters", 0, Q, NOW, 60)
    assert lease is not None
    with pytest.raises(ValueError, match="outside"):
        periods.mark(lease, quarters(0, 2), NOW)
    assert periods.done("quarters", 0, 2 * Q) == {}


@pytest.mark.parametrize("was_done", [True, False])
def test_what_is_reopened_during_its_run_stays_open(periods: Periods, was_done: bool) -> None:
    if was_done:
        close(periods, 0, 3)
    lease = periods.lease("quarters", 0, 3 * Q, NOW, 60)
    assert lease is not None
    periods.reopen({"quarters": [(Q, Q + 1)]})
    assert periods.mark(lease, quarters(0, 3), NOW) == 2
    assert periods.gaps("quarters", 0, 3 * Q) == [(Q, 2 * Q)]


def test_a_run_that_reopens_for_itself_still_marks(periods: Periods) -> None:
    close(periods, 0, 1)
    lease = periods.lease("quarters", 0, Q, NOW, 60)
    assert lease is not None
    periods.reopen({"quarters": [(0, Q)]}, by=lease)
    assert periods.mark(lease, quarters(0, 1), NOW) == 1
    assert periods.done("quarters", 0, Q) == {0: 2}


def test_a_lease_reaches_before_anything_is_done(periods: Periods) -> None:
    assert periods.reach() is None
    assert periods.lease("days", 0, 96 * Q, NOW, 60)
    close(periods, 0, 4)
    assert periods.reach() == 96 * Q


def test_arrivals_of_one_quarter_become_one_and_are_struck_off_once_they_opened_something(periods: Periods) -> None:
    close(periods, 0, 4)
    periods.arrived([Arrival("a", Q, Q + 7, Q + 9)])
    periods.arrived([Arrival("a", Q, Q + 2, Q + 8), Arrival("b", 0, 3, 3)])
    seen = periods.arrivals()
    assert seen == [Arrival("a", Q, Q + 2, Q + 9), Arrival("b", 0, 3, 3)]
    periods.reopen({"quarters": [(Q, 2 * Q)]}, seen=seen[:1])
    assert periods.arrivals() == seen[1:]


def test_an_arrival_that_grew_meanwhile_is_not_struck_off(periods: Periods) -> None:
    periods.arrived([Arrival("a", 0, 5, 5)])
    seen = periods.arrivals()
    periods.arrived([Arrival("a", 0, 9, 9)])
    periods.reopen({}, seen=seen)
    assert periods.arrivals() == [Arrival("a", 0, 5, 9)]


def test_the_last_error_of_a_job_is_kept_until_a_round_goes_well(periods: Periods) -> None:
    assert periods.failure("days") is None
    periods.failed("days", "no sun", NOW)
    assert periods.failure("days") == ("no sun", NOW)
    periods.failed("days", None, NOW + 1)
    assert periods.failure("days") is None


def test_the_newest_state_up_to_an_instant_is_found(periods: Periods) -> None:
    for day in (1, 2, 5):
        periods.keep_state("fleet", "envelope", day, {"day": day, "roofs": {"é": [1.5, None]}})
    assert periods.state("fleet", "envelope", 0) is None
    assert periods.state("fleet", "envelope", 4) == (2, {"day": 2, "roofs": {"é": [1.5, None]}})
    assert periods.state("fleet", "clock", 9) is None
    periods.keep_state("fleet", "envelope", 2, "again")
    assert periods.state("fleet", "envelope", 4) == (2, "again")


def test_of_old_states_that_of_every_30th_day_stays(periods: Periods) -> None:
    day = 86_400_000
    for n in range(100):
        periods.keep_state("fleet", "envelope", n * day + 82_800_000, n, keep_from=(n - 10) * day)
    kept = {state[1] for n in range(100) if (state := periods.state("fleet", "envelope", (n + 1) * day))}
    assert kept == {0, 30, 60, *range(89, 100)}


def test_a_state_that_is_no_json_is_a_mistake(periods: Periods) -> None:
    with pytest.raises(ValueError, match="JSON"):
        periods.keep_state("fleet", "envelope", 0, float("nan"))


def test_a_foreign_or_newer_file_is_left_alone(tmp_path: Path) -> None:
    foreign, newer = tmp_path / "foreign.db", tmp_path / "newer.db"
    with sqlite3.connect(foreign) as sql:
        sql.execute("CREATE TABLE shopping (item)")
    sql.close()
    Periods(newer).close()
    with sqlite3.connect(newer) as sql:
        sql.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    sql.close()
    for path in (foreign, newer):
        with pytest.raises(StoreError, match=path.name):
            Periods(path)


def test_a_place_where_no_file_can_be_is_unavailable_and_may_come_back(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreUnavailable, match=r"ledger\.db"):
        Periods(tmp_path / "data" / "ledger.db")


def test_many_processes_make_the_file_at_once(path: Path) -> None:
    path.parent.mkdir(parents=True)
    program = f"from collector.periods import *; from pathlib import Path; Periods(Path({str(path)!r})).reach()"
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _n in range(6)
    ]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in started] == [("", 0)] * 6


def test_thirteen_years_of_quarters_are_looked_through_without_making_a_row_of_each(path: Path) -> None:
    count = 13 * 365 * 96
    with Periods(path) as periods:
        close(periods, 0, count)
        periods.reopen({"quarters": [(7 * Q, 8 * Q)]})
        assert periods.gaps("quarters", 0, (count + 1) * Q) == [(7 * Q, 8 * Q), (count * Q, (count + 1) * Q)]
