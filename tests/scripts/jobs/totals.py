"""Two small jobs that do real work: counts and sums of samples by quarter-hour, and of those by day, in a file.

Their truth is easily told: `truth(store, …)` reckons it anew from the samples. `Town` opens all that jobs need.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.periods import Periods
from collector.sample import Sample
from collector.store import Store, open_store
from models.calendar import QUARTER
from scripts.jobs.job import Job
from scripts.jobs.late import reopen_late
from scripts.jobs.period import Period, PeriodStep, period_of
from scripts.jobs.retention import whole_since
from scripts.jobs.runner import Outcome, Runner

PARIS = ZoneInfo("Europe/Paris")
MINUTE = 60_000


class Figures:
    """What the jobs write: one row for each period, with how often it was written."""

    def __init__(self, path: Path) -> None:
        self.sql = sqlite3.connect(path, timeout=30, isolation_level=None)
        self.sql.execute("PRAGMA journal_mode = WAL")
        self.sql.execute(
            "CREATE TABLE IF NOT EXISTS figure (job, start, samples, energy, written, PRIMARY KEY (job, start))"
        )

    def write(self, job: str, rows: Sequence[tuple[int, int, float]]) -> None:
        """All rows or none."""
        self.sql.execute("BEGIN IMMEDIATE")
        self.sql.executemany(
            "INSERT INTO figure VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET samples = excluded.samples,"
            " energy = excluded.energy, written = written + 1",
            [(job, *row) for row in rows],
        )
        self.sql.execute("COMMIT")

    def of(self, job: str) -> dict[int, tuple[int, float]]:
        """Samples and energy by start, in order."""
        rows = self.sql.execute("SELECT start, samples, energy FROM figure WHERE job = ? ORDER BY start", (job,))
        return {start: (samples, energy) for start, samples, energy in rows}

    def written(self, job: str) -> dict[int, int]:
        """How often each period was written."""
        return dict(self.sql.execute("SELECT start, written FROM figure WHERE job = ?", (job,)))


class Quarters:
    """Counts and sums the power of one device by quarter-hour."""

    name, step, reopens = "quarters", PeriodStep.QUARTER, True
    cadence = {"minute": "2-59/15"}
    after: Sequence[Job] = ()

    def __init__(self, store: Store, periods: Periods, figures: Figures, batch: int = 96) -> None:
        self.store, self.periods, self.figures, self.batch = store, periods, figures, batch
        self.ran: list[Period] = []
        self.before: Callable[[Sequence[Period]], None] = lambda periods: None
        self.between: Callable[[Sequence[Period]], None] = lambda periods: None

    def first(self) -> int | None:
        return whole_since(self.store, self.periods)

    def settled_until(self, now: int) -> int:
        return now - 2 * MINUTE

    def run(self, periods: Sequence[Period]) -> None:
        self.before(periods)
        frame = self.store.read("roof/inv", ["pac"], periods[0].start, periods[-1].end)
        self.between(periods)
        starts = frame.index.as_unit("ms").asi8 // QUARTER * QUARTER
        sums = frame["pac"].groupby(starts).agg(["size", "sum"])
        found = {start: (int(size), float(total)) for start, size, total in sums.itertuples()}
        self.figures.write(self.name, [(p.start, *found.get(p.start, (0, 0.0))) for p in periods])
        self.ran += periods


class Days:
    """Sums the quarter-hours of a day."""

    name, step, reopens, batch = "days", PeriodStep.DAY, True, 31
    cadence = {"hour": "0", "minute": "20"}

    def __init__(self, quarters: Quarters) -> None:
        self.quarters, self.after = quarters, (quarters,)
        self.ran: list[Period] = []

    def first(self) -> int | None:
        return self.quarters.first()

    def settled_until(self, now: int) -> int:
        return now - 20 * MINUTE

    def run(self, periods: Sequence[Period]) -> None:
        known = self.quarters.figures.of("quarters")
        rows = []
        for day in periods:
            parts = [known.get(start, (0, 0.0)) for start in range(day.start, day.end, QUARTER)]
            rows.append((day.start, sum(size for size, _total in parts), sum(total for _size, total in parts)))
        self.quarters.figures.write(self.name, rows)
        self.ran += periods


class Town:
    """Store, ledger, figures and both jobs in one folder; `now` is moved by hand."""

    def __init__(self, folder: Path, now: int = 0, batch: int = 96) -> None:
        self.now = now
        self.store = open_store(f"sqlite:///{folder}/store.db")
        self.periods = Periods(folder / "ledger.db")
        self.figures = Figures(folder / "figures.db")
        self.quarters = Quarters(self.store, self.periods, self.figures, batch)
        self.days = Days(self.quarters)
        self.jobs: tuple[Job, ...] = (self.quarters, self.days)
        self.runner = Runner(self.periods, PARIS, lambda: self.now)

    def round(self) -> dict[str, Outcome]:
        """What the scheduler does at each tick."""
        reopen_late(self.periods, self.store, self.jobs, PARIS, self.now)
        return {job.name: self.runner.due(job) for job in self.jobs}

    def forget(self) -> None:
        """Forget what ran so far."""
        self.quarters.ran.clear()
        self.days.ran.clear()

    def assert_true(self) -> None:
        """Every period that is settled is done, and its figures are those of the samples."""
        for job in self.jobs:
            bounds = self.runner.closable(job)
            assert bounds is not None
            assert self.periods.gaps(job.name, *bounds) == []
            assert self.figures.of(job.name) == truth(self.store, job.step, *bounds)

    def close(self) -> None:
        self.store.close()
        self.periods.close()
        self.figures.sql.close()


def samples(times: Sequence[int]) -> list[Sample]:
    """One sample at each of these times, whose power tells it apart."""
    return [Sample("roof/inv", time, {"pac": float(time // 1000 % 9973)}) for time in times]


def truth(store: Store, step: PeriodStep, start: int, end: int) -> dict[int, tuple[int, float]]:
    """What the figures of these periods have to be."""
    frame = store.read("roof/inv", ["pac"], start, end)
    found: dict[int, tuple[int, float]] = {}
    at = start
    while at < end:
        period = period_of(at, step, PARIS)
        found[period.start] = (0, 0.0)
        at = period.end
    for time, power in zip(frame.index.as_unit("ms").asi8.tolist(), frame["pac"].tolist(), strict=True):
        place = period_of(time, step, PARIS).start
        size, total = found[place]
        found[place] = (size + 1, total + power)
    return found
