"""Rollups in InfluxDB, in a bucket of their own beside that of the samples: `pv_rollup` for `pv`.

    rollup_day,kind=roof,subject=ecole/sud energy=41200.0,completeness=1.0,basis="counter",…,missing="expected" 17672…

Points cannot lose a field: a row written again keeps, for a value that is now missing, the older one. Therefore
`missing` names the columns that have no value; who reads the bucket without tepos has to look there.
"""

# ruff: noqa: S608 - InfluxQL has no parameters: every name passes identifier(), every text literal()

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collector.store.influxql import Query, groups_of, identifier, literal, one_of, span
from collector.store.lineprotocol import tag
from collector.store.rollups import MEASUREMENTS, VALUES, RollupRows, rollup_frame
from config.kwh import Step, Subject

if TYPE_CHECKING:
    import pandas as pd

MISSING = "missing"
POINTS_AT_ONCE = 5_000
"""Of one request: some 1 MB of text."""


def lines(step: Step, rows: RollupRows) -> Iterator[bytes]:
    """Line protocol of admitted rows, in pieces of a size that a server takes; times in ms."""
    heads = [f"{MEASUREMENTS[step]},kind={tag(kind)},subject={tag(name)} " for kind, name in rows.subjects]
    columns = [[heads[number] for number in rows.subject.tolist()]]
    missing = np.zeros(len(rows), dtype=np.int64)
    for bit, column in enumerate(VALUES):
        if column in rows.numbers:
            values = rows.numbers[column]
            columns.append([f"{column}={value!r}," if value == value else "" for value in values.tolist()])
            missing |= np.isnan(values).astype(np.int64) << bit
        else:
            words, codes = rows.texts[column]
            written = [*(f'{column}="{word}",' for word in words), ""]  # -1, missing, is the last
            columns.append([written[code] for code in codes.tolist()])
            missing |= (codes < 0).astype(np.int64) << bit
    bits, which = np.unique(missing, return_inverse=True)
    named = [",".join(column for bit, column in enumerate(VALUES) if bits >> bit & 1) for bits in bits.tolist()]
    columns.append([f'{MISSING}="{named[number]}" ' for number in which.tolist()])
    columns.append(list(map(str, rows.times.tolist())))
    written = list(map("".join, zip(*columns, strict=True)))
    for first in range(0, len(written), POINTS_AT_ONCE):
        yield "\n".join(written[first : first + POINTS_AT_ONCE]).encode()


def read_rollups(
    query: Query,
    step: Step,
    kind: Subject,
    subjects: Sequence[str] | None,
    start: int,
    end: int,
    columns: Sequence[str],
) -> pd.DataFrame:
    """See Store.read_rollups; `columns` is chosen already."""
    select = f"SELECT {', '.join(map(identifier, (*columns, MISSING)))} FROM {identifier(MEASUREMENTS[step])}"
    where = f'WHERE "kind" = {literal(kind)} AND {span(start, end)}'
    found: dict[str, list[Sequence[Any]]] = {}
    for some in [None] if subjects is None else groups_of(sorted({*subjects})):
        whose = "" if some is None else f" AND {one_of('subject', some)}"
        for series in query(f'{select} {where}{whose} GROUP BY "subject"'):
            found.setdefault(series.tags["subject"], []).extend(series.rows)
    names = sorted(found)
    rows = [row for name in names for row in found[name]]
    times, *values, missing = zip(*rows, strict=True) if rows else ((), *((),) * len(columns), ())
    gone, which = np.unique(np.array(missing, dtype=str), return_inverse=True)
    kept = {}
    for column, given in zip(columns, values, strict=True):
        kept[column] = np.array(given, dtype=object)
        kept[column][_names(gone, column)[which]] = None
    return rollup_frame(names, [len(found[name]) for name in names], times, kept)


def _names(lists: NDArray[np.str_], column: str) -> NDArray[np.bool_]:
    """For each list of columns, whether it names this one."""
    return np.array([column in names.split(",") for names in lists.tolist()], dtype=np.bool_)
