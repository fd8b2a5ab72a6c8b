"""tepos backup, as its users know it."""

from __future__ import annotations

import json
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from collector.store import open_store
from tests.scripts.backups import installation, samples, tepos
from tests.small_disk import small_disk


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path]:
    return installation(tmp_path)


def test_a_backup_tells_what_is_in_it(place: tuple[Path, Path], tmp_path: Path) -> None:
    data, town = place
    ended = tepos("backup", tmp_path / "b.tepos", "--data", data, "--town", town, "--json")
    said = json.loads(ended.stdout)
    assert ended.exit_code == 0
    assert (said["samples"], said["rollup_rows"], said["done_rows"], said["queued"]) == (40, 1, 1, 10)
    assert (said["town"], said["provenance"], said["notes"]) == ("Nulleville", "measured", [])
    assert said["created_at"].endswith(("+01:00", "+02:00"))
    names = ["PROVENANCE", "town/town.toml", "spool.db", "ledger.db", "store.db"]
    assert [entry["name"] for entry in said["entries"]] == names
    with tarfile.open(tmp_path / "b.tepos") as tar:
        assert tar.getnames() == ["manifest.json", *names]
    shown = tepos("backup", tmp_path / "again.tepos", "--data", data, "--town", town).stdout
    assert "samples: 40; rows of energy: 1; closed periods: 1; in the spool: 10" in shown


def test_only_its_owner_may_read_it_and_nothing_else_is_left(place: tuple[Path, Path], tmp_path: Path) -> None:
    data, town = place
    before = sorted(data.iterdir())
    (tmp_path / "out").mkdir()
    assert tepos("backup", tmp_path / "out" / "b.tepos", "--data", data, "--town", town).exit_code == 0
    assert (tmp_path / "out" / "b.tepos").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "out") == ["b.tepos"]
    assert sorted(data.iterdir()) == before


def test_the_free_room_of_the_spool_is_not_in_it(place: tuple[Path, Path], tmp_path: Path) -> None:
    data, town = place
    assert (data / "spool.db").stat().st_size == 2**20
    said = json.loads(tepos("backup", tmp_path / "b.tepos", "--data", data, "--town", town, "--json").stdout)
    assert next(entry["size"] for entry in said["entries"] if entry["name"] == "spool.db") == 32 * 4096


def test_an_existing_file_stays_as_it_is(place: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "b.tepos").write_text("precious")
    ended = tepos("backup", tmp_path / "b.tepos", "--data", place[0])
    assert ended.exit_code == 2
    assert "overwrites nothing" in ended.stderr
    assert (tmp_path / "b.tepos").read_text() == "precious"


def test_a_folder_that_is_not_there_is_wrong(place: tuple[Path, Path], tmp_path: Path) -> None:
    assert tepos("backup", tmp_path / "nowhere" / "b.tepos", "--data", place[0]).exit_code == 2


