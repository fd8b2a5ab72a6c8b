"""A town of eight inverters with weeks behind it, in which things happen that are no fault of any inverter.

The whole path of the product but the sockets: simulator, register words, decoder, store, jobs, diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.arrivals import Arrivals
from config.kwh import Step, Subject
from config.town import Town
from models.calendar import day_bounds, days
from models.pv.diagnosis.cause import Cause, Stage
from models.pv.diagnosis.day import Works
from models.pv.diagnosis.diagnose import Known, diagnose
from models.pv.diagnosis.finding import Finding
from scripts.jobs.closing import DaysJob, QuartersJob
from scripts.jobs.registry import Work, opened
from scripts.jobs.town_days import TownDays
from scripts.options import embedded, workplace
from scripts.simulator.fault import Fault
from scripts.simulator.past import instants, stretches
from scripts.simulator.weather import SyntheticWeather
from tests.models.pv.closing.closing_town import figure, site, town_of

PARIS = ZoneInfo("Europe/Paris")
MINUTE, QUARTER, HOUR = 60_000, 900_000, 3_600_000
SEED = 1
HOURS = (8.5, 9, 9.5, 10, 10.5, 11.5, 13.5, 15.5, 20, 20.5)
"""At which a day that is watched is looked at while it goes on."""
PANNE = frozenset(cause for cause in Cause if cause.stage in (Stage.AVAILABILITY, Stage.DEVICE)) - {
    Cause.PLANNED,
    Cause.TOWN_WIDE,
}
"""What a technician would drive out for."""


def trial_town() -> Town:
    """Six sites, steep roofs and flat ones, all directions; the hall has three inverters."""
    roofs = ((45, 180), (35, 100), (35, 260), (10, 180), (30, 225))
    sites = [_tilted(site(f"roof-{n}", azimuth, kwp=12 + 6 * n), tilt) for n, (tilt, azimuth) in enumerate(roofs)]
    hall = _tilted(site("hall", 170, kwp=60, inverters=("a", "b", "c"), map_name="huawei_sun2000"), 15)
    return town_of(*sites, hall).model_copy(update={"simulated": True})


def _tilted(made: dict, tilt: float) -> dict:  # type: ignore[type-arg]
    for roof in made["roofs"]:
        for array in roof["arrays"]:
            array["surface_tilt"] = figure(tilt)
    return made


@dataclass(slots=True)
class Trial:
    """The town's data directory, and what the diagnosis knows of it by now."""

    folder: Path
    town: Town
    faults: Sequence[Fault]
    works: Sequence[Works] = ()
    known: Known = field(default_factory=Known)
    now: int = 0
    seen: dict[date, list[Finding]] = field(default_factory=dict)
    """What was found on each day."""
    live: dict[int, list[Finding]] = field(default_factory=dict)
    """What was found while a day went on, by instant."""

    def tell(self, start: int, end: int, pace: int = QUARTER) -> None:
        """Store what the devices said from `start` to before `end`."""
        noon = start - start % 86_400_000 + 12 * HOUR
        with self._work() as work:
            arrived = Arrivals(self.folder / "ledger.db")
            for samples in stretches(self.town, SEED, self.faults, noon, instants(start, end, pace), 96):
                work.store.write(samples)
                arrived(samples)

    def look(self, first: date, last: date, *watched: date) -> None:
        """Close these days, then look at one after the other; at the watched ones at some HOURS of the day too."""
        self.now = day_bounds(last, PARIS)[1] + HOUR
        with self._work() as work:
            _closed(work)
            town_days = TownDays(self.town, _days_job(work)._closing)
            bounds = [day_bounds(day, PARIS) for day in days(first, last)]
            for day, whole in zip(days(first, last), town_days.days(bounds, self.works), strict=True):
                start = whole.start
                for now in [start + int(hour * HOUR) for hour in HOURS if day in watched]:
                    so_far = town_days.day(start, now, whole=False, works=self.works)
                    self.live[now] = diagnose(so_far, self.known)[0]
                self.seen[day], self.known = diagnose(whole, self.known)

    def found(self, first: date, last: date) -> set[tuple[Cause, str]]:
        """What was found on these days, when they were over or while they went on."""
        bounds = day_bounds(first, PARIS)[0], day_bounds(last, PARIS)[1]
        whole = {one for day, found in self.seen.items() if first <= day <= last for one in causes(found)}
        return whole | {
            one for now, found in self.live.items() if bounds[0] <= now < bounds[1] for one in causes(found)
        }

    def ratio(self, inverter: str, first: date, last: date) -> float:
        """What an inverter made of its expectation: the middle one of these days."""
        bounds = day_bounds(first, PARIS)[0], day_bounds(last, PARIS)[1]
        with self._work() as work:
            rows = work.store.read_rollups(Step.DAY, Subject.INVERTER, [inverter], *bounds, ["energy", "expected"])
        return float((rows["energy"] / rows["expected"]).median())

    @contextmanager
    def _work(self) -> Iterator[Work]:
        place = replace(workplace(self.folder, None), data=self.folder, store_url=embedded(self.folder))
        weather = [SyntheticWeather(SEED, self.faults)]
        with opened(place, self.town, now=lambda: self.now, sources=weather) as work:
            yield work


def _closed(work: Work) -> None:
    work.late()
    runner = work.runner()
    for job in work.jobs:
        if job.name in ("weather", DaysJob.name, QuartersJob.name):
            outcome = runner.due(job)
            assert outcome.error is None, outcome.error


def _days_job(work: Work) -> DaysJob:
    return next(job for job in work.jobs if isinstance(job, DaysJob))


def causes(found: Sequence[Finding]) -> set[tuple[Cause, str]]:
    """What was found, and where."""
    return {(one.cause, one.subject) for one in found}


def pannes(found: Iterable[tuple[Cause, str]]) -> set[tuple[Cause, str]]:
    """What a technician would have driven out for."""
    return {(cause, subject) for cause, subject in found if cause in PANNE}


def at(day: date, hour: float = 0.0) -> int:
    """ms: an hour of a day of the town (on a day on which the clocks do not change)."""
    return day_bounds(day, PARIS)[0] + int(hour * HOUR)
