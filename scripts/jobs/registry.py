"""The jobs of a town, put together on its store and its ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from collector.channels.outbox import FILE as OUTBOX
from collector.imports.batches import Imports
from collector.ledger_file import LEDGER
from collector.opendata.database import NAME as TERRITORY
from collector.periods import Periods
from collector.store import Store
from collector.store.facts import FactStore
from collector.weather.source import Source
from config import load_territory
from config.contracts import Contracts
from config.notify import load_notify
from config.town import Town
from dashboards.opendata.frozen import FOLDER
from dashboards.prices import Prices, prices_of
from dashboards.progress.path import targets
from models.pv.alerts.gate import Price
from models.pv.closing.books import books_of
from scripts.jobs.alerts import ALERTS, AlertsJob
from scripts.jobs.closing import DAYS, QUARTERS, Closing, DaysJob, QuartersJob
from scripts.jobs.diagnosis import DIAGNOSIS, Diagnosis, DiagnosisJob
from scripts.jobs.grafana import GrafanaJob
from scripts.jobs.heartbeat import Heartbeat
from scripts.jobs.imports import ImportedRows, imports_file, index_totals
from scripts.jobs.job import Job
from scripts.jobs.lapses import LapsesJob
from scripts.jobs.late import reopen_late
from scripts.jobs.metadata import MetadataJob
from scripts.jobs.notify import NotifyJob, Office
from scripts.jobs.opendata import OpenDataJob
from scripts.jobs.outside import Outside, weather_outside
from scripts.jobs.progress import ProgressJob
from scripts.jobs.reports import REPORTS, ReportsJob
from scripts.jobs.retention import Retention
from scripts.jobs.runner import Outcome, Runner
from scripts.jobs.town_days import TownDays
from scripts.jobs.weather import WeatherJob, spot_of
from scripts.jobs.works import renewed
from scripts.moments import utc_ms, zone
from scripts.options import Workplace
from scripts.progress import computed, every_coverage
from scripts.provenance import holds_simulated
from scripts.situation import situation


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

    def runner(self, stop: Callable[[], bool] = lambda: False, until: int | None = None) -> Runner:
        """What closes their periods."""
        return Runner(self.periods, self.tz, self.now, stop, until)

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
    outside: Outside | None = None,
    price: Price | None = None,
) -> tuple[Job, ...]:
    """The jobs, each after those that it builds upon. Without weather from `outside` nobody is asked for any."""
    tz = zone(town.place.tz)
    town = renewed(town, periods.path, tz)
    imports = imports or Imports(None)
    weather = outside.seen_at(spot_of(town.place)) if outside else lambda _start, _end: None
    closing = Closing(
        books_of(town, tz),
        store,
        periods,
        tz,
        now,
        weather=weather,
        index=index_totals(imports, town),
        imported=ImportedRows(town, store, imports, tz).apply,
    )
    closing_jobs: tuple[Job, ...] = (DaysJob(closing), QuartersJob(closing))
    checks = MetadataJob(closing, closing_jobs[:1], weather)
    fetching = [_fetching(outside, town, closing)] if outside and outside.sources else []
    diagnosis = Diagnosis(TownDays(town, closing), closing)
    closing.built_on = (DIAGNOSIS,)
    told = (
        DiagnosisJob(diagnosis, closing_jobs[:1]),
        AlertsJob(diagnosis, price or Prices(Contracts()), closing_jobs[1:]),
    )
    return (*fetching, *closing_jobs, *told, checks, Retention(store, periods, closing_jobs, raw_days, tz, now))


def _telling(
    place: Workplace, town: Town, store: Store, periods: Periods, jobs: Sequence[Job], now: Callable[[], int],
    office: Office | None,
) -> Job:  # fmt: skip
    """The job that tells people."""
    closed = next(job for job in jobs if job.name == DAYS)
    alerts = [job for job in jobs if job.name == ALERTS]
    return NotifyJob(
        town,
        periods,
        office or _office(place, town),
        prices_of(place.town_folder).of,
        lambda: {device: sample.time for device, sample in store.last().items()},
        closed.first,
        zone(town.place.tz),
        now,
        alerts,
    )


def _office(place: Workplace, town: Town) -> Office:
    """How people are told by the files of the town; nobody is of what nobody measured."""
    settings, folder = place.settings, place.town_folder
    if town.simulated or holds_simulated(place):
        return Office(lambda: None, None, folder)
    needed = (DAYS, QUARTERS, DIAGNOSIS, ALERTS)
    beat = Heartbeat(settings.heartbeat_url, town.place, needed) if settings.heartbeat_url else None
    password, page = settings.smtp_password, settings.public_url
    return Office(lambda: load_notify(folder), place.data / OUTBOX, folder, password, page, beat)


def _papers(place: Workplace, town: Town, store: Store, jobs: Sequence[Job], now: Callable[[], int]) -> tuple[Job, Job]:
    """What is made of closed days for people to keep: monthly reports, and frozen years of open data."""
    days = next(job for job in jobs if job.name == DAYS)
    simulated = town.simulated or holds_simulated(place)
    given = (days, zone(town.place.tz), now)
    return (
        ReportsJob(town, store, place.data / REPORTS, *given, simulated=simulated),
        OpenDataJob(town, store, place.data / FOLDER, *given, simulated=simulated),
    )


def _progress(place: Workplace, town: Town, store: Store, jobs: Sequence[Job], now: Callable[[], int]) -> Job:
    """The job that keeps each day's progress of the territory."""
    days = next(job for job in jobs if job.name == DAYS)
    return ProgressJob(
        place.data / TERRITORY, days, lambda at: computed(place, town, store, at), zone(town.place.tz), now
    )


