"""What only the embedded store does: its file, its layouts, its readers, and the faults of disks and other programs."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.errors import StoreError, StoreUnavailable
from collector.sample import Sample
from collector.store import open_store
from collector.store.sqlite import MIGRATIONS, SqliteStore

TIME = 1_767_225_600_137


@pytest.fixture
def store(memory):
    store = SqliteStore(memory / "store.db")
    yield store
    store.close()


def cycle(number, devices=10):
    return [Sample(f"roof/inv-{d}", TIME + number, {"pac": float(number), "pdc_1": float(d)}) for d in range(devices)]


def tables(store):
    return [row[0] for row in store._connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'sample_%'")]


def test_addresses_are_relative_or_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///data/a%20b.db").close()
    open_store(f"sqlite:///{tmp_path}/data/absolute.db").close()
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == ["a b.db", "absolute.db"]


def test_a_commit_is_synced_before_write_returns(store):
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_devices_with_the_same_fields_share_a_table(store):
    store.write(cycle(1))
    store.write([Sample("roof/meter", TIME, {"p_import": 1.0})])
    assert len(tables(store)) == 2


def test_a_sample_written_again_with_other_fields_replaces_the_older_one_entirely(store):
    store.write([Sample("a", TIME, {"pac": 1.0, "soc": 2.0}), Sample("a", TIME + 1, {"pac": 5.0})])
    store.write([Sample("a", TIME + 2, {"pac": 1.0, "pdc_1": 2.0})])
    store.write([Sample("a", TIME, {"pdc_1": 3.0})])
    assert store.count("a") == 3
    frame = store.read("a", ["pac", "soc", "pdc_1"], TIME, TIME + 3)
    assert frame.iloc[0].isna().tolist() == [True, True, False]
    assert frame["pac"].tolist()[1:] == [5.0, 1.0]


def test_the_last_of_equal_samples_in_one_batch_wins_whatever_its_fields(store):
    store.write(
        [Sample("a", TIME, {"pac": 1.0}), Sample("a", TIME, {"soc": 2.0}), Sample("a", TIME, {"pac": 3.0, "q_ac": 4.0})]
    )
    assert store.count() == 1
    assert store.last()["a"].values == {"pac": 3.0, "q_ac": 4.0}


def test_fields_that_come_and_go_do_not_multiply_tables(store):
    fields = ["pac", "pdc_1", "soc", "q_ac", "v_dc_2"]
    for number in range(64):
        values = {field: 1.0 for i, field in enumerate(fields) if number >> i & 1}
        store.write([Sample("a", TIME + number, values)])
    assert len(tables(store)) <= len(fields) + 1
    assert store.count() == 64


KEYS = st.tuples(st.sampled_from("abc"), st.integers(0, 5))
VALUES = st.dictionaries(st.sampled_from(["pac", "soc", "pdc_1", "pdc_2"]), st.none() | st.integers(0, 9).map(float))


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(batches=st.lists(st.lists(st.tuples(KEYS, VALUES), max_size=6), max_size=6))
def test_device_and_time_are_one_identity_over_all_tables(store, batches):
    for table in (*tables(store), "device_layout", "device"):
        store._connection.execute(f"DELETE FROM {table}")
    store._layouts.forget()
    expected = {}
    for batch in batches:
        store.write([Sample(device, time, values) for (device, time), values in batch])
        expected.update(dict(batch))
    assert store.count() == len(expected)
    for device in "abc":
        times = sorted(time for d, time in expected if d == device)
        frame = store.read(device, ["pac", "soc", "pdc_1", "pdc_2"], 0, 9)
        assert [t.value // 10**6 for t in frame.index.as_unit("ns")] == times
        read = [{k: v for k, v in row.items() if v == v} for row in frame.to_dict("records")]
        assert read == [{k: v for k, v in expected[device, t].items() if v is not None} for t in times]


def test_a_second_process_reads_whole_cycles_while_the_first_writes(store, tmp_path):
    script = (
        "import sys; from collector.store import open_store; s = open_store(sys.argv[1]); seen = 0\n"
        "print('ready', flush=True)\n"
        "while seen < 59:\n"
        "    last = s.last(); times = {x.time for x in last.values()}\n"
        "    assert len(times) == 1 and len(last) == 10, last\n"
        f"    new = times.pop() - {TIME}; assert new >= seen; seen = new\n"
        "    assert s.count() >= 10 * (seen + 1)\n"
    )
    store.write(cycle(0))
    root = Path(__file__).parents[3]
    reader = subprocess.Popen([sys.executable, "-c", script, store.url], cwd=root, stdout=subprocess.PIPE)
    assert reader.stdout.readline() == b"ready\n"
    for number in range(1, 60):
        store.write(cycle(number))
    assert reader.wait(300) == 0
    reader.stdout.close()


def test_a_full_disk_is_unavailable_and_goes_on_when_there_is_room(store):
    store.write(cycle(0))
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(StoreUnavailable, match="full"):
        store.write(cycle(1, 1000))
    store._connection.execute("PRAGMA max_page_count = 1000000")
    store.write(cycle(200))
    assert store.last()["roof/inv-3"].values["pac"] == 200.0
    assert store.check() == []


def test_a_disk_that_takes_no_more_is_unavailable_and_what_was_there_stays(tmp_path):
    script = (
        "import resource, signal, sys; from collector.store import open_store; from collector.sample import Sample\n"
        "from collector.errors import StoreUnavailable\n"
        "s = open_store(sys.argv[1]); signal.signal(signal.SIGXFSZ, signal.SIG_IGN); kept = 0\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    for t in range(5000):\n"
        "        s.write([Sample(f'd{i}', t, {'pac': t + 0.5}) for i in range(20)]); kept += 20\n"
        "except StoreUnavailable as error: print(kept, s.count())\n"
    )
    url = f"sqlite:///{tmp_path}/store.db"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", script, url], cwd=root, capture_output=True, text=True, check=True)
    kept, counted = map(int, done.stdout.split())
    store = open_store(url)
    assert kept == counted == store.count() > 0
    assert store.check() == []
    store.close()


def test_a_locked_file_is_unavailable_for_writing_but_can_be_read(store):
    store.write(cycle(0))
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store._connection.execute("PRAGMA busy_timeout = 20")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.write(cycle(1))
    assert "locked" in store.check()[0]
    assert store.count() == 10
    other.execute("ROLLBACK")
    other.close()
    store.write(cycle(1))
    assert store.count() == 20


def test_a_file_that_is_no_database_is_unavailable_and_left_alone(tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(b"a letter to the mayor" * 500)
    with pytest.raises(StoreUnavailable, match="damaged"):
        SqliteStore(path)
    assert path.read_bytes().startswith(b"a letter")


def test_a_damaged_file_is_told_by_the_check(tmp_path):
    path = tmp_path / "store.db"
    store = SqliteStore(path)
    for number in range(200):
        store.write(cycle(number, 20))
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(4, size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(64))
    store = SqliteStore(path)
    assert store.check()
    with pytest.raises(StoreUnavailable, match="damaged"):
        store.write([sample for number in range(200) for sample in cycle(number + 500, 20)])
    store.close()


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE accounts (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_version_is_refused_with_a_remedy(tmp_path):
    store = SqliteStore(tmp_path / "store.db")
    store._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store.close()
    with pytest.raises(StoreError, match="update tepos") as caught:
        SqliteStore(tmp_path / "store.db")
    assert type(caught.value) is StoreError


def test_an_empty_file_becomes_a_store(tmp_path):
    (tmp_path / "store.db").touch()
    store = SqliteStore(tmp_path / "store.db")
    assert store.check() == []
    store.close()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{tmp_path}/file/store.db")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}/folder")


def test_a_refused_batch_leaves_nothing_half_done(store):
    store.write(cycle(0))
    store._connection.execute("PRAGMA busy_timeout = 20")
    with sqlite3.connect(store.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            store.write([Sample("new", TIME, {"soc": 1.0})])
        other.execute("ROLLBACK")
    other.close()
    store.write([Sample("new", TIME, {"soc": 2.0})])
    assert store.last()["new"].values == {"soc": 2.0}
