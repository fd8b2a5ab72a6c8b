"""The job that computes the progress of the territory each day and keeps it, with the vintages of its data.

What it keeps is what tepos said on the day on which it ran. A catch-up of many days says one thing once: nobody can
say afterwards what would have been said with the data of then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any

from collector.opendata.kept import Territory
from models.calendar import day_of
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep

NAME = "progress"


class ProgressJob:
    """Its periods are days."""

    name = NAME
    step = PeriodStep.DAY
    batch = 3660
    """Only the last day of a stretch is computed."""
    reopens = False
    cadence = {"hour": "4", "minute": "20"}  # noqa: RUF012 - read only

    def __init__(
        self,
        file: Path,
        days: Job,
        compute: Callable[[int], dict[str, Any]],
        tz: tzinfo,
        now: Callable[[], int],
    ) -> None:
        """`file`: territory.db. `days`: the job that closes days. `compute`: the document at a moment (ms)."""
        self.after: Sequence[Job] = (days,)
        self._file, self._compute, self._tz, self._now = file, compute, tz, now

    def first(self) -> int | None:
        """See Job."""
        return self.after[0].first()

    def settled_until(self, now: int) -> int:
        """See Job: the days wait for their stragglers already."""
        return now

    def run(self, periods: Sequence[Period]) -> None:
        """See Job."""
        now = self._now()
        document = self._compute(now)
        with Territory(self._file) as kept:
            kept.keep_progress(day_of(now, self._tz), encoded(document), now)


def encoded(document: dict[str, Any]) -> bytes:
    """The document as it is kept: equal figures give equal bytes."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False).encode()
