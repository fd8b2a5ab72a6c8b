"""A disk filled to the last byte under the whole collector: it polls on, keeps what it accepted, and delivers later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.sample import Sample
from collector.store import open_store
from tests.changing_meter import changing_meter
from tests.recorder import recorded
from tests.scripts.accepted import Telling, assert_each_once_with_its_values, until
from tests.small_disk import fill, small_disk
from tests.towns import invented_town

UNITS = (1, 2, 3)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path) as folder:
        yield folder


@pytest.fixture
def meter() -> Iterator[int]:
    with changing_meter() as port, recorded(port) as front:
        yield front


def collector_of(meter: int, disk: Path) -> Telling:
    town = invented_town([meter], units=UNITS)
    url = f"sqlite:///{disk / 'store.db'}"
    return Telling(town, disk, lambda: open_store(url), spool_bytes=2 << 20).every(0.05)


def assert_lawful(collecting: Telling, in_flight: int = 0) -> None:
    """The law; `in_flight` samples may just be appended and not yet told, while the collector runs."""
    c = collecting.spool.counters
    assert c.appended == c.sent + c.rejected + c.dropped + c.damaged + c.queued
    assert 0 <= c.appended - len(collecting.accepted) <= in_flight
    assert (c.rejected, c.dropped, c.damaged) == (0, 0, 0)
    assert collecting.poller.lost_in_memory == 0


def test_on_a_full_disk_it_polls_on_and_delivers_when_there_is_room_again(disk: Path, meter: int) -> None:
    collecting = collector_of(meter, disk)

    async def story() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(collecting.run(stop))
        await until(lambda: collecting.delivery.state.delivered > 0)
        fill(disk)
        await until(lambda: collecting.delivery.state.status == "down")
        assert "disk is full" in (collecting.delivery.state.error or "")
        sent, accepted = collecting.spool.counters.sent, len(collecting.accepted)
        await until(lambda: len(collecting.accepted) >= accepted + 20 * len(UNITS))
        assert collecting.spool.counters.sent == sent
        assert_lawful(collecting, in_flight=len(UNITS))
        (disk / "others").unlink()
        await until(lambda: collecting.delivery.state.status == "ok" and collecting.spool.counters.queued < 30)
        stop.set()
        await running

    asyncio.run(story())
    assert collecting.deliver_all(120.0)
    assert_lawful(collecting)
    assert sum(status.failures for status in collecting.poller.status()) == 0
    polls = sum(status.polls for status in collecting.poller.status())
    assert 0 <= polls - collecting.spool.counters.sent <= 1  # the stop may have interrupted one
    collecting.close()
    store = open_store(f"sqlite:///{disk / 'store.db'}")
    assert_each_once_with_its_values(store, collecting.accepted)
    store.close()


def test_a_collector_stopped_and_started_on_a_full_disk_loses_nothing(disk: Path, meter: int) -> None:
    accepted: list[Sample] = []
    for turn in range(4):
        collecting = collector_of(meter, disk)
        collecting.accepted = accepted
        asyncio.run(collecting.once(patience=0.0))
        assert len(accepted) == (turn + 1) * len(UNITS)
        collecting.close()
        fill(disk)
    assert collecting.spool.counters.queued > 0
    (disk / "others").unlink()
    again = collector_of(meter, disk)
    again.accepted = accepted
    assert again.deliver_all(120.0)
    assert_lawful(again)
    again.close()
    store = open_store(f"sqlite:///{disk / 'store.db'}")
    assert_each_once_with_its_values(store, accepted)
    store.close()
