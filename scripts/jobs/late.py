"""What came in late opens exactly the periods again whose figures it may change.

A sample says something about the time between its neighbours: the energy from the one before to the one after it was
reckoned, or spread over a gap, as if it did not exist. In a dense series that is its own quarter-hour (two, at the
edge of one); in a gap it is the whole gap.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from collector.periods import Arrival, Periods, Span
from collector.store import Store
from models.calendar import QUARTER, quarter_of
from scripts.jobs.job import Job
from scripts.jobs.period import period_of

log = logging.getLogger(__name__)

NEAR = 3_600_000
"""ms in which a neighbour is first looked for."""
FARTHER = 4
"""How much farther each time: what is read in vain or beyond the neighbour stays in proportion to the gap."""


def reopen_late(periods: Periods, store: Store, jobs: Sequence[Job], tz: tzinfo, now: int) -> dict[str, int]:
    """Open the periods of all jobs that the arrivals concern; how many were done, by job. Done whole or not at all."""
    seen = periods.arrivals()
    if not seen:
        return {}
    firsts = [(job, first) for job in jobs if job.reopens and (first := job.first()) is not None]
    spans: list[Span] = []
    if firsts:
        earliest = min(first for _job, first in firsts)
        spans = _merged(_concerned(store, run, earliest, now) for run in _runs(seen))
    opened = periods.reopen(
        {job.name: _from(period_of(first, job.step, tz).start, spans) for job, first in firsts}, seen=seen
    )
    log.info("late samples: opened again %s", ", ".join(f"{name} {n}" for name, n in opened.items()) or "nothing")
    return opened


def _runs(arrivals: Sequence[Arrival]) -> Iterator[Arrival]:
    """Arrivals of one device in quarter-hours that follow on each other, as one. They come by device and time."""
    run: Arrival | None = None
    end = 0
    for arrival in arrivals:
        if run is not None and run.device == arrival.device and arrival.quarter == end:
            run = Arrival(run.device, run.quarter, run.first, arrival.last)
        else:
            if run is not None:
                yield run
            run = arrival
        end = arrival.quarter + QUARTER
    if run is not None:
        yield run


def _concerned(store: Store, run: Arrival, first: int, now: int) -> Span:
    """The time about which these samples say something, widened to the neighbours of the first and the last."""
    before, after = _before(store, run.device, run.first, first), _after(store, run.device, run.last, now)
    start = quarter_of(run.first if before is None else before)
    return start, max(quarter_of(run.last) + QUARTER, after or 0)


def _before(store: Store, device: str, time: int, first: int) -> int | None:
    """The time of the sample before `time`, not looked for before `first`."""
    end, far = time, NEAR
    while end > first:
        start = max(first, time - far)
        if (found := _edge(store, device, start, end, -1)) is not None:
            return found
        end, far = start, far * FARTHER
    return None


def _after(store: Store, device: str, time: int, now: int) -> int | None:
    """The time of the sample after `time`, not looked for after `now`."""
    start, far = time + 1, NEAR
    while start < now:
        end = min(now, time + far)
        if (found := _edge(store, device, start, end, 0)) is not None:
            return found
        start, far = end, far * FARTHER
    return None


def _edge(store: Store, device: str, start: int, end: int, place: int) -> int | None:
    index = store.read(device, (), start, end).index
    return int(index.as_unit("ms").asi8[place]) if len(index) else None  # type: ignore[attr-defined]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _from(first: int, spans: Iterable[Span]) -> list[Span]:
    return [(max(start, first), end) for start, end in spans if end > first]
