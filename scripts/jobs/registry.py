"""The jobs of a town, put together on its store and its ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from collector.imports.batches import Imports
from collector.ledger_file import LEDGER
from collector.periods import Periods
from collector.store import Store
from config.town import Town
from models.pv.closing.books import books_of
from scripts.jobs.closing import Closing, DaysJob, QuartersJob
from scripts.jobs.imports import ImportedRows, imports_file, index_totals
from scripts.jobs.job import Job
from scripts.jobs.late import reopen_late
from scripts.jobs.metadata import MetadataJob
from scripts.jobs.retention import Retention
from scripts.jobs.runner import Outcome, Runner
from scripts.moments import utc_ms, zone
from scripts.options import Workplace


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that the jobs of one town need, opened. Belongs to one thread."""

    store: Store
    periods: Periods
    jobs: Sequence[Job]
    """In the order in which they run."""
    tz: tzinfo
    now: Callable[[], int] = utc_ms
    imported: ImportedRows | None = None

    def runner(self, stop: Callable[[], bool] = lambda: False) -> Runner:
        """What closes their periods."""
        return Runner(self.periods, self.tz, self.now, stop)

    def late(self) -> dict[str, int]:
        """Open again what late samples concern; how many periods were done, by job."""
        return reopen_late(self.periods, self.store, self.jobs, self.tz, self.now())

    def round(self, stop: Callable[[], bool] = lambda: False) -> dict[str, Outcome]:
        """Everything that is due now, after an outage of any length: what each job did."""
        self.late()
        if self.imported is not None:
            self.imported.catch_up(self.periods, [job.name for job in self.jobs if job.reopens], self.now)
        runner = self.runner(stop)
        return {job.name: runner.due(job) for job in self.jobs if not stop()}


def jobs_of(
    town: Town,
    store: Store,
    periods: Periods,
    now: Callable[[], int],
    raw_days: int,
    imports: Imports | None = None,
) -> tuple[Job, ...]:
    """The jobs, each after those that it builds upon."""
    tz = zone(town.place.tz)
    imports = imports or Imports(None)
    closing = Closing(
        books_of(town, tz),
        store,
        periods,
        tz,
        now,
        index=index_totals(imports, town),
        imported=ImportedRows(town, store, imports, tz).apply,
    )
    closing_jobs: tuple[Job, ...] = (DaysJob(closing), QuartersJob(closing))
    checks = MetadataJob(closing, closing_jobs[:1])
    return (*closing_jobs, checks, Retention(store, periods, closing_jobs, raw_days, tz, now))


@contextmanager
def opened(place: Workplace, town: Town, *, now: Callable[[], int] = utc_ms, make: bool = True) -> Iterator[Work]:
    """The jobs at work on the store and the ledger of a workplace. StoreError when one of these cannot be used.

    Without `make` a ledger that does not exist is not made either: who looks sees an empty one.
    """
    ledger: Path | None = place.data / LEDGER
    if not make and ledger is not None and not ledger.exists():
        ledger = None
    with (
        closing(place.open_store()) as store,
        Periods(ledger) as periods,
        Imports(imports_file(place.data)) as imports,
    ):
        tz = zone(town.place.tz)
        jobs = jobs_of(town, store, periods, now, place.settings.raw_days, imports)
        yield Work(store, periods, jobs, tz, now, ImportedRows(town, store, imports, tz))
