"""The days are diagnosed in order, again when they are closed again, and alerts come of them once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from collector.ledger import Ledger
from config.works import Kind
from models.calendar import day_bounds, day_start, days
from models.pv.closing.books import books_of
from models.pv.diagnosis.cause import Cause
from scripts.jobs.alerts import ALERTS, CLOCK, alerts_of, deeds_of
from scripts.jobs.closing import DAYS, Closing
from scripts.jobs.diagnosis import DIAGNOSIS, KNOWN, current, found_on, open_findings
from scripts.jobs.late import reopen_late
from scripts.jobs.registry import jobs_of
from scripts.jobs.runner import Outcome, Runner
from scripts.jobs.town_days import TownDays
from scripts.jobs.works import add, close, renewed, works_of
from scripts.simulator.fault import parse_fault
from tests.scripts.jobs.past_town import PARIS, PastTown, past_town
from tests.scripts.simulator.sunny_town import sunny_town

FIRST, LAST = date(2026, 6, 10), date(2026, 6, 14)
OFF = date(2026, 6, 12)
HOUR = 3_600_000
FAULTS = [parse_fault("west/inv:inverter_off:start=2026-06-12T09:00:00+02:00,end=2026-06-13T12:00:00+02:00")]


@pytest.fixture
def town(memory: Path) -> Iterator[PastTown]:
    with past_town(memory, sunny_town(), FIRST, LAST, FAULTS) as past:
        yield past


def work(town: PastTown) -> dict[str, Outcome]:
    jobs = [
        job for job in jobs_of(town.town, town.store, town.periods, lambda: town.now, 400) if job.name != "metadata"
    ]
    reopen_late(town.periods, town.store, jobs, PARIS, town.now)
    return {job.name: Runner(town.periods, PARIS, lambda: town.now).due(job) for job in jobs}


def causes(town: PastTown, day: date) -> set[tuple[Cause, str]]:
    found = found_on(town.periods, day_bounds(day, PARIS)[1])
    assert found is not None
    assert found[0] == day_bounds(day, PARIS)[1]
    return {(each.cause, each.subject) for each in found[1]}


def deeds(town: PastTown) -> list[tuple[str, str]]:
    with Ledger(town.periods.path) as ledger:
        return [(str(deed.what), deed.subject) for deed in deeds_of(ledger)]


def declared(town: PastTown, kind: Kind, scope: str, start: int, end: int | None) -> int:
    with Ledger(town.periods.path) as ledger:
        return add(ledger, kind, scope, start, end, "services techniques", town.now, {})


def test_an_inverter_that_was_off_is_found_on_its_days_and_told_once(town: PastTown) -> None:
    outcomes = work(town)
    assert [outcomes[name].error for name in (DAYS, DIAGNOSIS, "alerts")] == [None, None, None]
    assert causes(town, date(2026, 6, 11)) == set()
    assert {subject for _cause, subject in causes(town, OFF)} == {"west/inv"}
    assert deeds(town) == [("opened", "west/inv"), ("closed", "west/inv")]


def test_working_again_or_from_nothing_gives_the_same(town: PastTown) -> None:
    work(town)
    told, known = deeds(town), town.periods.state(DIAGNOSIS, KNOWN, day_bounds(LAST, PARIS)[1])
    town.periods.reopen({DIAGNOSIS: [(0, town.now)]})
    assert work(town)[DIAGNOSIS].closed == 5
    assert (deeds(town), town.periods.state(DIAGNOSIS, KNOWN, day_bounds(LAST, PARIS)[1])) == (told, known)
    assert work(town)[DIAGNOSIS].closed == 0


def test_killed_before_it_noted_what_it_decided_it_decides_the_same(town: PastTown) -> None:
    work(town)
    told, last = deeds(town), day_bounds(LAST, PARIS)
    for again in (1, 2):
        town.periods.keep_state(ALERTS, CLOCK, 0, [last[1], last[0]])
        town.periods.reopen({ALERTS: [(last[0], town.now)]})
        assert work(town)[ALERTS].error is None
        assert deeds(town) == told, again


def test_a_day_closed_again_is_looked_at_again_and_the_next_ones_if_it_matters(memory: Path) -> None:
    with past_town(memory, sunny_town(), FIRST, FIRST, ()) as town:
        start, end = day_start(date(2026, 6, 11), PARIS), day_bounds(LAST, PARIS)[1]
        gap = day_start(OFF, PARIS) + 8 * HOUR, day_start(OFF, PARIS) + 18 * HOUR
        others = [device for device in town.town.devices() if device != "west/inv"]
        town.live(start, gap[0])
        town.live(*gap, others)
        town.live(gap[1], end + HOUR)
        town.now = end + HOUR
        work(town)
        assert causes(town, OFF) != set()
        town.live(*gap, ["west/inv"])
        work(town)
        assert causes(town, OFF) == set()
        work(town)  # what was opened beyond the batch
        assert not town.periods.reopened(DIAGNOSIS)


def test_days_read_together_are_those_read_one_by_one(town: PastTown) -> None:
    work(town)
    closing = Closing(books_of(town.town, PARIS), town.store, town.periods, PARIS, lambda: town.now)
    one_by_one = TownDays(town.town, closing)
    bounds = [day_bounds(day, PARIS) for day in days(FIRST, LAST)]
    for together in one_by_one.days(bounds):
        alone = one_by_one.day(together.start, together.end)
        for mine, other in zip(together.inverters, alone.inverters, strict=True):
            for name in ("energy", "expected", "clear", "outage", "half_day"):
                assert np.array_equal(getattr(mine, name), getattr(other, name), equal_nan=True), name
            assert (dict(mine.reasons), mine.last_heard, mine.period) == (dict(other.reasons), other.last_heard,
                                                                          other.period)  # fmt: skip
            assert mine.samples.equals(other.samples)


def test_today_is_looked_at_from_what_was_known_in_the_morning(town: PastTown) -> None:
    work(town)
    known = town.periods.state(DIAGNOSIS, KNOWN, town.now)
    noon = day_start(date(2026, 6, 15), PARIS) + 12 * HOUR
    town.faults = [parse_fault("west/inv:inverter_off:start=2026-06-15T09:00:00+02:00")]
    town.live(town.now, noon)
    town.now = noon + 150_000
    work(town)
    newest = current(town.periods, town.now)
    assert newest is not None
    assert newest[0] == noon
    assert {each.subject for each in open_findings(town.periods, town.now)} == {"west/inv"}
    assert town.periods.state(DIAGNOSIS, KNOWN, town.now) == known
    assert deeds(town)[-1] == ("reopened", "west/inv")  # within a week it is the same trouble


def test_a_declared_outage_is_silent(town: PastTown) -> None:
    start = day_start(OFF, PARIS)
    declared(town, Kind.OUTAGE, "west", start + 8 * HOUR, start + 40 * HOUR)
    work(town)
    assert (Cause.PLANNED, "west") in causes(town, OFF)
    assert deeds(town) == []


def test_a_catch_up_of_years_looks_three_months_back(town: PastTown) -> None:
    jobs = jobs_of(town.town, town.store, town.periods, lambda: town.now + 90 * 24 * HOUR, 400)
    first = next(job for job in jobs if job.name == DIAGNOSIS).first()
    assert first == town.now - 2 * 24 * HOUR > day_start(FIRST, PARIS)


def test_an_outage_that_is_declared_afterwards_opens_its_days_again(town: PastTown) -> None:
    work(town)
    declared(town, Kind.OUTAGE, "west", day_start(OFF, PARIS) + 8 * HOUR, day_start(OFF, PARIS) + 40 * HOUR)
    assert town.periods.reopened(DIAGNOSIS)
    assert not town.periods.reopened(DAYS)
    work(town)
    assert (Cause.PLANNED, "west") in causes(town, OFF)


def test_works_are_closed_by_a_fact(town: PastTown) -> None:
    number = declared(town, Kind.OUTAGE, "west", town.now, None)
    with Ledger(town.periods.path) as ledger:
        close(ledger, works_of(ledger)[0], town.now + HOUR, "services techniques", town.now, "fini")
        (known,) = works_of(ledger)
    assert (known.id, known.end, known.closed, known.note) == (number, town.now + HOUR, True, "fini")


def test_a_replacement_in_the_ledger_counts_as_one_in_the_files(town: PastTown) -> None:
    declared(town, Kind.REPLACEMENT, "west/inv", day_start(OFF, PARIS) + 10 * HOUR, None)
    inverters = {s.id: s.inverters[0].replaced for s in renewed(town.town, town.periods.path, PARIS).sites}
    assert inverters == {"south": (), "east": (), "west": (OFF,), "tracker": ()}
    closing = next(
        job for job in jobs_of(town.town, town.store, town.periods, lambda: town.now, 400) if job.name == DAYS
    )
    books = closing._closing.books  # type: ignore[attr-defined]
    assert [facts.replaced for facts in books.plant.inverters] == [(), (), (OFF,), ()]


def test_nothing_personal_stands_in_the_facts_that_tepos_writes(town: PastTown) -> None:
    work(town)
    with Ledger(town.periods.path) as ledger:
        assert {deed.by for deed in deeds_of(ledger)} == {"tepos"}
        assert all(not alert.open for alert in alerts_of(ledger).values())
