"""History of the simulated town: plant, encoder, register words, the field's own decoder, spool, store. No sockets."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np

from collector.delivery import Delivery
from collector.links import open_reader
from collector.reader import DeviceReader
from collector.sample import Sample
from collector.spool.queue import Spool
from config.town import Town
from scripts.simulator.fault import Fault
from scripts.simulator.image import DeviceImage, ImageLink
from scripts.simulator.plant import Plant

TOGETHER = 96
"""Steps whose physics, spool records and delivery go together."""
T = TypeVar("T")


class _Recorded:
    """One device: its image, the link that answers from it, and the reader that a live poll would use."""

    def __init__(self, plant: Plant, path: str, when: int) -> None:
        self.path, self.image = path, DeviceImage(plant, path)
        self.link = ImageLink(self.image.at(when))
        self.reader: DeviceReader = open_reader(plant.town, plant.town.devices()[path], self.link)
        finish(self.reader.discover())


def fill(
    town: Town,
    spool: Spool,
    delivery: Delivery,
    *,
    start: int,
    end: int,
    step: timedelta = timedelta(minutes=15),
    seed: int,
    progress: Callable[[int, int], None] | None = None,
    faults: Sequence[Fault] = (),
) -> int:
    """Bring the readings from `start` to before `end` (ms UTC), one every `step`, into the store; returns how many.

    The live simulation of the same town and seed goes on where this ends. What the store does not take stays in the
    spool. `progress` gets samples done and samples in all. ValueError for a range or step that makes no sense.
    """
    pace = int(step.total_seconds() * 1000)
    if pace < 1000 or end < start:
        raise ValueError(f"no history from {start} to {end} every {step}")
    plant = Plant(town, seed, [fault.since(start) for fault in faults])
    times = np.arange(start, end, pace, dtype=np.int64)
    noon = start - start % 86_400_000 + 43_200_000  # by day every device shows all it has
    devices = [_Recorded(plant, path, noon) for path in town.devices()]
    made, done, total = 0, 0, len(times) * len(devices)
    for first in range(0, len(times), TOGETHER):
        some = times[first : first + TOGETHER]
        rows = [device.image.rows(some) for device in devices]
        samples = []
        for number, time in enumerate(some.tolist()):
            for device, measured in zip(devices, rows, strict=True):
                if plant.answers(device.path, time) is None:
                    device.link.image = device.image.encode(measured[number])
                    samples.append(Sample(device.path, time, finish(device.reader.read()).values))
        spool.append(samples, end)
        while delivery.step() == 0:
            pass
        made, done = made + len(samples), done + len(some) * len(devices)
        if progress:
            progress(done, total)
    return made


def finish(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that has nothing to wait for, as reading from an image: no event loop is needed."""
    try:
        work.send(None)
    except StopIteration as ended:
        result: T = ended.value
        return result
    work.close()
    raise RuntimeError("waited for something")
