"""tepos learnt confirm: a person's answer is kept as a fact, and closing applies it from then on."""

from __future__ import annotations

import json
import shlex
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from collector.ledger import Ledger
from config.kwh import ExpectedBasis, Step, Subject
from models.calendar import day_bounds, day_start
from models.pv.closing.memory import Memory, scale_key
from models.pv.expected.calibration import Epoch, State
from scripts.cli import app
from scripts.jobs.answers import KIND, Answer, answered, answers
from scripts.jobs.closing import DAYS
from tests.scripts.jobs.lying_town import LAST, days_more, place, said_otherwise, spring, told
from tests.scripts.jobs.past_town import PARIS, PastTown
from tests.scripts.simulator.sunny_town import sunny_town

TRUTH = sunny_town()
LIES = said_otherwise(TRUTH, "south", kwp=24)
DAY = 86_400_000
SOUTH = scale_key("south/inv", ExpectedBasis.SENSOR)
NEXT = LAST + timedelta(days=1)
ANSWERED = day_start(NEXT, PARIS)


def learnt(*words: object) -> Result:
    return CliRunner().invoke(app, ["learnt", *map(str, words)])


@pytest.fixture(scope="module")
def readings(tmp_path_factory):
    return spring(tmp_path_factory.mktemp("readings"), TRUTH)


@pytest.fixture
def lies(readings, tmp_path):
    """A town that says 24 kWp of 20, closed until LAST; with the options that lead to it."""
    with told(readings, tmp_path, LIES) as made:
        made.close()
        yield made, place(tmp_path, LIES)


def expected(made: PastTown, first: date, last: date) -> pd.Series:
    rows = made.rows(Step.DAY, Subject.INVERTER, "south/inv", first, last)
    return rows["expected"] / rows["energy"]


def test_the_question_names_the_command_that_answers_it(lies) -> None:
    _made, options = lies
    line = next(line for line in learnt(*options).stdout.splitlines() if line.strip().startswith("tepos learnt"))
    words = shlex.split(line)
    assert words[:5] == ["tepos", "learnt", "confirm", "south/inv", "--basis"]
    assert learnt(*words[2:]).exit_code == 0
    assert "tepos learnt confirm" not in learnt(*options).stdout


def test_an_answer_is_a_fact_with_role_scale_and_the_day_from_which_it_holds(lies) -> None:
    made, options = lies
    assert learnt("confirm", "south/inv", "--by", "services techniques", *options).exit_code == 0
    with Ledger(made.periods.path) as ledger:
        (fact,) = ledger.facts(KIND)
    assert (fact.subject, fact.by, fact.at) == ("south/inv", "services techniques", ANSWERED)
    assert fact.data["basis"] == "sensor"
    assert fact.data["value"] == pytest.approx(20 / 24, abs=0.01)


def test_who_is_not_asked_cannot_answer(lies) -> None:
    _made, options = lies
    assert learnt("confirm", "east/inv", "--by", "us", *options).exit_code == 1
    assert learnt("confirm", "south/inv", "--basis", "satellite", "--by", "us", *options).exit_code == 1
    assert learnt("confirm", "south/inv", "--by", " ", *options).exit_code == 2
    assert learnt("confirm", "south/inv", "--by", "us", *options).exit_code == 0
    again = learnt("confirm", "south/inv", "--by", "us", *options)
    assert again.exit_code == 1
    assert "no scale asks" in again.stderr


def test_the_next_closing_applies_the_answer_and_the_days_before_stay_as_they_were(lies) -> None:
    made, options = lies
    before = expected(made, LAST - timedelta(days=5), LAST)
    assert (before > 1.15).all()
    learnt("confirm", "south/inv", "--by", "services techniques", *options)
    days_more(made, TRUTH, 3)
    after = expected(made, NEXT, LAST + timedelta(days=3))
    assert after.to_numpy() == pytest.approx([1, 1, 1], abs=0.05)
    spans = [(day_start(LAST - timedelta(days=2), PARIS), day_bounds(LAST + timedelta(days=2), PARIS)[1])]
    made.periods.reopen({DAYS: spans})
    made.close()  # days before and after the answer in one go
    assert expected(made, LAST - timedelta(days=5), LAST).to_numpy() == pytest.approx(before.to_numpy(), rel=1e-6)
    assert expected(made, NEXT, LAST + timedelta(days=3)).to_numpy() == pytest.approx(after.to_numpy(), rel=1e-6)


def test_once_answered_the_loss_that_was_none_is_closed(lies) -> None:
    made, options = lies
    learnt("confirm", "south/inv", "--by", "services techniques", *options)
    days_more(made, TRUTH, 12)
    (one,) = json.loads(learnt(*options, "--inverter", "south/inv", "--json").stdout)["inverters"]
    assert one["scales"][0]["state"] == "learnt"
    assert one["losses"] == []


def test_without_an_answer_it_goes_on_asking(lies) -> None:
    made, options = lies
    days_more(made, TRUTH, 2)
    assert (expected(made, NEXT, NEXT) > 1.15).all()
    assert json.loads(learnt(*options, "--json").stdout)["questions"][0]["inverter"] == "south/inv"


def asking(since: date) -> Memory:
    epoch = Epoch(since=since)
    for day in range(10):
        epoch = epoch.told(since + timedelta(days=day), 8_000, 10_000, True)
    return Memory(epochs={SOUTH: epoch})


def test_an_answer_holds_for_its_epoch_only() -> None:
    given = [Answer(SOUTH, ANSWERED)]
    for since, state in ((LAST - timedelta(days=20), State.LEARNT), (NEXT, State.ASKS)):
        memory = answered(asking(since), given, ANSWERED + 30 * DAY, PARIS)
        assert memory.epochs[SOUTH].scale().state is state


def test_a_day_before_the_answer_does_not_know_it() -> None:
    memory = answered(asking(LAST - timedelta(days=20)), [Answer(SOUTH, ANSWERED)], ANSWERED - DAY, PARIS)
    assert memory.epochs[SOUTH].scale().state is State.ASKS


def test_an_answer_that_is_taken_back_asks_again(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        fact = ledger.append(KIND, "south/inv", ANSWERED, {"basis": "sensor"}, "services techniques")
        memory = answered(asking(date(2026, 5, 1)), answers(tmp_path / "ledger.db"), ANSWERED, PARIS)
        assert memory.epochs[SOUTH].confirmed
        ledger.undo(fact, ANSWERED, "services techniques", "an open string")
        assert not answered(memory, answers(tmp_path / "ledger.db"), ANSWERED, PARIS).epochs[SOUTH].confirmed
