"""A fork server for the kill test: starts collectors, kills them at random moments, tells what they had accepted.

    python -m tests.scripts.kill_loop DATA STORE_URL KILLS SEED PORT [PORT ...]

Each child polls, spools and delivers like a real collector. It writes a line for every sample of each accepted cycle
into DATA/accepted, and for each batch that it hands to the store a line with its length into DATA/handed (one write
call each, which survives SIGKILL). A quarter of them are killed while they start, the others at a random moment after
their first accepted cycle. The last child is not killed but stopped, and delivers everything. One process forks them
all: importing afresh 200 times would take minutes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import collector.delivery
import collector.store.influx_store
import collector.store.sqlite  # both stores before the forks, or children die while they import
from collector.sample import Sample
from collector.store import Store, open_store
from config.town import Town
from scripts.moments import utc_ms
from tests.scripts.accepted import Telling
from tests.towns import invented_town

PERIOD = 0.01


def collect_in_child(data: Path, url: str, town: Town, alive: int, *, drain: bool) -> None:
    """Collect until killed, with a sign into `alive` at each accepted cycle; with `drain` one round, all delivered."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    accepted, handed = os.open(data / "accepted", flags, 0o600), os.open(data / "handed", flags, 0o600)

    def telling_store() -> Store:
        store = open_store(url)
        write = store.write

        def tell_and_write(samples: Sequence[Sample]) -> None:
            os.write(handed, f"{len(samples)}\n".encode())
            write(samples)

        store.write = tell_and_write  # type: ignore[method-assign]
        return store

    class TellingAtOnce(Telling):
        def tell(self, samples: list[Sample]) -> None:
            # A newline before as well: a kill can cut a write short, and then the next line stands by itself.
            lines = "".join("\n" + json.dumps([s.device, s.time, s.values]) for s in samples)
            os.write(accepted, lines.encode() + b"\n")
            os.write(alive, b".")

    collecting = TellingAtOnce(town, data, telling_store, spool_bytes=4 << 20, now=strictly_later()).every(PERIOD)
    if drain:
        asyncio.run(collecting.once())
        collecting.close()
        return
    asyncio.run(collecting.run(asyncio.Event()))


def strictly_later() -> Callable[[], int]:
    """The host's clock, but never the same millisecond twice: two polls as close as here would be one sample."""
    last = 0

    def now() -> int:
        nonlocal last
        last = max(last + 1, utc_ms())
        return last

    return now


def main() -> None:
    """Run the loop; prints one JSON line: kills, and the clock when it ended."""
    data, url, kills, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    town = invented_town([int(word) for word in sys.argv[5:]])
    collector.delivery.IDLE_SECONDS = PERIOD  # a child that waits for seconds would be dead before it delivers twice
    moments = random.Random(seed)
    for number in range(kills + 1):
        last = number == kills
        alive, tell = os.pipe()
        child = os.fork()
        if child == 0:
            collect_in_child(data, url, town, tell, drain=last)
            os._exit(0)
        os.close(tell)
        if not last:
            if number % 4:  # however long that takes on a busy machine
                os.read(alive, 1)
            time.sleep(moments.uniform(0, 0.06))
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        os.close(alive)
        if last and status:
            raise SystemExit(f"the last collector ended with {status}")
        if not last and os.WTERMSIG(status) != signal.SIGKILL:
            raise SystemExit(f"a collector ended by itself: {status}")
    print(json.dumps({"kills": kills, "ended": utc_ms()}))


if __name__ == "__main__":
    main()
