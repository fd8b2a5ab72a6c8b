"""The embedded store's rollups and its forgetting: older files, people with an SQL prompt, writers beside it."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from collector.errors import StoreUnavailable
from collector.sample import Sample
from collector.store import sqlite
from collector.store.sqlite import SqliteStore
from config.kwh import ROLLUP_NUMBERS, Step, Subject

TIME = 1_767_225_600_000


def day(subject="ecole/sud", **values):
    whole = dict.fromkeys(ROLLUP_NUMBERS, float("nan")) | {"basis": "meter", "status": "measured"} | values
    return pd.DataFrame([{"kind": "roof", "subject": subject, "time": TIME, "expected_basis": None} | whole])


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "store.db")
    yield store
    store.close()


def test_a_file_from_before_rollups_opens_with_its_samples_and_takes_rollups(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "MIGRATIONS", sqlite.MIGRATIONS[:1])
    old = SqliteStore(tmp_path / "store.db")
    old.write([Sample("a", TIME, {"pac": 1.0, "state": "run"})])
    assert old._connection.execute("PRAGMA user_version").fetchone() == (1,)
    old.close()
    monkeypatch.undo()
    new = SqliteStore(tmp_path / "store.db")
    assert new.last() == {"a": Sample("a", TIME, {"pac": 1.0, "state": "run"})}
    assert new.read_rollups(Step.DAY, Subject.ROOF, None, 0, 2**62).empty
    new.write_rollups(Step.DAY, day(energy=5.0))
    assert new.check() == []
    new.close()


def test_rows_from_before_the_side_of_the_modules_stay_and_do_not_know_it(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "MIGRATIONS", sqlite.MIGRATIONS[:2])
    old = SqliteStore(tmp_path / "store.db")
    for table in ("rollup_15min", "rollup_day"):
        old._connection.execute(f"INSERT INTO {table} (subject, time, energy, availability) VALUES (1, {TIME}, 5, 1)")
    old._connection.execute("INSERT INTO subject VALUES (1, 'roof', 'ecole/sud')")
    old.close()
    monkeypatch.undo()
    with closing(SqliteStore(tmp_path / "store.db")) as new:
        for step in Step:
            kept = new.read_rollups(step, Subject.ROOF, None, 0, 2**62).iloc[0]
            assert (kept["energy"], kept["availability"]) == (5.0, 1.0)
            assert kept[["insolation_corrected", "energy_dc", "lost_clipping"]].isna().all()
        new.write_rollups(Step.DAY, day(energy=6.0, energy_dc=6.5, lost_clipping=0.0))
        seen = new._connection.execute("SELECT energy, energy_dc, lost_clipping, basis FROM energy_day")
        assert seen.fetchall() == [(6.0, 6.5, 0.0, "meter")]


def test_people_find_names_words_and_times_in_a_view(store):
    store.write_rollups(Step.DAY, day(energy=41200.25))
    seen = store._connection.execute("SELECT kind, subject, utc, energy, expected, basis, status FROM energy_day")
    assert seen.fetchall() == [("roof", "ecole/sud", "2026-01-01 00:00:00", 41200.25, None, "meter", "measured")]
    assert store._connection.execute("SELECT count(*) FROM energy_15min").fetchone() == (0,)


def test_a_frame_that_does_not_fit_on_the_disk_leaves_nothing_half_done(store):
    store.write_rollups(Step.DAY, day(energy=1.0))
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    many = pd.concat([day(f"ecole/{n}", energy=n / 7) for n in range(2000)])
    with pytest.raises(StoreUnavailable, match="full"):
        store.write_rollups(Step.DAY, pd.concat([day(energy=2.0), many]))
    assert store.read_rollups(Step.DAY, Subject.ROOF, None, 0, 2**62)["energy"].tolist() == [1.0]


def test_forgotten_samples_make_room_for_new_ones(store):
    def month(start):
        return [Sample(f"d{d}", start + n, {"pac": n / 7}) for n in range(2000) for d in range(10)]

    store.write(month(TIME))
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store.delete_before(TIME + 2000)
    store.write(month(TIME + 5000))
    assert store._connection.execute("PRAGMA page_count").fetchone()[0] <= pages + 2


def test_a_limit_ends_the_forgetting_after_about_so_many(store, monkeypatch):
    monkeypatch.setattr(sqlite.sqlite_samples, "DELETED_AT_ONCE", 50)
    monkeypatch.setattr(sqlite, "OTHERS_TURN_SECONDS", 0.0)
    store.write([Sample("a", TIME + n, {"pac": 1.0}) for n in range(500)])
    assert store.delete_before(TIME + 400, limit=100) == 100
    assert store.first() == TIME + 100
    assert store.delete_before(TIME + 400) == 300


def test_a_writer_gets_its_turn_while_many_samples_are_forgotten(store):
    store.write([Sample(f"d{d}", TIME + n, {"pac": 1.0}) for n in range(2000) for d in range(50)])
    script = "import sys; from collector.store import open_store; print(open_store(sys.argv[1]).delete_before(2**41))"
    root = Path(__file__).parents[3]
    other = subprocess.Popen([sys.executable, "-c", script, store.url], cwd=root, stdout=subprocess.PIPE, text=True)
    while store.first() == TIME:
        assert other.poll() is None
    for number in range(5):
        store.write([Sample("new", 2**41 + number, {"pac": 1.0})])
    assert store.count() > 5
    assert other.communicate(timeout=60) == ("100000\n", None)
    assert (store.count(), other.returncode) == (5, 0)


def test_another_programs_lock_is_told_as_such(store):
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store._connection.execute("PRAGMA busy_timeout = 20")
    for change in (lambda: store.write_rollups(Step.DAY, day()), lambda: store.delete_before(TIME)):
        with pytest.raises(StoreUnavailable, match="locked"):
            change()
    other.execute("ROLLBACK")
    other.close()
