"""The job that checks what town.toml says of each inverter (see checker): monthly, a few inverters a night."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.jobs.checker import NAME, Checker
from scripts.jobs.closing import GRACE_DAY, Closing, ServiceWeather
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep

AT_ONCE = 12
"""Inverters checked in one run: some ten seconds."""


class MetadataJob:
    """Checks the inverters whose turn it is. Its period is a day, so that a town of a thousand takes turns."""

    name = NAME
    step = PeriodStep.DAY
    batch = 3660
    """Only the last day of a stretch is looked at: a catch-up of years costs what a day does."""
    reopens = False
    cadence = {"hour": "1", "minute": "10"}  # noqa: RUF012 - read only

    def __init__(
        self,
        closing: Closing,
        after: Sequence[Job] = (),
        weather: ServiceWeather = lambda _start, _end: None,
        at_once: int = AT_ONCE,
    ) -> None:
        """`after`: the job that closes days, whose rollups say what the neighbours make. `weather`: of a service."""
        self.after, self._closing, self._at_once = after, closing, at_once
        self.checker = Checker(closing.books, closing.store, closing.periods, weather)

    def first(self) -> int | None:
        """See Job."""
        return self._closing.first()

    def settled_until(self, now: int) -> int:
        """See Job."""
        return now - GRACE_DAY

    def run(self, periods: Sequence[Period]) -> None:
        """See Job."""
        end = periods[-1].end
        for _path, _found in self.checker.check(self.checker.due(end)[: self._at_once], end):
            pass
