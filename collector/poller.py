"""Polls every device of a town on time. One silent inverter never silences another.

Each link has its own task and its own grid of due times; devices behind one link are asked in turn. The links of one
period share cycles: when all have answered, or the next cycle begins, what came in goes to the spool as one record.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from collector.errors import CollectorError, DeviceException, LinkError, MapError, SpoolError
from collector.link import Link
from collector.reader import DeviceReader, Problem
from collector.sample import Sample, Value

log = logging.getLogger(__name__)

SPREAD = 0.002  # seconds between the turns of two links: all at once would make the last one late
SWEEP = 0.95  # of a period: by then a cycle in which all links answer has been kept as one record
TOGETHER = 10  # links that begin at the same moment: one waking up of the process serves them all
MEMORY_BOUND = 100_000  # samples held while the spool refuses (its disk is broken); the oldest go first, counted


@dataclass(slots=True)
class DeviceStatus:
    """What is known about one polled device, for people and for alerts."""

    path: str
    link: str
    unit: int
    map: str
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    last_sample: int | None = None
    """ms UTC of the last accepted sample."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """The last accepted sample's."""
    polls: int = 0
    failures: int = 0
    failing_since: int | None = None
    error: str = ""
    """Why the last poll failed; empty when it did not."""
    masked: dict[str, int] = field(default_factory=dict)
    """Field -> how often its value was missing since the start."""
    problems: tuple[Problem, ...] = ()

    @property
    def heard(self) -> bool:
        """Whether a poll has ended, well or not: a device that is only slow must not be called silent."""
        return self.last_sample is not None or self.failing_since is not None


@dataclass(slots=True)
class Polled:
    """A device in the poller's care."""

    path: str
    reader: DeviceReader
    status: DeviceStatus
    discovered: bool = False


@dataclass(slots=True)
class PolledLink:
    """A link, its period in seconds, and the devices behind it."""

    link: Link
    period: float
    devices: list[Polled]


class Poller:
    """Runs until cancelled; `flush` afterwards keeps what the last cycle brought.

    `keep` makes samples durable (the spool's append); it may block and runs in the one thread of `keeper`.
    `now` gives the host's UTC clock in ms; due times use the monotonic clock, so a clock that jumps moves no poll.
    """

    def __init__(
        self,
        links: Iterable[PolledLink],
        keep: Callable[[list[Sample]], Awaitable[None]],
        *,
        now: Callable[[], int],
    ) -> None:
        self.links = list(links)
        self.lateness: deque[float] = deque(maxlen=20_000)
        """Seconds between the due time of a link's turn and its start."""
        self.overruns = 0
        """Turns that were skipped because the one before was still going on."""
        self.lost_in_memory = 0
        """Samples that never reached the spool because it refused for too long."""
        self.cycles = 0
        self._keep, self._now = keep, now
        self._batch: list[Sample] = []
        self._flushing = asyncio.Lock()

    def status(self) -> list[DeviceStatus]:
        """The state of every device, in the order of the town."""
        return [device.status for link in self.links for device in link.devices]

    async def run(self) -> None:
        """Poll for ever."""
        periods: dict[float, list[PolledLink]] = {}
        for link in self.links:
            periods.setdefault(link.period, []).append(link)
        async with asyncio.TaskGroup() as tasks:
            for period, links in periods.items():
                tasks.create_task(self._run_period(period, links), name=f"every {period:g} s")

    async def once(self) -> None:
        """One round over all links, kept at its end."""
        await asyncio.gather(*(self._poll_link(link) for link in self.links))
        await self.flush()

    async def _run_period(self, period: float, links: list[PolledLink]) -> None:
        clock = asyncio.get_running_loop().time
        start = clock()
        spread = min(SPREAD, 0.8 * period / len(links))
        waiting = set(range(len(links)))  # links that this cycle has not heard of yet

        async def turns(number: int, link: PolledLink) -> None:
            first = start + number // TOGETHER * TOGETHER * spread
            turn = 0
            while True:
                due = first + turn * period
                await asyncio.sleep(due - clock())
                self.lateness.append(clock() - due)
                await self._poll_link(link)
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError  # what a library below may have swallowed
                waiting.discard(number)
                if not waiting:
                    waiting.update(range(len(links)))
                    self.cycles += 1
                    await self.flush()
                behind = math.ceil((clock() - first) / period)
                self.overruns += max(behind - turn - 1, 0)
                turn = max(turn + 1, behind)

        async def sweep() -> None:  # a link that hangs must not hold back what the others said
            cycle = 0
            while True:
                await asyncio.sleep(start + (cycle + SWEEP) * period - clock())
                await self.flush()
                cycle = max(cycle + 1, math.ceil((clock() - start) / period - SWEEP))

        async with asyncio.TaskGroup() as tasks:
            for number, link in enumerate(links):
                tasks.create_task(turns(number, link), name=f"link {link.link}")
            tasks.create_task(sweep(), name="sweep")

    async def _poll_link(self, link: PolledLink) -> None:
        for device in link.devices:
            status = device.status
            status.polls += 1
            try:
                await self._poll(device)
            except (LinkError, DeviceException, MapError) as error:
                self._failed(status, error)
            except Exception as error:
                # A fault of ours on one device's words must not stop the others; it is told in full, once.
                if not status.error:
                    log.exception("%s: unexpected", device.path)
                self._failed(status, error)

    async def _poll(self, device: Polled) -> None:
        status, reader = device.status, device.reader
        try:
            if not device.discovered:
                await reader.discover()
                device.discovered = True
                plate = reader.identity
                status.manufacturer, status.model, status.serial = plate.manufacturer, plate.model, plate.serial
            reading = await reader.read()
        except MapError:
            device.discovered = False
            raise
        at = self._now()
        if status.failing_since is not None:
            log.info("%s: answers again", device.path)
            status.failing_since, status.error = None, ""
        for name in reading.masked:
            status.masked[name] = status.masked.get(name, 0) + 1
        status.problems = tuple(reading.problems)
        status.last_sample, status.values = at, reading.values
        self._batch.append(Sample(device.path, at, reading.values))

    def _failed(self, status: DeviceStatus, error: Exception) -> None:
        status.failures += 1
        if status.failing_since is None:
            status.failing_since = self._now()
            log.warning("%s: %s", status.path, error)
        status.error = str(error) if isinstance(error, CollectorError) else f"{type(error).__name__}: {error}"

    async def flush(self) -> None:
        """Hand what came in to the spool; what it refuses stays here for the next attempt, bounded and counted."""
        async with self._flushing:
            if not self._batch:
                return
            batch, self._batch = self._batch, []
            self._batch = await self._offer(batch) + self._batch
            excess = len(self._batch) - MEMORY_BOUND
            if excess > 0:
                del self._batch[:excess]
                self.lost_in_memory += excess

    async def _offer(self, samples: list[Sample]) -> list[Sample]:
        """Offer samples to the spool; gives those to offer again later.

        ValueError: they are too many at once for a small spool, or one of them cannot be kept at all: halving tells.
        """
        try:
            await self._keep(samples)
        except SpoolError as error:
            log.error("the spool refuses: %s", error)
            return samples
        except ValueError:
            if len(samples) == 1:
                log.exception("a sample of %s cannot be kept", samples[0].device)
                self.lost_in_memory += 1
                return []
            middle = len(samples) // 2
            left = await self._offer(samples[:middle])
            return left + samples[middle:] if left else await self._offer(samples[middle:])
        return []
