"""A town whose spool, store and ledger are written all the time, for backups to be made of.

    python -m tests.scripts.busy_town DATA

Three threads, as in a real tepos: one appends cycles to the spool, some of them hours late, and then writes a line for
each accepted sample into DATA/accepted; one delivers; one closes quarter-hours. Its clock runs a minute per cycle. Ends
when its standard input does. `Counts` is the job: the samples of each device and quarter-hour, as energy.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from collector import delivery
from collector.arrivals import Arrivals
from collector.delivery import Delivery
from collector.periods import Periods
from collector.sample import Sample
from collector.spool.queue import Spool
from collector.store import Store, open_store
from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Step
from models.calendar import QUARTER
from scripts.jobs.job import Job
from scripts.jobs.late import reopen_late
from scripts.jobs.period import Period, PeriodStep
from scripts.jobs.retention import whole_since
from scripts.jobs.runner import Runner
from tests.scripts.jobs.totals import PARIS

START = 1_767_225_600_000
MINUTE = 60_000
DEVICES = ("hall/one", "hall/two", "hall/late")
SPOOL_BYTES = 4 << 20


class Counts:
    """How many samples each device has in each quarter-hour, kept as rollups of the store."""

    name, step, reopens, batch = "counts", PeriodStep.QUARTER, True, 8
    cadence = {"minute": "2-59/15"}
    after: Sequence[Job] = ()

    def __init__(self, store: Store, periods: Periods) -> None:
        self._store, self._periods = store, periods

    def first(self) -> int | None:
        return whole_since(self._store, self._periods)

    def settled_until(self, now: int) -> int:
        return now - 2 * MINUTE

    def run(self, periods: Sequence[Period]) -> None:
        self._store.write_rollups(Step.QUARTER, counted(self._store, periods[0].start, periods[-1].end))


def counted(store: Store, start: int, end: int) -> pd.DataFrame:
    """The rows that `Counts` has to write for start..end."""
    frames = store.read_many(DEVICES, (), start, end)
    rows = []
    for device, frame in frames.items():
        held = (frame.index.as_unit("ms").asi8 // QUARTER * QUARTER).tolist()  # type: ignore[attr-defined]
        rows += [(device, at, float(held.count(at))) for at in range(start, end, QUARTER)]
    made = pd.DataFrame(rows, columns=["subject", "time", "energy"]).assign(kind="inverter")
    rest = {name: float("nan") for name in ROLLUP_NUMBERS if name != "energy"}
    return made.assign(**rest, **dict.fromkeys(ROLLUP_TEXTS))


def power(time: int) -> float:
    """What every device says at that time."""
    return float(time // 1000 % 9973)


class Busy:
    """The three threads; `now` is the clock of the town."""

    def __init__(self, data: Path) -> None:
        self.data, self.now = data, START
        self.stop = threading.Event()
        self.spool = Spool.open(data / "spool.db", max_bytes=SPOOL_BYTES, now=START)

    def append(self) -> None:
        with (self.data / "accepted").open("a") as accepted:
            cycle = 0
            while not self.stop.is_set():
                cycle += 1
                late = self.now - 40 * MINUTE + cycle % 1000
                times = {"hall/one": self.now, "hall/two": self.now + 1, "hall/late": late}
                samples = [Sample(device, at, {"pac": power(at)}) for device, at in times.items()]
                self.spool.append(samples, self.now)
                accepted.write("".join(f"{s.device} {s.time}\n" for s in samples))
                accepted.flush()
                self.now += MINUTE
                time.sleep(0.003)

    def close(self) -> None:
        store = open_store(f"sqlite:///{self.data / 'store.db'}")
        with Periods(self.data / "ledger.db") as periods:
            runner = Runner(periods, PARIS, lambda: self.now)
            while not self.stop.is_set():
                reopen_late(periods, store, [Counts(store, periods)], PARIS, self.now)
                runner.due(Counts(store, periods))
        store.close()

    def deliver(self) -> None:
        url = f"sqlite:///{self.data / 'store.db'}"
        arrived = Arrivals(self.data / "ledger.db")
        Delivery(self.spool, lambda: open_store(url), now=lambda: self.now, arrived=arrived).run(self.stop)


def main() -> None:
    """Run until standard input ends."""
    delivery.IDLE_SECONDS = 0.002
    busy = Busy(Path(sys.argv[1]))
    threads = [threading.Thread(target=work) for work in (busy.append, busy.deliver, busy.close)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    busy.stop.set()
    for thread in threads:
        thread.join()
    busy.spool.close()


if __name__ == "__main__":
    main()
