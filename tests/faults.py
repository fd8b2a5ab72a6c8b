"""A Modbus device that misbehaves on purpose: each fault is one thing that was seen in the field.

    async with Device() as device:
        device.fault = "late"          # of the next request only
        link = Link("127.0.0.1", device.port)

Register `a` of every unit holds `word(a)`; each wrong answer carries words that no register holds.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from tests.recorder import recorded

LIE = 0x0BAD
Fault = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]
FAULTS: dict[str, Fault] = {}


def word(address: int) -> int:
    """What the honest device holds."""
    return (address * 31 + 7) & 0xFFFF


def words(address: int, count: int) -> bytes:
    """The bytes an honest answer carries."""
    return b"".join(struct.pack(">H", word(address + i)) for i in range(count))


class Request:
    """One request as the device received it."""

    def __init__(self, data: bytes, after: float) -> None:
        self.after = after
        """Seconds since the connection opened."""
        self.transaction, _, _, self.unit, self.function, self.address, self.count = struct.unpack(">HHHBBHH", data)

    def answer(self, *, transaction: int | None = None, unit: int | None = None, function: int | None = None,
               data: bytes | None = None, length: int | None = None, protocol: int = 0) -> bytes:  # fmt: skip
        """The honest answer, or one that differs in what is given."""
        payload = words(self.address, self.count) if data is None else data
        pdu = bytes([self.function if function is None else function, len(payload) & 0xFF]) + payload
        return (
            struct.pack(
                ">HHHB",
                (self.transaction if transaction is None else transaction) & 0xFFFF,
                protocol,
                len(pdu) + 1 if length is None else length,
                self.unit if unit is None else unit,
            )
            + pdu
        )

    def lies(self, count: int | None = None) -> bytes:
        """Words that no register holds."""
        return struct.pack(">H", LIE) * (self.count if count is None else count)

    def refusal(self, code: int) -> bytes:
        """An exception answer."""
        return struct.pack(">HHHBBB", self.transaction, 0, 3, self.unit, self.function | 0x80, code)


def _bytes(make: Callable[[Request], bytes]) -> Fault:
    async def fault(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(make(request))

    return fault


FAULTS |= {
    "transaction zero": _bytes(lambda r: r.answer(transaction=0, data=r.lies())),
    "foreign transaction": _bytes(lambda r: r.answer(transaction=r.transaction + 7, data=r.lies())),
    "foreign unit": _bytes(lambda r: r.answer(unit=r.unit + 1, data=r.lies())),
    "other function": _bytes(lambda r: r.answer(function=7 - r.function, data=r.lies())),
    "a register too few": _bytes(lambda r: r.answer(data=r.lies(r.count - 1))),
    "a register too many": _bytes(lambda r: r.answer(data=r.lies(r.count + 1))),
    "exception 2": _bytes(lambda r: r.refusal(2)),
    "exception 77": _bytes(lambda r: r.refusal(77)),
    "last byte missing": _bytes(lambda r: r.answer()[:-1]),
    "garbage": _bytes(lambda _r: b"\xfe\x01\x55\xaa" * 9),
    "garbage before the answer": _bytes(lambda r: b"\xfe\x01\x55\xaa" + r.answer()),
    "somebody else's answer first": _bytes(
        lambda r: r.answer(transaction=r.transaction - 1, data=r.lies()) + r.answer()
    ),
    "answer twice": _bytes(lambda r: r.answer() * 2),
    "length zero": _bytes(lambda r: struct.pack(">HHHB", r.transaction, 0, 0, r.unit)),
    "length 65535": _bytes(lambda r: struct.pack(">HHHB", r.transaction, 0, 65535, r.unit) + b"\x03\x04"),
    "protocol 1": _bytes(lambda r: r.answer(protocol=1)),
    "silence": _bytes(lambda _r: b""),
}


def _fault(name: str) -> Callable[[Fault], Fault]:
    def register(fault: Fault) -> Fault:
        FAULTS[name] = fault
        return fault

    return register


@_fault("byte by byte")
async def _drip(request: Request, writer: asyncio.StreamWriter) -> None:
    for byte in request.answer():
        writer.write(bytes([byte]))
        await asyncio.sleep(0.004)


@_fault("byte by byte without end")
async def _drip_on(request: Request, writer: asyncio.StreamWriter) -> None:
    for byte in request.answer() * 3:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.05)


@_fault("late")
async def _late(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.45)
    writer.write(request.answer(data=request.lies()))


@_fault("reset")
async def _reset(_request: Request, writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@_fault("closed")
async def _closed(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.close()


class Device:
    """Serves on a loopback port behind the recording proxy. `fault` is for the next request, `always` for each."""

    def __init__(self, answer: Callable[[Request], bytes] | None = None) -> None:
        self.fault: str | Fault | None = None
        self.answer = answer or Request.answer
        self.requests: list[Request] = []
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._stack = ExitStack()

    async def __aenter__(self) -> Device:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._stack.enter_context(recorded(self._server.sockets[0].getsockname()[1]))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stack.close()
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        self.connections += 1
        opened = clock()
        self._writers.add(writer)
        try:
            while True:
                request = Request(await reader.readexactly(12), clock() - opened)
                self.requests.append(request)
                fault, self.fault = self.fault, None
                if fault is None:
                    writer.write(self.answer(request))
                else:
                    await (FAULTS[fault] if isinstance(fault, str) else fault)(request, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
