"""Readings of an index to what was made between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from collector.imports.faults import Faults
from collector.imports.reading import TOO_MUCH, Block, Floats, Series, Times, impossible
from config.language import _


@dataclass(frozen=True, slots=True)
class Readings:
    """Some readings of one series, by time: ms, Wh, lines of the file."""

    series: Series
    time: Times
    index: Floats
    line: Times


def differences(readings: Iterable[Readings], installed: float, faults: Faults) -> Iterator[Block]:
    """What one series made from each reading to the next. installed: W, inf when nobody knows.

    An index that falls, or rises faster than the installed power allows, makes a fault and no energy: what was made
    between these two readings is unknown. The line is that of the later one.
    """
    last: Readings | None = None
    for some in readings:
        if last is not None:
            some = Readings(
                some.series,
                np.append(last.time[-1:], some.time),
                np.append(last.index[-1:], some.index),
                np.append(last.line[-1:], some.line),
            )
        last = some
        wh, start, end, line = np.diff(some.index), some.time[:-1], some.time[1:], some.line[1:]
        said = np.ones(len(wh), bool)
        fallen = _("the index is lower than at the reading before")
        new_meter = _("was the meter replaced? Give each meter's readings in a file of its own")
        found = list(impossible(wh, start, end, TOO_MUCH * installed))
        for what, remedy, bad in [(fallen, new_meter, wh < 0), *found[1:]]:
            for row in np.flatnonzero(bad & said).tolist():
                faults.add(int(line[row]), _("index"), f"{some.index[row + 1]:.0f} Wh", what, remedy)
            said &= ~bad
        yield Block(some.series, start[said], end[said], wh[said], line[said])
