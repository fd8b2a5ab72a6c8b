"""A collector to be killed: for each line on stdin a process that appends cycles and delivers them until it is killed.

    python killed_delivery.py SPOOL STORE-URL ACKNOWLEDGED

It forks, because starting an interpreter for each of hundreds of kills would take minutes. The numbers of the cycles
whose `append` has returned stand in the file ACKNOWLEDGED, written before anything else happens.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from collector.delivery import Delivery
from collector.sample import Sample
from collector.spool.queue import Spool
from collector.store import open_store

NOW = 1_767_225_600_000
DEVICES = 8


def cycle(number: int) -> list[Sample]:
    return [
        Sample(f"roof/inv-{d}", NOW + number * 1000, {"pac": number + d / 10, "pdc_1": float(d), "state": f"s{number}"})
        for d in range(DEVICES)
    ]


def acknowledged(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def collect(spool_path: Path, url: str, log_path: Path) -> None:
    number = acknowledged(log_path)
    log = os.open(log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    spool = Spool.open(spool_path, max_bytes=4 * 1024 * 1024, now=NOW)
    delivery = Delivery(spool, lambda: open_store(url), now=lambda: NOW)
    while True:
        spool.append(cycle(number), NOW)
        os.write(log, b"\n")
        number += 1
        if number % 3:
            delivery.step()


if __name__ == "__main__":
    import collector.store.influx_store
    import collector.store.sqlite  # noqa: F401 - imported once, before the forks

    spool_path, url, log_path = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            collect(spool_path, url, log_path)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("dead", flush=True)
