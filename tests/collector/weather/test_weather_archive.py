"""weather.db: what was answered stays, with its source and date, and is not replaced by less."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from collector.errors import StoreError, StoreUnavailable
from collector.weather.archive import Archive
from collector.weather.frame import HOUR, QUARTER, WeatherFrame, rows_of
from collector.weather.open_meteo import OpenMeteo
from collector.weather.pvgis import Pvgis
from collector.weather.told import Status, Told
from config.kwh import ExpectedBasis

SOURCE, OTHER = OpenMeteo(), Pvgis()
DAY = 24 * HOUR
NAN = float("nan")


def frame(ghi: list[float], start: int = 0, step: int = HOUR, **columns: list[float]) -> WeatherFrame:
    """Rows from `start` on."""
    starts = start + step * np.arange(len(ghi), dtype=np.int64)
    return WeatherFrame(rows_of(starts, {"ghi": ghi, **columns}, start, 2**50), step, "x", "", 0)


def told(at: int = 1, status: Status = Status.OK) -> Told:
    """An answer."""
    return Told(SOURCE.name, 0, DAY, at, status, "said", 3, 1)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "data" / "weather.db")


def read(archive: Archive, name: str = SOURCE.name) -> list[float]:
    """The light of the first day, -1 where it is missing."""
    return archive.read(0, DAY, [name])[name]["ghi"].fillna(-1).tolist()


def test_what_was_kept_is_there_after_the_file_was_opened_anew(archive: Archive) -> None:
    assert archive.keep(SOURCE, frame([1, 2, NAN], temp_air=[9, 9, NAN]), told(at=77)) == 2
    archive.close()
    with Archive(archive.path) as again:
        rows = again.read(0, DAY, [SOURCE.name])[SOURCE.name]
        assert rows["ghi"].tolist() == [1, 2]
        assert rows["dni"].isna().all()
        assert set(rows["fetched"]) == {77}
        assert set(rows["step"]) == {HOUR}
        assert again.basis() == {"open-meteo": ExpectedBasis.SATELLITE}
        assert "CC BY 4.0" in again.attributions()["open-meteo"]


def test_a_later_answer_replaces_a_row_unless_it_knows_less(archive: Archive) -> None:
    archive.keep(SOURCE, frame([1, 2, 3], temp_air=[9, 9, NAN]), told(1))
    assert archive.keep(SOURCE, frame([10, 20, 30], temp_air=[8, NAN, NAN]), told(2)) == 2
    rows = archive.read(0, DAY, [SOURCE.name])[SOURCE.name]
    assert rows["ghi"].tolist() == [10, 2, 30]
    assert rows["fetched"].tolist() == [2, 1, 2]


def test_the_same_answer_again_changes_nothing(archive: Archive) -> None:
    archive.keep(SOURCE, frame([1, 2]), told(1))
    assert archive.keep(SOURCE, frame([1, 2]), told(2)) == 0
    assert len(archive.pending()) == 1


def test_the_rows_of_each_source_stay_its_own_and_come_in_the_order_asked_for(archive: Archive) -> None:
    archive.keep(SOURCE, frame([1, 2]), told())
    archive.keep(OTHER, frame([5, 6]), replace(told(), source=OTHER.name))
    found = archive.read(0, DAY, ["nobody", OTHER.name, SOURCE.name])
    assert list(found) == ["nobody", "pvgis", "open-meteo"]
    assert [len(rows) for rows in found.values()] == [0, 2, 2]
    assert list(found["nobody"].columns) == list(found["pvgis"].columns)


def test_a_row_that_begins_before_the_stretch_and_reaches_into_it_is_read(archive: Archive) -> None:
    archive.keep(OTHER, frame([1, 2, 3], start=10 * HOUR - 20 * 60_000), told())
    found = archive.read(10 * HOUR, 11 * HOUR, [OTHER.name])[OTHER.name]
    assert found["ghi"].tolist() == [1, 2]
    archive.keep(OTHER, frame([7], start=20 * HOUR, step=QUARTER), told())
    assert len(archive.read(20 * HOUR + QUARTER, 21 * HOUR, [OTHER.name])[OTHER.name]) == 0


def test_new_rows_are_pending_until_they_were_handed_on(archive: Archive) -> None:
    archive.keep(SOURCE, frame([1, 2], start=5 * HOUR), told())
    pending = archive.pending()
    assert list(pending.values()) == [(5 * HOUR, 7 * HOUR)]
    archive.handed_on(pending)
    assert archive.pending() == {}
    archive.keep(SOURCE, frame([1, 4], start=5 * HOUR), told())
    assert list(archive.pending().values()) == [(6 * HOUR, 7 * HOUR)]


def test_what_failed_is_remembered_the_newest_first_and_for_a_year(archive: Archive) -> None:
    archive.failed(SOURCE, told(1, Status.SLOW))
    archive.failed(SOURCE, replace(told(2, Status.REFUSED), again_at=99))
    assert [(each.status, each.again_at) for each in archive.told(SOURCE.name)] == [("refused", 99), ("slow", None)]
    assert archive.told(SOURCE.name, since=2)[0].message == "said"
    archive.failed(SOURCE, told(500 * DAY))
    assert len(archive.told(SOURCE.name)) == 1


def test_answers_whose_rows_are_kept_are_never_forgotten(archive: Archive) -> None:
    archive.keep(SOURCE, frame([1]), told(1))
    archive.failed(SOURCE, told(500 * DAY))
    assert [each.asked_at for each in archive.told(SOURCE.name)] == [500 * DAY, 1]


def test_a_file_of_another_program_or_of_a_newer_tepos_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as sql:
        sql.execute("CREATE TABLE mine (a)")
    with pytest.raises(StoreError, match="another program"):
        Archive(tmp_path / "other.db")
    Archive(tmp_path / "newer.db").close()
    with sqlite3.connect(tmp_path / "newer.db") as sql:
        sql.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer tepos"):
        Archive(tmp_path / "newer.db")


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "weather.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreUnavailable, match=r"weather\.db"):
        Archive(tmp_path / "weather.db")


def test_an_answer_that_cannot_be_written_whole_is_not_written_at_all(archive: Archive) -> None:
    bad = frame([1, 2])
    with pytest.raises(StoreUnavailable):
        archive.keep(SOURCE, replace(bad, step=None), told())  # type: ignore[arg-type]
    assert read(archive) == []
    assert archive.told(SOURCE.name) == []
