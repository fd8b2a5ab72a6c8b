"""Where several imports speak about the same time, the latest holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.kwh import Subject

Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
SHORTEST_DAY, LONGEST_DAY = 23 * 3_600_000, 25 * 3_600_000


class Covered:
    """Stretches of time, which may overlap, as one set of instants."""

    def __init__(self, start: Times, end: Times) -> None:
        order = np.argsort(start, kind="stable")
        start, end = start[order], np.maximum.accumulate(end[order]) if len(end) else end
        fresh = np.ones(len(start), bool)
        fresh[1:] = start[1:] > end[:-1]
        self._start = start[fresh]
        self._end = end[np.append(np.flatnonzero(fresh)[1:] - 1, len(end) - 1)] if len(end) else end

    def within(self, start: Times, end: Times) -> Times:
        """How much of each stretch is covered, ms."""
        return self._before(end) - self._before(start)

    def _before(self, at: Times) -> Times:
        """How much is covered before each instant."""
        if not len(self._start):
            return np.zeros(len(at), np.int64)
        whole = np.concatenate(([0], np.cumsum(self._end - self._start)))
        place = np.searchsorted(self._start, at, "right")
        last = np.maximum(place - 1, 0)
        inside = np.clip(at - self._start[last], 0, self._end[last] - self._start[last])
        return np.where(place > 0, whole[last] + inside, 0)


def holding(batches: Sequence[tuple[Times, Times]], *, any_overlap: bool = False) -> list[Mask]:
    """Of each batch of stretches (starts, ends), the latest first, which ones hold.

    A stretch shorter than a day is set aside when later batches say any of its time; a day when they say all of it,
    for a part of a day makes no day. Longer stretches, as months, say nothing about single days: they compete among
    themselves. With `any_overlap` all are treated alike, and none of those that hold overlap.
    """
    kept: list[Mask] = []
    starts, ends = np.empty(0, np.int64), np.empty(0, np.int64)
    for start, end in batches:
        length, lengths = end - start, ends - starts
        if any_overlap:
            holds = Covered(starts, ends).within(start, end) == 0
        else:
            long = lengths > LONGEST_DAY
            by_long = Covered(starts[long], ends[long]).within(start, end)
            by_short = Covered(starts[~long], ends[~long]).within(start, end)
            of_day = np.where(length >= SHORTEST_DAY, by_short < length, by_short == 0)
            holds = np.where(length > LONGEST_DAY, by_long == 0, of_day)
        kept.append(holds)
        starts, ends = np.append(starts, start[holds]), np.append(ends, end[holds])
    return kept


def standing(
    sql: sqlite3.Connection,
    kind: Subject,
    subjects: Sequence[str] | None,
    start: int,
    end: int,
    basis: str | None,
    *,
    any_overlap: bool = False,
) -> pd.DataFrame:
    """What holds of the batches in the database; see Imports.read and `holding`. Within a transaction."""
    pieces = [_EMPTY]
    known = dict(sql.execute("SELECT subject, id FROM series WHERE kind = ?", (kind.value,)))
    for subject in sorted(known if subjects is None else known.keys() & {*subjects}):
        rows = _of_series(sql, known[subject], start, end, basis)
        kept = holding([(times[0], times[1]) for _batch, times, _energy in rows], any_overlap=any_overlap)
        for (batch, (starts, ends), energy), holds in zip(rows, kept, strict=True):
            columns = {"start": starts[holds], "end": ends[holds], "energy": energy[holds], "batch": batch}
            pieces.append(pd.DataFrame(columns | {"subject": subject})[list(_EMPTY)])
    pieces = [piece for piece in pieces if len(piece)] or [_EMPTY]
    frame = pd.concat(pieces, ignore_index=True)
    return frame.sort_values(["subject", "start", "batch"], kind="stable", ignore_index=True)


_EMPTY = pd.DataFrame(
    {
        "subject": pd.Series([], dtype=str),
        "start": np.empty(0, np.int64),
        "end": np.empty(0, np.int64),
        "energy": np.empty(0),
        "batch": np.empty(0, np.int64),
    }
)


def _of_series(
    sql: sqlite3.Connection, series: int, start: int, end: int, basis: str | None
) -> list[tuple[int, Times, Floats]]:
    """Of each batch, the latest first: its number, the starts and ends of its rows (2, n), their energies."""
    parts = sql.execute(
        "SELECT batch, longest FROM part JOIN batch ON batch.id = part.batch WHERE series = ?1 AND undone_at IS NULL"
        " AND start < ?2 AND end > ?3 AND (?4 IS NULL OR basis = ?4) ORDER BY batch DESC",
        (series, end, start, basis),
    ).fetchall()
    found = []
    for batch, longest in parts:
        rows = sql.execute(
            "SELECT start, end, energy FROM row"
            " WHERE series = ? AND batch = ? AND start > ? AND start < ? AND end > ? ORDER BY start",
            (series, batch, start - longest, end, start),
        ).fetchall()
        values = np.array(rows, float).reshape(-1, 3).T  # instants are exact in a float up to the year 287396
        found.append((batch, values[:2].astype(np.int64), values[2]))
    return found
