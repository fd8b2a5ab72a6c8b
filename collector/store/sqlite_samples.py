"""Reading and forgetting samples of the embedded store by spans of time, many devices at once.

Rows stand in the order of time (see layouts): all devices of a span are one walk over neighbouring rows, while each
device alone would walk them all again.
"""

# ruff: noqa: S608 - names of tables come from layouts, fields through admission, ids are numbers

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collector.sample import Value
from collector.store.frame import frame, holds_text
from collector.store.layouts import Layouts

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE = 50_000
"""Rows that stand in memory as Python objects while they are read."""
DELETED_AT_ONCE = 10_000
"""Rows of one transaction that deletes: some 20 ms."""


def read_many(
    connection: sqlite3.Connection, devices: Sequence[str], fields: Sequence[str], start: int, end: int
) -> dict[str, pd.DataFrame]:
    """See Store.read_many."""
    known = dict(connection.execute("SELECT path, id FROM device"))
    numbers = {device: known[device] for device in devices if device in known}
    inside = ", ".join(map(str, numbers.values()))
    parts: list[list[NDArray[Any]]] = []
    for layout in Layouts(connection).holding(tuple(numbers.values()), start):
        there = [field for field in fields if field in layout.fields]
        chosen = "".join(f", {layout.selected(field)}" for field in there)
        rows = connection.execute(
            f"SELECT device, time{chosen} FROM {layout.table} WHERE ? <= time AND time < ? AND device IN ({inside})",
            (start, end),
        )
        while some := rows.fetchmany(ROWS_AT_ONCE):
            parts.append(_columns(some, fields, there))
    if not parts:
        return {device: frame((), dict.fromkeys(fields, ())) for device in devices}
    whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((whole[1], whole[0]))  # in the tables devices take turns, and layouts follow one another
    number, time, *values = (column[order] for column in whole)
    frames = {}
    for device in devices:
        first, behind = np.searchsorted(number, [at := numbers.get(device, -1), at + 1])
        own = {field: column[first:behind] for field, column in zip(fields, values, strict=True)}
        frames[device] = frame(time[first:behind], own)
    return frames


def first(connection: sqlite3.Connection) -> int | None:
    """See Store.first."""
    queries = (f"SELECT min(time) FROM {layout.table}" for layout in Layouts(connection).all())
    times = [time for query in queries for (time,) in connection.execute(query) if time is not None]
    return min(times, default=None)


def delete_some(connection: sqlite3.Connection, time: int) -> int:
    """Delete some of the rows before `time` inside the caller's transaction, the oldest of a table first.

    Gives how many; fewer than DELETED_AT_ONCE say that none is left. Samples of one instant go together.
    """
    deleted = 0
    for layout in Layouts(connection).all():
        oldest = f"SELECT time FROM {layout.table} WHERE time < ? ORDER BY time LIMIT 1 OFFSET ?"
        last = connection.execute(oldest, (time, DELETED_AT_ONCE - 1 - deleted)).fetchone()
        before = last[0] + 1 if last else time
        deleted += connection.execute(f"DELETE FROM {layout.table} WHERE time < ?", (before,)).rowcount
        connection.execute(  # where the newest sample of a device is gone, all are
            "UPDATE device_layout SET newest = -1 WHERE layout = ? AND 0 <= newest AND newest < ?",
            (layout.id, before),
        )
        if deleted >= DELETED_AT_ONCE:
            break
    return deleted


def _columns(rows: Sequence[tuple[Value, ...]], fields: Sequence[str], there: Sequence[str]) -> list[NDArray[Any]]:
    """Device, time and the fields of some rows as arrays; None is NaN in a field of numbers.

    `there` are the fields that the rows hold: a device has few of those that are asked of all.
    """
    device, time, *values = zip(*rows, strict=True)
    held = dict(zip(there, values, strict=True))
    columns: list[NDArray[Any]] = [np.array(device, dtype=np.int64), np.array(time, dtype=np.int64)]
    for field in fields:
        kind, missing = (object, None) if holds_text(field) else (np.float64, np.nan)
        whole = field in held
        columns.append(np.array(held[field], dtype=kind) if whole else np.full(len(rows), missing, dtype=kind))
    return columns
