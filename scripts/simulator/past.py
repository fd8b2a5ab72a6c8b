"""What the devices of the simulated town said at past instants: encoder, register words, the field's own decoder."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

import numpy as np

from collector.links import open_reader
from collector.reader import DeviceReader
from collector.sample import Sample
from config.town import Town
from scripts.simulator.fault import Fault
from scripts.simulator.image import DeviceImage, ImageLink
from scripts.simulator.plant import Plant
from scripts.simulator.powers import Times

ALONE = 4
"""Stretches that are worked through before other processes would have started."""
T = TypeVar("T")


class Past:
    """The past of one town, seed and faults; `when` is any instant by day, at which devices show all they have."""

    def __init__(self, town: Town, seed: int, faults: Sequence[Fault], when: int) -> None:
        self._plant = Plant(town, seed, faults)
        self._devices = [_Recorded(self._plant, path, when) for path in town.devices()]

    def samples(self, times: Times) -> list[Sample]:
        """What the devices that answered said, in the order of time."""
        images = [device.image.images(times) for device in self._devices]
        made = []
        for time in times.tolist():
            for device, image in zip(self._devices, images, strict=True):
                device.link.image = next(image)
                if self._plant.answers(device.path, time) is None:
                    made.append(Sample(device.path, time, finish(device.reader.read()).values))
        return made


class _Recorded:
    """One device: its image, the link that answers from it, and the reader that a live poll would use."""

    def __init__(self, plant: Plant, path: str, when: int) -> None:
        self.path, self.image = path, DeviceImage(plant, path)
        self.link = ImageLink(self.image.at(when))
        self.reader: DeviceReader = open_reader(plant.town, plant.town.devices()[path], self.link)
        finish(self.reader.discover())


def stretches(
    town: Town, seed: int, faults: Sequence[Fault], when: int, times: Times, together: int
) -> Iterator[list[Sample]]:
    """The samples at `times`, `together` instants at a time, in order; a long past is worked out on all processors."""
    parts = [times[first : first + together] for first in range(0, len(times), together)]
    workers = os.cpu_count() or 1
    if len(parts) <= ALONE * workers or workers == 1:
        past = Past(town, seed, faults, when)
        yield from map(past.samples, parts)
        return
    # Neighbouring stretches share the physics of 16 days: each process takes them as they come, which costs it twice.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin, (town, seed, faults, when)) as pool:
        asked: deque[Future[list[Sample]]] = deque()
        try:
            for part in parts:
                asked.append(pool.submit(_samples, part))
                if len(asked) > 2 * workers:  # no more in memory than the store can take
                    yield asked.popleft().result()
            while asked:
                yield asked.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


_past: Past | None = None
"""Of a process that does nothing else."""


def _begin(town: Town, seed: int, faults: Sequence[Fault], when: int) -> None:
    global _past
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    _past = Past(town, seed, faults, when)


def _samples(times: Times) -> list[Sample]:
    assert _past is not None
    return _past.samples(times)


def finish(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that has nothing to wait for, as reading from an image: no event loop is needed."""
    try:
        work.send(None)
    except StopIteration as ended:
        result: T = ended.value
        return result
    work.close()
    raise RuntimeError("waited for something")


def instants(start: int, end: int, pace: int) -> Times:
    """Every `pace` ms from `start` to before `end`."""
    return np.arange(start, end, pace, dtype=np.int64)
