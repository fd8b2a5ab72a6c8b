"""Stopping a collector, whatever is in hand at that moment, costs nothing that was polled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.store import open_store
from scripts.collecting import Collecting
from tests.changing_meter import changing_meter
from tests.recorder import recorded
from tests.scripts.accepted import Telling, until
from tests.towns import invented_town


@pytest.fixture
def collecting(tmp_path: Path) -> Iterator[Telling]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with changing_meter() as port, recorded(port) as front:
        collecting = Telling(invented_town([front]), tmp_path, lambda: open_store(url), spool_bytes=1 << 20)
        collecting.every(0.05)
        yield collecting
        collecting.close()


def assert_the_last_reading_is_kept(collecting: Collecting) -> None:
    (device,) = collecting.poller.status()
    assert device.last_sample is not None
    assert collecting.deliver_all(120.0)
    store = collecting.open_store()
    assert store.last()[device.path].time == device.last_sample
    store.close()


def test_a_stop_before_the_append_has_begun_keeps_the_cycle(collecting: Telling) -> None:
    (device,) = collecting.poller.status()

    async def story() -> None:
        stop = asyncio.Event()
        busy = threading.Event()
        collecting._keeper.submit(busy.wait)  # so that the append waits for its thread
        running = asyncio.create_task(collecting.run(stop))
        await until(lambda: device.last_sample is not None)
        await asyncio.sleep(0.02)
        stop.set()
        await asyncio.sleep(0.02)
        busy.set()
        await running

    asyncio.run(story())
    assert_the_last_reading_is_kept(collecting)


def test_a_cancelled_collector_keeps_what_it_polled(collecting: Telling) -> None:
    (device,) = collecting.poller.status()

    async def story() -> None:
        running = asyncio.create_task(collecting.run(asyncio.Event()))
        await until(lambda: device.polls > 3)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(story())
    assert_the_last_reading_is_kept(collecting)


def test_a_site_that_does_not_exist_leaves_no_spool_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such site"):
        Collecting(invented_town([1]), tmp_path, lambda: open_store(""), spool_bytes=1 << 20, sites=["nowhere"])
    assert list(tmp_path.iterdir()) == []
