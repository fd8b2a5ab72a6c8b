"""One Modbus TCP connection, shared by all units behind it. The only user of the pymodbus client.

Modbus has no authentication and no checksum over TCP, devices answer late, twice or to somebody else, and pymodbus
alone returned wrong data for 5 of 22 injected faults. So a guard looks at the bytes before pymodbus does: transaction,
protocol, unit, function, byte count and register count must be those of the one outstanding request. Any violation,
timeout or cancel drops the connection: what comes late then comes to nobody.

Read-only by construction: only function codes 1-4 can be encoded.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse, ReadInputRegistersResponse

from collector.errors import DeviceException, LinkError, LinkRefused, LinkTimeout, LinkViolation
from config.language import _

log = logging.getLogger(__name__)
# pymodbus logs each of its own troubles at ERROR; ours are told once, by the poller, in words.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class Function(IntEnum):
    """The function codes that exist here. There is no other way to ask, so nothing can be written to a device."""

    READ_COILS = 1
    READ_DISCRETE_INPUTS = 2
    READ_HOLDING = 3
    READ_INPUT = 4


MAX_COUNT = {Function.READ_COILS: 2000, Function.READ_DISCRETE_INPUTS: 2000}
BACKOFF_FIRST, BACKOFF_LAST = 1.0, 60.0  # seconds


class _HoldingAnswer(ReadHoldingRegistersResponse):
    """An answer whose registers pymodbus leaves alone: the guard has its bytes, and the decoders want these.

    A list of numbers, and the text of it for a log that nobody reads, would cost a quarter of the whole read.
    """

    def decode(self, data: bytes) -> None:
        """Nothing to do."""


class _InputAnswer(_HoldingAnswer):
    function_code = ReadInputRegistersResponse.function_code


@dataclass(slots=True)
class LinkCounters:
    """What happened on the wire since the start."""

    requests: int = 0
    connects: int = 0
    exceptions: int = 0
    timeouts: int = 0
    violations: dict[str, int] = field(default_factory=dict)


class Link:
    """One connection to host:port.

    Requests are serialised; each has one total deadline that counts from the moment it is sent. After a failure to
    connect the next attempt waits 1 s, then twice as long each time up to 60 s (± 25 % so that thirty inverters do
    not come back together); until then `read` raises the last error at once.
    """

    def __init__(
        self,
        host: str,
        port: int = 502,
        *,
        timeout: float = 3.0,
        connect_delay: float = 0.0,
        gap: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host, self.port = host, port
        self.timeout, self.connect_delay, self.gap = timeout, connect_delay, gap
        self.counters = LinkCounters()
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._client: AsyncModbusTcpClient | None = None
        self._sent = b""
        self._asking = False
        self._reply = b""
        self._not_before = 0.0  # of the next request (gap, delay after connecting)
        self._retry_at = 0.0  # of the next attempt to connect
        self._backoff = BACKOFF_FIRST
        self._last_error: LinkError | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def connected(self) -> bool:
        """Whether the connection is open right now."""
        return self._client is not None and _open(self._client)

    async def read(self, unit: int, function: int, address: int, count: int, *, timeout: float | None = None) -> bytes:
        """The `count` registers from `address` as big-endian bytes (for functions 1 and 2: the packed bits).

        Raises LinkError and its kinds (the connection is then gone), DeviceException (it stays), ValueError for
        arguments that Modbus cannot express.
        """
        asked = Function(function)
        if not (0 <= unit <= 255 and 0 <= address <= 65535 and 1 <= count <= MAX_COUNT.get(asked, 125)):
            raise ValueError(f"cannot be asked over Modbus: unit {unit}, address {address}, count {count}")
        if address + count > 65536:
            raise ValueError(f"{count} registers from {address} end beyond address 65535")
        async with self._turn:
            client = await self._connected(timeout or self.timeout)
            if (wait := self._not_before - self._monotonic()) > 0:
                await asyncio.sleep(wait)
            return await self._exchange(client, unit, asked, address, count, timeout or self.timeout)

    async def _exchange(
        self, client: AsyncModbusTcpClient, unit: int, function: Function, address: int, count: int, timeout: float
    ) -> bytes:
        self.counters.requests += 1
        self._reply, self._asking = b"", True
        client.ctx.comm_params.timeout_connect = timeout  # pymodbus's deadline for the whole answer, not per byte
        whole = False
        try:
            if not _open(client):  # closed right after connecting, or in the gap before this request
                raise _closed_by_device()
            response = await _ASK[function](client, address, count=count, device_id=unit)
            # asyncio.wait_for of Python 3.11, inside pymodbus, swallows a cancel that meets the answer.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise asyncio.CancelledError
            whole = True
        except LinkError as error:
            raise type(error)(f"{self._where(unit, function, address, count)}: {error}") from None
        except (ModbusException, TimeoutError):
            self.counters.timeouts += 1
            where = self._where(unit, function, address, count)
            raise LinkTimeout(_("{where}: no whole answer within {n:g} s").format(where=where, n=timeout)) from None
        except OSError as error:
            raise LinkRefused(f"{self._where(unit, function, address, count)}: {error}") from None
        finally:
            self._asking = False
            if not whole:  # a cancel as well: the answer may still come
                self._drop()
            if self.gap:
                self._not_before = self._monotonic() + self.gap
        if response.isError():
            self.counters.exceptions += 1
            raise DeviceException(response.exception_code, self._where(unit, function, address, count))
        return self._reply

    def _where(self, unit: int, function: int, address: int, count: int) -> str:
        return f"{self} unit {unit} function {int(function)} address {address} count {count}"

    async def _connected(self, timeout: float) -> AsyncModbusTcpClient:
        if self._client is not None:
            if _open(self._client):
                return self._client
            self._drop()
        if self._last_error is not None and self._monotonic() < self._retry_at:
            raise self._last_error.with_traceback(None)  # or the traceback grows with each raise
        client = AsyncModbusTcpClient(
            self.host,
            port=self.port,
            timeout=timeout,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._guard,
            trace_connect=self._closed,
        )
        client.register(_HoldingAnswer)
        client.register(_InputAnswer)
        try:
            async with asyncio.timeout(timeout):
                opened = await client.connect()
        except (TimeoutError, OSError):
            opened = False
        if not opened:
            client.close()
            self._retry_at = self._monotonic() + self._backoff * random.uniform(0.75, 1.25)
            self._backoff = min(self._backoff * 2, BACKOFF_LAST)
            self._last_error = LinkRefused(
                _(
                    "{link}: cannot connect within {n:g} s; is the address right, the device on, its Modbus enabled, "
                    "and no other program connected to it?"
                ).format(link=self, n=timeout)
            )
            raise self._last_error
        # A number that starts anew at 1 after each reconnect would match the late answers a gateway still holds.
        client.ctx.next_tid = random.randrange(1, 60000)
        self._client, self._last_error, self._backoff = client, None, BACKOFF_FIRST
        self.counters.connects += 1
        # Not slept here: a cancel during the delay must not let the next request come too early.
        self._not_before = self._monotonic() + self.connect_delay
        return client

    def _guard(self, sending: bool, data: bytes) -> bytes:
        """See every packet before pymodbus does; pass only the whole, exact answer to the outstanding request."""
        if sending:
            self._sent = data
            return data
        # `data` is everything received and not yet consumed; b"" makes pymodbus wait for more.
        sent = self._sent
        if len(data) < 8:
            return b"" if data[2:4] in (b"", b"\0", b"\0\0") else self._violation("protocol id")
        length = data[4] << 8 | data[5]
        if data[2] or data[3]:
            return self._violation("protocol id")
        if data[0:2] != sent[0:2]:
            return self._violation("transaction id")
        if data[6] != sent[6]:
            return self._violation("unit")
        function = sent[7]
        if data[7] == function | 0x80:
            if length != 3:
                return self._violation("length")
        elif data[7] != function:
            return self._violation("function code")
        else:
            asked = sent[10] << 8 | sent[11]
            size = 2 * asked if function >= Function.READ_HOLDING else (asked + 7) // 8
            if length != 3 + size or (len(data) > 8 and data[8] != size):
                return self._violation("register count")
        if len(data) < 6 + length:
            return b""
        if len(data) > 6 + length:
            return self._violation("bytes behind the answer")
        self._reply = data[9:]
        return data

    def _violation(self, what: str) -> bytes:
        if not self._asking:  # bytes nobody asked for: the connection is out of step
            self._drop()
        self.counters.violations[what] = self.counters.violations.get(what, 0) + 1
        self._give_up(LinkViolation(_("wrong {what} in the answer").format(what=what)))
        return b""

    def _closed(self, connected: bool) -> None:
        if not connected:
            self._give_up(_closed_by_device())

    def _give_up(self, error: LinkError) -> None:
        """End the wait for an answer now: what follows on this connection is not to be trusted."""
        if self._client is not None and self._asking and not self._client.ctx.response_future.done():
            self._client.ctx.response_future.set_exception(error)

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def close(self) -> None:
        """Close the connection, also under a request, which then fails; the next read opens it again."""
        self._give_up(LinkRefused(_("the connection was closed on our side")))
        self._drop()


def _open(client: AsyncModbusTcpClient) -> bool:
    """Whether the connection is open. pymodbus holds one that ended while its own connect() returned to be open."""
    transport = client.ctx.transport
    return transport is not None and not transport.is_closing()


def _closed_by_device() -> LinkRefused:
    return LinkRefused(_("the device closed the connection; does another client hold it?"))


_ASK: dict[Function, Callable[..., Any]] = {  # unbound: one look-up per request, and nothing else can be asked
    Function.READ_COILS: AsyncModbusTcpClient.read_coils,
    Function.READ_DISCRETE_INPUTS: AsyncModbusTcpClient.read_discrete_inputs,
    Function.READ_HOLDING: AsyncModbusTcpClient.read_holding_registers,
    Function.READ_INPUT: AsyncModbusTcpClient.read_input_registers,
}
