"""A Modbus server by another implementer whose meters say something else at each question.

As a program: ``python -m tests.changing_meter`` prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import itertools
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pyModbusTCP.server import DataBank, ModbusServer


class ChangingBank(DataBank):
    """Input registers: every float32 of a question counts on; no two answers are alike."""

    def __init__(self) -> None:
        super().__init__()
        self._count = itertools.count(1)

    def get_input_registers(self, address: int, number: int = 1, srv_info: object = None) -> list[int]:
        start = next(self._count)
        floats = [float(start * 7 % 8_388_608) + (address + i) / 1024 for i in range((number + 1) // 2)]
        words = struct.unpack(f">{2 * len(floats)}H", struct.pack(f">{len(floats)}f", *floats))
        return list(words[:number])


@contextmanager
def changing_meter() -> Iterator[int]:
    """Serve in this process; gives the port."""
    server = ModbusServer("127.0.0.1", 0, no_block=True, data_bank=ChangingBank())
    server.start()
    try:
        yield server._service.server_address[1]
    finally:
        server.stop()


if __name__ == "__main__":
    with changing_meter() as port:
        print(port, flush=True)
        sys.stdin.read()
