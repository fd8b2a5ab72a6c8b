"""A day of the town for the diagnosis, out of what tepos keeps: rollup rows, readings, what quality makes of them.

All inverters at once: rows are scattered into matrices, never looped over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.kwh import ExpectedBasis
from models.calendar import QUARTER, day_of
from models.pv.closing.books import Books
from models.pv.closing.doubts import Doubts, doubts
from models.pv.closing.ground import Ground, ground
from models.pv.closing.measured import reach
from models.pv.diagnosis.day import InverterDay, TownDay, Unit, Works
from models.pv.quality.gaps import Gap
from models.pv.quality.runs import usual_period
from models.pv.sun import Floats

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

QUARTER_COLUMNS = ("energy", "expected", "expected_low", "expected_high", "availability", "expected_basis")
"""What is needed of the quarters of inverters."""
DAY_COLUMNS = ("expected", "expected_high")
"""What is needed of their days: how sure the expectation of a whole day is."""
KNOWN = 0.5
"""Part of a day whose energy is known, from which on it was not a silence that left no reading."""
UNSURE = frozenset({ExpectedBasis.CLEAR_SKY.value, ExpectedBasis.NONE.value})
"""Under a cloudless sky nothing is expected: it is an upper bound."""


@dataclass(frozen=True, slots=True)
class DayGiven:
    """What is kept of one day of a town."""

    quarters: pd.DataFrame
    """Quarter rows of its inverters, as Store.read_rollups gives them, with QUARTER_COLUMNS; those of other days are
    left out."""
    days: pd.DataFrame
    """Their day rows with DAY_COLUMNS, of this day and of those before: the newest counts while the day goes on."""
    samples: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Readings by device, of the day and of hours beside it, and of a silent device the last before its silence."""
    temp_air: Floats | None = None
    """°C by quarter of the day, as somebody measured or a service knows it; None unknown."""
    works: Sequence[Works] = ()
    checked: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """See TownDay."""
    doubted: Mapping[str, Doubts] | None = None
    """What quality found in the samples of the day (`doubts_by_day`); None: it is looked for."""
    last_heard: Mapping[str, int] = field(default_factory=dict)
    """ms: newest reading of each device, where it is known better than from the samples."""
    period: Mapping[str, int] = field(default_factory=dict)
    """ms between two polls of each device: of one that said too little in the day to tell."""


def town_day(
    units: Sequence[Unit], books: Books, given: DayGiven, start: int, end: int, tz: tzinfo, *, whole: bool = True
) -> TownDay:
    """The day from `start` (a beginning of a day) to `end`: its own, or as much of it as is closed (ms, on the grid).

    `units`: those of the books, in their order (`units_of`). Samples of a device that answered nothing in the day say
    nothing; without samples an outage is known from the rows alone.
    """
    base = ground(books.plant, start, end)
    width, names = len(base.starts), [unit.path for unit in units]
    numbers = _scattered(given.quarters, names, start, width)
    sure = _sure(given.quarters, names, start, width)
    half = _half_days(given.days, names, end)
    # Rows tell an outage by an availability of 0; of the hours not closed yet only the readings do.
    outage = numbers["availability"] == 0.0
    doubted = given.doubted
    if doubted is None:
        doubted = _doubts(books, given.samples, base, start, end, tz)
    inverters = []
    for row, unit in enumerate(units):
        found = doubted.get(unit.path)
        frame, last, period = _heard(given, unit.path, start, end)
        if last is None and np.isfinite(numbers["energy"][row]).mean() > KNOWN:
            period = 0  # what it made is known: its readings were deleted since, or it was imported
        reasons = {} if found is None else found.counts.get(day_of(start, tz), {})
        inverters.append(
            InverterDay(
                unit=unit,
                energy=numbers["energy"][row],
                expected=np.where(sure[row], numbers["expected"][row], np.nan),
                low=np.where(sure[row], numbers["expected_low"][row], np.nan),
                high=np.where(sure[row], numbers["expected_high"][row], np.nan),
                clear=base.clear[row] if unit.pdc0 > 0 else np.full(width, np.nan),
                outage=outage[row] if found is None else outage[row] | found.outage,
                half_day=float(half[row]),
                samples=frame,
                gaps=_within(found, start, end),
                reasons=reasons,
                last_heard=last,
                period=period,
            )
        )
    return TownDay(
        start=start,
        width=QUARTER,
        elevation=base.elevation,
        azimuth=base.sun.azimuth,
        inverters=inverters,
        whole=whole,
        temp_air=given.temp_air,
        works=given.works,
        checked=given.checked,
    )


