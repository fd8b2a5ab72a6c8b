"""What each action says: which words it takes, which it needs, and what a right value is.

Free text never enters a fact: it is kept where it can be erased, and the fact holds a reference and a seal. `checked`
tells both apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from config.language import _
from models.territory import typed
from models.territory.initiatives.words import (
    Action,
    Carrier,
    Circle,
    Confidence,
    HolderKind,
    Lever,
    Method,
    Perimeter,
    Renewal,
    Side,
    Theme,
    Through,
)

Check = Callable[[Any], Any]
MOST_KWH = 1e9
"""A year of the whole town is far below."""


@dataclass(frozen=True, slots=True)
class Said:
    """Free text by reference: where it is kept, and the seal by which it can be proved."""

    ref: str
    seal: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What an action says, once it was checked."""

    plain: Mapping[str, Any]
    """As a fact may hold it."""
    texts: Mapping[str, str]
    """To be kept elsewhere."""


def _reference(kind: str, value: Any) -> str:  # noqa: ANN401 - comes from outside
    if not isinstance(value, str) or not re.fullmatch(rf"{kind}:[0-9a-f]{{16}}", value):
        raise ValueError(
            _("{value} is no reference: write {kind}:… as it was given").format(value=repr(value), kind=kind)
        )
    return value


def _levers(value: Any) -> list[str]:  # noqa: ANN401
    said = value.split(",") if isinstance(value, str) else value
    if not isinstance(said, list):
        raise ValueError(_("{value} is no list").format(value=repr(value)))
    chosen = {typed.one_of(each.strip() if isinstance(each, str) else each, Lever) for each in said if each != ""}
    return [lever.value for lever in Lever if lever in chosen]


person = partial(_reference, "person")
_one = {kind: partial(typed.one_of, known=kind) for kind in
        (Carrier, Circle, Confidence, HolderKind, Method, Perimeter, Renewal, Side, Theme, Through)}  # fmt: skip
_kwh = partial(typed.number, low=0.0, high=MOST_KWH)

TEXTS: Mapping[str, Check] = MappingProxyType(
    {
        "title": typed.line, "summary": typed.text, "place": typed.place, "reason": typed.text, "note": typed.text,
        "opinion": typed.text, "object": typed.text, "town_does": typed.text, "holders_do": typed.text,
        "calendar": typed.text, "durability": typed.text, "property": typed.text, "insurance": typed.text,
        "indicators": typed.text, "ending": typed.text, "label": typed.line, "risk": typed.text,
        "source_programme": typed.line,
    }
)  # fmt: skip
"""Free text, by its name."""
PLAIN: Mapping[str, Check] = MappingProxyType(
    {
        "theme": _one[Theme], "levers": _levers, "holder_kind": _one[HolderKind], "holder": person,
        "minor": typed.yes, "through": _one[Through], "answers": person, "referent": person,
        "source_id": typed.identifier, "source_url": typed.address,
        "advice": typed.yes, "technical": typed.yes, "euros": typed.euros, "cost": typed.euros,
        "agent_hours": partial(typed.number, low=0.0, high=100_000.0), "start": typed.day, "on": typed.day,
        "months": partial(typed.whole, low=1, high=600), "renewal": _one[Renewal],
        "notice_days": partial(typed.whole, low=0, high=730), "side": _one[Side], "document": typed.sha256,
        "not_measured": typed.yes, "circle": _one[Circle], "effect": typed.identifier, "lever": partial(
            typed.one_of, known=Lever), "carrier": _one[Carrier], "perimeter": _one[Perimeter],
        "subject": typed.subject, "plant": typed.identifier, "kwh": _kwh, "low": _kwh, "high": _kwh,
        "baseline_kwh": _kwh, "baseline_from": typed.day, "baseline_to": typed.day, "method": _one[Method],
        "confidence": _one[Confidence], "lifetime": partial(typed.whole, low=1, high=100),
        "decay": partial(typed.number, low=0.0, high=1.0), "version": typed.identifier,
        "given": typed.yes,
    }
)  # fmt: skip
"""Everything else, by its name."""

_BASE = ("title", "summary", "theme", "levers", "place")
_CONVENTION = (
    "object", "town_does", "holders_do", "calendar", "durability", "property", "insurance", "indicators", "ending",
    "risk", "euros", "agent_hours", "start", "months", "renewal", "notice_days",
)  # fmt: skip
_SOURCE = ("source_id", "source_url", "source_programme")
_PROMISED = ("town_does", "holders_do", "start", "months")
_EFFECT = (
    "effect", "lever", "carrier", "perimeter", "subject", "plant", "kwh", "low", "high", "baseline_kwh",
    "baseline_from", "baseline_to", "method", "confidence", "start", "lifetime", "decay", "note",
)  # fmt: skip

TAKES: Mapping[Action, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        Action.CREATE: (("title", "summary", "holder_kind"),
                        (*_BASE[2:], "holder", "minor", "through", "answers", *_SOURCE)),
        Action.EDIT: ((), _BASE),
        Action.SUBMIT: ((), ()),
        Action.ADMIT: ((), ("note",)),
        Action.REJECT: (("reason",), ()),
        Action.STUDY: ((), ("referent",)),
        Action.OPINE: (("opinion",), ("cost",)),
        Action.GRANT: ((), ("advice", "technical", "euros", "note")),
        Action.REFUSE: (("reason",), ()),
        Action.DRAFT: (_PROMISED, _CONVENTION),
        Action.SIGN: (("side", "on", "document"), ()),
        Action.START: ((), ("on",)),
        Action.SUSPEND: (("reason",), ()),
        Action.RESUME: ((), ("note",)),
        Action.REALISE: ((), ("on", "note")),
        Action.EVALUATE: ((), ("document", "not_measured", "note")),
        Action.CLOSE: ((), ("note",)),
        Action.WITHDRAW: ((), ("reason",)),
        Action.TERMINATE: (("reason",), ("document",)),
        Action.LAPSE: ((), ()),
        Action.RENEW: (_PROMISED, _CONVENTION),
        Action.REFER: (("referent",), ()),
        Action.ATTACH: (("document", "label", "circle"), ()),
        Action.DECLARE: (("effect", "lever", "carrier", "perimeter", "kwh", "method", "start"), _EFFECT),
        Action.RETRACT: (("effect", "reason"), ()),
        Action.CONSENT: (("version", "given"), ()),
    }
)  # fmt: skip
"""What each action needs, and what it may say besides."""


def checked(action: Action, said: Mapping[str, Any]) -> Checked:
    """What was typed, checked; ValueError names the word and what to write. Absent (None) is not said."""
    needed, more = TAKES[action]
    given = {name: value for name, value in said.items() if value is not None}
    if unknown := sorted({*given} - {*needed, *more}):
        told = _("{action} does not take {names}; it takes {known}")
        known = ", ".join(dict.fromkeys((*needed, *more))) or _("nothing")
        raise ValueError(told.format(action=action, names=", ".join(unknown), known=known))
    if missing := [name for name in needed if name not in given]:
        raise ValueError(_("{action} needs {names}").format(action=action, names=", ".join(missing)))
    plain: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for name, value in given.items():
        try:
            if name in TEXTS:
                texts[name] = TEXTS[name](value)
            else:
                plain[name] = PLAIN[name](value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return Checked(plain, texts)


def said(data: Mapping[str, Any], name: str) -> Said | None:
    """The free text of a fact's data by reference; None when there is none."""
    kept = data.get(name)
    return Said(kept["ref"], kept["seal"]) if kept else None
