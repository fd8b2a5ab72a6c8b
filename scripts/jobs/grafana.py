"""The job that tells InfluxDB what boards need and no sample says: how things stand, and what days gave.

Only with InfluxDB as the store: Grafana is not offered over the embedded one. See dashboards.grafana.facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collector.ledger import Ledger
from collector.periods import Periods
from collector.store import Store
from collector.store.facts import Fact, FactStore
from config.carriers import Ring
from config.kwh import Step, Subject
from config.town import Place, Town
from dashboards.grafana import facts
from models.calendar import QUARTER, day_bounds, day_of, day_start, quarter_of
from models.pv.plant import installed, plant_of
from models.pv.sun import sun_position
from models.territory.coverage import Coverage
from models.territory.trajectory import Target
from scripts.jobs.alerts import alerts_of
from scripts.jobs.closing import DAYS
from scripts.jobs.diagnosis import current
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep
from scripts.jobs.runner import Runner
from scripts.jobs.works import works_of

NAME = "grafana"
TOLD = "told"
"""State: how often each day had been closed when its yields were told, by its start."""
AT_ONCE = 100
"""Days whose yields are worked out together."""
LIT = 80.0
"""Degrees of zenith up to which an inverter has light enough to answer: the sun 10 degrees up."""


class GrafanaJob:
    """Writes facts each quarter-hour, for the present only: a catch-up of years is one writing."""

    name = NAME
    step = PeriodStep.QUARTER
    batch = 1_000_000
    after: Sequence[Job] = ()
    reopens = False
    cadence = {"minute": "5,20,35,50"}  # noqa: RUF012 - read only

    def __init__(
        self,
        town: Town,
        store: Store,
        periods: Periods,
        jobs: Sequence[Job],
        tz: tzinfo,
        now: Callable[[], int],
        situation: Callable[[int], Mapping[str, Any]],
        coverages: Callable[[], Iterable[Coverage]] = lambda: (),
        milestones: Callable[[Ring], Sequence[Target]] = lambda _ring: (),
    ) -> None:
        """`jobs`: whose lag is told. `situation`: as of scripts.situation. ValueError for a store without facts."""
        if not isinstance(store, FactStore):
            raise ValueError(f"{store.url}: boards read InfluxDB only")
        self._facts, self._store, self._town, self._tz = store, store, town, tz
        self._periods, self._jobs, self._runner = periods, jobs, Runner(periods, tz, now)
        self._now, self._situation, self._coverages, self._milestones = now, situation, coverages, milestones
        self._plant = plant_of(town)

    def first(self) -> int | None:
        """The present quarter-hour's predecessor: what was not told in time is not told later."""
        return quarter_of(self._now()) - QUARTER

    def settled_until(self, now: int) -> int:
        """See Job."""
        return now

    def run(self, periods: Sequence[Period]) -> None:
        """See Job."""
        now = self._now()
        self._facts.write_facts(self.state(now))
        self._tell_yields()

    def state(self, now: int) -> Iterator[Fact]:
        """How everything stands."""
        seen = self._situation(now)
        roles = {path: device.role.value for path, device in self._town.devices().items()}
        by_day = bool(lit(self._town.place, np.array([now], dtype=np.int64))[0])
        yield from facts.device_facts(seen["devices"], roles, now, by_day)
        yield facts.spool_fact(seen["spool"], bool(seen["running"]), bool(seen["simulated"]), now)
        for job in self._jobs:
            if (bounds := self._runner.closable(job)) is not None:
                yield facts.job_fact(job.name, self._periods.gaps(job.name, *bounds), bounds[1], now)
        found, sites = current(self._periods, now), [site.id for site in self._town.sites]
        with Ledger(self._periods.path) as ledger:
            yield from facts.alert_facts(alerts_of(ledger).values(), found[1] if found else (), sites, now)
            yield from facts.work_facts(works_of(ledger))
        yield from facts.progress_facts(self._coverages(), self._milestones, self._year)

    def _year(self, year: int) -> int:
        return day_start(date(year, 1, 1), self._tz)

    def _tell_yields(self) -> None:
        """The yields of the days closed since, or closed anew: whatever opened them."""
        done = {str(day): revision for day, revision in self._periods.done(DAYS, 0, self._now()).items()}
        known = self._periods.state(NAME, TOLD, 0)
        told: dict[str, int] = known[1] if known else {}
        days = sorted(int(day) for day, revision in done.items() if told.get(day) != revision)
        for first in range(0, len(days), AT_ONCE):
            part = days[first : first + AT_ONCE]
            self._facts.write_facts(self._yields({*part}))
            told |= {str(day): done[str(day)] for day in part}
            self._periods.keep_state(NAME, TOLD, 0, told)

    def _yields(self, days: set[int]) -> Iterator[Fact]:
        end = day_bounds(day_of(max(days), self._tz), self._tz)[1]
        for kind in Subject:
            rows = self._store.read_rollups(Step.DAY, kind, None, min(days), end, list(facts.YIELD_COLUMNS))
            chosen = rows[rows["time"].isin(days)].reset_index(drop=True)
            yield from facts.yield_facts(chosen, kind, installed(self._plant, kind))


def lit(place: Place, times: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether an inverter had light enough to answer, at instants in ms UTC."""
    at = pd.DatetimeIndex(times.astype("datetime64[ms]")).tz_localize("UTC")
    return np.asarray(sun_position(at, place.latitude, place.longitude, place.altitude).zenith < LIT)