def test_where_nothing_was_kept_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    ended = tepos("backup", tmp_path / "b.tepos", "--data", tmp_path / "data")
    assert ended.exit_code == 1
    assert "nothing to back up" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_samples_of_a_server_are_not_in_it_and_that_is_said(
    place: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEPOS_STORE", "influxdb://127.0.0.1:1?bucket=pv")
    ended = tepos("backup", tmp_path / "b.tepos", "--data", place[0], "--town", place[1], "--json")
    said = json.loads(ended.stdout)
    assert ended.exit_code == 0
    assert "`influxd backup -portable`" in said["notes"][0]
    assert "`influxd backup -portable`" in ended.stderr
    assert "store.db" not in [entry["name"] for entry in said["entries"]]
    assert tepos("restore", tmp_path / "b.tepos", "--verify").exit_code == 0


def test_a_store_that_stands_elsewhere_is_in_it(
    place: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = f"sqlite:///{tmp_path}/elsewhere/pv.sqlite"
    with closing(open_store(elsewhere)) as store:
        store.write(samples(0, 7))
    monkeypatch.setenv("TEPOS_STORE", elsewhere)
    said = json.loads(tepos("backup", tmp_path / "b.tepos", "--data", place[0], "--json").stdout)
    assert said["samples"] == 7


def test_hidden_and_strangely_named_files_of_a_town_are_left_out_the_latter_with_a_note(
    place: tuple[Path, Path], tmp_path: Path
) -> None:
    data, town = place
    (town / ".git").mkdir()
    (town / ".git" / "config").write_text("x")
    (town / "devices").mkdir()
    (town / "devices" / "own.toml").write_text("x")
    (town / "new\nline").write_text("x")
    said = json.loads(tepos("backup", tmp_path / "b.tepos", "--data", data, "--town", town, "--json").stdout)
    names = [entry["name"] for entry in said["entries"] if entry["name"].startswith("town/")]
    assert names == ["town/devices/own.toml", "town/town.toml"]
    assert said["town"] is None  # a map that cannot be read: the files are kept all the same
    assert len(said["notes"]) == 1


def test_a_damaged_store_takes_the_place_of_no_good_backup(place: tuple[Path, Path], tmp_path: Path) -> None:
    content = bytearray((place[0] / "store.db").read_bytes())
    content[4096:4196] = b"\xff" * 100
    (place[0] / "store.db").write_bytes(content)
    ended = tepos("backup", tmp_path / "b.tepos", "--data", place[0], "--town", place[1])
    assert ended.exit_code == 1
    assert "store.db" in ended.stderr
    assert not list(tmp_path.glob("*b.tepos*"))


@pytest.mark.parametrize("name", ["store.db", "ledger.db", "spool.db"])
def test_a_file_of_another_program_is_named(place: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    (place[0] / name).write_text("a shopping list\n" * 1000)
    ended = tepos("backup", tmp_path / "b.tepos", "--data", place[0], "--town", place[1])
    assert ended.exit_code == 1
    assert name in ended.stderr
    assert not list(tmp_path.glob("*b.tepos*"))


def test_missing_room_is_said_before_anything_is_written(place: tuple[Path, Path], tmp_path: Path) -> None:
    with closing(sqlite3.connect(place[0] / "store.db")) as sql, sql:
        sql.execute("CREATE TABLE ballast AS SELECT randomblob(6000000) AS x")
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk") as disk:
        ended = tepos("backup", disk / "b.tepos", "--data", place[0], "--town", place[1])
        assert ended.exit_code == 1
        assert "are needed there" in ended.stderr
        assert list(disk.iterdir()) == []


def test_a_disk_that_fills_up_meanwhile_is_given_its_room_back(
    place: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.backup.create.refuse_without_room", lambda _folder, _size: None)
    with closing(sqlite3.connect(place[0] / "store.db")) as sql, sql:
        sql.execute("CREATE TABLE ballast AS SELECT randomblob(5000000) AS x")
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk") as disk:
        with pytest.raises(OSError, match="No space left"):  # which `main` tells
            tepos("backup", disk / "b.tepos", "--data", place[0], "--town", place[1])
        assert list(disk.iterdir()) == []


def test_a_file_system_without_links_takes_a_backup_too(
    place: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(_source: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    assert tepos("backup", tmp_path / "b.tepos", "--data", place[0], "--town", place[1]).exit_code == 0
    assert tepos("restore", tmp_path / "b.tepos", "--verify").exit_code == 0


def test_a_file_of_that_name_made_meanwhile_is_not_overwritten(
    place: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "b.tepos"
    monkeypatch.setattr("scripts.commands.backup.utc_ms", lambda: target.write_text("precious") and 1_767_225_600_000)
    with pytest.raises(FileExistsError):
        tepos("backup", target, "--data", place[0], "--town", place[1])
    assert target.read_text() == "precious"
    assert not list(tmp_path.glob(".b.tepos*"))


def test_writers_that_never_pause_are_named(
    place: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.backup.instant.PATIENCE", 0.0)
    monkeypatch.setattr("scripts.backup.instant.HELD_SECONDS", 0.01)
    with closing(sqlite3.connect(place[0] / "ledger.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        ended = tepos("backup", tmp_path / "b.tepos", "--data", place[0], "--town", place[1])
    assert ended.exit_code == 1
    assert "ledger.db: another process goes on writing" in ended.stderr
