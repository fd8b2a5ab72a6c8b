"""tepos demo: the simulated town, end to end, in one process tree. One demo serves most of this file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from collector.store import open_store
from tests.scripts.commands.runner import Ended, running, tepos

DEVICES = 34


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture(scope="module")
def first(data: Path) -> Ended:
    return tepos("demo", "--data", data, "--days", 1, "--once")


def kept(data: Path) -> int:
    store = open_store(f"sqlite:///{data / 'store.db'}")
    try:
        return store.count()
    finally:
        store.close()


def test_once_polls_every_device_and_keeps_a_day_of_history(first: Ended, data: Path) -> None:
    assert first.code == 0, first.err
    assert "34 of 34 devices answer" in first.out
    assert "samples that wait: 0" in first.out
    assert "WARNING" not in first.err
    assert kept(data) == DEVICES * (96 + 1)
    assert (data / "PROVENANCE").read_text() == "simulated\n"


def test_every_surface_says_that_it_is_simulated(first: Ended, data: Path) -> None:
    assert "SIMULATED DATA" in first.out
    assert "SIMULATED DATA" in first.err
    shown = tepos("status", "--data", data)
    assert "SIMULATED DATA" in shown.out
    assert tepos("status", "--data", data, "--json").json["simulated"] is True
    assert tepos("queue", "status", "--data", data, "--json").json["simulated"] is True


def test_its_weather_is_its_own_sky_and_no_service_s(first: Ended, data: Path) -> None:
    assert first.code == 0
    found = tepos("weather", "--data", data, "--json").json
    assert [(source["source"], source["status"]) for source in found["sources"]] == [("synthetic", "ok")]
    shown = tepos("export", "series", "--data", data, "--from", "2000-01-01", "--to", "2100-01-01")
    assert ",synthetic," in shown.out
    assert ",satellite," not in shown.out


def test_a_longer_run_makes_only_the_history_that_is_missing(first: Ended, data: Path) -> None:
    assert first.code == 0
    before = kept(data)
    again = tepos("demo", "--data", data, "--days", 2, "--once")
    assert again.code == 0
    made = re.search(r"simulated samples kept as history: (\d+)", again.err)
    assert made
    # The day before; less, or more, the quarter of an hour that has begun meanwhile.
    assert int(made[1]) in (DEVICES * 95, DEVICES * 96, DEVICES * 97)
    assert kept(data) == before + int(made[1]) + DEVICES


def test_beside_the_towns_own_it_runs_until_sigterm_in_plain_lines(tmp_path: Path) -> None:
    env = {"TEPOS_DATA": tmp_path, "TEPOS_STORE": f"sqlite:///{tmp_path}/store-of-the-town.db"}
    with running("demo", "--days", 0, env=env) as demo:
        said = demo.wait_for("34 of 34 devices answer")
        page = requests.get(re.search(r"the page: (http://127\.0\.0\.1:\d+/)", said)[1] + "en/")
        ended = demo.end()
    assert (page.status_code, "Simulated data" in page.text) == (200, True)
    assert ended.code == 0
    assert ended.out.splitlines()[0].startswith("SIMULATED DATA: invented by a computer, measured nowhere. 34 of 34")
    assert "\x1b" not in ended.out + ended.err
    assert "TEPOS_STORE is not used" in ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]
    assert (tmp_path / "demo" / "PROVENANCE").read_text() == "simulated\n"
