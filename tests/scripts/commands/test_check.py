"""tepos check: all faults at once, and with --probe the store and the devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers import device_image, free_port, replayed
from tests.scripts.commands.runner import tepos, town_folder


def test_the_town_that_comes_with_tepos_has_no_fault() -> None:
    ended = tepos("check")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Loos-en-Gohelle: 10 sites, 34 devices on 24 links; no fault")
    assert tepos("check", "--json").json == {"faults": [], "probes": []}


def test_every_fault_is_listed_with_file_key_and_remedy(tmp_path: Path) -> None:
    town = town_folder(tmp_path, [("inv", "nosuch_map", 1502, 1), ("inv", "sunspec", 1503, 300)], more="colour = 3\n")
    ended = tepos("check", "--town", town, "--json", env={"TEPOS_SOTRE": "sqlite:///x.db"})
    assert ended.code == 2
    faults = ended.json["faults"]
    assert all(set(fault) == {"file", "key", "what", "remedy"} for fault in faults)
    told = " ".join(f"{fault['key']} {fault['what']}" for fault in faults)
    for word in ("TEPOS_SOTRE", "nosuch_map", "300", "colour"):
        assert word in told
    shown = tepos("check", "--town", town)
    assert shown.code == 2
    assert f"{town / 'town.toml'}: " in shown.out
    assert f"Faults in the configuration: {len(faults) - 1}." in shown.err


def test_a_town_that_does_not_exist_brings_a_remedy(tmp_path: Path) -> None:
    for command in ("check", "collect", "run"):
        ended = tepos(command, "--town", tmp_path / "nowhere", "--data", tmp_path / "data")
        assert ended.code == 2
        assert "config/towns/example" in ended.out + ended.err
    assert not (tmp_path / "data").exists()


@pytest.mark.peers
def test_probe_names_the_device_that_does_not_answer_and_makes_nothing(tmp_path: Path) -> None:
    dead = free_port()
    with replayed(device_image("solarnetwork_eastron_sdm630.json")) as port:
        town = town_folder(tmp_path, [("meter", "eastron_sdm630", port, 1), ("dead", "sunspec", dead, 1)])
        ended = tepos("check", "--probe", "--town", town, "--data", tmp_path / "data", env={"COLUMNS": 80})
    assert ended.code == 1
    good, bad = ended.out.split("Not in order")
    assert "hall/meter" in good
    assert "not made yet" in good
    assert f"hall/dead (127.0.0.1:{dead}" in bad
    assert "cannot connect" in " ".join(bad.split())
    assert "2 of 3 in order" in bad
    assert not (tmp_path / "data").exists()


@pytest.mark.peers
def test_probe_with_everything_in_order_ends_with_0(tmp_path: Path) -> None:
    with replayed(device_image("basjes_sma_sb36_20250518.json"), unit=126) as port:
        town = town_folder(tmp_path, [("inv", "sunspec", port, 126)])
        tepos("collect", "--once", "--town", town, "--data", tmp_path / "data")
        ended = tepos("check", "--probe", "--town", town, "--data", tmp_path / "data")
    assert ended.code == 0
    assert "SMA SB3.6-1AV-41 3005067415" in ended.out
    assert "the store works" in ended.out


def test_a_store_that_cannot_be_made_is_not_in_order(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    town = town_folder(tmp_path, [])
    ended = tepos("check", "--probe", "--town", town, "--data", tmp_path / "file" / "data", "--json")
    assert ended.code == 1
    assert "no folder that can be written to" in ended.json["probes"][0]["problems"][0]
