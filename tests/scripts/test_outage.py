"""The store is away, silly or silent while the polls go on: they stay on time, and everything arrives afterwards."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.store import open_store
from collector.store.lineprotocol import lines
from tests import influx_fakes as fakes
from tests.changing_meter import changing_meter
from tests.influx_fakes import FakeInflux, Reply
from tests.influxd import Influxd
from tests.recorder import recorded
from tests.scripts.accepted import Telling, assert_each_once_with_its_values, until
from tests.towns import invented_town

START = 1_782_259_200_000  # 2026-06-24 00:00 UTC
DAY = 86_400_000
PERIOD = 0.25
"""Seconds between two polls: long beside the stalls of a busy machine, so that a turn left out is ours."""
OUTAGE = 6.0
"""Seconds of this machine that a simulated day takes: 24 polls of each device, an hour apart."""


def fast_clock() -> Callable[[], int]:
    """A day passes in OUTAGE seconds."""
    begin = time.monotonic()
    return lambda: START + int((time.monotonic() - begin) * DAY / OUTAGE)


@pytest.fixture
def meters() -> Iterator[list[int]]:
    with changing_meter() as one, changing_meter() as two, recorded(one) as first, recorded(two) as second:
        yield [first, second]


def collector_of(ports: list[int], data: Path, url: str) -> Telling:
    town = invented_town(ports, units=(1, 2, 3))
    return Telling(town, data, lambda: open_store(url), spool_bytes=8 << 20, now=fast_clock()).every(PERIOD)


def polls(collecting: Telling) -> int:
    return sum(device.polls for device in collecting.poller.status())


async def stay_on_time(collecting: Telling, seconds: float) -> None:
    """Let it poll for so long; not one turn may be left out, none begin a whole period late, and no device fail."""
    poller, devices = collecting.poller, len(collecting.poller.status())
    begun, done, turns = time.monotonic(), polls(collecting), len(poller.lateness)
    await asyncio.sleep(seconds)
    due = (time.monotonic() - begun) / PERIOD
    late = sorted(list(poller.lateness)[turns:])
    assert poller.overruns == 0
    assert abs((polls(collecting) - done) / devices - due) < 2  # a turn at either end may fall to either side
    assert late[-1] < PERIOD
    print(f"{len(late)} turns, late by {late[len(late) // 2] * 1e3:.1f} ms p50, {late[-1] * 1e3:.1f} ms at most")
    assert sum(device.failures for device in poller.status()) == 0


async def while_running(collecting: Telling, story: Callable[[], Awaitable[None]]) -> None:
    """Tell the story while the collector runs, then stop it with everything delivered."""
    stop = asyncio.Event()
    running = asyncio.create_task(collecting.run(stop))
    try:
        await story()
    finally:
        stop.set()
        await running
    await asyncio.to_thread(collecting.deliver_all, 30.0)  # what the last cycle brought


def assert_all_arrived(collecting: Telling, url: str) -> None:
    counters = collecting.spool.counters
    assert counters.appended == counters.sent == len(collecting.accepted)
    assert 0 <= polls(collecting) - counters.sent <= len(collecting.poller.links)  # the stop may have interrupted some
    assert (counters.rejected, counters.dropped, counters.damaged, counters.queued) == (0, 0, 0, 0)
    assert collecting.poller.lost_in_memory == 0
    store = open_store(url)
    assert store.count() == counters.appended
    assert_each_once_with_its_values(store, collecting.accepted)
    store.close()


def test_an_influxdb_stopped_for_a_day_delays_no_poll_and_gets_everything(memory: Path, meters: list[int]) -> None:
    server = Influxd(memory / "influxd").start()
    url = server.fresh("outage")
    collecting = collector_of(meters, memory, url)

    async def story() -> None:
        await until(lambda: collecting.delivery.state.delivered > 0)
        await stay_on_time(collecting, 2.0)
        await asyncio.to_thread(server.stop)
        delivered = collecting.delivery.state.delivered
        await stay_on_time(collecting, OUTAGE)
        assert collecting.delivery.state.status == "down"
        assert collecting.spool.counters.queued >= (OUTAGE / PERIOD - 2) * 6
        assert collecting.delivery.state.delivered - delivered < 6 * 10  # only what was on its way
        await asyncio.to_thread(server.start)
        await until(lambda: collecting.delivery.state.status == "ok" and collecting.spool.counters.queued < 60)

    try:
        asyncio.run(while_running(collecting, story))
        assert_all_arrived(collecting, url)
        times = sorted(sample.time for sample in collecting.accepted)
        assert times[-1] - times[0] > DAY
    finally:
        collecting.close()
        server.stop()


@contextmanager
def silent_server(port: int) -> Iterator[None]:
    """Accepts every connection and never answers; at the end all of them break."""
    held: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                held.append(server.accept()[0])
            except OSError:
                return

    with socket.create_server(("127.0.0.1", port)) as server:
        thread = threading.Thread(target=accept)
        thread.start()
        yield
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in held:
        connection.close()
    assert held, "nobody came: nothing was tried"


def test_an_influxdb_that_never_answers_delays_no_poll(memory: Path, meters: list[int]) -> None:
    server = Influxd(memory / "influxd")
    url = server.url("silence")
    collecting = collector_of(meters, memory, url)

    async def story() -> None:
        with silent_server(server.port):
            await stay_on_time(collecting, 3.0)
            assert collecting.spool.counters.sent == 0
        await asyncio.to_thread(server.start)
        server.fresh("silence")
        await until(lambda: collecting.delivery.state.delivered > 0 and collecting.spool.counters.queued < 60)

    try:
        asyncio.run(while_running(collecting, story))
        assert_all_arrived(collecting, url)
    finally:
        collecting.close()
        server.stop()


def assert_all_taken(collecting: Telling, fake: FakeInflux) -> None:
    counters = collecting.spool.counters
    assert (counters.sent, counters.queued, counters.rejected) == (len(collecting.accepted), 0, 0)
    taken = {f"{head.rsplit(' ', 1)[0]} {fields} {head.rsplit(' ', 1)[1]}" for head, fields in fake.kept.items()}
    assert taken == set(lines(collecting.accepted).decode().splitlines())


@pytest.mark.parametrize(
    "answer", [fakes.LOGIN_PAGE, fakes.BAD_GATEWAY, Reply(reset=True)], ids=["login", "gateway", "reset"]
)
def test_something_else_in_the_place_of_influxdb_delays_no_poll(memory: Path, meters: list[int], answer: Reply) -> None:
    replies: list[Reply | None] = [answer]
    with FakeInflux(lambda _request: replies[0]).running() as fake:
        collecting = collector_of(meters, memory, fake.url)

        async def story() -> None:
            await stay_on_time(collecting, 2.0)
            await until(lambda: collecting.delivery.state.status == "down")
            assert collecting.spool.counters.sent == 0
            replies[0] = None
            await until(lambda: collecting.delivery.state.delivered > 0 and collecting.spool.counters.queued < 60)

        try:
            asyncio.run(while_running(collecting, story))
            assert_all_taken(collecting, fake)
        finally:
            collecting.close()


def test_a_refused_token_delays_no_poll_and_the_next_start_delivers_everything(memory: Path, meters: list[int]) -> None:
    replies: list[Reply | None] = [fakes.UNAUTHORIZED]
    with FakeInflux(lambda _request: replies[0]).running() as fake:
        refused = collector_of(meters, memory, fake.url)

        async def story() -> None:
            await stay_on_time(refused, 2.0)
            await until(lambda: refused.delivery.state.status == "denied")

        try:
            asyncio.run(while_running(refused, story))
            assert refused.spool.counters.queued == len(refused.accepted)
        finally:
            refused.close()
        replies[0] = None
        again = collector_of(meters, memory, fake.url)
        again.accepted = refused.accepted
        assert again.deliver_all(120.0)
        assert_all_taken(again, fake)
        again.close()
