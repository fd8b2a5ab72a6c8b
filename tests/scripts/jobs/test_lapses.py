"""Time acts on the registry by itself: what nobody goes on with lapses, a name that nobody fetches goes."""

from __future__ import annotations

from datetime import UTC

from collector.ledger import Ledger
from collector.people import People
from collector.periods import Periods
from dashboards.panels import Panels
from dashboards.registry import Registry
from models.territory.initiatives.words import Role, State
from scripts.jobs.lapses import LapsesJob
from scripts.jobs.runner import Runner
from tests.collector.test_people import left
from tests.models.territory.initiatives.deeds import DAY, SAMPLES, START, Action

CONSENT = {"parents": 2, "on": "2026-01-01", "version": "v1"}


def test_a_year_of_silence_ends_a_draft_and_no_name_waits_for_ever(tmp_path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger, People(tmp_path / "people.db") as people:
        name = Registry(ledger, people).file(SAMPLES[Action.CREATE], Role.HOLDER, START, START, 2026).initiative.id
        Panels(ledger, people).add("2026", "hall/roof", 3, START, "Zoé-Cachée", CONSENT)
    states = []
    with Periods(tmp_path / "ledger.db") as periods:
        for later in (89, 91, 366, 367):
            job = LapsesJob(tmp_path, lambda later=later: START + later * DAY)
            Runner(periods, UTC, job._now).due(job)
            with Ledger(tmp_path / "ledger.db") as ledger, People(tmp_path / "people.db") as people:
                states.append((Registry(ledger, people).one(name).state, left(tmp_path, "Zoé-Cachée") == []))
                assert ledger.broken() is None
    assert states == [(State.DRAFT, False), (State.DRAFT, True), (State.LAPSED, True), (State.LAPSED, True)]


def test_a_year_after_a_refusal_it_is_forgotten_who_had_asked_and_of_others_it_is_not(tmp_path) -> None:
    created, who = SAMPLES[Action.CREATE], {"name": "Association Cachée", "contact": "cachee@example.org"}
    with Ledger(tmp_path / "ledger.db") as ledger, People(tmp_path / "people.db") as people:
        initiatives = Registry(ledger, people)
        first, second = (
            initiatives.file(created, Role.HOLDER, START, START, 2026, holder=who).initiative.id for _ in range(2)
        )
        for name in (first, second):
            initiatives.act(name, Action.SUBMIT, Role.HOLDER, {}, START, START)
        initiatives.act(first, Action.REJECT, Role.AGENT, SAMPLES[Action.REJECT], START + DAY, START + DAY)
    known = []
    with Periods(tmp_path / "ledger.db") as periods:
        for later in (365, 367):
            job = LapsesJob(tmp_path, lambda later=later: START + later * DAY)
            assert Runner(periods, UTC, job._now).due(job).error is None
            with Ledger(tmp_path / "ledger.db") as ledger, People(tmp_path / "people.db") as people:
                both = [Registry(ledger, people).one(name) for name in (first, second)]
                known.append([bool(people.read(sorted(each.askers()))) for each in both])
                assert people.read([both[0].summary.ref])  # the public register tells what was refused, and why
                assert ledger.broken() is None
    assert known == [[True, True], [False, True]]
    assert (tmp_path / "erased.list").read_text()


def test_where_nobody_has_done_anything_there_is_nothing_to_do_and_no_file(tmp_path) -> None:
    assert LapsesJob(tmp_path, lambda: START).first() is None
    assert list(tmp_path.iterdir()) == []
