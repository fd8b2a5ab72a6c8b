"""What the jobs have in common that make something of closed months for people to keep: reports, frozen open data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from pathlib import Path

from collector.store import Store
from config.town import Town
from scripts.jobs.job import Job
from scripts.jobs.period import PeriodStep


class Papers:
    """The part of Job that does not depend on what is made: months, closed when their days are."""

    step = PeriodStep.MONTH
    reopens = True

    def __init__(
        self,
        town: Town,
        store: Store,
        folder: Path,
        days: Job,
        tz: tzinfo,
        now: Callable[[], int],
        *,
        simulated: bool,
    ) -> None:
        """`days`: the job that closes the days of a month. `folder`: where the files go."""
        self.after: Sequence[Job] = (days,)
        self._town, self._store, self._folder, self._tz, self._now = town, store, folder, tz, now
        self._simulated = simulated

    def settled_until(self, now: int) -> int:
        """See Job: the days wait for their stragglers already."""
        return now
