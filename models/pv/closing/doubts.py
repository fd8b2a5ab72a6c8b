"""Which readings of the inverters are not to be believed: masked before energy is reckoned, counted day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calendar import QUARTER, day_bounds, day_of, days, quarters
from models.pv.closing.books import Books, Counted
from models.pv.closing.ground import Ground
from models.pv.quality.assess import Assessment, assess
from models.pv.quality.facts import DeviceFacts
from models.pv.quality.gaps import Gap, GapKind
from models.pv.quality.reasons import Reason
from models.pv.sun import Floats

AWAKE = 10.0
"""Degrees of elevation from which on an inverter should have woken up."""
Mask = NDArray[np.bool_]
UNFIT = Reason.FROZEN | Reason.INTERPOLATED | Reason.SPIKE | Reason.NIGHT | Reason.OUT_OF_RANGE
"""Power with one of these is taken for missing. What is wrong with a counter is the business of models.pv.energy; but
a device that repeats its power while its counter rests repeats an old answer, and its counter is missing too."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What was found in the readings of one inverter."""

    counts: Mapping[date, Mapping[str, int]]
    """Samples by reason and day; days without any are left out. What still sleeps at dawn is not missing."""
    gaps: Sequence[Gap]
    outage: Mask
    """Quarters of the stretch in which the inverter made nothing in daylight, as itself or its counter tells."""


def doubts(
    books: Books, readings: Mapping[str, pd.DataFrame], ground: Ground, start: int, end: int, tz: tzinfo
) -> tuple[dict[str, pd.DataFrame], dict[str, Doubts]]:
    """The readings without what is not to be believed, and what that was, by inverter. The store keeps all."""
    kept, found = dict(readings), {}
    for counted in books.inverters:
        frame = readings.get(counted.path)
        if frame is None or not len(frame):
            continue
        fields = [name for name in (counted.power, counted.counter) if name in frame.columns]
        columns = frame if [*frame.columns] == fields else _only(frame, fields)
        times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
        elevation = np.interp(times, ground.starts + QUARTER // 2, ground.elevation)
        assessed = assess(columns, _facts(counted), elevation)
        if counted.power in columns:
            kept[counted.path] = _masked(columns, counted, assessed)
        counts = _counts(times, assessed, elevation, start, end, tz)
        found[counted.path] = Doubts(counts, assessed.gaps, _outage(assessed.gaps, start, end))
    return kept, found


def _only(frame: pd.DataFrame, fields: Sequence[str]) -> pd.DataFrame:
    """As frame[fields], in a third of the time."""
    return pd.DataFrame({name: frame[name].to_numpy(float) for name in fields}, frame.index, copy=False)


def _facts(counted: Counted) -> DeviceFacts:
    return DeviceFacts(counted.facts.rated, hybrid=counted.power == "pv_power", counter=counted.facts)


def _masked(columns: pd.DataFrame, counted: Counted, assessed: Assessment) -> pd.DataFrame:
    fit = assessed.usable(counted.power, UNFIT)
    if fit.all():
        return columns
    values = {str(name): columns[name].to_numpy(float) for name in columns.columns}
    values[counted.power] = np.where(fit, values[counted.power], np.nan)
    if counted.counter in values:
        counter, stuck = values[counted.counter], ~assessed.usable(counted.power, Reason.FROZEN)
        values[counted.counter] = np.where(stuck & (np.diff(counter, prepend=np.nan) == 0), np.nan, counter)
    return pd.DataFrame(values, columns.index)


def _outage(gaps: Sequence[Gap], start: int, end: int) -> Mask:
    """Quarters of which at least half lies within an outage."""
    starts = quarters(start, end)
    within = np.zeros(len(starts), np.int64)
    for gap in gaps:
        if gap.kind is GapKind.OUTAGE:
            within += np.clip(np.minimum(starts + QUARTER, gap.end) - np.maximum(starts, gap.start), 0, QUARTER)
    half: Mask = within >= QUARTER // 2
    return half


def _counts(
    times: NDArray[np.int64], assessed: Assessment, elevation: Floats, start: int, end: int, tz: tzinfo
) -> dict[date, dict[str, int]]:
    codes = np.bitwise_or.reduce(assessed.reasons.to_numpy(), axis=1)
    codes = np.where(elevation > AWAKE, codes, codes & ~int(Reason.MISSING))
    inside = (times >= start) & (times < end) & (codes != 0)
    if not inside.any():
        return {}
    names = list(days(day_of(start, tz), day_of(end - 1, tz)))
    edges = [day_bounds(day, tz)[0] for day in names]
    row = np.searchsorted(edges, times[inside], "right") - 1
    counts: dict[date, dict[str, int]] = {}
    for reason in Reason:
        some = np.bincount(row[(codes[inside] & int(reason)) != 0], minlength=len(names))
        for number in np.flatnonzero(some):
            counts.setdefault(names[number], {})[str(reason.name)] = int(some[number])
    return counts
