"""Modbus TCP servers on loopback: one register image, or every device of a town. The only user of pymodbus's server.

pymodbus accepts, frames and parses; the answer is cut out of an image that is at most `max_age` old, whatever the
rate of requests. Only functions 3 and 4 exist, others get exception 1; a hole in the image gets exception 2. A unit
that nobody has gets exception 11, as gateways and most inverters answer; the fault `silent` shows the others.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pymodbus.server import ModbusTcpServer
from pymodbus.server.requesthandler import ServerRequestHandler
from pymodbus.simulator import SimData, SimDevice

from config.town import LinkConfig, Town
from scripts.simulator.fault import LINK_KINDS, Fault, FaultKind
from scripts.simulator.image import DeviceImage, RegisterImage, load_image
from scripts.simulator.plant import Plant

HOST = "127.0.0.1"
PATIENCE = 120.0
"""Seconds until the town must be served; a thousand inverters take a few."""
ANY_UNIT = -1
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, NOBODY_THERE = 1, 2, 11

Answer = RegisterImage | int | None
"""What a unit has to say: an image, a Modbus exception code, or nothing."""
Trouble = Callable[[], Fault | None]
"""The fault of a link, now."""


class _Conversation(ServerRequestHandler):
    """One client's connection: the answer leaves in the same turn of the loop that parsed the request."""

    server: _Server

    def callback_connected(self) -> None:
        super().callback_connected()
        if (fault := self.server.trouble()) and fault.kind is FaultKind.CLOSES:
            self.close()

    def handle_later(self) -> None:
        request = self.last_pdu
        if request is None or self.transport is None:
            return
        packet = self._answer(request.dev_id, request.function_code, request)
        if packet is None:
            return
        head = struct.pack(">HHHB", request.transaction_id, 0, len(packet) + 1, request.dev_id)
        if (fault := self.server.trouble()) and fault.kind is FaultKind.LATE:
            self.loop.call_later(fault.seconds, self.send, head + packet)
        else:
            self.send(head + packet)

    def _answer(self, unit: int, function: int, request: Any) -> bytes | None:  # noqa: ANN401 - a pymodbus PDU
        ask = self.server.units.get(unit) or self.server.units.get(ANY_UNIT)
        answer = ask() if ask else NOBODY_THERE
        if answer is None:
            return None
        if isinstance(answer, RegisterImage):
            if function not in (3, 4):
                answer = ILLEGAL_FUNCTION
            elif (words := answer.read(function, request.address, request.count)) is not None:
                return bytes((function, len(words))) + words
            else:
                answer = ILLEGAL_ADDRESS
        return bytes((function | 0x80, answer))


class _Server(ModbusTcpServer):
    """One listening port and the units behind it."""

    def __init__(self, port: int, units: Mapping[int, Callable[[], Answer]], trouble: Trouble = lambda: None) -> None:
        super().__init__(SimDevice(0, SimData(0)), address=(HOST, port))  # pymodbus insists; nobody reads it
        self.units, self.trouble, self.port = units, trouble, port

    def callback_new_connection(self) -> _Conversation:
        return _Conversation(self, self.trace_packet, self.trace_pdu, self.trace_connect)  # type: ignore[no-untyped-call]

    async def start(self) -> None:
        if not await self.listen():
            raise OSError(f"cannot listen on {HOST}:{self.port}: is the port taken, or below 1024?")
        self.port = self.transport.sockets[0].getsockname()[1]  # type: ignore[attr-defined]


class _Unit:
    """One unit of the town. Its image is renewed when it is asked for and older than `max_age` (s)."""

    def __init__(self, image: DeviceImage, now: Callable[[], int], max_age: float) -> None:
        self._device, self._now, self._max_age = image, now, max_age * 1000
        self._image: RegisterImage | None = None
        self._made = 0

    def __call__(self) -> Answer:
        now = self._now()
        match self._device.plant.answers(self._device.path, now):
            case FaultKind.SILENT:
                return None
            case int(code):
                return code
        if self._image is None or not 0 <= now - self._made < self._max_age:
            self._image, self._made = self._device.at(now), now
        return self._image


async def serve_image(path: Path, port: int, ready: Callable[[int], None]) -> None:
    """Serve one image file on loopback (port 0: a free one) until cancelled; `ready` gets the port.

    An image without a unit answers to every unit. ValueError for a bad file, OSError when the port cannot be had.
    """
    image, unit = load_image(path)
    await _serve([_Server(port, {ANY_UNIT if unit is None else unit: lambda: image})], lambda ports: ready(ports[0]))


