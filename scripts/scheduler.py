"""When jobs are due. APScheduler gives the cadence and nothing else: each of its ticks starts a round of all jobs.

A round does what is due, however long nobody did it (see scripts.jobs): so a tick that was missed costs nothing, and
ticks that come while a round is at work are one. All rounds run in one thread, on connections of their own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, tzinfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from collector.errors import StoreError
from scripts.jobs.registry import Work

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
AGAIN_SECONDS = 60.0
"""After so long a store or ledger that could not be used is tried again."""


class Scheduling:
    """The jobs of a town in a thread: first all that was missed, then each at its time. The caller holds the role."""

    def __init__(self, open_work: Callable[[], AbstractContextManager[Work]]) -> None:
        """`open_work` is called for each round, so that a new token or address is found."""
        self._open_work = open_work
        self._stop = threading.Event()
        self._due = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self.caught_up = threading.Event()
        """Set when the first round, that of everything missed, is over."""

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Let the batch in hand end, for so many seconds; one that takes longer is abandoned, and done again later."""
        self._stop.set()
        self._due.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _run(self) -> None:
        if (found := self._insist()) is None:
            return
        self.caught_up.set()
        ticks = self._ticks(*found)
        try:
            while self._due.wait() and not self._stop.is_set():
                self._due.clear()
                self._insist()
        finally:
            ticks.shutdown(wait=False)

    def _insist(self) -> tuple[Mapping[str, Mapping[str, str]], tzinfo] | None:
        """Try a round again and again until it is done; None when there is no time left for that."""
        while not self._stop.is_set():
            if (found := self._round()) is not None:
                return found
            self._stop.wait(AGAIN_SECONDS)
        return None

    def _round(self) -> tuple[Mapping[str, Mapping[str, str]], tzinfo] | None:
        """Do what is due; the cadences of the jobs and their time zone, None when it must be tried again soon."""
        try:
            with self._open_work() as work:
                for name, outcome in work.round(self._stop.is_set).items():
                    if outcome.closed:
                        log.info("%s: periods closed: %d", name, outcome.closed)
                return {job.name: job.cadence for job in work.jobs}, work.tz
        except StoreError as error:
            log.warning("the jobs wait: %s", error)
        except Exception:  # a dead thread would be noticed by nobody
            log.exception("a round of the jobs failed")
        return None

    def _ticks(self, cadences: Mapping[str, Mapping[str, str]], tz: tzinfo) -> BackgroundScheduler:
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        for name, fields in cadences.items():
            scheduler.add_job(self._due.set, CronTrigger(**fields, timezone=tz), id=name)
        scheduler.start()
        return scheduler
