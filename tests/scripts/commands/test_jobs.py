"""tepos jobs and tepos schedule, as their users know them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from collector.periods import Periods
from collector.sample import Sample
from collector.store import open_store
from scripts.cli import app
from scripts.jobs import registry
from tests.scripts.commands.runner import ROOT, each, running, tepos
from tests.scripts.jobs.killed_jobs import HOUR, START
from tests.scripts.jobs.totals import MINUTE, Days, Figures, Quarters, samples

LEASES = (0, 2**62)


def stored(data: Path, hours: int = 48) -> Path:
    """A data directory with two days of samples of a past month."""
    with closing(open_store(f"sqlite:///{data}/store.db")) as store:
        store.write(samples(range(START, START + hours * HOUR, 15 * MINUTE)))
    return data


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same where the town's jobs are those of the tests, an hour after the second day."""
    figures = Figures(tmp_path / "figures.db")

    def jobs_of(_town: Any, store: Any, periods: Any, *_more: Any) -> tuple[Any, ...]:
        quarters = Quarters(store, periods, figures)
        return quarters, Days(quarters)

    monkeypatch.setattr(registry, "jobs_of", jobs_of)
    monkeypatch.setattr(registry, "opened", partial(registry.opened, now=lambda: START + 49 * HOUR))
    yield stored(tmp_path)
    figures.sql.close()


def jobs(*words: object) -> Result:
    return CliRunner().invoke(app, ["jobs", *map(str, words)])


def listed(data: Path) -> dict[str, Any]:
    return {job["job"]: job for job in json.loads(jobs("list", "--data", data, "--json").stdout)["jobs"]}


def test_the_list_tells_what_is_closed_and_what_is_open(data: Path) -> None:
    found = listed(data)
    assert (found["quarters"]["open"], found["days"]["open"]) == (195, 2)
    assert found["quarters"]["done_until"] == "2026-05-04T00:00:00+02:00"
    assert not (data / "ledger.db").exists()
    jobs("run", "quarters", "--for", "2026-05-04", "--data", data)
    assert listed(data)["quarters"] == {
        "job": "quarters", "step": "quarter", "cadence": {"minute": "2-59/15"}, "open": 99,
        "done_until": "2026-05-05T00:00:00+02:00", "error": None, "failed_at": None, "lease": None,
    }  # fmt: skip
    shown = jobs("list", "--data", data).stdout
    assert "2026-05-05 00:00" in shown
    assert "00:20" in shown


def test_a_failure_and_a_lease_are_in_the_list(data: Path) -> None:
    with Periods(data / "ledger.db") as periods:
        periods.failed("days", "ZeroDivisionError: no sun", START)
        assert periods.lease("quarters", START, START + HOUR, START + 49 * HOUR, 60)
        found = listed(data)
        assert (found["days"]["error"], found["days"]["failed_at"]) == (
            "ZeroDivisionError: no sun", "2026-05-04T00:00:00+02:00"
        )  # fmt: skip
        assert found["quarters"]["lease"] == {
            "pid": os.getpid(), "start": "2026-05-04T00:00:00+02:00", "end": "2026-05-04T01:00:00+02:00"
        }  # fmt: skip
        assert f"process {os.getpid()}" in jobs("list", "--data", data).stdout


def test_a_period_is_closed_by_hand_and_again(data: Path) -> None:
    for _time in range(2):
        ended = jobs("run", "quarters", "--for", "2026-05-04T10:15..2026-05-04T11:00", "--data", data)
        assert (ended.exit_code, ended.stdout) == (0, "quarters: periods closed: 4\n")
    with Periods(data / "ledger.db") as periods:
        assert list(periods.done("quarters", *LEASES).values()) == [2] * 4


def test_closing_again_opens_what_is_built_on_it(data: Path) -> None:
    jobs("run", "quarters", "--for", "2026-05", "--data", data)
    assert jobs("run", "days", "--for", "2026-05", "--data", data, "--json").stdout == (
        '{"job": "days", "closed": 2, "waiting": 0, "error": null}\n'
    )
    jobs("run", "quarters", "--for", "2026-05-05", "--data", data)
    assert listed(data)["days"]["open"] == 1


def test_days_wait_for_their_quarters(data: Path) -> None:
    ended = jobs("run", "days", "--for", "2026-05-04", "--data", data)
    assert ended.exit_code == 1
    assert "wait for others (quarters): 1" in ended.stderr


def test_a_run_held_by_another_is_refused_and_its_holder_named(data: Path) -> None:
    with Periods(data / "ledger.db") as periods:
        assert periods.lease("quarters", START, START + HOUR, START + 49 * HOUR, 60)
        ended = jobs("run", "quarters", "--for", "2026-05-04", "--data", data)
    assert ended.exit_code == 1
    assert f"Process {os.getpid()} is at work" in ended.stderr


@pytest.mark.parametrize("period", ["2026-05-06", "2026-05-01", "2030"])
def test_what_has_no_samples_or_has_not_ended_is_not_so(data: Path, period: str) -> None:
    ended = jobs("run", "days", "--for", period, "--data", data)
    assert ended.exit_code == 1
    assert "between 2026-05-04T00:00:00+02:00 and 2026-05-06T00:00:00+02:00" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("quarters", "--for", "yesterday"), "is no period"),
        (("days", "--for", "2026-05-04T10:15"), "a whole day at a time"),
        (("quarters", "--for", "2026-03-29T02:15"), "skip this time"),
        (("nosuch", "--for", "2026-05-04"), "there is no job 'nosuch'; known are quarters, days"),
        (("quarters",), "--for"),
    ],
)
def test_a_wrong_question_ends_with_2(data: Path, words: tuple[str, ...], said: str) -> None:
    ended = jobs("run", *words, "--data", data)
    assert ended.exit_code == 2
    assert said in " ".join(ended.stderr.split())


def test_where_there_is_no_store_nothing_is_made(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    listing, wrong, run = each(
        [
            ("jobs", "list", "--data", nowhere),
            ("jobs", "run", "retention", "--for", "garbage", "--data", nowhere),
            ("jobs", "run", "retention", "--for", "2026-05-04", "--data", nowhere),
        ]
    )
    assert (listing.code, wrong.code, run.code) == (1, 2, 1)
    assert "there is no store here yet" in listing.err
    assert not nowhere.exists()


def test_the_town_has_jobs(tmp_path: Path) -> None:
    ended = tepos("jobs", "list", "--data", stored(tmp_path), "--json")
    assert ended.code == 0
    assert {"days", "quarters", "retention", "progress"} <= {each["job"] for each in ended.json["jobs"]}


def test_schedule_runs_until_told_to_stop_and_is_one_per_directory(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/store.db")) as store:
        store.write([Sample("roof/inv", START, {"pac": 1.0})])
    options = ("--data", tmp_path, "--town", ROOT / "config/towns/example")  # a town that asks nobody for its weather
    with running("schedule", *options) as first:
        first.wait_for("the jobs run")
        second = tepos("schedule", *options)
        assert second.code == 1
        assert f"process {first.pid}" in second.err
        assert first.end().code == 0
