"""What was learnt until a certain day, put together from ledger and store for people to read."""

from __future__ import annotations

from config.kwh import Step, Subject
from config.town import Town
from dashboards.learnt import Document, learnt
from models.pv.closing.memory import Memory
from scripts.jobs.answers import answered, answers
from scripts.jobs.checker import Checker
from scripts.jobs.closing import DAYS, MEMORY
from scripts.jobs.metadata import MetadataJob
from scripts.jobs.registry import Work
from scripts.moments import zone

LONGEST_DAY = 90_000_000
"""ms"""


def learnt_until(work: Work, town: Town, at: int) -> tuple[int | None, Document]:
    """Until when the days are closed that were learnt from (ms, `at` at most; None: no day is), and the document.

    With the answers of people that the next closing will apply.
    """
    checker = checker_of(work)
    checks = {path: found[1] for path in checker.inverters if (found := checker.found(path, at)) is not None}
    known = work.periods.state(DAYS, MEMORY, at)
    try:
        memory = Memory() if known is None else Memory.from_json(known[1])
    except ValueError:  # of another tepos; closing begins anew
        known, memory = None, Memory()
    if known is None:
        return None, learnt(town, memory, {}, checks, work.tz)
    until = known[0]
    memory = answered(memory, answers(work.periods.path), until, work.tz)
    columns = ["expected_basis"]
    rows = work.store.read_rollups(Step.DAY, Subject.INVERTER, None, until - LONGEST_DAY, until, columns)
    bases = dict(zip(rows["subject"], rows["expected_basis"], strict=True))
    return until, learnt(town, memory, bases, checks, work.tz)


def nothing_learnt(town: Town) -> Document:
    """The document of a town without a store."""
    return learnt(town, Memory(), {}, {}, zone(town.place.tz))


def checker_of(work: Work) -> Checker:
    """What the job `metadata` checks with."""
    return next(job.checker for job in work.jobs if isinstance(job, MetadataJob))
