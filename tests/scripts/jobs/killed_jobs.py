"""Processes for the tests of kills and of contention: forked from one, because starting interpreters takes longer.

    python -m tests.scripts.jobs.killed_jobs kill FOLDER KILLS SEED
    python -m tests.scripts.jobs.killed_jobs contend FOLDER PROCESSES HOURS

kill: each child delivers samples in time and late ones, through spool, store and ledger, closes what is due, and is
killed at a random moment. The last one delivers what waits and closes the rest. contend: all close the same periods
at once. Prints one JSON line at the end.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from collector.arrivals import Arrivals
from collector.delivery import Delivery
from collector.spool.queue import Spool
from collector.store import open_store
from models.calendar import QUARTER
from tests.scripts.jobs.totals import MINUTE, Town, samples

START = 1_777_845_600_000  # 4 May 2026, 0:00 in Paris
HOUR = 3_600_000
EACH = 2 * HOUR
"""Of the town's time, in the life of one child."""


def live(folder: Path, number: int, alive: int, *, last: bool) -> None:
    """Deliver and close until killed, with a sign into `alive` after each round; when `last` until all is done."""
    begin = START + number * EACH
    town = Town(folder, begin, batch=12)
    spool = Spool.open(folder / "spool.db", max_bytes=2**20, now=begin)
    delivery = Delivery(
        spool,
        lambda: open_store(f"sqlite:///{folder}/store.db"),
        now=lambda: town.now,
        arrived=Arrivals(folder / "ledger.db"),
    )
    order = random.Random(number)
    while not last or town.now < begin + EACH:
        late = [order.randrange(START, town.now + 1) for _n in range(order.randrange(3))]
        spool.append(samples([*late, *range(town.now, town.now + QUARTER, 3 * MINUTE)]), town.now)
        town.now = min(town.now + QUARTER, begin + EACH)
        while delivery.step() == 0:
            pass
        town.round()
        os.write(alive, b".")
    delivery.close()
    town.close()
    spool.close()


def kill(folder: Path, kills: int, seed: int) -> None:
    """Fork and kill."""
    moments = random.Random(seed)
    live_elsewhere()
    for number in range(kills + 1):
        last = number == kills
        alive, tell = os.pipe()
        child = os.fork()
        if child == 0:
            live(folder, number, tell, last=last)
            os._exit(0)
        os.close(tell)
        if not last:
            if number % 4:
                os.read(alive, 1)
            time.sleep(moments.uniform(0, 0.05))
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        os.close(alive)
        if os.WTERMSIG(status) != (0 if last else signal.SIGKILL) or (last and status):
            raise SystemExit(f"child {number} ended with {status}")
    print(json.dumps({"kills": kills, "now": START + (kills + 1) * EACH}))


def live_elsewhere() -> None:
    """One life before the forks: what is loaded at first use would be loaded by each child anew."""
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        live(Path(folder), 0, writing, last=True)
    os.close(reading)
    os.close(writing)


def contend(folder: Path, processes: int, hours: int) -> None:
    """Let several processes close the same hours at the same time."""
    town = Town(folder)
    town.store.write(samples(range(START, START + hours * HOUR, MINUTE)))
    town.close()
    begin, go = os.pipe()
    results, tell = os.pipe()
    for _child in range(processes):
        if os.fork() == 0:
            town = Town(folder, START + hours * HOUR + 2 * MINUTE, batch=2)
            os.close(go)
            os.read(begin, 1)  # until the parent closes its end: all at once
            closed = refused = 0
            while town.periods.gaps("quarters", START, START + hours * HOUR):
                outcome = town.runner.due(town.quarters)
                closed, refused = closed + outcome.closed, refused + (outcome.held is not None)
                if outcome.error:
                    os._exit(1)
            os.write(tell, json.dumps([closed, refused]).encode() + b"\n")
            os._exit(0)
    os.close(go)
    os.close(tell)
    with os.fdopen(results) as lines:
        found = [json.loads(line) for line in lines]
    if len(found) != processes or any(os.wait()[1] for _child in range(processes)):
        raise SystemExit(f"only {len(found)} ended well")
    print(json.dumps(found))


if __name__ == "__main__":
    {"kill": kill, "contend": contend}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
