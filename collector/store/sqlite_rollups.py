"""Rollups in the embedded store: one table per step, by subject, then time: a view of a year reads neighbouring pages.

    subject        kind and id of what rows are about
    word           the words of the text columns, each with a small number
    rollup_15min   a row per quarter-hour; the view energy_15min shows it to people, with names and words
    rollup_day     a row per day of the town; the view energy_day

Numbers are columns of type REAL: SQLite itself keeps a whole one (all the zeros of the night) in one to six bytes, any
other in eight, and gives the same float64 back without work for the reader. It keeps a NaN as NULL.
"""

# ruff: noqa: S608 - names of tables and columns stand in this program; everything else is a parameter

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from collector.store.rollups import MEASUREMENTS, VALUES, RollupRows, rollup_frame
from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Step, Subject

if TYPE_CHECKING:
    import pandas as pd

_STEP = """
CREATE TABLE {table} (
    subject INTEGER NOT NULL REFERENCES subject, time INTEGER NOT NULL, energy REAL, expected REAL, expected_low REAL,
    expected_high REAL, insolation REAL, completeness REAL,
    lost_outage REAL, lost_finding REAL, availability REAL, basis INTEGER REFERENCES word,
    status INTEGER REFERENCES word, expected_basis INTEGER REFERENCES word, PRIMARY KEY (subject, time)
) WITHOUT ROWID;
CREATE VIEW {view} AS SELECT kind, name AS subject, datetime(time / 1000, 'unixepoch') AS utc, energy, expected,
    expected_low, expected_high, insolation, completeness, lost_outage, lost_finding, availability, b.text AS basis,
    s.text AS status, e.text AS expected_basis
    FROM {table} AS r JOIN subject ON subject.id = r.subject LEFT JOIN word AS b ON b.id = r.basis
    LEFT JOIN word AS s ON s.id = r.status LEFT JOIN word AS e ON e.id = r.expected_basis;
"""
ROLLUPS = """
CREATE TABLE subject (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name));
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
""" + "".join(_STEP.format(table=f"rollup_{step}", view=f"energy_{step}") for step in ("15min", "day"))
"""The tables and views above, once and for all files: a change of them is another migration."""
_ARRAY_SIDE = """
ALTER TABLE {table} ADD COLUMN insolation_corrected REAL;
ALTER TABLE {table} ADD COLUMN energy_dc REAL;
ALTER TABLE {table} ADD COLUMN lost_clipping REAL;
DROP VIEW {view};
CREATE VIEW {view} AS SELECT kind, name AS subject, datetime(time / 1000, 'unixepoch') AS utc, energy, expected,
    expected_low, expected_high, insolation, completeness, lost_outage, lost_finding, availability,
    insolation_corrected, energy_dc, lost_clipping, b.text AS basis, s.text AS status, e.text AS expected_basis
    FROM {table} AS r JOIN subject ON subject.id = r.subject LEFT JOIN word AS b ON b.id = r.basis
    LEFT JOIN word AS s ON s.id = r.status LEFT JOIN word AS e ON e.id = r.expected_basis;
"""
ARRAY_SIDE = "".join(_ARRAY_SIDE.format(table=f"rollup_{step}", view=f"energy_{step}") for step in ("15min", "day"))
"""Three columns more, empty in the rows that are there: no row is written anew, however many years stand there."""


def write_rollups(connection: sqlite3.Connection, step: Step, rows: RollupRows) -> None:
    """Write admitted rows inside the caller's transaction; a row of the same subject and time is replaced."""
    columns = ("subject", "time", *VALUES)
    ids = np.array([_subject(connection, kind, name) for kind, name in rows.subjects], dtype=np.int64)[rows.subject]
    order = np.lexsort((rows.times, ids))  # as the table stands: each page is touched once
    values = [ids[order].tolist(), rows.times[order].tolist()]
    values += [rows.numbers[column][order].tolist() for column in ROLLUP_NUMBERS]  # SQLite writes NaN as NULL
    for column in ROLLUP_TEXTS:
        words, codes = rows.texts[column]
        numbers = [*(_word(connection, word) for word in words), None]  # -1, missing, is the last
        values.append([numbers[code] for code in codes[order].tolist()])
    connection.executemany(
        f"INSERT OR REPLACE INTO {MEASUREMENTS[step]} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        zip(*values, strict=True),
    )


def read_rollups(
    connection: sqlite3.Connection,
    step: Step,
    kind: Subject,
    subjects: Sequence[str] | None,
    start: int,
    end: int,
    columns: Sequence[str],
) -> pd.DataFrame:
    """See Store.read_rollups; `columns` is chosen already."""
    known = dict(connection.execute("SELECT name, id FROM subject WHERE kind = ?", (str(kind),)))
    wanted = sorted(known if subjects is None else known.keys() & {*subjects})
    query = (
        f"SELECT {', '.join(('time', *columns))} FROM {MEASUREMENTS[step]}"
        " WHERE subject = ? AND ? <= time AND time < ? ORDER BY time"
    )
    parts = [np.empty((0, 1 + len(columns)))]
    for name in wanted:  # one after the other: each is one seek and a walk, and gives its rows in order
        rows = connection.execute(query, (known[name], start, end)).fetchall()
        # All is numbers, words too (ids), and ms are far below 2**53. To keep rows of Python is most of the cost.
        parts.append(np.array(rows, dtype=np.float64) if rows else parts[0])
    counts = [len(part) for part in parts[1:]]
    times, *values = np.concatenate(parts).T
    found = dict(zip(columns, values, strict=True))
    words = np.array([None], dtype=object)
    for number, text in connection.execute("SELECT id, text FROM word ORDER BY id"):
        words = np.append(words, [None] * (number - len(words)) + [text])
    return rollup_frame(
        wanted,
        counts,
        times.astype(np.int64),
        {c: v if c in ROLLUP_NUMBERS else _texts(v, words) for c, v in found.items()},
    )


def _texts(numbers: NDArray[np.float64], words: NDArray[np.object_]) -> NDArray[np.object_]:
    return words[np.nan_to_num(numbers).astype(np.int64)]  # 0, no word, is None


def _subject(connection: sqlite3.Connection, kind: str, name: str) -> int:
    connection.execute("INSERT OR IGNORE INTO subject (kind, name) VALUES (?, ?)", (kind, name))
    query = "SELECT id FROM subject WHERE kind = ? AND name = ?"
    return int(connection.execute(query, (kind, name)).fetchone()[0])


def _word(connection: sqlite3.Connection, text: str) -> int:
    connection.execute("INSERT OR IGNORE INTO word (text) VALUES (?)", (text,))
    return int(connection.execute("SELECT id FROM word WHERE text = ?", (text,)).fetchone()[0])
