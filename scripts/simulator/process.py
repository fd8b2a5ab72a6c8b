"""The process behind scripts.simulator.server.start_process: a town on stdin is served until stdin ends."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from config.town import Town
from scripts.simulator.fault import Fault, FaultKind
from scripts.simulator.server import serve_town


def _clock(at: int | None) -> Callable[[], int]:
    if at is None:
        return lambda: time.time_ns() // 1_000_000
    start = time.monotonic_ns() // 1_000_000
    return lambda: at + time.monotonic_ns() // 1_000_000 - start


async def _serve() -> None:
    """An order and a town on stdin, the served town on stdout; the end of stdin is the end."""
    order = json.loads(sys.stdin.buffer.readline())
    town = Town.model_validate_json(sys.stdin.buffer.readline())
    faults = [Fault(**{**fault, "kind": FaultKind(fault["kind"])}) for fault in order["faults"]]

    def ready(served: Town) -> None:
        sys.stdout.write(served.model_dump_json() + "\n")
        sys.stdout.flush()

    serving = asyncio.ensure_future(
        serve_town(
            town,
            seed=order["seed"],
            now=_clock(order["at"]),
            ready=ready,
            faults=faults,
            max_age=order["max_age"],
            free_ports=True,
        )
    )
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the parent decides
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
    if soft < wanted:  # a thousand links are two thousand sockets
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    try:
        asyncio.run(_serve())
    except (ValueError, OSError) as error:
        sys.exit(f"the simulated town: {error}")


if __name__ == "__main__":
    _main()
