"""A collector runs; other commands ask it, look at it and leave it alone. One collector serves this whole file."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.peers import device_image, free_port, replayed
from tests.scripts.commands.runner import Running, environment, one_client, running, tepos, town_folder, until

pytestmark = pytest.mark.peers


@dataclass
class Scene:
    """A town of a meter on a link for one client only, an inverter, and one device that nobody hears of."""

    town: Path
    data: Path
    single: int
    inverter: int
    dead: int
    collector: Running

    def status(self) -> Any:
        return tepos("status", "--town", self.town, "--data", self.data, "--json").json

    def device(self, path: str) -> Any:
        return next(device for device in self.status()["devices"] if device["device"] == path)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scene")
    dead = free_port()
    with (
        replayed(device_image("solarnetwork_eastron_sdm630.json")) as meter,
        one_client(meter) as single,
        replayed(device_image("goodwe_dt_gw20k_sdt_20.json"), unit=127) as inverter,
    ):
        devices = [("meter", "eastron_sdm630", single, 1), ("inv", "goodwe_dt", inverter, 127),
                   ("dead", "goodwe_dt", dead, 127)]  # fmt: skip
        town = town_folder(folder / "town", devices)
        with running("collect", "--town", town, "--data", folder / "data") as collector:
            collector.wait_for("devices answer")
            yield Scene(town, folder / "data", single, inverter, dead, collector)


def test_the_first_lines_say_who_runs_where_and_who_answers(scene: Scene) -> None:
    said = scene.collector.said
    assert f"Nulleville: polling 3 devices on 3 links; data in {scene.data}; store sqlite://" in said
    assert f"process {scene.collector.pid}" in said
    assert re.search(r"WARNING 2 of 3 devices answer; silent: hall/dead \(since \d\d:\d\d\); polls", said)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d INFO ", said)


def test_the_probe_of_a_held_link_is_asked_through_its_holder_and_the_polls_go_on(scene: Scene) -> None:
    before = scene.device("hall/meter")["polls"]
    ended = tepos("probe", f"127.0.0.1:{scene.single}", "--unit", 1, "--map", "eastron_sdm630", "--json")
    assert (ended.code, ended.json["map"]) == (0, "eastron_sdm630")
    assert ended.json["quantities"]["frequency"]["value"] is not None
    assert f"asked through the running tepos, process {scene.collector.pid}" in ended.err
    until(lambda: scene.device("hall/meter")["polls"] > before + 1)
    meter = scene.device("hall/meter")
    assert (meter["condition"], meter["failures"]) == ("answers", 0)


def test_without_the_holder_that_device_would_refuse(scene: Scene, tmp_path: Path) -> None:
    ended = tepos("probe", f"127.0.0.1:{scene.single}", env={"TMPDIR": tmp_path})
    assert ended.code == 1
    assert "closes it at once" in ended.err


def test_a_map_that_the_towns_files_do_not_name_can_be_tried_on_a_held_link(scene: Scene) -> None:
    ended = tepos("probe", f"localhost:{scene.single}", "--unit", 1, "--map", "eastron_sdm120", "--json")
    assert (ended.code, ended.json["map"]) == (0, "eastron_sdm120")


def test_what_the_holder_could_not_read_is_told_with_its_process(scene: Scene) -> None:
    ended = tepos("probe", f"127.0.0.1:{scene.dead}", "--unit", 127)
    assert (ended.code, ended.out) == (1, "")
    assert f"process {scene.collector.pid} of tepos holds the connection to 127.0.0.1:{scene.dead}" in ended.err
    assert "cannot connect" in ended.err


def test_the_socket_of_a_dead_process_disturbs_nobody(scene: Scene) -> None:
    path = Path(environment()["TMPDIR"]) / f"tepos-{os.getuid()}" / "99999999.sock"
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(path))
    try:
        assert tepos("probe", f"127.0.0.1:{scene.inverter}", "--unit", 127).code == 0
    finally:
        path.unlink()


def test_status_as_a_document(scene: Scene) -> None:
    found = scene.status()
    assert list(found) == ["time", "town", "simulated", "running", "started", "devices", "spool", "delivery", "store",
                           "disk", "faults"]  # fmt: skip
    assert (found["town"], found["simulated"], found["running"]) == ("Nulleville", False, scene.collector.pid)
    devices = {d["device"]: d for d in found["devices"]}
    assert {name: d["condition"] for name, d in devices.items()} == {
        "hall/meter": "answers", "hall/inv": "answers", "hall/dead": "silent",
    }  # fmt: skip
    assert devices["hall/inv"]["pac"] == 4461.0
    assert "cannot connect" in devices["hall/dead"]["error"]
    moments = [
        found["time"],
        found["started"],
        devices["hall/inv"]["last_sample"],
        devices["hall/dead"]["failing_since"],
    ]
    assert all(datetime.fromisoformat(moment).tzinfo is not None for moment in moments)
    counters = found["spool"]["counters"]
    assert counters["appended"] == sum(counters[k] for k in ("sent", "rejected", "dropped", "damaged", "queued")) > 0
    assert (found["delivery"]["status"], found["store"]["problems"]) == ("ok", [])


def test_status_for_people_has_the_silent_device_right_above_the_summary(scene: Scene) -> None:
    shown = tepos("status", "--town", scene.town, "--data", scene.data)
    lines = [line for line in shown.out.splitlines() if line]
    at = lines.index("2 of 3 devices answer, 4.461 kW together")
    assert lines[at - 1].startswith("is the address right")
    assert lines[at - 2].startswith("hall/dead")
    assert "never" in lines[at - 2]
    assert f"127.0.0.1:{scene.dead}: cannot connect within" in lines[at - 2]
    assert lines[at + 1].startswith(f"Collector: process {scene.collector.pid}, running since ")
    assert lines[-1].endswith(", works")


def test_status_fits_80_columns_and_speaks_french(scene: Scene) -> None:
    shown = tepos("status", "--town", scene.town, "--data", scene.data, env={"TEPOS_LANG": "fr", "COLUMNS": 80})
    assert "répondent\u202f: 2 sur 3" in shown.out
    table = shown.out.split("\nis the address")[0]
    assert max(map(len, table.splitlines())) <= 80


def test_a_second_collector_on_the_same_directory_is_refused_with_the_process_id(scene: Scene) -> None:
    ended = tepos("collect", "--town", scene.town, "--data", scene.data)
    assert ended.code == 1
    assert f"process {scene.collector.pid} works here already" in ended.err


def test_the_queue_of_a_running_collector_can_be_looked_at_and_not_verified(scene: Scene) -> None:
    assert "delivered to the store" in tepos("queue", "status", "--data", scene.data).out
    document = tepos("queue", "status", "--data", scene.data, "--json").json
    assert document["counters"]["appended"] > 0
    assert document["path"] == str(scene.data / "spool.db")
    refused = tepos("queue", "verify", "--data", scene.data)
    assert refused.code == 1
    assert f"process {scene.collector.pid} uses the spool" in refused.err


def test_a_running_collector_requeues(scene: Scene) -> None:
    assert tepos("queue", "requeue", "--data", scene.data, "--json").json == {"requeued": 0}


def test_check_judges_held_links_by_what_their_holder_heard(scene: Scene, tmp_path: Path) -> None:
    ended = tepos("check", "--probe", "--town", scene.town, "--data", tmp_path, "--json")
    assert ended.code == 1
    probes = {probe["what"].split()[0]: probe for probe in ended.json["probes"]}
    assert probes["hall/meter"]["problems"] == []
    assert f"process {scene.collector.pid}" in probes["hall/meter"]["found"]
    assert "cannot connect" in probes["hall/dead"]["problems"][0]
    assert not list(tmp_path.iterdir())


def test_sigterm_ends_it_with_0_and_nothing_is_lost(scene: Scene) -> None:
    ended = scene.collector.end()  # the last test of this file
    assert ended.code == 0
    assert "stopped; samples that wait in the spool: " in ended.err
    found = scene.status()
    assert (found["running"], found["delivery"]) == (None, None)
    counters = found["spool"]["counters"]
    assert counters["appended"] == counters["sent"] + counters["queued"] > 0
    assert "Collector: not running" in tepos("status", "--town", scene.town, "--data", scene.data).out
