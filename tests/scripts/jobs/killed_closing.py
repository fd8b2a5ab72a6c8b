"""A fork server for the test of kills: children close the days of a town, and are killed at random moments.

    python -m tests.scripts.jobs.killed_closing CALM FOLDER KILLS SEED

Both folders have the store of a town with a past (see past_town). CALM is closed by the server itself, undisturbed.
Every third child first opens a closed pair of days again. After each kill the store and the ledger are looked at: what
is marked as done must be there. The last child closes what is left. Prints one JSON line at the end.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import numpy as np

from collector.arrivals import Arrivals
from collector.periods import Periods
from collector.store import open_store
from config.kwh import Step, Subject
from models.calendar import QUARTER, day_bounds, days
from scripts.jobs.closing import DAYS, MEMORY, QUARTERS, DaysJob
from tests.scripts.jobs.past_town import PARIS, PastTown
from tests.scripts.simulator.sunny_town import sunny_town

FIRST, LAST = date(2026, 3, 1), date(2026, 4, 21)
BATCH = 2
MOST = 3
"""Times the wanted kills before it is given up."""
NOW = day_bounds(LAST, PARIS)[1] + 3_600_000
BOUNDS = [day_bounds(day, PARIS) for day in days(FIRST, LAST)]


@contextmanager
def opened(folder: Path) -> Iterator[PastTown]:
    """The town at the end of its past, closed two days at a time."""
    DaysJob.batch = BATCH
    with closing(open_store(f"sqlite:///{folder / 'store.db'}")) as store, Periods(folder / "ledger.db") as periods:
        yield PastTown(sunny_town(), store, periods, Arrivals(folder / "ledger.db"), NOW)


def close(folder: Path, number: int, *, last: bool = False) -> None:
    """What a child does."""
    with opened(folder) as town:
        done = sorted(town.periods.done(DAYS, 0, NOW))
        if number % 3 == 0 and len(done) > BATCH and not last:
            pairs = range(max(0, len(done) - 30), len(done) - BATCH, BATCH)
            place = random.Random(number).choice(pairs)
            pair = BOUNDS[place][0], BOUNDS[place + 1][1]
            town.periods.reopen({DAYS: [pair], QUARTERS: [pair]})
        for _round in range(3 if last else 1):
            town.close()


def half_done(town: PastTown) -> list[str]:
    """What is marked as done and not there as a whole."""
    done, quarters = town.periods.done(DAYS, 0, NOW), town.periods.done(QUARTERS, 0, NOW)
    rows = town.store.read_rollups(Step.QUARTER, Subject.TOWN, ["town"], 0, BOUNDS[-1][1], ["energy"])
    whole = town.store.read_rollups(Step.DAY, Subject.TOWN, ["town"], 0, NOW, ["energy"]).set_index("time")["energy"]
    parts = rows["energy"].groupby(np.searchsorted([start for start, _end in BOUNDS], rows["time"], "right") - 1)
    sums, sizes, faults = parts.sum(), parts.size(), []
    for number, (start, end) in enumerate(BOUNDS):
        if start not in done:
            continue
        if start not in whole or sizes.get(number, 0) * QUARTER != end - start:
            faults.append(f"{start}: rows are missing")
        elif abs(sums[number] - whole[start]) > 0.01:
            faults.append(f"{start}: the day is not the sum of its quarters")
        if any(time not in quarters for time in range(start, end, QUARTER)):
            faults.append(f"{start}: the day is marked, its quarters are not")
        kept = town.periods.state(DAYS, MEMORY, end)
        if end >= NOW - 39 * 86_400_000 and (kept is None or kept[0] != end):
            faults.append(f"{start}: nothing was kept of what it taught")
    return faults


def main() -> None:
    """Fork, kill, look."""
    calm, folder, kills, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    close(calm, 0, last=True)
    moments, between = random.Random(seed), 0
    found: list[str] = []
    for number in range(MOST * kills + 1):
        # A busy machine gets less far in the same time: the kills go on, later and later, until one fell between.
        last = number == MOST * kills or (number >= kills and between > 0)
        child = os.fork()
        if child == 0:
            close(folder, number, last=last)
            os._exit(0)
        if not last:
            time.sleep(moments.uniform(0.02, 0.11) * (1 + number // kills))
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        if os.WTERMSIG(status) != (0 if last else signal.SIGKILL) or (last and status):
            raise SystemExit(f"child {number} ended with {status}")
        with opened(folder) as town:
            found += half_done(town)
            rows = town.store.read_rollups(Step.DAY, Subject.TOWN, ["town"], 0, BOUNDS[-1][1], ["energy"])
            between += rows["time"].max() > max(town.periods.done(DAYS, 0, NOW), default=0)
        if last:
            break
    print(json.dumps({"kills": number, "half_done": found, "between": int(between)}))


if __name__ == "__main__":
    main()
