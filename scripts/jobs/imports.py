"""Brings imports into the rollup rows: what was measured stays, what nobody measured is filled in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta, tzinfo
from pathlib import Path

import pandas as pd

from collector.imports.batches import Imports
from collector.periods import Periods
from collector.store import Store
from config.kwh import Step, Subject
from config.town import Town
from models.calendar import day_bounds, day_of, day_start
from models.pv.energy.authority import Total
from models.pv.imported.family import Id, family_of
from models.pv.imported.rollups import imported_rollups
from models.pv.imported.rows import Intervals

FILE = "imports.db"
"""In the data directory."""
CHUNK = timedelta(days=62)
"""So many days are worked on at once."""
OTHERS_TURN_SECONDS = 0.5
LEASE_SECONDS = 300.0


def imports_file(data: Path) -> Path | None:
    """The imports of a data directory; None as long as there are none, for who only looks."""
    path = data / FILE
    return path if path.exists() else None


def index_totals(imports: Imports, town: Town) -> Callable[[int, int], Mapping[str, Sequence[Total]]]:
    """What the network operator's index of each site gained around a stretch (ms), as closing asks for it."""

    def totals(start: int, end: int) -> Mapping[str, Sequence[Total]]:
        found = {site.id: [Total(*total) for total in imports.totals(site.id, start, end)] for site in town.sites}
        return {site: some for site, some in found.items() if some}

    return totals


class ImportedRows:
    """Keeps the rollup rows of a town in step with its imports. Belongs to one thread, as its store and imports."""

    def __init__(self, town: Town, store: Store, imports: Imports, tz: tzinfo) -> None:
        self._family, self._store, self._imports, self._tz = family_of(town, tz), store, imports, tz

    def apply(self, start: int, end: int) -> int:
        """Bring the days that touch start..end (ms) in step with the imports; how many rows were written.

        To be called after these days were closed, by who holds them. May be done again at any time: without imports,
        and without rows of undone ones, it writes nothing.
        """
        return sum(self._apply(first, last) for first, last in self.chunks(start, end))

    def chunks(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Whole days of the town that cover start..end, some at a time."""
        first, last = day_of(start, self._tz), day_of(max(end - 1, start), self._tz)
        while first <= last:
            until = min(first + CHUNK - timedelta(days=1), last)
            yield day_start(first, self._tz), day_bounds(until, self._tz)[1]
            first = until + timedelta(days=1)

    def catch_up(
        self, periods: Periods, jobs: Sequence[str], now: Callable[[], int], patience: float = 30.0
    ) -> tuple[int, bool]:
        """Apply all imports that are not in the rows yet, also those of a process that was killed before it could.

        jobs: names of those that write rows of measured energy. How many rows were written, and whether that was all:
        periods that another process is closing are waited for `patience` seconds, and then left for the next time.
        """
        written, deadline = 0, time.monotonic() + patience
        for stretch, first, last in self._imports.stale():
            for start, end in self.chunks(first, last):
                while (some := self._alone(periods, jobs, start, end, now())) is None:
                    if time.monotonic() > deadline:
                        return written, False
                    time.sleep(OTHERS_TURN_SECONDS)
                written += some
            self._imports.fresh(stretch)
        return written, True

    def _alone(self, periods: Periods, jobs: Sequence[str], start: int, end: int, now: int) -> int | None:
        """Apply to a chunk while nobody closes it; None when somebody does."""
        with ExitStack() as held:
            for job in jobs:
                lease = periods.lease(job, start, max(start + 1, min(end, now)), now, LEASE_SECONDS)
                if lease is None:
                    return None
                held.callback(periods.release, lease)
            return self._apply(start, end)

    def _apply(self, start: int, end: int) -> int:
        """One chunk of whole days."""
        ever = self._imports.series()
        if not ever:
            return 0
        imports = self._said(start, end)
        sites = {subject.split("/")[0] for _kind, subject in ever}
        days = self._rows(Step.DAY, sites, start, end)
        quarters = self._rows(Step.QUARTER, sites, start, end)
        if not imports and not any((rows["basis"] == "imported").any() for rows in (days, quarters)):
            return 0
        new_quarters, new_days = imported_rollups(self._family, imports, quarters, days, start, end)
        for step, rows in ((Step.QUARTER, new_quarters), (Step.DAY, new_days)):
            if len(rows):
                self._store.write_rollups(step, rows)
        return len(new_quarters) + len(new_days)

    def _said(self, start: int, end: int) -> dict[Id, Intervals]:
        found: dict[Id, Intervals] = {}
        for kind in (Subject.INVERTER, Subject.ROOF, Subject.SITE):
            rows = self._imports.read(kind, None, start, end)
            for subject, own in rows.groupby("subject"):
                columns = (own[column].to_numpy() for column in ("start", "end", "energy"))
                found[kind, str(subject)] = Intervals(*columns)
        return found

    def _rows(self, step: Step, sites: set[str], start: int, end: int) -> pd.DataFrame:
        """Of the town and all sites, and of the inverters and roofs of these sites."""
        inside = [site for site in self._family.sites if site.id in sites]
        wanted: dict[Subject, Sequence[str] | None] = {
            Subject.INVERTER: [name for site in inside for name in site.inverters],
            Subject.ROOF: [name for site in inside for name in site.roofs],
            Subject.SITE: None,
            Subject.TOWN: None,
        }
        frames = [
            self._store.read_rollups(step, kind, names, start, end).assign(kind=kind.value)
            for kind, names in wanted.items()
        ]
        return pd.concat(frames, ignore_index=True)
