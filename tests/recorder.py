"""A recording proxy before a Modbus TCP server: passes all bytes on, and writes down the function codes asked.

One thread and one event loop serve all proxies of a process; each process that asks keeps its count in a file of the
folder named by TEPOS_TEST_RECORD, so that xdist's workers and the programs the tests start are all seen at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

FOLDER = "TEPOS_TEST_RECORD"
NOT_MODBUS = -1
_seen: Counter[int] = Counter()


def _note() -> None:
    if folder := os.environ.get(FOLDER):
        path = Path(folder) / f"{os.getpid()}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(dict(_seen)))
        part.replace(path)


def everything_asked(folder: Path) -> Counter[int]:
    """How often each function code was asked, by all processes of this run."""
    total: Counter[int] = Counter()
    for path in folder.glob("*.json"):
        total.update({int(code): n for code, n in json.loads(path.read_text()).items()})
    return total


class _Recorder:
    """Cuts the bytes of a client into MBAP frames and counts their function codes."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> None:
        self.rest += data
        while len(self.rest) >= 8:
            protocol, length = struct.unpack_from(">HH", self.rest, 2)
            code = self.rest[7] if protocol == 0 and 2 <= length <= 254 else NOT_MODBUS
            new = code not in _seen
            _seen[code] += 1
            if new:  # at once: this process may be killed before it ends
                _note()
            self.rest = self.rest[6 + length :] if code != NOT_MODBUS else b""


class _End(asyncio.Protocol):
    """One end of a proxied connection."""

    def __init__(self, open_ends: set[_End], recorder: _Recorder | None) -> None:
        self.open_ends, self.recorder = open_ends, recorder
        self.transport: asyncio.Transport | None = None
        self.peer: _End | None = None
        self.waiting = b""
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.open_ends.add(self)

    def data_received(self, data: bytes) -> None:
        if self.recorder:
            self.recorder.feed(data)
        if self.peer and self.peer.transport:
            self.peer.transport.write(data)
        else:
            self.waiting += data

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        self.open_ends.discard(self)
        if self.peer:
            self.peer.close(reset=isinstance(error, ConnectionResetError))

    def close(self, *, reset: bool = False) -> None:
        if self.transport is None or self.closed:
            return
        if reset:  # the client must see what the server did
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()


class _Client(_End):
    """The end towards the client: connects to the server when the client comes."""

    def __init__(self, open_ends: set[_End], server_port: int) -> None:
        super().__init__(open_ends, _Recorder())
        self.server_port = server_port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, server = await loop.create_connection(lambda: _End(self.open_ends, None), "127.0.0.1", self.server_port)
        except OSError:
            self.close(reset=True)
            return
        server.peer, self.peer = self, server
        if server.waiting and self.transport:
            self.transport.write(server.waiting)
        if self.closed:
            server.close()
        elif server.closed:
            self.close()
        elif self.waiting and server.transport:
            server.transport.write(self.waiting)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="recording proxies", daemon=True).start()
    return loop


@contextmanager
def recorded(port: int) -> Iterator[int]:
    """A recording proxy before the server on 127.0.0.1:`port`; gives the proxy's own port."""
    ends: set[_End] = set()

    async def start() -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(lambda: _Client(ends, port), "127.0.0.1", 0)

    async def stop() -> None:
        server.close()
        for end in list(ends):
            end.close()
        await asyncio.sleep(0)
        _note()

    server = asyncio.run_coroutine_threadsafe(start(), _loop()).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(), _loop()).result()
