"""Rollup rows as every store takes and gives them: what is admitted, and the form of what is read.

A row is about one (kind, subject, time); kind is a word of config.kwh.Subject, time the start of its step in ms since
1970 (UTC), the other columns are ROLLUP_NUMBERS (NaN missing) and ROLLUP_TEXTS (None missing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collector.store.admission import LATEST, name_fault
from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Basis, EnergyStatus, ExpectedBasis, Step, Subject

if TYPE_CHECKING:
    import pandas as pd

QUARTER_MS = 900_000
"""Both steps start on the grid of quarter-hours: every time zone of today is a whole number of them away from UTC."""
MEASUREMENTS = {Step.QUARTER: "rollup_15min", Step.DAY: "rollup_day"}
"""Name of the table (SQLite) or measurement (InfluxDB) of each step."""
VALUES = (*ROLLUP_NUMBERS, *ROLLUP_TEXTS)
_KEY = ("kind", "subject", "time")
_WORDS = {"basis": frozenset(Basis), "status": frozenset(EnergyStatus), "expected_basis": frozenset(ExpectedBasis)}


@dataclass(frozen=True, slots=True)
class RollupRows:
    """Admitted rows, column by column; all arrays have one element per row."""

    subjects: tuple[tuple[str, str], ...]
    """The distinct (kind, id) of the rows."""
    subject: NDArray[np.int64]
    """Position in `subjects`."""
    times: NDArray[np.int64]
    numbers: Mapping[str, NDArray[np.float64]]
    texts: Mapping[str, tuple[tuple[str, ...], NDArray[np.int64]]]
    """By column: the distinct words, and each row's position among them, -1 where missing."""

    def __len__(self) -> int:
        return len(self.times)


def admit_rollups(step: Step, rows: pd.DataFrame) -> RollupRows:
    """The rows as columns. ValueError for columns, words, ids, times or numbers that no rollup row has."""
    if set(rows.columns) != {*_KEY, *VALUES} or len(rows.columns) != len(_KEY) + len(VALUES):
        raise ValueError(f"a rollup has the columns {(*_KEY, *VALUES)}, not {tuple(rows.columns)}")
    kinds, kind = _factorized(rows["kind"])
    names, name = _factorized(rows["subject"])
    if (kind < 0).any() or (name < 0).any() or not {*kinds} <= {*Subject}:
        raise ValueError(f"a rollup row is about one of {', '.join(Subject)}, not {kinds}")
    for fault in filter(None, map(name_fault, names)):
        raise ValueError(fault)
    pairs, subject = np.unique(kind * max(len(names), 1) + name, return_inverse=True)
    return RollupRows(
        subjects=tuple((kinds[pair // len(names)], names[pair % len(names)]) for pair in pairs.tolist()),
        subject=subject.astype(np.int64),
        times=_times(step, rows["time"]),
        numbers={column: _numbers(rows[column]) for column in ROLLUP_NUMBERS},
        texts={column: _texts(rows[column]) for column in ROLLUP_TEXTS},
    )


def chosen(columns: Sequence[str] | None) -> tuple[str, ...]:
    """The value columns asked for; without a choice all. ValueError for one that is none, or asked for twice."""
    if columns is None:
        return VALUES
    if not {*columns} <= {*VALUES} or len({*columns}) != len(columns):
        raise ValueError(f"the columns of a rollup are {VALUES}, each once; asked for: {tuple(columns)}")
    return tuple(columns)


def rollup_frame(
    subjects: Sequence[str],
    counts: Sequence[int],
    times: Sequence[int] | NDArray[np.int64],
    values: Mapping[str, Sequence[object] | NDArray[Any]],
) -> pd.DataFrame:
    """The frame that read_rollups gives: `counts[i]` rows of `subjects[i]` one after the other, None where missing."""
    import pandas as pd  # here, because the collector writes all day and never needs it

    def text(given: NDArray[Any]) -> pd.Series:
        return pd.Series(given, dtype=object)  # else pandas makes None a NaN

    columns = {"subject": text(np.repeat(np.array(subjects, dtype=object), counts))}
    columns["time"] = pd.Series(np.array(times, dtype=np.int64))
    for column, given in values.items():
        numeric = column in ROLLUP_NUMBERS
        columns[column] = (
            pd.Series(np.array(given, dtype=np.float64)) if numeric else text(np.array(given, dtype=object))
        )
    return pd.DataFrame(columns)


def _factorized(series: pd.Series) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    import pandas as pd

    codes, found = pd.factorize(series.astype(object))
    words = tuple(found)
    if not all(isinstance(word, str) for word in words):
        raise ValueError(f"{series.name} of a rollup is text, not {[w for w in words if not isinstance(w, str)][:3]}")
    return tuple(map(str, words)), codes.astype(np.int64)


def _texts(series: pd.Series) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    words, codes = _factorized(series)
    if unknown := {*words} - _WORDS[str(series.name)]:
        raise ValueError(f"{series.name} of a rollup is no {sorted(unknown)}")
    return words, codes


def _times(step: Step, series: pd.Series) -> NDArray[np.int64]:
    times = series.to_numpy()
    if not len(times):
        return np.empty(0, dtype=np.int64)
    if times.dtype.kind not in "iu" or times.min() < 0 or times.max() > LATEST or (times % QUARTER_MS).any():
        raise ValueError(f"the time of a rollup ({step}) is the ms since 1970 of its start, on the quarter-hour")
    return times.astype(np.int64)


def _numbers(series: pd.Series) -> NDArray[np.float64]:
    numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(numbers).any():
        raise ValueError(f"{series.name} of a rollup is infinite")
    return numbers
