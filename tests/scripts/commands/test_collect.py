"""tepos collect --once and what it refuses; the running collector has its own file (test_running)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers import device_image, free_port, replayed
from tests.scripts.commands.runner import running, tepos, town_folder

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def meter() -> Iterator[int]:
    with replayed(device_image("solarnetwork_eastron_sdm630.json")) as port:
        yield port


@pytest.fixture(scope="module")
def inverter() -> Iterator[int]:
    with replayed(device_image("basjes_sma_sb36_20250518.json"), unit=126) as port:
        yield port


def test_one_round_reads_every_device_and_keeps_it(tmp_path: Path, meter: int, inverter: int) -> None:
    town = town_folder(tmp_path / "town", [("meter", "eastron_sdm630", meter, 1), ("inv", "sunspec", inverter, 126)])
    ended = tepos("collect", "--once", "--town", town, "--data", tmp_path / "data", "--json")
    assert ended.code == 0
    found = {device["path"]: device for device in ended.json["devices"]}
    assert found["hall/inv"]["values"]["pac"] == 3680.0
    assert found["hall/inv"]["last_sample"].startswith("20")
    assert ended.json["spool"] == {"appended": 2, "sent": 2, "rejected": 0, "dropped": 0, "damaged": 0, "queued": 0}
    assert (tmp_path / "data" / "PROVENANCE").read_text() == "measured\n"
    shown = tepos("collect", "--once", "--town", town, "--data", tmp_path / "data")
    assert (shown.code, shown.out, shown.err) == (0, "2 of 2 devices answered, 3.68 kW together\n", "")


def test_a_silent_device_is_told_once_and_the_others_are_kept(tmp_path: Path, meter: int) -> None:
    town = town_folder(tmp_path, [("meter", "eastron_sdm630", meter, 1), ("dead", "sunspec", free_port(), 126)])
    ended = tepos("collect", "--once", "--town", town, "--data", tmp_path / "data")
    assert (ended.code, ended.out) == (1, "1 of 2 devices answered, – together\n")
    assert ended.err.count("hall/dead") == 1
    assert "cannot connect" in ended.err
    status = tepos("status", "--town", town, "--data", tmp_path / "data", "--json").json
    assert [d["condition"] for d in status["devices"] if d["device"] == "hall/meter"] == ["answers"]


def test_only_the_named_site_is_polled(tmp_path: Path, meter: int) -> None:
    town = town_folder(tmp_path, [("meter", "eastron_sdm630", meter, 1)])
    assert tepos("collect", "--once", "--site", "hall", "--town", town, "--data", tmp_path / "data").code == 0
    ended = tepos("collect", "--once", "--site", "hull", "--town", town, "--data", tmp_path / "other")
    assert (ended.code, ended.out) == (2, "")
    assert "no site 'hull' in this town; known are hall" in ended.err
    assert not (tmp_path / "other").exists()


def test_a_store_that_is_down_leaves_the_samples_in_the_spool_and_is_said(tmp_path: Path, meter: int) -> None:
    port = free_port()
    env = {"TEPOS_STORE": f"influxdb://127.0.0.1:{port}?bucket=pv"}
    town = town_folder(tmp_path, [("meter", "eastron_sdm630", meter, 1)])
    ended = tepos("collect", "--once", "--town", town, "--data", tmp_path / "data", env=env)
    assert ended.code == 1
    assert "samples that wait in the spool: 1; the store does not take them" in ended.err
    assert f"127.0.0.1:{port}" in ended.err
    status = tepos("status", "--town", town, "--data", tmp_path / "data", env=env)
    assert status.code == 0
    assert "samples that wait: 1" in status.out
    assert f"Store: influxdb://127.0.0.1:{port}?bucket=pv" in status.out
    checked = tepos("check", "--probe", "--town", town, "--data", tmp_path / "data", env=env)
    assert checked.code == 1
    assert f"store influxdb://127.0.0.1:{port}?bucket=pv" in checked.out.split("Not in order")[1]


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"TEPOS_STORE": "mysql://localhost/pv"}, "TEPOS_STORE: 'mysql://localhost/pv' is no address of a store"),
        ({"TEPOS_STORE": "influxdb://127.0.0.1:8086"}, "names no bucket"),
        ({"TEPOS_STORE": "influxdb://127.0.0.1:8086?bucket=pv&color=red"}, "unknown or double option 'color'"),
        ({"TEPOS_STORES": "x"}, 'did you mean "TEPOS_STORE"?'),
        ({"TEPOS_INFLUX_TOKEN": "secret"}, "TEPOS_INFLUX_TOKEN_FILE"),
    ],
)
def test_an_environment_that_makes_no_sense_ends_with_2(tmp_path: Path, env: dict[str, str], told: str) -> None:
    town = town_folder(tmp_path, [("meter", "eastron_sdm630", 1, 1)])
    ended = tepos("collect", "--once", "--town", town, "--data", tmp_path / "data", env=env)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert "secret" not in ended.err.replace("a secret", "")


def test_measured_and_simulated_readings_never_mix(tmp_path: Path) -> None:
    town = town_folder(tmp_path, [("meter", "eastron_sdm630", free_port(), 1)])
    for kind in ("measured", "simulated"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "PROVENANCE").write_text(f"{kind}\n")
    collected = tepos("collect", "--once", "--town", town, "--data", tmp_path / "simulated")
    demo = tepos("demo", "--once", "--days", 0, "--data", tmp_path / "measured")
    elsewhere = {"TEPOS_STORE": f"sqlite:///{tmp_path}/simulated/store.db"}
    into_store = tepos("collect", "--once", "--town", town, "--data", tmp_path / "new", env=elsewhere)
    assert [e.code for e in (collected, demo, into_store)] == [2, 2, 2]
    assert "holds simulated data" in collected.err
    assert "holds measured data" in demo.err
    assert "holds simulated data" in into_store.err


def test_readings_without_a_mark_count_as_measured(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    assert tepos("demo", "--once", "--days", 0, "--data", tmp_path).code == 2


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    town = town_folder(tmp_path / "town", [("meter", "eastron_sdm630", free_port(), 1)])
    (tmp_path / "file").write_text("not a directory")
    ended = tepos("collect", "--once", "--town", town, "--data", tmp_path / "file" / "data")
    assert (ended.code, ended.out) == (1, "")
    assert str(tmp_path / "file") in ended.err


def test_a_town_without_devices_has_nothing_to_poll(tmp_path: Path) -> None:
    ended = tepos("collect", "--town", town_folder(tmp_path, []), "--data", tmp_path / "data")
    assert (ended.code, ended.out) == (2, "")
    assert "no device to poll" in ended.err


def test_run_is_the_collector_too_and_writes_for_a_journal(tmp_path: Path, meter: int) -> None:
    town = town_folder(tmp_path, [("meter", "eastron_sdm630", meter, 1)])
    with running("run", env={"TEPOS_TOWN": town, "TEPOS_DATA": tmp_path / "data", "TEPOS_LANG": "fr"}) as run:
        run.wait_for("appareils qui répondent\u202f: 1 sur 1")
        ended = run.end()
    assert ended.code == 0
    assert len(ended.err.splitlines()) == 4  # the page, the start, the store, the end
    assert "INFO la page\u202f: http://127.0.0.1:" in ended.err
    assert ended.out == ""


def test_no_room_for_the_spool_is_told(tmp_path: Path) -> None:
    town = town_folder(tmp_path, [("meter", "eastron_sdm630", free_port(), 1)])
    ended = tepos("collect", "--once", "--town", town, "--data", tmp_path / "data", largest_file=64 * 1024)
    assert (ended.code, ended.out) == (1, "")
    assert "spool.db: the spool cannot be opened" in ended.err
    assert "make room" in ended.err
