"""The link against a device that misbehaves: never a wrong value, and right values again right after."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import struct
import threading
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest

from collector.errors import DeviceException, LinkError, LinkRefused, LinkTimeout, LinkViolation
from collector.link import BACKOFF_LAST, Function, Link
from tests.faults import FAULTS, Device, Request, words
from tests.peers import free_port

HONEST = ("byte by byte",)
SOON = 0.3
"""Seconds until a request that gets no answer is given up; what is answered has far longer."""
ROUNDS = int(os.environ.get("TEPOS_TEST_ROUNDS", "4000"))  # of damaged answers


@asynccontextmanager
async def linked(device: Device | None = None, **manners):
    async with device or Device() as device:
        link = Link("127.0.0.1", device.port, **{"timeout": 30.0, **manners})
        try:
            yield device, link
        finally:
            link.close()


def test_the_catalogue_of_faults_is_complete():
    assert len(FAULTS) == 22


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_gives_a_wrong_value_and_the_next_two_polls_are_right(fault, connected):
    async def run() -> None:
        async with linked() as (device, link):
            if connected:
                assert await link.read(1, 3, 50, 4) == words(50, 4)
            device.fault = fault
            try:
                timeout = None if fault in HONEST else SOON
                assert await link.read(1, 3, 100, 4, timeout=timeout) == words(100, 4)
                assert fault in (*HONEST, "answer twice")
            except (LinkError, DeviceException):
                assert fault not in HONEST
            await asyncio.sleep(0.02)
            assert await link.read(1, 3, 200, 4) == words(200, 4)
            assert await link.read(1, 3, 300, 4) == words(300, 4)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("exception 2", DeviceException),
        ("silence", LinkTimeout),
        ("last byte missing", LinkTimeout),
        ("late", LinkTimeout),
        ("byte by byte without end", LinkTimeout),
        ("closed", LinkRefused),
        ("reset", LinkRefused),
        ("garbage", LinkViolation),
        ("foreign unit", LinkViolation),
    ],
)
def test_each_kind_of_fault_has_its_kind_of_error(fault, error):
    async def run() -> None:
        async with linked() as (device, link):
            device.fault = fault
            with pytest.raises(error, match="unit 9 function 3 address 100 count 4"):
                await link.read(9, 3, 100, 4, timeout=SOON if error is LinkTimeout else None)
            assert link.connected == (error is DeviceException)

    asyncio.run(run())


@pytest.mark.parametrize("connect_delay", [0.0, 0.05])
def test_a_device_that_closes_right_after_connecting_is_told_at_once(connect_delay):
    async def run(port: int) -> None:
        link = Link("127.0.0.1", port, timeout=300, connect_delay=connect_delay)
        for _ in range(10):  # the end comes before, with or after the request
            with pytest.raises(LinkRefused, match="count 1: the device closed the connection"):
                await asyncio.wait_for(link.read(1, 3, 0, 1), 60)
            assert not link.connected

    def close_all() -> None:
        with suppress(OSError):
            while True:
                listener.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=close_all, daemon=True).start()
        asyncio.run(run(listener.getsockname()[1]))
        listener.shutdown(socket.SHUT_RDWR)


def test_a_late_answer_is_nobodys_answer():
    async def run() -> None:
        async with linked() as (device, link):
            for address in range(0, 40, 4):  # the lies of each late answer come during the requests after it
                device.fault = _late
                with pytest.raises(LinkTimeout):
                    await link.read(1, 3, address, 4, timeout=0.1)
                assert await link.read(1, 3, 1000 + address, 4) == words(1000 + address, 4)

    async def _late(request: Request, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        for delay in (0.101, 0.105, 0.12):
            loop.call_later(delay, writer.write, request.answer(data=request.lies()))

    asyncio.run(run())


def test_a_duplicate_that_comes_during_the_next_request_is_not_its_answer():
    async def run() -> None:
        async with linked() as (device, link):
            held = b""

            async def keep(request: Request, writer: asyncio.StreamWriter) -> None:
                nonlocal held
                held = request.answer()
                writer.write(held)

            async def again(_request: Request, writer: asyncio.StreamWriter) -> None:
                writer.write(held)

            device.fault = keep
            assert await link.read(1, 3, 10, 4) == words(10, 4)
            device.fault = again
            with pytest.raises(LinkViolation, match="transaction"):
                await link.read(1, 3, 20, 4)
            assert await link.read(1, 3, 30, 4) == words(30, 4)

    asyncio.run(run())


def test_a_cancelled_request_drops_the_connection_and_its_answer():
    async def run() -> None:
        async with linked() as (device, link):
            assert await link.read(1, 3, 0, 2) == words(0, 2)
            device.fault = "late"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(link.read(1, 3, 100, 4), 0.05)
            assert not link.connected
            assert await link.read(1, 3, 200, 4) == words(200, 4)
            assert device.connections == 2

    asyncio.run(run())


def test_a_cancel_while_connecting_leaves_a_working_link():
    async def run() -> None:
        async with linked(connect_delay=0.2, monotonic=lambda: 5.0) as (_device, link):  # no time passes for the link
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(link.read(1, 3, 100, 4), 0.05)
            started = asyncio.get_running_loop().time()
            assert await link.read(1, 3, 200, 4) == words(200, 4)
            assert asyncio.get_running_loop().time() - started > 0.19  # the delay after connecting is still kept

    asyncio.run(run())


def test_requests_of_many_tasks_are_asked_one_at_a_time():
    async def run() -> None:
        async with linked() as (device, link):
            answers = await asyncio.gather(*(link.read(u, 3, u, 3) for u in range(100)))
            assert answers == [words(u, 3) for u in range(100)]
            assert (device.connections, len(device.requests)) == (1, 100)

    asyncio.run(run())


def test_the_gap_between_requests_is_kept():
    async def run() -> list[float]:
        async with linked(gap=0.05, monotonic=lambda: 5.0) as (_device, link):  # no time passes for the link
            times = []
            for _ in range(4):
                await link.read(1, 3, 0, 1)
                times.append(asyncio.get_running_loop().time())
            return [b - a for a, b in pairwise(times)]

    assert min(asyncio.run(run())) >= 0.049


@pytest.mark.parametrize("function", list(Function))
def test_the_four_reading_functions_are_asked_as_they_are(function):
    async def run() -> None:
        device = Device(lambda r: r.answer(data=b"\x05" if r.function < 3 else None))
        async with linked(device) as (device, link):
            assert await link.read(1, function, 5, 3) == (b"\x05" if function < 3 else words(5, 3))
            assert [r.function for r in device.requests] == [function]

    asyncio.run(run())


@pytest.mark.parametrize("function", [0, *range(5, 256), -1, 0x83])
def test_no_other_function_can_be_asked(function):
    with pytest.raises(ValueError, match="Function"):
        asyncio.run(Link("127.0.0.1", 1).read(1, function, 0, 1))


@pytest.mark.parametrize(
    ("unit", "address", "count"),
    [(-1, 0, 1), (256, 0, 1), (1, -1, 1), (1, 65536, 1), (1, 0, 0), (1, 0, 126), (1, 65535, 2)],
)
def test_what_modbus_cannot_express_is_a_wrong_argument(unit, address, count):
    link = Link("127.0.0.1", 1)
    with pytest.raises(ValueError, match=r"Modbus|beyond"):
        asyncio.run(link.read(unit, 3, address, count))
    assert link.counters.requests == link.counters.connects == 0


def test_connecting_in_vain_is_repeated_ever_more_rarely_up_to_a_limit():
    clock = [1000.0]
    attempts: list[float] = []

    async def run() -> None:
        link = Link("127.0.0.1", free_port(), monotonic=lambda: clock[0])
        last: LinkRefused | None = None
        while len(attempts) < 11:
            with pytest.raises(LinkRefused, match="cannot connect") as told:
                await link.read(1, 3, 0, 1)
            if told.value is not last:  # a new error: it really tried
                attempts.append(clock[0])
                last = told.value
            clock[0] += 0.1

    asyncio.run(run())
    waits = [b - a for a, b in pairwise(attempts)]
    assert all(0.7 * 2**n <= waits[n] <= 1.3 * 2**n + 0.1 for n in range(5))
    assert all(0.7 * BACKOFF_LAST <= w <= 1.3 * BACKOFF_LAST for w in waits[7:])


def test_while_it_waits_the_link_says_at_once_why_it_cannot_be_read():
    async def run() -> None:
        link = Link("127.0.0.1", free_port(), monotonic=lambda: 5.0)
        with pytest.raises(LinkRefused) as first:
            await link.read(1, 3, 0, 1)
        with pytest.raises(LinkRefused) as second:
            await link.read(1, 3, 0, 1)
        assert str(second.value) == str(first.value)

    asyncio.run(run())


def test_a_device_that_comes_back_is_read_at_once_by_the_first_attempt():
    async def run() -> None:
        clock = [0.0]
        async with linked(monotonic=lambda: clock[0]) as (device, link):
            await link.read(1, 3, 0, 1)
            port = link.port
            link.close()
            link.port = free_port()
            with pytest.raises(LinkRefused):
                await link.read(1, 3, 0, 1)
            link.port, clock[0] = port, 2.0
            assert await link.read(1, 3, 7, 1) == words(7, 1)
            assert device.connections == 2

    asyncio.run(run())


def _mutated(good: bytes, dice: random.Random) -> bytes:
    """A frame with one to three things wrong (or, rarely, nothing that matters)."""
    frame = bytearray(good)
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randrange(len(frame)) if frame else 0
        match dice.randrange(6):
            case 0 | 1 if frame:
                frame[at] ^= 1 << dice.randrange(8)
            case 2 if frame:
                frame[at] = dice.randrange(256)
            case 3:
                del frame[at : at + dice.randrange(1, 4)]
            case 4:
                frame[at:at] = dice.randbytes(dice.randrange(1, 4))
            case _:
                frame += dice.choice((bytes(frame), dice.randbytes(3)))
    return bytes(frame)


def _believable(frame: bytes, request: Request) -> bytes | None:
    """The data of a frame whose every header field is right: only payload bits can have been changed."""
    size = 2 * request.count
    head = struct.pack(">HHHBBB", request.transaction, 0, 3 + size, request.unit, request.function, size)
    return frame[9:] if frame[:9] == head and len(frame) == 9 + size else None


def test_of_damaged_answers_only_those_with_a_right_header_are_believed():
    dice, shown = random.Random(20261122), []
    outcomes = {"believed": 0, "refused": 0, "exception": 0}

    async def damage(request: Request, writer: asyncio.StreamWriter) -> None:
        frame = _mutated(request.answer(), dice)
        shown[:] = [request, frame]
        writer.write(frame)
        writer.close()  # so that a frame cut short does not cost a whole timeout

    async def run() -> None:
        async with linked() as (device, link):
            for _ in range(ROUNDS):
                device.fault = damage
                address, count = dice.randrange(65000), dice.randrange(1, 6)
                try:
                    data = await link.read(dice.randrange(256), dice.choice((3, 4)), address, count)
                except LinkError:
                    outcomes["refused"] += 1
                except DeviceException:
                    request, frame = shown
                    assert frame[:8] == request.refusal(0)[:8]
                    assert len(frame) == 9
                    outcomes["exception"] += 1
                else:
                    assert data == _believable(shown[1], shown[0])
                    outcomes["believed"] += 1
                link.close()

    asyncio.run(run())
    assert outcomes["refused"] > ROUNDS / 3
    assert outcomes["believed"] > ROUNDS / 100


def test_closing_during_a_request_ends_it():
    async def run() -> None:
        async with linked(timeout=300.0) as (device, link):
            device.fault = "silence"
            waiting = asyncio.create_task(link.read(1, 3, 0, 1))
            while not device.requests:
                await asyncio.sleep(0.01)
            link.close()
            with suppress(LinkError):
                await asyncio.wait_for(waiting, 30.0)
            assert waiting.done()

    asyncio.run(run())
