"""Deeds of an invented initiative, for the tests."""

from __future__ import annotations

from typing import Any

from models.territory.initiatives.fields import checked
from models.territory.initiatives.fold import Deed
from models.territory.initiatives.words import Action, Role

DAY = 86_400_000
START = 1_767_225_600_000  # 1 January 2026, UTC
HASH = "ab" * 32
PROMISED = {"town_does": "Des bacs", "holders_do": "L'arrosage", "start": "2026-04-01", "months": 24}
EFFECT = {
    "effect": "led", "lever": "efficiency", "carrier": "electricity", "perimeter": "patrimony", "kwh": 400,
    "method": "calculated", "start": "2026-01-01", "subject": "salle-varet", "baseline_kwh": 1000,
}  # fmt: skip
SAMPLES: dict[Action, dict[str, Any]] = {
    Action.CREATE: {"title": "Rue fleurie", "summary": "Des fleurs pour la rue", "holder_kind": "association"},
    Action.REJECT: {"reason": "hors de la commune"},
    Action.OPINE: {"opinion": "faisable", "cost": 1200},
    Action.GRANT: {"advice": True, "euros": "350.50"},
    Action.REFUSE: {"reason": "pas de budget"},
    Action.DRAFT: PROMISED,
    Action.SIGN: {"side": "holder", "on": "2026-03-01", "document": HASH},
    Action.SUSPEND: {"reason": "gel"},
    Action.EVALUATE: {"not_measured": True},
    Action.TERMINATE: {"reason": "déménagement"},
    Action.RENEW: PROMISED,
    Action.REFER: {"referent": "person:" + "1" * 16},
    Action.ATTACH: {"document": HASH, "label": "plan", "circle": "public"},
    Action.DECLARE: EFFECT,
    Action.RETRACT: {"effect": "led", "reason": "compté deux fois"},
    Action.CONSENT: {"version": "v1", "given": True},
}
"""A right content for each action; {} for the others."""
WAY = [
    (Action.CREATE, Role.HOLDER), (Action.SUBMIT, Role.HOLDER), (Action.ADMIT, Role.AGENT), (Action.STUDY, Role.AGENT),
    (Action.GRANT, Role.ELECTED), (Action.DRAFT, Role.AGENT), (Action.SIGN, Role.HOLDER), (Action.SIGN, Role.DGS),
    (Action.START, Role.HOLDER), (Action.REALISE, Role.HOLDER), (Action.EVALUATE, Role.AGENT),
    (Action.CLOSE, Role.AGENT),
]  # fmt: skip
"""The whole way of an initiative that goes well."""


def content(action: Action, role: Role = Role.HOLDER) -> dict[str, Any]:
    """What may be said with an action."""
    said = dict(SAMPLES.get(action, {}))
    if action is Action.SIGN:
        said["side"] = "holder" if role is Role.HOLDER else "commune"
    return said


def deed(number: int, action: Action, role: Role, at: int | None = None, **more: Any) -> Deed:
    """A deed with text by reference, as the journal holds it."""
    ready = checked(action, content(action, role) | more)
    texts = {name: {"ref": f"text:{name}", "seal": "0" * 64} for name in ready.texts}
    return Deed(number, START + number * DAY if at is None else at, action, role, {**ready.plain, **texts})


def way(length: int = len(WAY)) -> list[Deed]:
    """The first deeds of the whole way, a day apart."""
    return [deed(number, action, role) for number, (action, role) in enumerate(WAY[:length])]
