"""tepos learnt: what people see of what was learnt, and what the configuration gets wrong."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from models.calendar import day_bounds
from scripts.cli import app
from scripts.console import out
from scripts.jobs.closing import DAYS, MEMORY
from scripts.simulator.fault import Fault, FaultKind
from tests.scripts.commands.runner import each
from tests.scripts.jobs.lying_town import LAST, NOW, place, said_otherwise, spring, told, work_of, written
from tests.scripts.jobs.past_town import PARIS
from tests.scripts.simulator.sunny_town import sunny_town

TRUTH = sunny_town()
LIES = said_otherwise(said_otherwise(TRUTH, "east", surface_azimuth=270), "south", kwp=24)


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal in which no cell is folded."""
    monkeypatch.setattr(out, "width", 240)


def learnt(*words: object) -> Result:
    return CliRunner().invoke(app, ["learnt", *map(str, words)])


def found(*words: object) -> dict[str, Any]:
    """The document, with its inverters by name."""
    made = json.loads(learnt(*words, "--json").stdout)
    return made | {"inverters": {each["inverter"]: each for each in made["inverters"]}}


@pytest.fixture(scope="module")
def lies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lies")
    with told(spring(tmp_path_factory.mktemp("readings"), TRUTH), folder, LIES) as made:
        work_of(made).round()
    (folder / "PROVENANCE").write_text("simulated\n", encoding="ascii")
    return place(folder, LIES)


def test_before_a_day_is_closed_it_says_so_and_makes_nothing(tmp_path) -> None:
    town = written(TRUTH, tmp_path / "town")
    shown, doc, check, confirm = each(
        [
            ("learnt", "--data", tmp_path / "data", "--town", town),
            ("learnt", "--data", tmp_path / "data", "--town", town, "--json"),
            ("learnt", "check", "--data", tmp_path / "data", "--town", town),
            ("learnt", "confirm", "south/inv", "--by", "us", "--data", tmp_path / "data", "--town", town),
        ]
    )
    assert (shown.code, doc.code, check.code, confirm.code) == (0, 0, 1, 1)
    assert "No day is closed yet" in shown.out
    assert doc.json["closed_until"] is None
    assert doc.json["questions"] == doc.json["sites"] == []
    assert not (tmp_path / "data").exists()


def test_it_shows_what_each_inverter_is_judged_by_with_scale_interval_and_state(lies) -> None:
    shown = learnt(*lies)
    assert shown.exit_code == 0
    assert "SIMULATED" in shown.stdout
    (line,) = [line for line in shown.stdout.splitlines() if line.startswith("south/inv  ")]
    for word in ("sensor", "0.83", " to ", "asks for an answer", "% from the first day on (2026-04-15)", "kWh"):
        assert word in line
    assert "1.000 (1.000 to 1.000)" in shown.stdout.split("meter / inverters")[1]


def test_the_document_says_the_same_with_units(lies) -> None:
    made = found(*lies)
    assert (made["simulated"], made["closed_until"]) == (True, "2026-06-01T00:00:00+02:00")
    (scale,) = made["inverters"]["south/inv"]["scales"]
    assert (scale["basis"], scale["state"], scale["applied"]) == ("sensor", "asks", 1)
    assert scale["low"] < scale["value"] < scale["high"] < 0.9
    assert made["sites"][0]["meter_per_inverters"] == pytest.approx(1, abs=1e-3)
    assert made["sites"][0]["drift"] is None
    assert made["inverters"]["east/inv"]["scales"] == []


def test_what_is_wrong_in_the_file_is_told_with_its_key(lies) -> None:
    shown = " ".join(learnt(*lies).stdout.split())
    assert "east/inv: azimuth 270° declared, the readings say 90" in shown
    assert "correct in town.toml: sites[1] (east).roofs[0] (roof).arrays[0] (a).surface_azimuth" in shown
    assert shown.count("correct in town.toml") == 1


def test_it_speaks_french_first(lies, monkeypatch) -> None:
    monkeypatch.setenv("TEPOS_LANG", "fr")
    shown = " ".join(learnt(*lies).stdout.split())
    assert "azimut 270° d'après town.toml, les relevés disent 90°" in shown
    assert "attend une réponse, non appliqué" in shown
    assert "% dès le premier jour (2026-04-15)" in shown


def test_one_day_and_one_inverter_can_be_asked_for(lies) -> None:
    early = found(*lies, "--day", "2026-05-10", "--inverter", "south/inv")
    assert early["closed_until"] == "2026-05-11T00:00:00+02:00"
    assert list(early["inverters"]) == ["south/inv"]
    assert early["inverters"]["south/inv"]["metadata"] is None
    late = found(*lies)["inverters"]["south/inv"]
    assert early["inverters"]["south/inv"]["losses"][0]["lost_kwh"] < late["losses"][0]["lost_kwh"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--inverter", "south/in"), 'did you mean "south/inv"?'), (("--day", "yesterday"), "is no date")],
)
def test_a_wrong_question_ends_with_2(lies, words, said) -> None:
    ended = learnt(*lies, *words)
    assert ended.exit_code == 2
    assert said in ended.stderr


def test_a_check_now_contradicts_a_lie_and_ends_with_1(lies) -> None:
    ended = learnt("check", *lies)
    assert ended.exit_code == 1
    assert "east/inv: azimuth 270° declared" in ended.stdout


def test_a_corrected_file_is_no_longer_contradicted_and_a_check_now_confirms_it(lies, tmp_path) -> None:
    corrected = (*lies[:2], "--town", written(said_otherwise(LIES, "east", surface_azimuth=90), tmp_path))
    assert found(*corrected)["inverters"]["east/inv"]["metadata"] is None
    ended = learnt("check", *corrected, "--inverter", "east/inv", "--json")
    assert ended.exit_code == 0
    (one,) = json.loads(ended.stdout)["inverters"]
    assert {figure["verdict"] for figure in one["metadata"]["figures"]} == {"ok"}


@pytest.mark.parametrize(("inverter", "against"), [("south/inv", "expected"), ("west/inv", "neighbours")])
def test_a_loss_that_was_there_from_the_first_day_is_reported_as_such(tmp_path, inverter, against) -> None:
    spring(tmp_path, TRUTH, [Fault(inverter, FaultKind.STRING_OPEN, strings=2)])
    with told(tmp_path, tmp_path / "closed", TRUTH) as made:
        made.close()
    (loss,) = found(*place(tmp_path / "closed", TRUTH))["inverters"][inverter]["losses"]
    assert (loss["against"], loss["from_first_day"]) == (against, True)
    assert loss["missing"] == pytest.approx(1 / 3, abs=0.1)
    assert loss["lost_kwh"] > 500


def test_the_drift_of_a_meter_against_its_inverters_is_shown(lies, tmp_path) -> None:
    from models.pv.closing.memory import Memory

    memory, start = Memory(), day_bounds(LAST, PARIS)[0] - 79 * 86_400_000
    for day in range(80):
        made = 50_000 * (1 + 0.001 * (day % 3))
        memory = memory.metered("south", start + day * 86_400_000, made * (0.97 if day < 50 else 0.93), made)
    with told(Path(str(lies[1])), tmp_path / "drift", TRUTH) as town:
        town.periods.keep_state(DAYS, MEMORY, NOW // 86_400_000 * 86_400_000, memory.to_json())
    shown = learnt(*place(tmp_path / "drift", TRUTH)).stdout
    assert "-4.1% since " + str(date(2026, 5, 2)) in shown
