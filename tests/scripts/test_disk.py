"""The forecast of the disk: its arithmetic against counting day by day, and its sentences."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sample import Sample
from collector.spool.queue import Spool
from scripts import disk as disk_module
from scripts.disk import DAY, HORIZON, disk, full_in, room_left
from scripts.options import Workplace, workplace
from scripts.volume import volume

NOW = 1_767_225_600_000


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return workplace(tmp_path / "data")


def store_days(place: Workplace, days: float) -> None:
    """A sample a minute for so many days, the last of them now."""
    with closing(place.open_store()) as store:
        first = int(NOW - days * DAY)
        store.write([Sample("hall/inv", time, {"pac": time / 7}) for time in range(first, NOW + 1, 60_000)])


def with_room(monkeypatch: pytest.MonkeyPatch, free: float) -> None:
    """A disk on which so many bytes are free."""
    usage = SimpleNamespace(disk_usage=lambda _path: SimpleNamespace(free=int(free)))
    monkeypatch.setattr(disk_module, "shutil", usage)


@given(
    room=st.floats(0, 1e9),
    raw=st.floats(0, 1e7),
    slow=st.floats(0, 1e5),
    days=st.floats(0, 500),
)
def test_the_day_on_which_the_disk_is_full_is_that_of_counting(
    room: float, raw: float, slow: float, days: float
) -> None:
    def taken(until: float) -> float:
        return raw * min(until, days) + slow * until

    found = full_in(room, raw, slow, days)
    if found is None:
        assert taken(HORIZON) <= room * (1 + 1e-9)
    else:
        assert 0 <= found <= HORIZON
        assert taken(found) == pytest.approx(room, rel=1e-6, abs=1e-3)


def test_before_a_day_has_passed_nothing_is_promised(place: Workplace) -> None:
    store_days(place, 0.9)
    found = disk(place, NOW)
    assert (found["state"], found["growth_bytes_per_day"]) == ("unknown", None)
    assert "is known after one day of samples" in room_left(found)[0][0]


def test_where_nothing_is_yet_nothing_is_made(place: Workplace) -> None:
    assert (disk(place, NOW)["state"], disk(place, NOW)["used_bytes"]) == ("unknown", 0)
    assert not place.data.exists()


def test_samples_level_off_when_the_oldest_are_deleted(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    store_days(place, 5)
    with_room(monkeypatch, 1e12)
    found = disk(place, NOW)
    grown = found["growth_bytes_per_day"] * 395
    assert (found["state"], found["levels_off_in_days"], found["kept_days"]) == ("enough", 395, 5)
    assert found["levels_off_bytes"] == pytest.approx(found["used_bytes"] + grown, rel=0.01)
    (sentence,), style = room_left(found)
    assert "levels off at" in sentence
    assert style is None


def test_a_disk_that_will_be_full_says_when(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    store_days(place, 5)
    a_day = disk(place, NOW)["growth_bytes_per_day"]
    with_room(monkeypatch, 100.5 * a_day)
    assert (disk(place, NOW)["state"], disk(place, NOW)["full_in_days"]) == ("filling", 100)
    with_room(monkeypatch, 10.5 * a_day)
    found = disk(place, NOW)
    assert (found["state"], found["full_in_days"]) == ("short", 10)
    sentences, style = room_left(found)
    assert "full in 10 days" in sentences[0]
    assert "TEPOS_RAW_DAYS" in sentences[1]
    assert style == "bold red"


def test_with_fewer_days_to_keep_the_same_disk_is_enough(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    store_days(place, 5)
    with_room(monkeypatch, 10.5 * disk(place, NOW)["growth_bytes_per_day"])
    fewer = replace(place, settings=replace(place.settings, raw_days=12))
    assert (disk(fewer, NOW)["state"], disk(fewer, NOW)["levels_off_in_days"]) == ("enough", 7)


def test_samples_that_nobody_deletes_are_told(place: Workplace) -> None:
    store_days(place, 5)
    old = replace(place, settings=replace(place.settings, raw_days=1))
    found = disk(old, NOW)
    assert found["deleting_late"]
    assert "kept for 5 days instead of 1: `tepos jobs list` tells why" in room_left(found)[0][1]


def test_what_belongs_to_a_database_counts_with_it(place: Workplace) -> None:
    store_days(place, 1)
    spool = Spool.open(place.data / "spool.db", max_bytes=2**20, now=NOW)
    files = disk(place, NOW)["files"]
    spool.close()
    assert list(files) == ["spool.db", "store.db"]
    assert files["spool.db"] > 2 * 2**20  # itself, its log and its ballast
    assert disk(place, NOW)["used_bytes"] == sum(disk(place, NOW)["files"].values())


def test_a_store_that_stands_elsewhere_counts_and_its_disk_is_asked(place: Workplace, tmp_path: Path) -> None:
    elsewhere = replace(place, store_url=f"sqlite:///{tmp_path}/elsewhere/pv.db")
    store_days(elsewhere, 2)
    found = disk(elsewhere, NOW)
    assert list(found["files"]) == ["pv.db"]
    assert found["state"] == "enough"


def test_of_a_server_only_local_files_are_told(place: Workplace) -> None:
    found = disk(replace(place, store_url="influxdb://127.0.0.1:1?bucket=pv"), NOW)
    assert found["state"] == "server"
    assert "on a server" in room_left(found)[0][0]


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (12_345, "12.3 kB"), (999_600, "1 MB"), (1.5e9, "1.5 GB"),
     (2.5e12, "2.5 TB"), (1e18, "1000000 TB")],
)  # fmt: skip
def test_amounts_have_three_digits(size: float, shown: str) -> None:
    assert volume(size) == shown
