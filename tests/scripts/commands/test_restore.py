"""tepos restore, as its users know it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from collector.delivery import Delivery
from collector.ledger import Ledger
from collector.periods import Periods
from collector.spool.queue import Spool
from collector.store import open_store
from scripts.role import Role, RoleTaken
from tests.scripts.backups import NOW, QUARTER, installation, samples, tepos
from tests.scripts.commands.runner import each


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    data, town = installation(tmp_path / "old")
    assert tepos("backup", tmp_path / "b.tepos", "--data", data, "--town", town).exit_code == 0
    return tmp_path / "b.tepos"


def test_verifying_says_what_is_in_it_and_writes_nothing(backup: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    ended = tepos("restore", backup, "--verify")
    assert ended.exit_code == 0
    assert ended.stdout.splitlines()[0].endswith(", sound")
    assert "samples: 40; rows of energy: 1; closed periods: 1; in the spool: 10" in ended.stdout
    said = json.loads(tepos("restore", backup, "--verify", "--json").stdout)
    assert (said["samples"], said["file"]) == (40, str(backup))
    assert sorted(tmp_path.rglob("*")) == before


def test_verifying_leaves_a_directory_in_use_alone(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "old" / "data"
    before = {path: path.read_bytes() for path in data.iterdir()}
    with Role(data, "serve"):
        assert tepos("restore", backup, "--verify", "--data", data).exit_code == 0
    (data / "serve.lock").unlink()
    assert {path: path.read_bytes() for path in data.iterdir()} == before


def test_what_is_restored_is_what_was_there(backup: Path, tmp_path: Path) -> None:
    data, town = tmp_path / "new" / "data", tmp_path / "new" / "town"
    ended = tepos("restore", backup, "--data", data, "--town", town)
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert (town / "town.toml").read_text() == (tmp_path / "old/town/town.toml").read_text()
    assert (data / "PROVENANCE").read_text() == "measured\n"
    with Ledger(data / "ledger.db") as ledger:
        assert [fact.by for fact in ledger.facts("import")] == ["Zoé"]
    spool = Spool.open(data / "spool.db", max_bytes=1 << 20, now=NOW)
    delivery = Delivery(spool, lambda: open_store(f"sqlite:///{data}/store.db"), now=lambda: NOW)
    assert delivery.step() == 0
    delivery.close()
    spool.close()
    assert (data / "spool.db").stat().st_size == 2**20  # as large as its bound again
    with closing(open_store(f"sqlite:///{data}/store.db")) as store:
        frame = store.read("hall/meter", ["p_export"], 0, 2**62)
    assert frame["p_export"].tolist() == [sample.values["p_export"] for sample in samples(0, 50)]


def test_the_other_commands_work_on_what_was_restored(backup: Path, tmp_path: Path) -> None:
    data, town = tmp_path / "new" / "data", tmp_path / "new" / "town"
    tepos("restore", backup, "--data", data, "--town", town)
    options = ("--data", data, "--town", town)
    status, jobs, queue = each([("status", *options), ("jobs", "list", *options), ("queue", "verify", "--data", data)])
    assert (status.code, jobs.code, queue.code) == (0, 0, 0)
    assert "samples that wait: 10" in status.out
    assert "store.db, works" in status.out


def test_leases_of_those_who_worked_where_it_was_made_hold_nobody_up(backup: Path, tmp_path: Path) -> None:
    tepos("restore", backup, "--data", tmp_path / "new")
    with Periods(tmp_path / "new" / "ledger.db") as periods:
        assert periods.leases("days", 0, 2**62, NOW) == []
        assert periods.done("days", 0, 2**62) == {NOW: 1}
        assert periods.lease("days", NOW, NOW + QUARTER, NOW, 60) is not None


def test_a_directory_that_holds_data_is_left_alone(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "old" / "data"
    before = sorted(data.iterdir())
    ended = tepos("restore", backup, "--data", data)
    assert ended.exit_code == 2
    assert "is not empty (PROVENANCE, ledger.db, spool.db)" in ended.stderr
    assert sorted(data.iterdir()) == before


def test_a_town_that_is_there_is_left_alone(backup: Path, tmp_path: Path) -> None:
    ended = tepos("restore", backup, "--data", tmp_path / "new", "--town", tmp_path / "old" / "town")
    assert ended.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_where_tepos_begins_to_work_nothing_is_restored(backup: Path, tmp_path: Path) -> None:
    with Role(tmp_path / "new", "schedule"), pytest.raises(RoleTaken):
        tepos("restore", backup, "--data", tmp_path / "new")
    assert not (tmp_path / "new" / "store.db").exists()


def test_the_leavings_of_a_killed_restoration_and_old_locks_are_no_obstacle(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "new"
    (data / ".restoring").mkdir(parents=True)
    (data / ".restoring" / "store.db").write_text("half")
    (data / "collect.lock").touch()
    assert tepos("restore", backup, "--data", data).exit_code == 0
    assert not (data / ".restoring").exists()
    assert tepos("restore", backup, "--data", data).exit_code == 2


def test_after_a_bad_backup_an_empty_directory_is_empty_again(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    backup.write_bytes(backup.read_bytes()[:-50])
    assert tepos("restore", backup, "--data", tmp_path / "new", "--town", tmp_path / "town").exit_code == 1
    assert list((tmp_path / "new").iterdir()) == []
    assert not (tmp_path / "town").exists()


def test_a_backup_that_is_not_there_is_wrong(tmp_path: Path) -> None:
    assert tepos("restore", tmp_path / "b.tepos").exit_code == 2
    assert tepos("restore", tmp_path).exit_code == 2


def test_what_is_left_to_do_is_said(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEPOS_STORE", "influxdb://127.0.0.1:1?bucket=pv")
    ended = tepos("restore", backup, "--data", tmp_path / "new")
    assert ended.exit_code == 0
    assert "--town DIR" in ended.stderr
    assert "but TEPOS_STORE names influxdb://127.0.0.1:1?bucket=pv" in ended.stderr


def test_a_backup_without_a_town_has_none_to_restore(tmp_path: Path) -> None:
    data, _town = installation(tmp_path / "old")
    (tmp_path / "empty").mkdir()
    assert tepos("backup", tmp_path / "b.tepos", "--data", data, "--town", tmp_path / "empty").exit_code == 0
    ended = tepos("restore", tmp_path / "b.tepos", "--data", tmp_path / "new", "--town", tmp_path / "town")
    assert ended.exit_code == 1
    assert "no files of a town" in ended.stderr
    assert not (tmp_path / "new").exists()


def test_simulated_data_stay_simulated(tmp_path: Path) -> None:
    data, town = installation(tmp_path / "old")
    (data / "PROVENANCE").write_text("simulated\n")
    made = tepos("backup", tmp_path / "b.tepos", "--data", data, "--town", town)
    restored = tepos("restore", tmp_path / "b.tepos", "--data", tmp_path / "new")
    assert "SIMULATED DATA" in made.stderr
    assert "SIMULATED DATA" in restored.stderr
    assert (tmp_path / "new" / "PROVENANCE").read_text() == "simulated\n"
