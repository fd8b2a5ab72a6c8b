"""The readings that closing a stretch needs: those in it, and around it as far as a silence reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandas as pd

from collector.periods import Span
from collector.store import Store
from models.calendar import QUARTER, day_bounds, day_of, quarter_of
from models.pv.closing.books import Books
from models.pv.closing.ground import ground
from models.pv.closing.silences import LIT_SILENCE, LOW_SUN, telling
from models.pv.energy.power import GAP
from models.pv.plant import Plant

BESIDE = 6 * 3_600_000
"""ms read beyond both ends, for energy that a coarse counter shows late."""
FARTHEST = 90 * 86_400_000
"""ms beyond which the end of a silence is not looked for."""
FARTHER = 4


@dataclass(frozen=True, slots=True)
class Around:
    """Readings of a stretch."""

    frames: dict[str, pd.DataFrame]
    """By device; what lies beside the stretch is the nearest that there is."""
    returned: dict[str, int]
    """Devices that speak in the stretch again after a silence that began before it: the instant of their last word
    (ms)."""
    samples: int
    """In the stretch itself."""


def around(store: Store, books: Books, start: int, end: int, fields: Sequence[str] | None = None) -> Around:
    """The readings for start..end (ms): six hours beyond both ends; of a silent device those beside its silence.

    `fields`: those that closing needs, unless others are asked for.
    """
    fields = fields or books.fields()
    frames = store.read_many(books.devices, fields, start - BESIDE, end + BESIDE)
    newest = {device: sample.time for device, sample in store.last().items()}
    counted = [device.path for device in books.counted if device.path in newest]
    times = {device: pd.DatetimeIndex(frames[device].index).as_unit("ms").asi8 for device in counted}
    inside = {device: int(((at >= start) & (at < end)).sum()) for device, at in times.items()}
    silent = [device for device, at in times.items() if not len(at) or at[0] >= start]
    mute = [device for device, at in times.items() if (not len(at) or at[-1] < end) and newest[device] >= end]
    earlier = _before(store, silent, fields, start)
    for device, row in earlier.items():
        frames[device] = _joined(row, frames[device])
    for device, row in _after(store, mute, fields, end + BESIDE, newest).items():
        frames[device] = _joined(frames[device], row)
    returned = {device: int(row.index[-1].timestamp()) * 1000 for device, row in earlier.items() if inside[device]}
    return Around(frames, returned, sum(inside.values()))


def widened(store: Store, books: Books, spans: Sequence[Span], tz: tzinfo) -> list[Span]:
    """The days of these spans (ms), and with them the whole of every silence that reaches across their edge.

    What spreads such a silence is the same for all of its days (models.pv.closing.silences): where it changes for one
    of them, it changes for all. Silences in the dark are spread by what never changes.
    """
    made: list[Span] = []
    for start, end in spans:
        first, last = day_bounds(day_of(start, tz), tz)[0], day_bounds(day_of(end - 1, tz), tz)[1]
        silences = [silence for edge in (first, last) for silence in _silences_over(store, books, edge)]
        ends = [(first, last), *silences]
        made.append((min(start for start, _end in ends), max(end for _start, end in ends)))
    return made


def _silences_over(store: Store, books: Books, edge: int) -> Iterator[Span]:
    """Silences by day across an instant, of devices that have spoken since."""
    counted = {device.path: device for device in books.counted}
    fields = sorted({name for device in counted.values() for name in (device.power, device.counter)})
    near = store.read_many([*counted], fields, edge - GAP, edge + GAP)
    newest = {device: sample.time for device, sample in store.last().items()}
    for path, device in counted.items():
        times = telling(device, near[path])[0]
        before, after = times[times <= edge], times[times >= edge]
        if path not in newest or (len(before) and len(after) and after[0] - before[-1] <= GAP):
            continue
        earlier, later = _before(store, [path], fields, edge), _after(store, [path], fields, edge, newest)
        last, first = telling(device, earlier.get(path))[0][-1:], telling(device, later.get(path))[0][:1]
        if len(last) and len(first) and lit(books.plant, int(last[0]), int(first[0])):
            yield int(last[0]), int(first[0])


def lit(plant: Plant, since: int, until: int) -> bool:
    """Whether a silence is worth reckoning anew: not one in the dark, as every night of inverters that sleep."""
    base = ground(plant, quarter_of(since), -(-until // QUARTER) * QUARTER)
    return bool(np.count_nonzero(base.elevation > LOW_SUN) * QUARTER >= LIT_SILENCE)


def _joined(*frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1])


def _before(store: Store, devices: list[str], fields: Sequence[str], start: int) -> dict[str, pd.DataFrame]:
    """The last hours before their silence of each of these devices, of those that spoke before the stretch.

    One sample alone would not be believed beside a counter that began anew.
    """
    found: dict[str, pd.DataFrame] = {}
    oldest = store.first() if devices else None
    if oldest is None:
        return found
    until, far, lowest = start, BESIDE, max(start - FARTHEST, oldest)
    while until > lowest and (wanted := [device for device in devices if device not in found]):
        since = max(lowest, until - far)
        for device, frame in store.read_many(wanted, fields, since, until).items():
            if len(frame):
                last = _instant(frame, -1)
                if last - BESIDE < since and since > oldest:
                    frame = store.read(device, fields, last - BESIDE, last + 1)
                found[device] = _within(frame, last - BESIDE, last)
        until, far = since, far * FARTHER
    return found


def _after(
    store: Store, devices: list[str], fields: Sequence[str], end: int, newest: dict[str, int]
) -> dict[str, pd.DataFrame]:
    """The first hours after their silence of each of these devices, of those that speak again from `end` on."""
    found: dict[str, pd.DataFrame] = {}
    since, far = end, BESIDE
    highest = min(end + FARTHEST, max((newest[device] + 1 for device in devices), default=0))
    while since < highest and (wanted := [device for device in devices if device not in found]):
        until = min(highest, since + far)
        for device, frame in store.read_many(wanted, fields, since, until).items():
            if len(frame):
                first = _instant(frame, 0)
                if first + BESIDE >= until:
                    frame = store.read(device, fields, first, first + BESIDE + 1)
                found[device] = _within(frame, first, first + BESIDE)
        since, far = until, far * FARTHER
    return found


def _instant(frame: pd.DataFrame, place: int) -> int:
    """ms of a row."""
    return int(pd.DatetimeIndex(frame.index).as_unit("ms").asi8[place])


def _within(frame: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
    return frame[(times >= first) & (times <= last)]
