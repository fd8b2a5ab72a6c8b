"""SunSpec devices for the tests: registers behind another implementer's server, and our reader before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyModbusTCP.server import DataHandler, ModbusServer

from collector.link import Link
from collector.reader import Reading
from collector.sunspec.reader import SunSpecReader
from config.maps import load_maps
from config.sunspec_map import SunSpecMap
from tests.peers import recorded


def sunspec_map(max_block: int = 125) -> SunSpecMap:
    """The map that comes with tepos, for devices that give at most so many registers at once."""
    found = load_maps()["sunspec"]
    assert isinstance(found, SunSpecMap)
    return found.model_copy(update={"read": found.read.model_copy(update={"max_block": max_block})})


class Device(DataHandler):
    """Holding registers that a test may change at any time; exception 02 where there are none."""

    def __init__(self, registers: Mapping[int, int]) -> None:
        super().__init__()
        self.registers = dict(registers)
        self.asked: list[tuple[int, int]] = []
        self.before: Callable[[int, int], int | None] = lambda address, count: None
        """Called with address and count before each answer; may give the exception code to answer with."""
        self.port = 0

    def read_h_regs(self, address: int, count: int, srv_info: object) -> DataHandler.Return:
        self.asked.append((address, count))
        code = self.before(address, count)
        held = [self.registers.get(a) for a in range(address, address + count)]
        if code or None in held:
            return DataHandler.Return(exp_code=code or 2)
        return DataHandler.Return(exp_code=0, data=held)


@contextmanager
def serving(registers: Mapping[int, int]) -> Iterator[Device]:
    device = Device(registers)
    server = ModbusServer("127.0.0.1", 0, no_block=True, data_hdl=device)
    server.start()
    try:
        with recorded(server._service.server_address[1]) as device.port:
            yield device
    finally:
        server.stop()


def ask(
    port: int, unit: int = 1, *, timeout: float = 60, max_block: int = 125, **options: Any
) -> tuple[SunSpecReader, Reading]:
    """Discover and read once, with our own link and reader."""

    async def asked() -> tuple[SunSpecReader, Reading]:
        link = Link("127.0.0.1", port, timeout=timeout)
        try:
            reader = SunSpecReader(sunspec_map(max_block), link, unit, **options)
            await reader.discover()
            return reader, await reader.read()
        finally:
            link.close()

    return asyncio.run(asked())


def words(*parts: int | str) -> list[int]:
    """Registers from numbers (negative ones as signed words) and texts such as "SolarEdge/16" (16 registers)."""
    found: list[int] = []
    for part in parts:
        if isinstance(part, str):
            text, size = part.rsplit("/", 1)
            data = text.encode().ljust(2 * int(size), b"\0")
            found += [data[i] << 8 | data[i + 1] for i in range(0, len(data), 2)]
        else:
            found.append(part & 0xFFFF)
    return found


def chain(*models: tuple[int, list[int]], base: int = 40000, end: tuple[int, ...] = (0xFFFF, 0)) -> dict[int, int]:
    """The registers of a chain of (id, body), by hand: the marker, the models, what ends them."""
    flat = words(0x5375, 0x6E53)
    for model_id, body in models:
        flat += [model_id, len(body), *body]
    return dict(enumerate([*flat, *end], base))


def common(maker: str = "tepos test") -> tuple[int, list[int]]:
    return 1, words(f"{maker}/16", "device/16", "/8", "1.0/8", "SN1/16", 1, 0)


def inverter(**points: int) -> tuple[int, list[int]]:
    """Model 103 with W = 1234 and W_SF = -1, everything else not available; points by name replace that."""
    offsets = {"A": 0, "A_SF": 4, "V_SF": 11, "W": 12, "W_SF": 13, "Hz": 14, "Hz_SF": 15, "PF": 20, "PF_SF": 21,
               "DCA": 25, "DCA_SF": 26, "TmpCab": 31, "Tmp_SF": 35, "St": 36}  # fmt: skip
    signed = {4, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 24, 26, 28, 29, 30, 31, 32, 33, 34, 35}
    body = [0 if i in (22, 23) else 0x8000 if i in signed else 0xFFFF for i in range(50)]
    for name, value in ({"W": 1234, "W_SF": -1} | points).items():
        body[offsets[name]] = value & 0xFFFF
    return 103, body


def trackers(count: int, *, factors: tuple[int, int, int] = (-2, -1, 0)) -> tuple[int, list[int]]:
    """Model 160 whose tracker n has 1.n A, 600.n V, 1000 + n W at the factors -2, -1, 0."""
    body = words(*factors, 0x8000, 0, 0, count, 0xFFFF)
    for n in range(1, count + 1):
        body += words(n, "/8", 100 + n, 6000 + n, 1000 + n, 0, 0, 0xFFFF, 0xFFFF, 0x8000, 0xFFFF, 0, 0)
    return 160, body
