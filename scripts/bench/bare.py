"""The baseline of `tepos bench collect`: plain pymodbus clients reading the same registers at the same cadence."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from pymodbus.client import AsyncModbusTcpClient

from collector.poller import SPREAD, TOGETHER


@dataclass(frozen=True, slots=True)
class Request:
    """One read of the baseline: what the real reader asked for."""

    unit: int
    function: int
    address: int
    count: int


async def poll(endpoints: list[tuple[str, int]], requests: list[list[Request]], period: float, seconds: float) -> float:
    """CPU seconds per poll of one device, over `seconds` of polling all endpoints every `period` seconds.

    Nothing is decoded, checked or kept; no guard looks at the answers.
    """
    clients = [AsyncModbusTcpClient(host, port=port, retries=0, reconnect_delay=0) for host, port in endpoints]
    await asyncio.gather(*(client.connect() for client in clients))
    turns = max(round(seconds / period), 1)
    clock = asyncio.get_running_loop().time
    spread = min(SPREAD, 0.8 * period / len(clients))
    start = clock() + 0.2

    async def one(number: int, client: AsyncModbusTcpClient) -> None:
        for turn in range(turns):
            await asyncio.sleep(start + number // TOGETHER * TOGETHER * spread + turn * period - clock())
            for request in requests[number]:
                read = client.read_holding_registers if request.function == 3 else client.read_input_registers
                await read(request.address, count=request.count, device_id=request.unit)

    before = time.process_time()
    await asyncio.gather(*(one(number, client) for number, client in enumerate(clients)))
    used = time.process_time() - before
    for client in clients:
        client.close()
    return used / (turns * len(clients))
