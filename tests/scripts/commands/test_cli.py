"""The program as a whole: help, exit codes, and that the smaller commands speak."""

from __future__ import annotations

from tests.peers import SHARED
from tests.scripts.commands.runner import each, tepos

COMMANDS = ("demo", "run", "collect", "probe", "simulate", "check", "status", "devices", "bench", "queue")


def test_help_names_every_command_and_the_completion() -> None:
    ended = tepos("--help", env={"COLUMNS": 80})
    assert ended.code == 0
    assert "--install-completion" in ended.out
    for command in COMMANDS:
        assert f" {command} " in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_every_command_explains_itself_in_french_within_80_columns() -> None:
    commands = [*COMMANDS, "queue status", "queue verify", "queue requeue"]
    env = {"TEPOS_LANG": "fr", "COLUMNS": 80}
    for command, ended in zip(commands, each([(*name.split(), "--help") for name in commands], env), strict=True):
        assert ended.code == 0
        assert command in ended.out
        assert "<bool>" not in ended.out.split("--help")[0], command
        assert max(map(len, ended.out.splitlines())) <= 80


def test_what_does_not_exist_ends_with_2() -> None:
    for ended in each([("nosuch",), ("probe", "--nosuch"), ("bench", "nosuch"), ("queue", "nosuch"), ()]):
        assert ended.code == 2


def test_devices_lists_each_map_with_the_images_it_was_verified_on() -> None:
    found = {m["map"]: m for m in tepos("devices", "--json").json}
    assert {"sunspec", "huawei_sun2000", "goodwe_dt", "goodwe_et", "eastron_sdm630", "eastron_sdm120"} <= set(found)
    if SHARED.exists():
        assert all((SHARED / "devices" / image).exists() for m in found.values() for image in m["verified"])
    shown = tepos("devices", env={"COLUMNS": 80}).out
    assert "solarnetwork_eastron_sdm630" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_status_before_anything_ran_says_so_and_makes_nothing(tmp_path) -> None:
    ended = tepos("status", "--data", tmp_path / "data")
    assert ended.code == 0
    for word in ("0 of 34 devices answer", "Collector: not running", "Spool: none yet", "not made yet"):
        assert word in ended.out
    found = tepos("status", "--data", tmp_path / "data", "--json").json
    assert {device["condition"] for device in found["devices"]} == {"never"}
    assert not (tmp_path / "data").exists()


def test_status_with_a_wrong_town_still_shows_what_it_knows(tmp_path) -> None:
    ended = tepos("status", "--town", tmp_path / "nowhere", "--data", tmp_path)
    assert ended.code == 0
    assert "there is no such folder" in ended.err
    assert "Collector: not running" in ended.out
