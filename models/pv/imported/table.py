"""Rollup rows as stores have them, and as energy rows on a grid of times without a hole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Basis, EnergyStatus, ExpectedBasis, Subject
from models.pv.energy.rows import NO_BASIS, UNKNOWN, EnergyRows, Floats, Mask, Times
from models.pv.imported.family import Id

COLUMNS = ("kind", "subject", "time", *ROLLUP_NUMBERS, *ROLLUP_TEXTS)
ENERGY = ("energy", "completeness")
"""Of the numbers those that imports change; what was expected stays."""
STATUS_CODES = {word.value: np.int8(code) for code, word in enumerate(EnergyStatus)}
BASIS_CODES = {word.value: np.int8(code) for code, word in enumerate(Basis)}


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of one subject on the whole grid."""

    energy: EnergyRows
    """`unknown` where there is no row."""
    there: Mask
    """Where there is one."""
    numbers: Mapping[str, Floats]
    """What was expected and the light: the other numbers, NaN without a row."""
    expected_basis: list[str]

    @property
    def expected(self) -> Floats:
        """Wh, NaN where nobody knows."""
        return self.numbers["expected"]


def kept_rows(rows: pd.DataFrame, grid: Times) -> dict[Id, Kept]:
    """The rows of each subject on the grid; rows of other times are left out. ValueError without all COLUMNS."""
    if missing := {*COLUMNS} - {*rows.columns}:
        raise ValueError(f"rollup rows without {sorted(missing)}")
    found: dict[Id, Kept] = {}
    for (kind, subject), own in rows.groupby(["kind", "subject"], sort=False):
        times = own["time"].to_numpy(np.int64)
        place = np.minimum(np.searchsorted(grid, times), len(grid) - 1)
        on = grid[place] == times
        found[Subject(str(kind)), str(subject)] = _kept(own[on], place[on], grid)
    return found


def nothing_kept(grid: Times) -> Kept:
    """A subject without rows."""
    return _kept(pd.DataFrame({column: [] for column in COLUMNS}), np.empty(0, np.int64), grid)


def changed_rows(kept: Mapping[Id, Kept], made: Mapping[Id, EnergyRows], grid: Times) -> pd.DataFrame:
    """The rows to be written so that the store has `made`, as it takes them; what it has already is left out."""
    frames = list(_changed(kept, made, grid))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({column: [] for column in COLUMNS})


def _changed(kept: Mapping[Id, Kept], made: Mapping[Id, EnergyRows], grid: Times) -> Iterator[pd.DataFrame]:
    for who, rows in made.items():
        had = kept[who] if who in kept else nothing_kept(grid)
        same = (had.energy.status == rows.status) & (had.energy.basis == rows.basis)
        for column in ENERGY:
            before, now = getattr(had.energy, column), getattr(rows, column)
            same &= (before == now) | (np.isnan(before) & np.isnan(now))
        new = ~same
        if new.any():
            words = {
                "basis": rows.basis_words(), "status": rows.status_words(), "expected_basis": had.expected_basis,
            }  # fmt: skip
            numbers = dict(had.numbers) | {column: getattr(rows, column) for column in ENERGY}
            frame = pd.DataFrame({"kind": who[0].value, "subject": who[1], "time": grid, **numbers, **words})
            yield frame.loc[new, list(COLUMNS)]


def _kept(own: pd.DataFrame, place: Times, grid: Times) -> Kept:
    n = len(grid)

    def numbers(column: str, otherwise: float = np.nan) -> Floats:
        made = np.full(n, otherwise)
        made[place] = own[column].to_numpy(float)
        return made

    def codes(column: str, known: Mapping[str, np.int8], otherwise: int) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        made = np.full(n, otherwise, np.int8)
        made[place] = own[column].map(known).fillna(otherwise).to_numpy(np.int8)
        return made

    there = np.zeros(n, bool)
    there[place] = True
    expected_basis = np.full(n, ExpectedBasis.NONE.value, dtype=object)
    expected_basis[place] = own["expected_basis"].where(own["expected_basis"].notna(), ExpectedBasis.NONE.value)
    energy = EnergyRows(
        grid,
        numbers("energy"),
        codes("status", STATUS_CODES, UNKNOWN),
        codes("basis", BASIS_CODES, NO_BASIS),
        np.nan_to_num(numbers("completeness")),
    )
    others = {column: numbers(column) for column in ROLLUP_NUMBERS if column not in ENERGY}
    return Kept(energy, there, others, expected_basis.tolist())
