"""The past of a simulated town as if tepos had watched it all the time: brought in, closed by the jobs, told to boards.

The demo's, without sockets: register words, the field's own decoder, spool, delivery and jobs are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from collector.ledger import Ledger
from collector.store import Store
from collector.store.facts import FactStore
from config.town import Town
from dashboards.grafana import facts
from models.calendar import day_of, day_start
from models.pv.diagnosis.finding import Finding
from scripts.collecting import Collecting
from scripts.jobs.alerts import deeds_of
from scripts.jobs.diagnosis import found_on
from scripts.jobs.registry import Work, opened
from scripts.jobs.runner import Outcome
from scripts.moments import utc_ms
from scripts.options import Workplace
from scripts.simulator.fault import Fault
from scripts.simulator.history import fill
from scripts.simulator.told import told
from scripts.simulator.weather import SyntheticWeather

STEP_MS = 15 * 60 * 1000
DAY_MS = 24 * 3600 * 1000
Span = tuple[int, int]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Story:
    """What happens in the simulated town: the same seed and faults are the same sky and the same devices."""

    seed: int = 1
    faults: Sequence[Fault] = ()

    @property
    def sky(self) -> SyntheticWeather:
        """Its weather, as a service would tell it."""
        return SyntheticWeather(self.seed, self.faults)


def unfilled(collecting: Collecting, start: int, end: int) -> list[Span]:
    """The parts of the history that no earlier run has made: before its first sample, and after its last."""
    with closing(collecting.open_store()) as store:
        newest = store.last()
        if not newest:
            return [(start, end)] if start < end else []
        last = max(sample.time for sample in newest.values())
        if last < start:
            return [(start, end)] if start < end else []
        first = _first(store, collecting.town, start, end)
    spans = [(start, min(first, end)), (max(start, (last // STEP_MS + 1) * STEP_MS), end)]
    return [(a, b) for a, b in spans if a < b]


def brought(collecting: Collecting, story: Story, span: Span, progress: Progress | None = None) -> int:
    """Bring a part of the history into the store; how many samples it has. StoreError waits in the spool."""
    start, end = span
    if isinstance(store := collecting.open_store(), FactStore) and not store.simulated():
        # Before any reading: whatever becomes of this process, they never stand there as measured ones.
        store.write_facts([facts.spool_fact(None, running=False, simulated=True, now=start)])
    store.close()
    try:
        return fill(
            collecting.town, collecting.spool, collecting.delivery, start=start, end=end, seed=story.seed,
            faults=story.faults, progress=progress,
        )  # fmt: skip
    finally:
        collecting.delivery.close()  # a store belongs to the thread that opened it; live polls have another


def closed(
    place: Workplace, town: Town, story: Story, made: Sequence[Span], now: Callable[[], int] = utc_ms
) -> Mapping[str, Outcome]:
    """Close every period that is over, by the jobs that close those of the real town, under the invented sky.

    InfluxDB is told how things stood in the spans that were `made` now.
    """
    with opened(place, town, sources=[story.sky], now=now) as work:
        outcomes = work.round()
        if isinstance(work.store, FactStore):
            _tell(work, town, made, work.store)
    return outcomes


def brought_all(collecting: Collecting, story: Story, start: int, end: int) -> Sequence[Span]:
    """Bring in what of that stretch is not there yet; the parts that were made."""
    spans = unfilled(collecting, start, end)
    for span in spans:
        brought(collecting, story, span)
    return spans


def past(
    place: Workplace,
    town: Town,
    story: Story,
    start: int,
    end: int,
    *,
    spool_bytes: int,
    bring: Callable[[Collecting, Story, int, int], Sequence[Span]] = brought_all,
) -> Mapping[str, Outcome]:
    """Everything that happened from `start` to before `end` (ms UTC), seen at its end. The caller holds the roles."""
    collecting = Collecting(town, place.data, place.open_store, spool_bytes=spool_bytes, now=lambda: end)
    try:
        made = bring(collecting, story, start, end)
    finally:
        collecting.close()
    return closed(place, town, story, made, lambda: end)


def _tell(work: Work, town: Town, made: Sequence[Span], store: FactStore) -> None:
    first = work.store.first()
    if first is None:
        return
    with Ledger(work.periods.path) as ledger:
        deeds = deeds_of(ledger)
    names = [job.name for job in work.jobs if job.first() is not None]

    @lru_cache(maxsize=2)
    def of_morning(day: date) -> Sequence[Finding]:
        found = found_on(work.periods, day_start(day, work.tz))
        return found[1] if found else ()

    def findings(at: int) -> Sequence[Finding]:
        return of_morning(day_of(at, work.tz))

    for start, end in made:
        for some in told(town, work.store, deeds, findings, names, max(start, first), end):
            store.write_facts(some)


def _first(store: Store, town: Town, start: int, end: int) -> int:
    """The time of the first sample from `start` on; `end` when there is none."""
    device = next(iter(town.devices()))
    for day in range(start, end, DAY_MS):
        frame = store.read(device, (), day, min(day + DAY_MS, end))
        if len(frame):
            return int(frame.index[0].timestamp()) * 1000
    return end
