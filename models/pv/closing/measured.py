"""What every inverter and every site made, quarter by quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calendar import QUARTER, quarter_of
from models.pv.closing.books import Books, Counted, SiteBook
from models.pv.closing.memory import Memory
from models.pv.closing.rows import Account, by_roof
from models.pv.closing.silences import Shape
from models.pv.energy.authority import Settled, Total, settle, share_out
from models.pv.energy.quarters import QuarterEnergy, quarter_energy
from models.pv.energy.rows import ESTIMATED, METER, NO_BASIS, RECONSTITUTED, UNKNOWN, WHOLE, EnergyRows, add_up
from models.pv.sun import Floats

Readings = Mapping[str, pd.DataFrame]
"""By device, as Store.read_many gives them: index of UTC instants, a column per field."""


def device_energy(
    counted: Counted,
    readings: Readings,
    start: int,
    end: int,
    shape: Shape,
    rows: Sequence[int],
    expected: Floats | None = None,
) -> QuarterEnergy:
    """The quarters of one device from its readings, which may reach beyond start..end.

    rows: the inverters whose production it counts; expected: Wh of each quarter of the stretch, else a cloudless sky's.
    """
    frame = _of(readings, counted)
    times = _times(frame)
    power, counter = (_column(frame, name) for name in (counted.power, counted.counter))
    course = shape.clear[list(rows)].sum(axis=0)
    if expected is not None:
        first = (start - shape.start) // QUARTER
        inside = slice(first, first + len(expected))
        course[inside] = np.where(np.isfinite(expected), expected, course[inside])
    across = shape.across(counted, rows)
    return quarter_energy(times, power, counter, counted.facts, start, end, course, shape.start, across)


def _column(frame: pd.DataFrame, name: str) -> Floats | None:
    """A field's values; None when there is none at all."""
    if name not in frame.columns:
        return None
    values = frame[name].to_numpy(float)
    return None if np.isnan(values).all() else values


def reach(books: Books, readings: Readings, start: int, end: int) -> tuple[int, int]:
    """The quarters that hold all readings of the stretch and around it."""
    times = [found for counted in books.counted if len(found := _times(_of(readings, counted)))]
    first = min([start, *(quarter_of(int(found[0])) for found in times)])
    last = max([end, *(quarter_of(int(found[-1])) + QUARTER for found in times)])
    return first, last


def inverter_energies(books: Books, readings: Readings, start: int, end: int, shape: Shape) -> list[QuarterEnergy]:
    """The quarters of every inverter, in the order of the books."""
    return [device_energy(counted, readings, start, end, shape, (row,)) for row, counted in enumerate(books.inverters)]


def reshaped(
    books: Books,
    readings: Readings,
    made: Sequence[QuarterEnergy],
    start: int,
    end: int,
    expected: Floats,
    shape: Shape,
) -> list[QuarterEnergy]:
    """The same with silences within a day spread by what was expected on it. Those across an edge: see silences.py."""
    return [
        device_energy(counted, readings, start, end, shape, (row,), should)
        if (rows.status == RECONSTITUTED).any()
        else rows
        for row, (counted, rows, should) in enumerate(zip(books.inverters, made, expected, strict=True))
    ]


def _times(frame: pd.DataFrame) -> NDArray[np.int64]:
    return pd.DatetimeIndex(frame.index).as_unit("ms").asi8


def _of(readings: Readings, counted: Counted) -> pd.DataFrame:
    if counted.path in readings:
        return readings[counted.path]
    return pd.DataFrame(index=pd.DatetimeIndex([], tz="UTC"))


@dataclass(frozen=True, slots=True)
class SiteEnergy:
    """One site: what its inverters say together, what its meters say, and what holds."""

    inverters: EnergyRows
    meters: EnergyRows | None
    settled: Settled


def site_energy(
    books: Books,
    site: SiteBook,
    readings: Readings,
    inverters: Sequence[EnergyRows],
    expected: Floats,
    index: Sequence[Total],
    memory: Memory,
    start: int,
    end: int,
    shape: Shape,
) -> SiteEnergy:
    """The kWh of a site that has inverters. inverters, expected: of the whole town, (inverters, T)."""
    rows = list(site.inverters)
    capacity = books.plant.pdc0()[rows]
    together = add_up([inverters[row] for row in rows], expected[rows], capacity)
    should = expected[rows].sum(axis=0)
    metered = [device_energy(meter, readings, start, end, shape, rows) for meter in site.meters]
    meters = add_up(metered) if metered else None
    ratio = memory.ratio(site.id) if meters else None
    settled = settle(together, meters, index, end, ratio.current if ratio else None, np.nan_to_num(should))
    return SiteEnergy(together, meters, settled)


def roof_energies(
    books: Books, share: Floats, inverters: Sequence[EnergyRows], sites: Mapping[str, EnergyRows], expected: Floats
) -> dict[str, EnergyRows]:
    """What holds for each roof: its site's figure, shared out by what the inverters say. By roof.

    share: of each plane in its inverter, (planes, T); expected: (inverters, T).
    """
    made: dict[str, EnergyRows] = {}
    parts = dict(zip(books.roofs, by_roof(books, share), strict=True))
    own = {
        roof: add_up(
            [_part(inverters[row], part) for row, part in behind],
            np.stack([expected[row] * part for row, part in behind]),
        )
        for roof, behind in parts.items()
    }
    should = {roof: sum(np.nan_to_num(expected[row] * part) for row, part in behind) for roof, behind in parts.items()}
    for site, rows in sites.items():
        mine = [roof for roof in books.roofs if roof.split("/")[0] == site]
        shared = share_out(rows, [own[roof] for roof in mine], np.stack([should[roof] for roof in mine]))
        for roof, energy in zip(mine, shared, strict=True):
            made[roof] = _held(own[roof], rows, energy)
    return made


def _part(rows: EnergyRows, share: Floats) -> EnergyRows:
    return EnergyRows(rows.times, rows.energy * share, rows.status, rows.basis, rows.completeness)


def _held(own: EnergyRows, site: EnergyRows, energy: Floats) -> EnergyRows:
    """A roof by its site's authority: where its own inverters do not tell all, its part is an estimate.

    But where no meter tells of the whole site nothing is left for a silent roof: it is unknown.
    """
    whole, silent = site.completeness >= WHOLE, np.isnan(own.energy)
    unknown = silent & ~(whole & (site.basis <= METER)) & ~(energy > 0)
    guessed = ~unknown & np.isfinite(energy) & (silent | (whole & (own.completeness < WHOLE)))
    status = np.where(guessed, np.maximum(ESTIMATED, site.status), np.where(np.isnan(energy), site.status, own.status))
    complete = np.where(guessed, site.completeness, own.completeness)
    return EnergyRows(
        site.times,
        np.where(unknown, np.nan, energy),
        np.where(unknown, UNKNOWN, status).astype(np.int8),
        np.where(unknown, NO_BASIS, site.basis).astype(np.int8),
        np.where(unknown, 0.0, complete),
    )


def town_energy(accounts: Sequence[Account]) -> EnergyRows:
    """All sites together; in the dark they count alike."""
    expected = np.stack([np.nan_to_num(account.expected.energy) for account in accounts])
    return add_up([account.energy for account in accounts], expected)
