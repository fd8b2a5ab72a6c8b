"""Initiatives as pages, listings and files show them: plain data for JSON, times in ISO 8601, euros as text.

Everything here is the public view, unless its name says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any

from config.language import _
from dashboards import cells
from dashboards.registry import Registry
from models.territory.initiatives.counted import Counted, Range, counted
from models.territory.initiatives.effect import Effect
from models.territory.initiatives.exchange import COLUMNS, LINK, outgoing
from models.territory.initiatives.initiative import Initiative
from models.territory.initiatives.views import (
    PublicView,
    holder_view,
    instruction_view,
    legal_view,
    public_view,
)
from models.territory.initiatives.words import Action, Lever, Perimeter, State

Document = dict[str, Any]
MOMENTS = frozenset({"at", "since", "created", "updated"})
"""Fields that hold ms since 1970 (UTC)."""
VIEWS = {"public": public_view, "holder": holder_view, "instruction": instruction_view, "legal": legal_view}
TABLE = (
    "id", "title", "state", "since", "days_in_state", "holder_kind", "holder_name", "theme", "levers", "place",
    "support_euros", "convention_start", "convention_end", "declared_kwh_per_year", "summary", "source_url",
)  # fmt: skip
"""Columns of the public table."""


def plain(value: Any, tz: tzinfo = UTC, name: str = "") -> Any:  # noqa: ANN401 - whatever a view holds
    """A view as JSON can say it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name), tz, each.name) for each in fields(value)}
    match value:
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case dict():
            return {str(key): plain(each, tz, str(key)) for key, each in value.items()}
        case list() | tuple():
            return [plain(each, tz) for each in value]
        case int() if name in MOMENTS:
            return datetime.fromtimestamp(value // 1000, tz).isoformat()
        case _other:
            return value


def one(registry: Registry, name: str, now: int, tz: tzinfo = UTC, view: str = "public") -> Document:
    """One initiative; `view` is public, holder, instruction or legal. ValueError for another, or no such initiative."""
    if view not in VIEWS:
        raise ValueError(_("{value} is none of: {known}").format(value=repr(view), known=", ".join(VIEWS)))
    initiative = registry.one(name)
    made: Document = plain(VIEWS[view](initiative, registry.texts([initiative]), now), tz)
    return made


def was_submitted(initiative: Initiative) -> bool:
    """Whether the town was ever asked. A draft is its holders' own, also when it is withdrawn or lapses."""
    return any(step.action is Action.SUBMIT for step in initiative.way)


def public_views(registry: Registry, now: int) -> list[PublicView]:
    """Every initiative that was ever submitted, as everybody may see it."""
    initiatives = [each for each in registry.all() if was_submitted(each)]
    texts = registry.texts(initiatives)
    return [public_view(each, texts, now) for each in initiatives]


def register(registry: Registry, now: int, tz: tzinfo = UTC, states: Iterable[State] = ()) -> Document:
    """The public register: every initiative, how many there are in each state, and what their effects count for.

    `states` limits the list, not the counts.
    """
    wanted = [*states]
    initiatives = registry.all()
    views = public_views(registry, now)
    year = datetime.fromtimestamp(now // 1000, tz).year
    return {
        "at": datetime.fromtimestamp(now // 1000, tz).isoformat(),
        "states": {
            state.value: sum(view.state is state for view in views) for state in State if state is not State.DRAFT
        },
        "waiting": [
            {"id": view.id, "title": view.title, "state": view.state.value, "days": view.days_in_state}
            for view in sorted(views, key=lambda each: -each.days_in_state)
            if view.waits_for_the_town
        ],
        "effects": effects(initiatives, year),
        "initiatives": [plain(view, tz) for view in views if not wanted or view.state in wanted],
    }


def effects(initiatives: Iterable[Initiative], year: int) -> Document:
    """What counts of all declared effects in a year: by lever and perimeter, and what is left out with its reason."""
    found = _counted(initiatives, year)
    return {
        "year": year,
        "declared": True,
        "savings": [
            {"lever": lever.value, "perimeter": perimeter.value, **_told(found.saved(lever, perimeter))}
            for perimeter in (Perimeter.PATRIMONY, Perimeter.TERRITORY)
            for lever in (Lever.SOBRIETY, Lever.EFFICIENCY)
        ],
        "lines": [{**plain(line), "saved": _told(line.saved)} for line in found.lines],
        "left_out": [plain(each) for each in found.left],
        "plants": list(found.plants),
    }


def counted_of(registry: Registry, year: int) -> Counted:
    """The same for models: what savings explain of a change in consumption, and which plants initiatives have built."""
    return _counted(registry.all(), year)


def _counted(initiatives: Iterable[Initiative], year: int) -> Counted:
    done: list[Effect] = []
    promised: list[Effect] = []
    for each in initiatives:
        (done if each.was_realised else promised).extend(each.effects)
    return counted(done, year, promised)


def rows(registry: Registry, now: int, tz: tzinfo = UTC) -> list[Document]:
    """The public register row by row, with the columns TABLE."""
    made = []
    for view in public_views(registry, now):
        flat: Document = plain(view, tz)
        convention, support = view.convention, view.support
        savings = [each.kwh for each in view.effects if each.lever is not Lever.RENEWABLE]
        flat |= {
            "support_euros": float(support.euros) if support and support.euros is not None else None,
            "convention_start": convention.start.isoformat() if convention else None,
            "convention_end": convention.end.isoformat() if convention else None,
            "declared_kwh_per_year": sum(savings) if savings else None,
        }
        made.append({name: flat[name] for name in TABLE})
    return made


def as_csv(registry: Registry, now: int, tz: tzinfo = UTC) -> str:
    """The public register as CSV; no text in it is a formula."""
    return cells.table(TABLE, rows(registry, now, tz))


def projects(
    registry: Registry, now: int, insee: str, siret: str | None = None, page: str | None = None
) -> list[Document]:
    """The public register in the schema `projets-transition-ecologique`; `page` is the address before each number."""
    return [outgoing(view, insee, siret, f"{page}{view.id}" if page else None) for view in public_views(registry, now)]


def projects_csv(found: Sequence[Document]) -> str:
    """Projects of the schema as CSV, lists as JSON as its example has them; our column for the link back at the end."""
    rows = [
        {name: json.dumps(value, ensure_ascii=False) if value and isinstance(value, list) else value or None
         for name, value in project.items()}
        for project in found
    ]  # fmt: skip
    return cells.table((*COLUMNS, LINK), rows)


def verdict(registry: Registry) -> Document:
    """Whether every initiative still folds, and every text is the one that was sealed. The chain is Ledger.broken's."""
    unsealed = registry.unsealed()
    try:
        folded, fault = len(registry.all()), None
    except ValueError as error:
        folded, fault = 0, str(error)
    return {"initiatives": folded, "fault": fault, "unsealed": unsealed}


def _told(found: Range) -> Document:
    return {"kwh": round(found.kwh, 3), "low_kwh": round(found.low, 3), "high_kwh": round(found.high, 3)}
