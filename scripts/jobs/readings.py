"""The readings that closing a stretch needs: those in it, and around it as far as a silence reaches."""

from __future__ import annotations

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


def around(store: Store, books: Books, start: int, end: int) -> Around:
    """The readings for start..end (ms): six hours beyond both ends, and for a silent device up to its next word."""
    devices, fields = books.devices, books.fields()
    frames = store.read_many(devices, fields, start - BESIDE, end + BESIDE)
    counted = [device.path for device in books.counted]
    newest = {device: sample.time for device, sample in store.last().items()} if counted else {}
    returned: dict[str, int] = {}
    samples = 0
    for device in counted:
        if device not in newest:
            continue
        times = pd.DatetimeIndex(frames[device].index).as_unit("ms").asi8
        inside = times[(times >= start) & (times < end)]
        samples += len(inside)
        if not len(times) or times[0] >= start:
            earlier = _before(store, device, fields, start, newest[device])
            frames[device] = _joined(earlier, frames[device])
            if len(earlier) and len(inside):
                returned[device] = int(earlier.index[-1].timestamp()) * 1000
        if (not len(times) or times[-1] < end) and newest[device] >= end:
            frames[device] = _joined(frames[device], _after(store, device, fields, end + BESIDE, newest[device]))
    return Around(frames, returned, samples)


def _joined(*frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1])


def _before(store: Store, device: str, fields: list[str], start: int, newest: int) -> pd.DataFrame:
    """The last sample before the stretch; an empty frame when it is too far away."""
    until, far = min(start, newest + 1), BESIDE
    lowest = start - FARTHEST
    while until > lowest:
        since = max(lowest, until - far)
        found = store.read(device, fields, since, until)
        if len(found):
            return found.iloc[-1:]
        until, far = since, far * FARTHER
    return store.read(device, fields, start, start)


def _after(store: Store, device: str, fields: list[str], end: int, newest: int) -> pd.DataFrame:
    """The first sample from `end` on; an empty frame when it is too far away."""
    since, far = end, BESIDE
    highest = min(end + FARTHEST, newest + 1)
    found = store.read(device, fields, since, since)
    while since < highest and not len(found):
        until = min(highest, since + far)
        found = store.read(device, fields, since, until)
        since, far = until, far * FARTHER
    return found.iloc[:1]
