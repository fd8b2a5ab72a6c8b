"""The job that lets time act on the registry: initiatives lapse that nobody goes on with, first names go unfetched.

A year after a refusal it is forgotten who had asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from collector.ledger import Ledger
from collector.ledger_file import LEDGER
from collector.people import PEOPLE, People
from dashboards import panels, registry
from dashboards.panels import Panels
from dashboards.registry import Registry
from models.territory.initiatives.words import Role
from scripts.erasing import erase, noted
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep

NAME = "lapses"


class LapsesJob:
    """Its periods are days, on which nothing else depends; what is due is due on the last of them."""

    name = NAME
    step = PeriodStep.DAY
    batch = 3660
    after: Sequence[Job] = ()
    reopens = False
    cadence = {"hour": "4", "minute": "30"}  # noqa: RUF012 - read only

    def __init__(self, data: Path, now: Callable[[], int]) -> None:
        """`data`: the data directory."""
        self._data, self._now = data, now

    def first(self) -> int | None:
        """See Job: the first deed; None where nobody has done anything yet."""
        file = self._data / LEDGER
        if not file.exists():
            return None
        with Ledger(file) as ledger:
            deeds = [fact.at for kind in (registry.KIND, panels.KIND) for fact in ledger.facts(kind)]
        return min(deeds, default=None)

    def settled_until(self, now: int) -> int:
        """See Job: a day that has ended has no stragglers."""
        return now

    def run(self, periods: Sequence[Period]) -> None:
        """See Job. Done twice it does nothing more: what has lapsed is no longer due."""
        now = self._now()
        with Ledger(self._data / LEDGER) as ledger, People(self._data / PEOPLE) as people:
            initiatives = Registry(ledger, people)
            initiatives.lapse(now)
            for ref in sorted(initiatives.outdated(now)):
                erase(ledger, people, self._data, "person", ref, [ref], Role.TIMER, now)
            if Panels(ledger, people).purged(now):
                noted(people, self._data)