async def serve_town(
    town: Town,
    *,
    seed: int,
    now: Callable[[], int],
    ready: Callable[[Town], None],
    faults: Sequence[Fault] = (),
    max_age: float = 1.0,
    free_ports: bool = False,
) -> None:
    """Serve every device of a town on loopback until cancelled; `ready` gets the town as it is served.

    `now` gives ms UTC. Links that are not on loopback, or all with `free_ports`, get free ports. ValueError for
    faults that the town cannot have and devices that cannot be simulated, OSError when a port cannot be had.
    """
    at = now()
    faults = [fault.since(at) for fault in faults]
    plant = Plant(town, seed, faults)
    behind: dict[str, dict[int, Callable[[], Answer]]] = {link.id: {} for link in town.links}
    for path, device in town.devices().items():
        if device.unit in behind[device.link]:
            raise ValueError(f"{path}: shares unit {device.unit} of link {device.link}: that cannot be simulated")
        image = DeviceImage(plant, path)
        image.at(at)  # works out the counters up to now, before anybody waits for an answer
        behind[device.link][device.unit] = _Unit(image, now, max_age)
    servers = []
    for link in town.links:
        port = 0 if free_ports or not link.host.startswith("127.") else link.port
        servers.append(_Server(port, behind[link.id], _trouble(link, plant.faults, now)))
    await _serve(servers, lambda ports: ready(_relinked(town, ports)))


def _trouble(link: LinkConfig, faults: Sequence[Fault], now: Callable[[], int]) -> Trouble:
    mine = [fault for fault in faults if fault.where == link.id and fault.kind in LINK_KINDS]
    return lambda: next((fault for fault in mine if fault.active(now())), None)


async def _serve(servers: Sequence[_Server], ready: Callable[[list[int]], None]) -> None:
    try:
        for server in servers:
            await server.start()
        ready([server.port for server in servers])
        await asyncio.get_running_loop().create_future()
    finally:
        for server in servers:
            await server.shutdown()  # type: ignore[no-untyped-call]


def loopback(town: Town, base_port: int | None) -> Town:
    """The same town with each link on 127.0.0.1: ports from `base_port` on, or free ones. ValueError beyond 65535."""
    if base_port:
        if base_port + len(town.links) > 65536:
            raise ValueError(f"{len(town.links)} links from port {base_port} on end beyond 65535")
        return _relinked(town, range(base_port, base_port + len(town.links)))
    with ExitStack() as held:  # all at once, so that none is given twice
        ports = []
        for _ in town.links:
            free = held.enter_context(socket.socket())
            free.bind((HOST, 0))
            ports.append(free.getsockname()[1])
        return _relinked(town, ports)


def _relinked(town: Town, ports: Sequence[int]) -> Town:
    links = tuple(
        link.model_copy(update={"host": HOST, "port": port}) for link, port in zip(town.links, ports, strict=True)
    )
    return town.model_copy(update={"links": links, "simulated": True})


@contextmanager
def start_process(
    town: Town, seed: int, *, faults: Sequence[Fault] = (), at: int | None = None, max_age: float = 1.0
) -> Iterator[Town]:
    """Serve the town from another process while the block runs; gives the town as it is served on loopback.

    `at` (ms UTC) sets the simulation's clock, which then runs on; by default it is the host's. The process ends with
    the block, and with its parent however that ends: it holds the reading end of a pipe. RuntimeError when it does
    not come up.
    """
    order = {"seed": seed, "at": at, "max_age": max_age, "faults": [asdict(fault) for fault in faults]}
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    child = subprocess.Popen(
        [sys.executable, "-m", "scripts.simulator.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with suppress(BrokenPipeError):
            child.stdin.write(json.dumps(order).encode() + b"\n" + town.model_dump_json().encode() + b"\n")
            child.stdin.flush()
        answered, _, _ = select.select([child.stdout], [], [], PATIENCE)
        line = child.stdout.readline() if answered else b""
        if not line:
            raise RuntimeError(f"the simulated town did not come up (process {child.pid}, code {child.poll()})")
        yield Town.model_validate_json(line)
    finally:
        with suppress(BrokenPipeError):
            child.stdin.close()
        for end in (child.terminate, child.kill):
            try:
                child.wait(5)
                break
            except subprocess.TimeoutExpired:
                end()
        child.wait()
        child.stdout.close()