def _facts(
    place: Workplace, town: Town, store: Store, periods: Periods, jobs: Sequence[Job], now: Callable[[], int]
) -> Job:
    """The job that tells InfluxDB what Grafana's boards need besides."""
    return GrafanaJob(
        town, store, periods, jobs, zone(town.place.tz), now, lambda at: situation(place, at, town),
        coverages=lambda: every_coverage(place, town, store, now()),
        milestones=lambda ring: targets(load_territory(place.town_folder), ring),
    )  # fmt: skip


def _fetching(outside: Outside, town: Town, closing: Closing) -> Job:
    """The job that fetches the weather. What it brings opens the days again that were closed without."""

    archive, sources, spot = outside.archive, outside.sources, spot_of(town.place)
    return WeatherJob(archive, sources, spot, closing.tz, closing.now, closing.first, closing.weather_changed)


@contextmanager
def opened(
    place: Workplace,
    town: Town,
    *,
    now: Callable[[], int] = utc_ms,
    make: bool = True,
    sources: Sequence[Source] | None = None,
    office: Office | None = None,
) -> Iterator[Work]:
    """The jobs at work on the databases of a workplace. StoreError when one of these cannot be used.

    Without `make` a ledger or an archive that does not exist is not made either: who looks sees an empty one.
    `sources` are those of the weather, when they are not the town's own: the demo's sky. `office` is how people are
    told, when it is not the town's own; of simulated data nobody is told without it.
    """
    ledger: Path | None = place.data / LEDGER
    if not make and ledger is not None and not ledger.exists():
        ledger = None
    with (
        closing(place.open_store()) as store,
        Periods(ledger) as periods,
        Imports(imports_file(place.data)) as imports,
        weather_outside(place, town, sources, make) as outside,
    ):
        tz = zone(town.place.tz)
        price = prices_of(place.town_folder)
        jobs = jobs_of(town, store, periods, now, place.settings.raw_days, imports, outside, price)
        jobs = (*jobs, _telling(place, town, store, periods, jobs, now, office))
        jobs = (*jobs, *_papers(place, town, store, jobs, now), _progress(place, town, store, jobs, now))
        jobs = (*jobs, LapsesJob(place.data, now))
        if isinstance(store, FactStore):
            jobs = (*jobs, _facts(place, town, store, periods, jobs, now))
        yield Work(store, periods, jobs, tz, now, ImportedRows(town, store, imports, tz))
