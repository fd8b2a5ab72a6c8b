"""How fast the file of the embedded store grows, found by a short look at a store of any size.

Nothing that is counted whole: samples by the hour of the last days, and where an hour has very many, by two minutes of
it. What a row takes is measured by SQLite itself, which writes some of the newest rows into a file in memory.
"""

# ruff: noqa: S608 - names of tables come from layouts and from this program; everything else is a parameter

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.store.layouts import Layouts
from collector.store.rollups import MEASUREMENTS
from collector.store.sqlite_errors import BUSY_SECONDS, translated
from config.kwh import Step

HOUR, DAY = 3_600_000, 86_400_000
DAYS = 3
"""So many of the last days are looked at; the fullest counts, so that an outage makes no promise."""
MOST_ROWS = 20_000
"""Of an hour, that are counted one by one."""
PART, PARTS = 120_000, 30
"""ms: of a fuller hour two minutes are counted, a thirtieth."""
WEIGHED = 200
"""Rows of each hour that are written again to see what they take."""
SUBJECTS = 50
"""So many subjects of the rollups are weighed, for two days."""
ROWS_OF_DAY = {Step.QUARTER: 96, Step.DAY: 1}


@dataclass(frozen=True, slots=True)
class Growth:
    """What a look at a store finds; times in ms since 1970 UTC, sizes in bytes."""

    first: int
    last: int
    """The times of the oldest sample, and of the newest that is not in the future."""
    raw_per_day: float
    """What the samples of a full day take; 0 with less than a day of samples."""
    rollups_per_day: float
    free: int
    """Pages of the file that were given back, and are written again before it grows."""


def growth(path: Path, now: int) -> Growth | None:
    """How the store in that file grows; None before its first sample. StoreUnavailable when it cannot be read."""
    with translated(f"sqlite:///{path}"), closing(_opened(path)) as sql:
        tables = [layout.table for layout in Layouts(sql).all()]
        ends = [end for table in tables if (end := _end(sql, table, now)) is not None]
        if not ends:
            return None
        first, last = min(first for first, _last in ends), max(last for _first, last in ends)
        days = min(DAYS, (last - first) // DAY)
        raw = sum(_samples_per_day(sql, table, last, days) * _weight(sql, table, last) for table in tables)
        (free,), (page,) = (sql.execute(f"PRAGMA {what}").fetchone() for what in ("freelist_count", "page_size"))
        return Growth(first, last, raw, _rollups(sql) if days else 0.0, free * page)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _end(sql: sqlite3.Connection, table: str, now: int) -> tuple[int, int] | None:
    """The times of the first and the last row up to now."""
    first, last = sql.execute(
        f"SELECT (SELECT min(time) FROM {table}), (SELECT max(time) FROM {table} WHERE time <= ?)", (now,)
    ).fetchone()
    return None if first is None or last is None else (first, last)


def _samples_per_day(sql: sqlite3.Connection, table: str, last: int, days: int) -> float:
    """Rows of the fullest of the days that end with the newest sample."""
    found = [
        sum(_in_hour(sql, table, last + 1 - day * DAY - hour * HOUR) for hour in range(1, 25)) for day in range(days)
    ]
    return max(found, default=0.0)


def _in_hour(sql: sqlite3.Connection, table: str, start: int) -> float:
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE time >= ? AND time < ? LIMIT ?)"
    (rows,) = sql.execute(query, (start, start + HOUR, MOST_ROWS)).fetchone()
    if rows < MOST_ROWS:
        return float(rows)
    # Another part of each hour, so that what happens by the hour is met as often as it happens.
    start += start // HOUR * 37 % PARTS * PART
    (rows,) = sql.execute(query, (start, start + PART, -1)).fetchone()
    return float(rows * PARTS)


def _weight(sql: sqlite3.Connection, table: str, last: int) -> float:
    """Bytes of a sample, measured on some of each hour: at night a row is shorter."""
    query = f"SELECT * FROM {table} WHERE time >= ? AND time < ? ORDER BY time, device LIMIT ?"
    hours = range(last + 1 - DAYS * DAY, last + 1, HOUR)
    return _weighed(sql, table, (row for start in hours for row in sql.execute(query, (start, start + HOUR, WEIGHED))))


def _rollups(sql: sqlite3.Connection) -> float:
    """Bytes that the rollups of a day take."""
    total = 0.0
    for step, table in MEASUREMENTS.items():
        ends = sql.execute(f"SELECT id, (SELECT max(time) FROM {table} WHERE subject = id) AS last FROM subject")
        last = {subject: time for subject, time in ends if time is not None}
        newest = max(last.values(), default=0)
        active = [subject for subject, time in last.items() if time >= newest - 2 * DAY]
        total += len(active) * ROWS_OF_DAY[step] * _weight_of_rollups(sql, table, active[:SUBJECTS], newest)
    return total


def _weight_of_rollups(sql: sqlite3.Connection, table: str, subjects: Sequence[int], newest: int) -> float:
    """Bytes of a row, written day by day as the jobs do."""
    query = f"SELECT * FROM {table} WHERE subject = ? AND time >= ? AND time < ?"
    days = (newest - DAY, newest)
    rows = (row for start in days for one in subjects for row in sql.execute(query, (one, start, start + DAY)))
    return _weighed(sql, table, rows)


def _weighed(sql: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> float:
    """Bytes of a row when these are written, in this order, into an empty table of the same form."""
    (made,) = sql.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    columns = len(sql.execute(f"PRAGMA table_info({table})").fetchall())
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as scales:
        scales.execute(made)
        (before,) = scales.execute("PRAGMA page_count").fetchone()
        scales.execute("BEGIN")
        count = scales.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * columns)})", rows).rowcount
        scales.execute("COMMIT")
        (after,), (page,) = (scales.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size"))
    return float((after - before + 1) * page / count) if count > 0 else 0.0
