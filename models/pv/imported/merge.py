"""What was measured keeps its figures; what was imported fills in where nothing is known."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from models.pv.energy.rows import NO_BASIS, PARTIAL, UNKNOWN, EnergyRows, Mask
from models.pv.imported.rows import BY_IMPORT


def ours(rows: EnergyRows) -> Mask:
    """Which rows rest on imports, in whole or in part: no measurement says what they say."""
    return np.asarray(rows.basis == BY_IMPORT, bool)


def chosen(first: EnergyRows, take: Mask, second: EnergyRows) -> EnergyRows:
    """The rows of `second` where `take`, else those of `first`; both of the same times, else ValueError."""
    if not np.array_equal(first.times, second.times):
        raise ValueError("the rows are of different times")
    columns = {
        field.name: np.where(take, getattr(second, field.name), getattr(first, field.name))
        for field in fields(EnergyRows)
        if field.name != "times"
    }
    return EnergyRows(first.times, **columns)


def without_imports(rows: EnergyRows) -> EnergyRows:
    """The rows as they were measured: those that rest on imports are unknown."""
    n = len(rows.times)
    nothing = EnergyRows(
        rows.times,
        np.full(n, np.nan),
        np.full(n, UNKNOWN, np.int8),
        np.full(n, NO_BASIS, np.int8),
        np.zeros(n),
    )
    return chosen(rows, ours(rows), nothing)


def with_imports(measured: EnergyRows, imported: EnergyRows) -> EnergyRows:
    """Imported figures where nothing was measured. A measurement stays, also one of a part of its row."""
    return chosen(measured, (measured.status == UNKNOWN) & (imported.status != UNKNOWN), imported)


def half_measured(rows: EnergyRows) -> Mask:
    """Which rows were measured in part."""
    return np.asarray((rows.status == PARTIAL) & ~ours(rows), bool)


def more(rows: EnergyRows, parts: EnergyRows) -> EnergyRows:
    """What the parts say where they rest on imports, and the rows are unknown or are imports that know less."""
    less = ours(rows) & (rows.completeness < parts.completeness)
    return chosen(rows, ((rows.status == UNKNOWN) | less) & ours(parts), parts)
