"""tepos bench collect: what one inverter poll costs through the whole path, beside a bare pymodbus read."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from collector.link import Link
from collector.links import open_links
from collector.store import open_store
from config.town import Town
from scripts.bench import Figure, percentile
from scripts.bench.bare import Request, poll
from scripts.bench.town import bench_town
from scripts.collecting import Collecting
from scripts.simulator.server import start_process

SIZES = {1: 0.02, 100: 0.1, 1000: 1.0}
"""Inverters -> seconds between two polls of each: about the same load on the wire for 100 and 1,000."""
ROUNDS = 5
SECONDS = 6.0  # per round and side
PATIENCE = 60.0  # seconds for all devices to be known
NOON = 1_781_956_800_000  # 20 June 2026, 12:00 UTC: by night an inverter says little


def run(seed: int) -> Iterator[Figure]:
    """Figures for 1, 100 and 1,000 simulated inverters, the baseline measured in turn with the whole path."""
    for size, period in SIZES.items():
        with start_process(bench_town(size), seed, at=NOON) as town:
            yield from _measure(town, size, period)


def _measure(town: Town, size: int, period: float) -> Iterator[Figure]:
    endpoints, requests = asyncio.run(_requests(town))
    whole, bare, lateness = [], [], []
    for _ in range(ROUNDS):
        bare.append(asyncio.run(poll(endpoints, requests, period, SECONDS)))
        cost, late = asyncio.run(_whole_path(town, period))
        whole.append(cost)
        lateness += late
    registers = sum(r.count for r in requests[0])
    yield Figure(
        f"collect.cpu_ratio.{size}",
        round(statistics.median(whole) * 1e6, 1),
        "µs CPU per poll",
        round(statistics.median(bare) * 1e6, 1),
        f"{registers} registers in {len(requests[0])} requests, every {period:g} s; read, decode, spool with fsync, "
        "deliver to the embedded store; baseline: bare pymodbus reads",
    )
    yield Figure(f"collect.lateness_p50_ms.{size}", round(percentile(lateness, 0.5) * 1000, 2), "ms")
    yield Figure(f"collect.lateness_p99_ms.{size}", round(percentile(lateness, 0.99) * 1000, 2), "ms")


async def _requests(town: Town) -> tuple[list[tuple[str, int]], list[list[Request]]]:
    """Where the devices are, and what one poll of each asks."""
    endpoints, requests = [], []
    for polled in open_links(town):
        seen: list[Request] = []
        for device in polled.devices:
            await device.reader.discover()
            polled.link.read = _noting(polled.link, seen)  # type: ignore[method-assign]
            await device.reader.read()
        polled.link.close()
        endpoints.append((polled.link.host, polled.link.port))
        requests.append(seen)
    return endpoints, requests


def _noting(link: Link, seen: list[Request]):  # type: ignore[no-untyped-def]  # noqa: ANN202
    plain = Link.read

    async def read(unit: int, function: int, address: int, count: int, *, timeout: float | None = None) -> bytes:
        seen.append(Request(unit, function, address, count))
        return await plain(link, unit, function, address, count, timeout=timeout)

    return read


async def _whole_path(town: Town, period: float) -> tuple[float, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        collecting = Collecting(
            town, data, lambda: open_store(f"sqlite:///{data / 'store.db'}"), spool_bytes=64 * 1024 * 1024
        )
        for link in collecting.poller.links:
            link.period = period
        stop = asyncio.Event()
        running = asyncio.create_task(collecting.run(stop))
        try:
            await _settled(collecting, period)
            polls, before = _polls(collecting), time.process_time()
            collecting.poller.lateness.clear()
            await asyncio.sleep(SECONDS)
            used, done = time.process_time() - before, _polls(collecting) - polls
            lateness = list(collecting.poller.lateness)
            stop.set()
            await running
            await asyncio.to_thread(collecting.deliver_all, 10.0)
            failures = sum(status.failures for status in collecting.poller.status())
            if failures or collecting.spool.counters.queued:
                raise RuntimeError(f"{failures} polls failed, {collecting.spool.counters.queued} samples not delivered")
            return used / done, lateness
        finally:
            collecting.close()


async def _settled(collecting: Collecting, period: float) -> None:
    """Wait until every device is connected and known: that is not what is measured."""
    for _ in range(round(PATIENCE / 0.2)):
        await asyncio.sleep(0.2)
        if all(status.last_sample is not None for status in collecting.poller.status()):
            await asyncio.sleep(max(1.0, 2 * period))
            return
    raise RuntimeError(f"not all devices answered within {PATIENCE:g} s")


def _polls(collecting: Collecting) -> int:
    return sum(status.polls for status in collecting.poller.status())
