"""A sunny town with a past in a store, and the jobs that close it: real SQLite files, the simulator's own truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from collector.arrivals import Arrivals
from collector.periods import Periods
from collector.store import Store, open_store
from config.kwh import Step, Subject
from config.town import Town
from models.calendar import day_bounds, day_start
from models.pv.closing.books import books_of
from scripts.jobs.closing import Closing, DaysJob, QuartersJob
from scripts.jobs.late import reopen_late
from scripts.jobs.runner import Outcome, Runner
from scripts.simulator.fault import Fault
from scripts.simulator.past import Past, instants
from scripts.simulator.plant import Plant

PARIS = ZoneInfo("Europe/Paris")
QUARTER = 900_000


@dataclass(slots=True)
class PastTown:
    """The town, its store and its jobs at `now`."""

    town: Town
    store: Store
    periods: Periods
    arrived: Arrivals
    now: int
    faults: Sequence[Fault] = ()

    def live(self, start: int, end: int, devices: Sequence[str] | None = None) -> None:
        """Store what the devices said every quarter-hour from `start` to before `end`."""
        noon = start - start % 86_400_000 + 43_200_000
        samples = Past(self.town, 1, self.faults, noon).samples(instants(start, end, QUARTER))
        kept = [sample for sample in samples if devices is None or sample.device in devices]
        self.store.write(kept)
        self.arrived(kept)  # as delivery does

    def close(self) -> dict[str, Outcome]:
        """One round of both jobs."""
        closing = Closing(books_of(self.town, PARIS), self.store, self.periods, PARIS, lambda: self.now)
        jobs = (DaysJob(closing), QuartersJob(closing))
        reopen_late(self.periods, self.store, jobs, PARIS, self.now)
        runner = Runner(self.periods, PARIS, lambda: self.now)
        return {job.name: runner.due(job) for job in jobs}

    def rows(self, step: Step, kind: Subject, subject: str, first: date, last: date | None = None) -> pd.DataFrame:
        """Rollup rows of one subject for the days first..last."""
        bounds = day_bounds(first, PARIS)[0], day_bounds(last or first, PARIS)[1]
        return self.store.read_rollups(step, kind, [subject], *bounds)

    def truth(self, inverter: str, start: int, end: int) -> float:
        """Wh that the simulated inverter made in a stretch."""
        powers = Plant(self.town, 1, self.faults).powers
        _, energy = powers.read(powers.wiring.inverters[inverter], np.array([start, end], dtype=np.int64))
        return float(energy[1] - energy[0])


@contextmanager
def past_town(folder: Path, town: Town, first: date, last: date, faults: Sequence[Fault] = ()) -> Iterator[PastTown]:
    """The town with the readings of the days first..last (both whole), an hour after their end. Nothing is closed."""
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    try:
        with Periods(folder / "ledger.db") as periods:
            end = day_bounds(last, PARIS)[1]
            made = PastTown(town, store, periods, Arrivals(folder / "ledger.db"), end + 3_600_000, faults)
            made.live(day_start(first, PARIS), end + 3_600_000)
            yield made
    finally:
        store.close()
