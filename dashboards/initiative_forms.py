"""The forms by which the services take an initiative through its life: what each action asks, as a page shows it.

What is right is decided where the command's words are (dashboards.registry); here stand fields, their words and order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.language import _
from dashboards.initiative_words import (
    carrier_word,
    circle_word,
    confidence_word,
    lever_word,
    method_word,
    perimeter_word,
    renewal_word,
    theme_word,
)
from models.territory import typed
from models.territory.initiatives.convention import OTHER_TEXTS, Convention
from models.territory.initiatives.fields import TAKES, TEXTS, Said
from models.territory.initiatives.initiative import Initiative
from models.territory.initiatives.rules import RULES, may
from models.territory.initiatives.words import (
    Action,
    Carrier,
    Circle,
    Confidence,
    Lever,
    Method,
    Perimeter,
    Renewal,
    Role,
    Side,
    Theme,
)

ACTING = (Role.AGENT, Role.ELECTED, Role.DGS, Role.HOLDER)
"""As whom the services act; what the holders say or sign, they note for them."""
WITHOUT_FORM = frozenset({Action.CREATE, Action.LAPSE, Action.REFER})
"""The idea has a form of its own, time lets lapse, and a referent is a reference that the command takes."""
UNASKED = frozenset({"referent", "side"})
"""The side that signs follows from who signs."""
HASH = "document_hash"
"""Beside the file of a document, for who has its hash already."""
OPEN_ENDED = frozenset({Action.EDIT, Action.ATTACH, Action.DECLARE, Action.RETRACT, Action.CONSENT, Action.WITHDRAW,
                        Action.TERMINATE, Action.RENEW})  # fmt: skip
"""Possible at many moments: they stand below what leads on."""


class Kind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    LONG = "long"
    DAY = "day"
    NUMBER = "number"
    YES = "yes"
    ONE = "one"
    """Of its options."""
    SEVERAL = "several"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `options` are (value, word); `value` is what stands in it, a list for SEVERAL."""

    name: str
    kind: Kind
    label: str
    hint: str
    needed: bool
    options: tuple[tuple[str, str], ...]
    value: Any


@dataclass(frozen=True, slots=True)
class Form:
    """One action that is possible now, as whom, and what it asks."""

    action: Action
    roles: tuple[Role, ...]
    fields: tuple[Field, ...]
    leads_on: bool


def forms(initiative: Initiative, texts: Mapping[str, Any]) -> list[Form]:
    """What the services may do with an initiative now: first what leads on, then the rest. `texts` is what it says."""
    made = []
    for action in RULES:
        roles = tuple(role for role in _who(initiative, action) if action in may(initiative.state, role))
        if roles and action not in WITHOUT_FORM:
            needed, more = TAKES[action]
            names = [name for name in dict.fromkeys((*needed, *more)) if name not in UNASKED]
            filled = _filled(initiative, action, texts)
            fields = tuple(_field(initiative, action, name, name in needed, filled.get(name)) for name in names)
            made.append(Form(action, roles, fields, action not in OPEN_ENDED))
    return sorted(made, key=lambda each: not each.leads_on)


def said_by(form: Form, role: Role, given: Mapping[str, Sequence[str]], document: str | None) -> dict[str, Any]:
    """What a filled form says, for Registry.act. ValueError names the fields that are missing, by their labels."""
    said: dict[str, Any] = {}
    for field in form.fields:
        values = [value for value in given.get(field.name, ()) if value.strip()]
        match field.kind:
            case Kind.DOCUMENT:
                said[field.name] = _document(given, document)
            case Kind.SEVERAL:
                said[field.name] = values if values or field.value else None
            case Kind.YES:
                said[field.name] = "true" if values else None
            case _other:
                said[field.name] = values[0] if values else None
    if missing := [each.label for each in form.fields if each.needed and said[each.name] is None]:
        raise ValueError(_("Still to fill in: {fields}.").format(fields=", ".join(missing)))
    if form.action is Action.SIGN:
        said["side"] = (Side.HOLDER if role is Role.HOLDER else Side.COMMUNE).value
    return said


def with_values(form: Form, given: Mapping[str, Sequence[str]]) -> Form:
    """The form as it was sent, to be corrected."""
    fields = []
    for each in form.fields:
        values = list(given.get(HASH if each.kind is Kind.DOCUMENT else each.name, ()))
        value = values if each.kind is Kind.SEVERAL else (values[0] if values else None)
        fields.append(Field(each.name, each.kind, each.label, each.hint, each.needed, each.options, value))
    return Form(form.action, form.roles, tuple(fields), form.leads_on)


