"""Days of a long simulated history are closed in a process of its own while the later ones are still being made.

It closes what the round of all jobs at the end would close, in the same batches and by the same jobs, and that round
does the rest: whatever becomes of this process, nothing is lost or done differently.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection

from collector.ledger_file import LEDGER
from config.town import Town
from models.calendar import day_of, day_start
from scripts.jobs.closing import DAY, DAYS
from scripts.jobs.job import Job
from scripts.jobs.registry import Work, opened
from scripts.jobs.weather import NAME as WEATHER
from scripts.lived import Story
from scripts.options import Workplace

log = logging.getLogger(__name__)

LONG = 120 * DAY
"""ms of history from which on another process is worth its start."""
BEHIND = 2 * DAY
"""ms that must be known beyond the days that are closed: their last hours are reckoned with what follows, and their
weather with that of the day after."""
ENDS = 60.0
"""Seconds that the process has to end by itself once it has said what it did."""


class Beside:
    """Closes behind what is `reached`."""

    def __init__(self, place: Workplace, town: Town, story: Story) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_close, args=(place, town, story, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.closed = 0
        """Days, once it has ended."""

    def reached(self, moment: int) -> None:
        """All samples before `moment` (ms UTC) are stored. Costs nothing, and never waits."""
        self._tell(moment)

    def end(self) -> None:
        """Wait for what is being closed just now."""
        self._tell(None)
        try:
            self.closed = self._ours.recv()
        except (EOFError, OSError):
            log.warning("days were not closed beside the history; they are closed after it")
        self._process.join(ENDS)
        self._ours.close()

    def _tell(self, moment: int | None) -> None:
        try:
            self._ours.send(moment)
        except OSError:  # it is gone: the round at the end closes all
            return


@contextmanager
def closing_beside(place: Workplace, town: Town, story: Story, span: int) -> Iterator[Beside | None]:
    """A process that closes days of a history of `span` ms behind its end; None where it is not worth it.

    Only where nothing was ever closed: what is brought in before closed days opens these again.
    """
    if span < LONG or place.store_file is None or (place.data / LEDGER).exists():
        yield None
        return
    made = Beside(place, town, story)
    try:
        yield made
    finally:
        made.end()


def _close(place: Workplace, town: Town, story: Story, told: Connection) -> None:
    """The process: until it hears None, or nobody is left to tell it anything."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    closed = 0
    try:
        moment = _newest(told)
        with opened(place, town, sources=[story.sky]) as work:
            weather, days = (next(job for job in work.jobs if job.name == name) for name in (WEATHER, DAYS))
            while moment is not None:
                seen = _bound(work, weather, moment - BEHIND)
                until = _bound(work, days, min(moment - BEHIND, seen - DAY))
                work.runner(until=seen).due(weather)
                closed += work.runner(until=until).due(days).closed
                moment = _newest(told)
        told.send(closed)
    except (EOFError, OSError):
        return


def _newest(told: Connection) -> int | None:
    """What was told last; waits where nothing was."""
    moment: int | None = told.recv()
    while moment is not None and told.poll():
        moment = told.recv()
    return moment


def _bound(work: Work, job: Job, moment: int) -> int:
    """The end of the last batch of a job by days that is whole at `moment`; its beginning before the first.

    Batches of other sizes would give the same to some ten digits only.
    """
    if (first := job.first()) is None:
        return 0
    bound = day_start(day_of(first, work.tz), work.tz)
    while (after := day_start(day_of(bound, work.tz) + timedelta(days=job.batch), work.tz)) <= moment:
        bound = after
    return bound