def _scattered(rows: pd.DataFrame, names: Sequence[str], start: int, width: int) -> dict[str, Floats]:
    """Numeric columns of rows as matrices (inverters, quarters); NaN where there is no row."""
    at, slot, inside = _places(rows, names, start, width)
    made = {}
    for name in QUARTER_COLUMNS[:-1]:
        made[name] = np.full((len(names), width), np.nan)
        made[name][at, slot] = rows[name].to_numpy(float)[inside]
    return made


def _sure(rows: pd.DataFrame, names: Sequence[str], start: int, width: int) -> Mask:
    at, slot, inside = _places(rows, names, start, width)
    made = np.zeros((len(names), width), bool)
    basis = rows["expected_basis"]
    made[at, slot] = (~basis.isin(UNSURE) & basis.notna()).to_numpy(bool)[inside]
    return made


def _places(rows: pd.DataFrame, names: Sequence[str], start: int, width: int) -> tuple[Places, Places, Mask]:
    """Row and quarter of each rollup row, and which of them lie in the day."""
    at = pd.Index(names).get_indexer(pd.Index(rows["subject"])) if len(rows) else np.zeros(0, np.intp)
    slot = (rows["time"].to_numpy(np.int64) - start) // QUARTER
    inside = (at >= 0) & (slot >= 0) & (slot < width)
    return at[inside].astype(np.intp), slot[inside].astype(np.intp), inside


def _half_days(days: pd.DataFrame, names: Sequence[str], end: int) -> Floats:
    """Half-width of the interval of the newest day before `end` of each inverter, as a share; NaN unknown."""
    made = np.full(len(names), np.nan)
    known = days[(days["time"] < end) & (days["expected"] > 0) & days["expected_high"].notna()]
    if len(known):
        newest = known.sort_values("time", kind="stable").drop_duplicates("subject", keep="last")
        at = pd.Index(names).get_indexer(pd.Index(newest["subject"]))
        share = newest["expected_high"].to_numpy(float) / newest["expected"].to_numpy(float) - 1.0
        made[at[at >= 0]] = share[at >= 0]
    return made


def doubts_by_day(
    books: Books, samples: Mapping[str, pd.DataFrame], bounds: Sequence[tuple[int, int]], tz: tzinfo
) -> list[dict[str, Doubts]]:
    """What quality finds in the samples of days that follow on each other, all looked at together: day by day."""
    start, end = bounds[0][0], bounds[-1][1]
    found = _doubts(books, samples, ground(replace(books.plant, planes=(), inverters=()), start, end), start, end, tz)
    return [
        {path: replace(one, outage=one.outage[(first - start) // QUARTER : (last - start) // QUARTER])
         for path, one in found.items()}
        for first, last in bounds
    ]  # fmt: skip


def _doubts(
    books: Books, samples: Mapping[str, pd.DataFrame], base: Ground, start: int, end: int, tz: tzinfo
) -> dict[str, Doubts]:
    if not samples:
        return {}
    first, last = reach(books, samples, start, end)
    around = base
    if (first, last) != (start, end):
        around = ground(replace(books.plant, planes=(), inverters=()), first, last)  # the sun, that is
    return doubts(books, samples, around, start, end, tz)[1]


def _heard(given: DayGiven, path: str, start: int, end: int) -> tuple[pd.DataFrame, int | None, int]:
    """The readings of the day, the newest one's instant, and the usual pause between two."""
    frame, told = given.samples.get(path), given.last_heard.get(path)
    last = told if told is not None and told < end else None
    if frame is None or not len(frame):
        return pd.DataFrame(), last, given.period.get(path, 0)
    times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
    first, past = np.searchsorted(times, (start, end))
    if past:
        last = max(last or 0, int(times[past - 1]))
    period = usual_period(times[first:past]) if past - first > 2 else given.period.get(path, 0)
    return frame.iloc[first:past], last, period


def _within(found: Doubts | None, start: int, end: int) -> tuple[Gap, ...]:
    return tuple(gap for gap in found.gaps if gap.end > start and gap.start < end) if found else ()
