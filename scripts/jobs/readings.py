"""The readings that closing a stretch needs: those in it, and around it as far as a silence reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from collector.store import Store
from models.pv.closing.books import Books

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
    """The readings for start..end (ms): six hours beyond both ends, and for a silent device up to its next word.

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


def _joined(*frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1])


def _before(store: Store, devices: list[str], fields: Sequence[str], start: int) -> dict[str, pd.DataFrame]:
    """The last sample before the stretch of each of these devices, of those that have one."""
    found: dict[str, pd.DataFrame] = {}
    oldest = store.first() if devices else None
    if oldest is None:
        return found
    until, far, lowest = start, BESIDE, max(start - FARTHEST, oldest)
    while until > lowest and (wanted := [device for device in devices if device not in found]):
        since = max(lowest, until - far)
        frames = store.read_many(wanted, fields, since, until)
        found |= {device: frame.iloc[-1:] for device, frame in frames.items() if len(frame)}
        until, far = since, far * FARTHER
    return found


def _after(
    store: Store, devices: list[str], fields: Sequence[str], end: int, newest: dict[str, int]
) -> dict[str, pd.DataFrame]:
    """The first sample from `end` on of each of these devices, of those that have one."""
    found: dict[str, pd.DataFrame] = {}
    since, far = end, BESIDE
    highest = min(end + FARTHEST, max((newest[device] + 1 for device in devices), default=0))
    while since < highest and (wanted := [device for device in devices if device not in found]):
        until = min(highest, since + far)
        frames = store.read_many(wanted, fields, since, until)
        found |= {device: frame.iloc[:1] for device, frame in frames.items() if len(frame)}
        since, far = until, far * FARTHER
    return found
