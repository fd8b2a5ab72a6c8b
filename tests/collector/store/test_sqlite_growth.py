"""How fast a store grows, held against what really stands in its file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from collector.sample import Sample
from collector.store import open_store, sqlite_growth
from collector.store.sqlite_growth import DAY, HOUR, growth
from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Step

START = 1_767_225_600_000
FIELDS = ("pac", "energy_ac_total", "v_ac_ln_a", "temp_cabinet")
NEVER = 2**62


def fill(path: Path, times: range, devices: int = 20) -> Path:
    """Samples of so many devices at these times."""
    numbers = np.round(np.random.default_rng(1).uniform(0, 5000, (len(times), devices, len(FIELDS))), 1).tolist()
    with closing(open_store(f"sqlite:///{path}")) as store:
        for first in range(0, len(times), 48):
            store.write(
                [
                    Sample(f"hall/inv-{k}", times[n] + k, dict(zip(FIELDS, values, strict=True)))
                    for n in range(first, min(first + 48, len(times)))
                    for k, values in enumerate(numbers[n])
                ]
            )
    return path


def roll_up(path: Path, days: int, subjects: int = 20) -> None:
    """Rollups of so many days, a day at a time."""
    names = [f"hall/inv-{k}" for k in range(subjects)]
    with closing(open_store(f"sqlite:///{path}")) as store:
        for day in range(days):
            for step, length in ((Step.QUARTER, 900_000), (Step.DAY, DAY)):
                times = range(START + day * DAY, START + (day + 1) * DAY, length)
                rows = pd.MultiIndex.from_product([names, times], names=["subject", "time"]).to_frame(index=False)
                numbers = np.random.default_rng(day).uniform(0, 500, (len(rows), len(ROLLUP_NUMBERS)))
                rows[list(ROLLUP_NUMBERS)] = numbers
                store.write_rollups(step, rows.assign(kind="inverter", **dict.fromkeys(ROLLUP_TEXTS)))


def taken(path: Path, *prefixes: str) -> int:
    """Bytes of the pages of these tables."""
    with closing(sqlite3.connect(path)) as sql:
        try:
            rows = sql.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = 1").fetchall()
        except sqlite3.OperationalError:
            pytest.skip("this SQLite cannot tell the size of tables (dbstat)")
    return sum(size for name, size in rows if name.startswith(prefixes))


def test_samples_of_a_day_are_weighed_as_they_stand_in_the_file(tmp_path: Path) -> None:
    path = fill(tmp_path / "store.db", range(START, START + 5 * DAY, 300_000))
    found = growth(path, NEVER)
    assert found is not None
    assert (found.first, found.last) == (START, START + 5 * DAY - 300_000 + 19)
    assert found.raw_per_day == pytest.approx(taken(path, "sample_") / 5, rel=0.05)
    assert found.rollups_per_day == 0


def test_rollups_of_a_day_are_weighed_as_they_stand_in_the_file(tmp_path: Path) -> None:
    path = fill(tmp_path / "store.db", range(START, START + 6 * DAY, HOUR), devices=1)
    roll_up(path, 6)
    found = growth(path, NEVER)
    assert found is not None
    assert found.rollups_per_day == pytest.approx(taken(path, "rollup_") / 6, rel=0.25)


def test_full_hours_are_counted_by_a_part_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fill(tmp_path / "store.db", range(START, START + 2 * DAY, 10_000), devices=1)
    whole = growth(path, NEVER)
    monkeypatch.setattr(sqlite_growth, "MOST_ROWS", 100)
    part = growth(path, NEVER)
    assert whole is not None
    assert part is not None
    assert part.raw_per_day == pytest.approx(whole.raw_per_day, rel=0.02)


def test_an_outage_makes_no_promise(tmp_path: Path) -> None:
    path = fill(tmp_path / "store.db", range(START, START + 2 * DAY, 300_000), devices=2)
    before = growth(path, NEVER)
    fill(path, range(START + 3 * DAY - HOUR, START + 3 * DAY, 300_000), devices=2)
    after = growth(path, NEVER)
    assert before is not None
    assert after is not None
    assert after.raw_per_day == pytest.approx(before.raw_per_day, rel=0.1)


def test_less_than_a_day_says_nothing_yet_and_an_empty_store_nothing_at_all(tmp_path: Path) -> None:
    short = growth(fill(tmp_path / "short.db", range(START, START + DAY - HOUR, HOUR)), NEVER)
    assert short is not None
    assert short.raw_per_day == 0
    open_store(f"sqlite:///{tmp_path}/empty.db").close()
    assert growth(tmp_path / "empty.db", NEVER) is None


def test_samples_of_the_future_are_no_growth(tmp_path: Path) -> None:
    path = fill(tmp_path / "store.db", range(START, START + 2 * DAY, 300_000), devices=2)
    before = growth(path, START + 2 * DAY)
    fill(path, range(START + 900 * DAY, START + 900 * DAY + 1, 1), devices=2)
    assert growth(path, START + 2 * DAY) == before


def test_what_was_deleted_is_room_for_what_comes(tmp_path: Path) -> None:
    path = fill(tmp_path / "store.db", range(START, START + 4 * DAY, 60_000), devices=3)
    before = taken(path, "sample_")
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.delete_before(START + 2 * DAY)
    found = growth(path, NEVER)
    assert found is not None
    assert found.first == START + 2 * DAY
    assert found.free == pytest.approx(before / 2, rel=0.05)
