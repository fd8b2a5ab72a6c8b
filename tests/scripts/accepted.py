"""What a collector accepted, and whether a store holds exactly that: the yardstick of the durability tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from collector.sample import Sample
from collector.store import Store
from scripts.collecting import Collecting

PATIENCE = 120.0
"""Seconds that a test waits for what must come; far more than it takes."""


class Telling(Collecting):
    """A collector that tells each sample its spool has accepted; by default it remembers them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.accepted: list[Sample] = []
        super().__init__(*arguments, **options)

    async def _keep(self, samples: list[Sample]) -> None:
        try:
            await super()._keep(samples)
        except asyncio.CancelledError:  # raised only when the append is done all the same
            self.tell(samples)
            raise
        self.tell(samples)

    def tell(self, samples: list[Sample]) -> None:
        self.accepted += samples

    def every(self, period: float) -> Telling:
        """The same, each link polled every `period` seconds, without the maps' pauses for slow devices."""
        for link in self.poller.links:
            link.period, link.link.gap = period, 0.0
        return self


async def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fails when it does not come to hold."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


def assert_each_once_with_its_values(store: Store, accepted: Iterable[Sample]) -> None:
    by_device: dict[str, dict[int, Sample]] = {}
    for sample in accepted:
        assert by_device.setdefault(sample.device, {}).setdefault(sample.time, sample) is sample, "accepted twice"
    assert by_device, "nothing was accepted: nothing was tried"
    for device, samples in by_device.items():
        fields = sorted({field for sample in samples.values() for field in sample.values})
        frame = store.read(device, fields, min(samples), max(samples) + 1)
        assert frame.index.is_unique
        kept = {int(at.timestamp() * 1000 + 0.5): row for at, row in zip(frame.index, frame.to_numpy(), strict=True)}
        for at, sample in samples.items():
            found = [None if value != value else value for value in kept[at]]
            assert found == [sample.values.get(field) for field in fields], (device, at)
