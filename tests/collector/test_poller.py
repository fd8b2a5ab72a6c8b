"""Polling on time, whatever the devices do."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Mapping

import pytest

from collector.errors import SpoolError
from collector.link import Link
from collector.links import open_links
from collector.poller import DeviceStatus, Polled, PolledLink, Poller
from collector.reader import Identity, Reading
from collector.sample import Sample
from tests.changing_meter import changing_meter
from tests.peers import free_port
from tests.recorder import recorded
from tests.scripts.accepted import until
from tests.towns import invented_town
from tests.virtual_time import run_in_virtual_time


@pytest.fixture(scope="module")
def meter() -> Iterator[int]:
    with changing_meter() as port, recorded(port) as front:
        yield front


def clock() -> Callable[[], int]:
    times = iter(range(1_000_000, 2_000_000))
    return lambda: next(times)


def poller_of(
    ports: list[int], kept: list[list[Sample]], period: float = 0.05, units: tuple[int, ...] = (1,)
) -> Poller:
    async def keep(samples: list[Sample]) -> None:
        kept.append(samples)

    links = open_links(invented_town(ports, units=units))
    for link in links:
        link.period = period
    return Poller(links, keep, now=clock())


async def run_until(poller: Poller, enough: Callable[[], bool]) -> None:
    task = asyncio.create_task(poller.run())
    await until(enough)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await poller.flush()
    for link in poller.links:
        link.link.close()


async def rounds(poller: Poller, number: int = 1) -> None:
    for _ in range(number):
        await poller.once()
    for link in poller.links:
        link.link.close()


def test_one_round_keeps_one_sample_of_every_device_in_one_record(meter: int) -> None:
    kept: list[list[Sample]] = []
    asyncio.run(rounds(poller_of([meter, meter], kept, units=(1, 2))))
    assert [sorted(s.device for s in record) for record in kept] == [
        ["site/dev-0-1", "site/dev-0-2", "site/dev-1-1", "site/dev-1-2"]
    ]


def test_a_silent_device_never_silences_another(meter: int) -> None:
    kept: list[list[Sample]] = []
    poller = poller_of([meter, free_port()], kept)
    healthy, dead = poller.status()
    asyncio.run(run_until(poller, lambda: healthy.polls > 10 and dead.failures > 3))
    assert healthy.failures == 0
    assert len([s for record in kept for s in record]) >= 10
    assert dead.last_sample is None
    assert "cannot connect" in dead.error


class Slow:
    """Reads a device whose every answer takes the next of these times, in seconds."""

    identity = Identity()
    addresses: Mapping[str, int] = {}

    def __init__(self, *seconds: float) -> None:
        self.seconds = itertools.cycle(seconds)

    async def discover(self) -> None:
        pass

    async def read(self) -> Reading:
        await asyncio.sleep(next(self.seconds))
        return Reading({})


def poller_of_slow(*answers: float, period: float) -> Poller:
    async def keep(_samples: list[Sample]) -> None:
        pass

    device = Polled("slow", Slow(*answers), DeviceStatus("slow", "", 1, ""))
    return Poller([PolledLink(Link("127.0.0.1"), period, [device])], keep, now=clock())


def test_the_grid_of_due_times_does_not_drift() -> None:
    poller = poller_of_slow(0.03, 0.07, period=0.1)
    run_in_virtual_time(poller.run(), 100.05)
    assert (poller.status()[0].polls, poller.overruns) == (1001, 0)
    assert max(poller.lateness) < 1e-6


def test_a_turn_that_takes_too_long_costs_the_turns_it_covers_and_no_other() -> None:
    poller = poller_of_slow(0.03, 0.25, period=0.1)  # begin at 0.0, 0.1, 0.4, 0.5, 0.8, ...: two of four are left out
    run_in_virtual_time(poller.run(), 100.05)
    assert (poller.status()[0].polls, poller.overruns) == (501, 500)
    assert max(poller.lateness) < 1e-6


def test_a_device_that_comes_back_is_noticed(meter: int) -> None:
    kept: list[list[Sample]] = []
    poller = poller_of([free_port()], kept)

    async def absent_then_there() -> None:
        await poller.once()
        assert poller.status()[0].failing_since is not None
        link = poller.links[0].link
        link.port = meter
        link._retry_at = 0.0  # the wait of the backoff has its own test
        await poller.once()
        link.close()

    asyncio.run(absent_then_there())
    assert poller.status()[0].failing_since is None
    assert poller.status()[0].error == ""
    assert len(kept) == 1


def test_what_the_spool_refuses_is_offered_again(meter: int) -> None:
    kept: list[Sample] = []
    refusals = iter([True, True, False])

    async def keep(samples: list[Sample]) -> None:
        if next(refusals, False):
            raise SpoolError("the disk is full")
        kept.extend(samples)

    poller = Poller(open_links(invented_town([meter])), keep, now=clock())
    asyncio.run(rounds(poller, 3))
    assert [s.time for s in kept] == sorted(s.time for s in kept)
    assert len(kept) == 3
    assert poller.lost_in_memory == 0


def test_what_is_too_much_at_once_is_offered_in_parts_and_only_the_impossible_is_lost(meter: int) -> None:
    kept: list[Sample] = []

    async def keep(samples: list[Sample]) -> None:
        if len(samples) > 2 or any(s.device == "site/dev-0-3" for s in samples):
            raise ValueError("too much")
        kept.extend(samples)

    poller = Poller(open_links(invented_town([meter], units=(1, 2, 3, 4, 5))), keep, now=clock())
    asyncio.run(rounds(poller))
    assert [s.device for s in kept] == [f"site/dev-0-{unit}" for unit in (1, 2, 4, 5)]
    assert poller.lost_in_memory == 1


def test_a_gateway_that_closes_for_one_unit_is_asked_for_the_others_all_the_same() -> None:
    kept: list[list[Sample]] = []
    open_ends: set[asyncio.StreamWriter] = set()

    async def closing_for_unit_2(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends.add(writer)
        while len(asked := await reader.read(12)) == 12 and asked[6] != 2:
            size = 2 * int.from_bytes(asked[10:12], "big")
            writer.write(asked[:4] + (size + 3).to_bytes(2, "big") + asked[6:8] + bytes([size]) + bytes(size))
        writer.close()
        open_ends.discard(writer)

    async def one_round() -> None:
        async with await asyncio.start_server(closing_for_unit_2, "127.0.0.1", 0) as server:
            with recorded(server.sockets[0].getsockname()[1]) as port:
                await rounds(poller_of([port], kept, units=(1, 2, 3)))
                await until(lambda: not open_ends)  # the server's ends close after ours
                await asyncio.sleep(0)

    asyncio.run(one_round())
    assert [sample.device for sample in kept[0]] == ["site/dev-0-1", "site/dev-0-3"]


def test_values_that_are_missing_are_counted_for_each_field(meter: int) -> None:
    poller = poller_of([meter], [])
    status = poller.status()[0]
    asyncio.run(run_until(poller, lambda: status.polls > 3))
    assert all(count <= status.polls for count in status.masked.values())
    assert set(status.values) == set(poller.links[0].devices[0].reader.addresses)


def test_a_site_that_does_not_exist_is_named_with_those_that_do(meter: int) -> None:
    with pytest.raises(ValueError, match="no such site: nowhere; known are site"):
        open_links(invented_town([meter]), ["nowhere"])
