"""Works and interventions in the ledger: how they stand there, and what they change in the town."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any

from collector.ledger import Ledger
from collector.periods import Periods
from config.town import Town
from models.pv.alerts.works import Added, Closed, Kind, Work, fold, replaced

ADDED, CLOSED = "works.added", "works.closed"
"""Kinds of facts. The subject of both is the scope; a closing names the fact that it closes."""


def works_of(ledger: Ledger) -> list[Work]:
    """All works, in the order of their beginning."""
    added = [Added(fact.id, fact.subject, fact.at, fact.by, fact.data) for fact in ledger.facts(ADDED)]
    closed = [Closed(fact.data["work"], fact.at, fact.data.get("note", "")) for fact in ledger.facts(CLOSED)]
    return fold(added, closed)


def works_in(ledger: Path | None) -> list[Work]:
    """The same of a ledger's file; none without a file."""
    with Ledger(ledger) as opened:
        return works_of(opened)


def add(
    ledger: Ledger, kind: Kind, scope: str, start: int, end: int | None, by: str, now: int, more: Mapping[str, Any]
) -> int:
    """Write one down; returns its id. What it changes is worked out anew.

    ValueError for an end before the beginning.
    """
    if end is not None and end < start:
        raise ValueError(f"{end} lies before {start}")
    data = {"kind": str(kind), **({"to": end} if end is not None else {}), **more}
    number = ledger.append(ADDED, scope, start, data, by, now)
    _reopen(ledger, kind, start, now)
    return number


def close(ledger: Ledger, work: Work, at: int, by: str, now: int, note: str = "") -> int:
    """Say that one is over; returns the id of the fact."""
    number = ledger.append(CLOSED, work.scope, at, {"work": work.id, "note": note}, by, now)
    _reopen(ledger, work.kind, min(at, at if work.end is None else work.end), now)
    return number


def _reopen(ledger: Ledger, kind: Kind, start: int, now: int) -> None:
    """What is known of the days since then is worked out anew: after an outage what is planned, after a part all."""
    from scripts.jobs.closing import DAYS, QUARTERS
    from scripts.jobs.diagnosis import DIAGNOSIS

    if start < now and ledger.path is not None:
        jobs = [DIAGNOSIS, *([DAYS, QUARTERS] if kind is Kind.REPLACEMENT else [])]
        with Periods(ledger.path) as periods:
            periods.reopen({job: [(start, now)] for job in jobs})


def renewed(town: Town, ledger: Path | None, tz: tzinfo) -> Town:
    """The town with the days on which the ledger says that inverters were replaced, beside those of its files."""
    swaps = replaced(works_in(ledger), [f"{site.id}/{each.id}" for site in town.sites for each in site.inverters], tz)
    if not swaps:
        return town
    sites = []
    for site in town.sites:
        inverters = tuple(
            each.model_copy(
                update={"replaced": tuple(sorted({*each.replaced, *swaps.get(f"{site.id}/{each.id}", ())}))}
            )
            for each in site.inverters
        )
        sites.append(site.model_copy(update={"inverters": inverters}))
    return town.model_copy(update={"sites": tuple(sites)})
