"""What a job is: work on one period after the other, which may be done again at any time with the same result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from scripts.jobs.period import Period, PeriodStep


class Job(Protocol):
    """Closes periods. What it writes for a period replaces what it wrote before, whole or not at all.

    Killed between its writing and its done row it is run again, so `run` must be idempotent. Times are ms UTC.
    """

    @property
    def name(self) -> str:
        """What `tepos jobs` calls it; done rows are kept under this name."""
        ...

    @property
    def step(self) -> PeriodStep:
        """How long its periods are."""
        ...

    @property
    def batch(self) -> int:
        """How many periods it closes together at most: a run should last seconds, not minutes."""
        ...

    @property
    def after(self) -> Sequence[Job]:
        """Jobs whose periods must be done before one of this job that overlaps them is closed.

        Closing one of theirs anew opens those of this job again.
        """
        ...

    @property
    def reopens(self) -> bool:
        """Whether a late sample opens its periods again."""
        ...

    @property
    def cadence(self) -> Mapping[str, str]:
        """When it is due, as the fields of a cron line in the town's time: ``{"hour": "0", "minute": "20"}``."""
        ...

    def first(self) -> int | None:
        """The earliest instant with anything to close; None when there is nothing at all.

        Periods before it are never closed nor opened again: their samples may have been deleted.
        """
        ...

    def settled_until(self, now: int) -> int:
        """Periods that end at this instant or before may close at `now`: stragglers have had their time."""
        ...

    def run(self, periods: Sequence[Period]) -> None:
        """Close these periods, which follow on each other without a gap."""
        ...
