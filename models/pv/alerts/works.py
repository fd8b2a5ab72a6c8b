"""What people did or will do on site, as dated facts and the fold over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from config.works import Kind
from models.calendar import day_of
from models.pv.diagnosis.day import Works

__all__ = ["FOREVER", "Added", "Closed", "Kind", "Work", "fold", "for_diagnosis", "muted", "replaced"]

FOREVER = 1 << 53
"""ms: the end of an outage whose end nobody has said."""


@dataclass(frozen=True, slots=True)
class Work:
    """One. The id is that of its fact."""

    id: int
    kind: Kind
    scope: str
    """``site``, ``site/inv-1`` or ``town``."""
    start: int
    end: int | None
    """ms; None: until it is closed (outage, warranty claim)."""
    by: str
    """Who said so, as a role."""
    who: str = ""
    """Who does it, as a role or a firm."""
    note: str = ""
    old_serial: str = ""
    new_serial: str = ""
    counter_offset: float | None = None
    """Wh that the counter of the new part showed when it was put in."""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """The fact that begins one."""

    id: int
    scope: str
    start: int
    by: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Closed:
    """The fact that ends one."""

    work: int
    at: int
    note: str = ""


def fold(added: Iterable[Added], closed: Iterable[Closed]) -> list[Work]:
    """All works in the order of their beginning. A closing of what is unknown or over changes nothing."""
    ends: dict[int, Closed] = {}
    for one in closed:
        ends.setdefault(one.work, one)
    made = [_work(fact, ends.get(fact.id)) for fact in added]
    return sorted(made, key=lambda work: (work.start, work.id))


def for_diagnosis(works: Iterable[Work]) -> tuple[Works, ...]:
    """As the diagnosis reads them."""
    return tuple(Works(str(work.kind), work.scope, work.start, _end(work)) for work in works)


def replaced(works: Iterable[Work], inverters: Sequence[str], tz: tzinfo) -> dict[str, tuple[date, ...]]:
    """The days on which inverters were replaced, by path, as `replaced` in the town's files."""
    found: dict[str, set[date]] = {}
    for work in works:
        if work.kind is Kind.REPLACEMENT:
            for path in inverters:
                if for_diagnosis([work])[0].covers(path):
                    found.setdefault(path, set()).add(day_of(work.start, tz))
    return {path: tuple(sorted(dates)) for path, dates in found.items()}


def muted(works: Iterable[Work], subject: str, at: int) -> bool:
    """Whether a planned outage silences what is told of a subject at an instant."""
    device = subject.split("#")[0]
    return any(
        work.kind is Kind.OUTAGE and work.start <= at < _end(work) and for_diagnosis([work])[0].covers(device)
        for work in works
    )


def _end(work: Work) -> int:
    if work.end is not None:
        return work.end
    return FOREVER if work.kind is Kind.OUTAGE else work.start


def _work(fact: Added, closing: Closed | None) -> Work:
    data, end = fact.data, fact.data.get("to")
    if closing is not None:
        end = max(fact.start, closing.at if end is None else min(end, closing.at))
    note = "; ".join(text for text in (str(data.get("note", "")), closing.note if closing else "") if text)
    return Work(
        id=fact.id,
        kind=Kind(data["kind"]),
        scope=fact.scope,
        start=fact.start,
        end=end,
        by=fact.by,
        who=str(data.get("who", "")),
        note=note,
        old_serial=str(data.get("old_serial", "")),
        new_serial=str(data.get("new_serial", "")),
        counter_offset=data.get("counter_offset"),
        closed=closing is not None,
    )