def explained(form: Form, fault: str) -> tuple[str | None, str]:
    """The field that a fault is about (None: the whole form), and the fault with its label instead of our word."""
    name, colon, rest = fault.partition(": ")
    field = next((each for each in form.fields if each.name == name), None) if colon else None
    return (field.name, _("{field}: {fault}").format(field=field.label, fault=rest)) if field else (None, fault)


def _who(initiative: Initiative, action: Action) -> Iterable[Role]:
    """As whom, without what can only be refused."""
    convention = initiative.convention
    match action:
        case Action.SIGN if convention:
            return [r for r in ACTING if (convention.holder if r is Role.HOLDER else convention.commune) is None]
        case Action.WITHDRAW if initiative.in_force:
            return ()
        case Action.TERMINATE if not initiative.in_force:
            return ()
        case Action.RETRACT if not initiative.effects:
            return ()
        case _other:
            return ACTING


def _filled(initiative: Initiative, action: Action, texts: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form before anybody types."""

    def read(said: Said | None) -> str | None:
        return None if said is None else texts.get(said.ref)

    match action:
        case Action.EDIT:
            return {
                "title": read(initiative.title), "summary": read(initiative.summary), "place": read(initiative.place),
                "theme": initiative.theme, "levers": [each.value for each in initiative.levers],
            }  # fmt: skip
        case Action.DRAFT | Action.RENEW if initiative.convention:
            return _promised(initiative.convention) | {
                "town_does": read(initiative.convention.town_does), "holders_do": read(initiative.convention.holders_do)
            } | {name: read(initiative.convention.texts.get(name)) for name in OTHER_TEXTS}  # fmt: skip
        case Action.SIGN if initiative.convention:
            sides = (initiative.convention.holder, initiative.convention.commune)
            return {"document": next((each.document for each in sides if each), None)}
        case Action.DECLARE:
            known = {each.id for each in initiative.effects}
            number = next(n for n in range(1, len(known) + 2) if f"e{n}" not in known)
            return {"effect": f"e{number}", "levers": None, "lifetime": "10"}
        case _other:
            return {}


def _promised(convention: Convention) -> dict[str, Any]:
    hours = convention.agent_hours
    return {
        "start": convention.start.isoformat(), "months": str(convention.months), "renewal": convention.renewal.value,
        "notice_days": str(convention.notice_days), "agent_hours": None if hours is None else f"{hours:g}",
        "euros": None if convention.euros is None else str(convention.euros),
    }  # fmt: skip


def _field(initiative: Initiative, action: Action, name: str, needed: bool, value: Any) -> Field:  # noqa: ANN401
    options = _options(initiative, action, name)
    label, hint = label_and_hint(name, action)
    return Field(name, _kind(action, name), label, hint, needed, options, value)


_DAYS = frozenset({"start", "on", "baseline_from", "baseline_to"})
_NUMBERS = frozenset({"euros", "cost", "agent_hours", "months", "notice_days", "kwh", "low", "high", "baseline_kwh",
                      "lifetime", "decay"})  # fmt: skip
_YES = frozenset({"advice", "technical", "not_measured"})
_ONE = frozenset({"theme", "renewal", "circle", "lever", "carrier", "perimeter", "method", "confidence", "given"})


def _kind(action: Action, name: str) -> Kind:
    if name in _DAYS:
        return Kind.DAY
    if name in _NUMBERS:
        return Kind.NUMBER
    if name in _YES:
        return Kind.YES
    if name in _ONE or (name == "effect" and action is Action.RETRACT):
        return Kind.ONE
    if name == "levers":
        return Kind.SEVERAL
    if name == "document":
        return Kind.DOCUMENT
    return Kind.LONG if TEXTS.get(name) is typed.text else Kind.LINE


def _options(initiative: Initiative, action: Action, name: str) -> tuple[tuple[str, str], ...]:
    match name:
        case "effect" if action is Action.RETRACT:
            return tuple((each.id, f"{each.id} – {lever_word(each.lever)}") for each in initiative.effects)
        case "theme":
            return tuple((each.value, theme_word(each)) for each in Theme)
        case "lever" | "levers":
            return tuple((each.value, lever_word(each)) for each in Lever)
        case "renewal":
            return tuple((each.value, renewal_word(each)) for each in Renewal)
        case "circle":
            return tuple((each.value, circle_word(each)) for each in Circle)
        case "carrier":
            return tuple((each.value, carrier_word(each)) for each in Carrier)
        case "perimeter":
            return tuple((each.value, perimeter_word(each)) for each in Perimeter)
        case "method":
            return tuple((each.value, method_word(each)) for each in Method)
        case "confidence":
            return tuple((each.value, confidence_word(each)) for each in Confidence)
        case "given":
            return ("true", _("yes, the name may be shown")), ("false", _("no, no longer"))
        case _other:
            return ()


def _document(given: Mapping[str, Sequence[str]], document: str | None) -> str | None:
    """The hash of the file that was sent, or the one that was typed; ValueError when they differ."""
    typed_hash = next((each.strip().lower() for each in given.get(HASH, ()) if each.strip()), None)
    if document and typed_hash and document != typed_hash:
        raise ValueError(_("This file is not the one whose fingerprint stands beside it."))
    return document or typed_hash


def label_and_hint(name: str, action: Action) -> tuple[str, str]:
    """What stands above a field, and the smaller words below it."""
    public = _("Everybody reads it.")
    services = _("Only the services read it.")
    known: dict[str, tuple[str, str]] = {
        "title": (_("Title"), public),
        "summary": (_("In a few sentences: what, where, with whom"), public),
        "theme": (_("About"), ""),
        "levers": (_("How it saves or makes energy"), ""),
        "place": (_("Place"), _("Quarter or municipal building, never a home.")),
        "reason": (_("Reason"), public),
        "note": (_("Note"), public if action is Action.EVALUATE else services),
        "opinion": (_("Opinion"), services),
        "cost": (_("What it would cost (€)"), services),
        "advice": (_("Advice"), ""),
        "technical": (_("Technical help"), ""),
        "euros": (_("Money of the town (€)"), ""),
        "object": (_("What the convention is about"), public),
        "town_does": (_("What the town does"), public),
        "holders_do": (_("What the holders do"), public),
        "calendar": (_("When what is done"), public),
        "durability": (_("What lasts afterwards"), public),
        "property": (_("Whose it is"), services),
        "insurance": (_("Insurance"), services),
        "indicators": (_("How success is measured"), public),
        "ending": (_("How it can be ended"), services),
        "risk": (_("Risks"), services),
        "agent_hours": (_("Hours of agents"), ""),
        "start": (_("It begins on"), ""),
        "months": (_("For so many months"), ""),
        "renewal": (_("Afterwards"), ""),
        "notice_days": (_("Days of notice"), _("Empty: 60.")),
        "on": (_("On which day"), ""),
        "document": (_("The document"), _("At most 10 MB. Only its fingerprint (SHA-256) is kept; file it yourself.")),
        "not_measured": (_("It was not measured"), _("Tick this, or give the note of measurement: one of them.")),
        "label": (_("What the document is"), ""),
        "circle": (_("Who may know of it"), ""),
        "effect": (_("Which effect"), _("A short name of your own, as e1.") if action is Action.DECLARE else ""),
        "lever": (_("How it moves the balance"), ""),
        "carrier": (_("Which energy"), ""),
        "perimeter": (_("Whose energy"), ""),
        "subject": (_("Building or meter"), _("Its id in the town's files; never a delivery point. Measured: needed.")),
        "plant": (_("Plant that was built"), _("Its id in the town's files; renewable energy only.")),
        "kwh": (_("kWh a year"), ""),
        "low": (_("At least (kWh a year)"), _("Empty: by how it is known.")),
        "high": (_("At most (kWh a year)"), _("Empty: by how it is known.")),
        "baseline_kwh": (_("Needed before (kWh a year)"), _("Measured: needed.")),
        "baseline_from": (_("Measured before, from"), ""),
        "baseline_to": (_("Measured before, to"), ""),
        "method": (_("How it is known"), ""),
        "confidence": (_("How far it may be trusted"), _("Empty: as far as the method allows.")),
        "lifetime": (_("Years for which it lasts"), ""),
        "decay": (_("Part lost each year (0 to 1)"), _("Empty: nothing.")),
        "version": (_("Version of the text that was agreed to"), _("As 2026-1.")),
        "given": (_("Do they agree?"), ""),
    }
    return known[name]
