"""A symbolic panel for each birth: a number and a year on a real roof, and nothing that tells whose.

The rules (CNIL on civil registers, CADA opinion 20192028): never fed from the civil registry, only by a form that both
parents fill in; a first name only with the recorded consent of both; no surname, no day of birth; the name goes as soon
as the certificate is made; a code withdraws the panel at any time; public are counts only. A panel is a name on
capacity that is counted already: it adds no kilowatt-hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from config.language import _
from models.territory import typed

ENERGY_COUNTED = 0.0
"""kWh that a symbolic panel adds to any balance."""
PANEL_W = 400.0
"""W of one panel where the town's files do not say: assumed."""
BOTH = 2
"""Holders of parental authority whose consent a first name needs."""
LONGEST_NAME = 30


class Step(StrEnum):
    """What happens with a panel."""

    ADD = "add"
    CERTIFY = "certify"
    WITHDRAW = "withdraw"


class Refused(ValueError):
    """The registry does not take this; the reason is for a person."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What is known of a panel for good."""

    number: int
    year: int
    """Of birth."""
    roof: str
    """``site/roof``"""
    certified: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """That both parents agreed to a first name: not who they are."""

    roles: tuple[str, str]
    """As ``parent 1``, ``parent 2``."""
    on: str
    version: str
    """Of the text that they have signed."""


def first_name(value: Any, consent: Consent | None) -> str:  # noqa: ANN401 - comes from outside
    """A first name, and nothing more; ValueError without the consent of both parents."""
    if consent is None:
        raise ValueError(_("a first name needs the consent of both parents: its date and the version of the text"))
    made = typed.text(value, LONGEST_NAME, lines=False)
    if re.search(r"\d", made) or len(made.split()) > BOTH:
        raise ValueError(_("a first name only: no surname, no date"))
    return made


def consent(parents: Any, on: Any, version: Any) -> Consent:  # noqa: ANN401
    """The recorded consent; ValueError when it is not that of both parents."""
    if typed.whole(parents, 0, 10) != BOTH:
        raise ValueError(_("both holders of parental authority must agree"))
    return Consent(("parent 1", "parent 2"), typed.day(on), typed.text(version, 40, lines=False))


def fold(deeds: Iterable[tuple[Step, int, Mapping[str, Any]]]) -> dict[int, Panel]:
    """All panels after all deeds (step, number, data), in the order of the facts. Refused for one that cannot be."""
    panels: dict[int, Panel] = {}
    for step, number, data in deeds:
        panels[number] = follow(panels.get(number), step, number, data)
    return panels


def follow(current: Panel | None, step: Step, number: int, data: Mapping[str, Any]) -> Panel:
    """What one deed makes of a panel; Refused with the reason."""
    if step is Step.ADD:
        if current is not None:
            raise Refused(_("panel {n} exists").format(n=number))
        return Panel(number, data["year"], data["roof"])
    if current is None:
        raise Refused(_("there is no panel {n}").format(n=number))
    if current.withdrawn:
        raise Refused(_("panel {n} was withdrawn").format(n=number))
    if step is Step.CERTIFY:
        if current.certified:
            raise Refused(_("the certificate of panel {n} was made, and its data are gone").format(n=number))
        return replace(current, certified=True)
    return replace(current, withdrawn=True)


def room(roof_w: float, panel_w: float) -> int:
    """Panels that a roof has."""
    return int(roof_w // panel_w)


def share_of(energy_kwh: float | None, roof_w: float, panel_w: float) -> float | None:
    """kWh of one panel of a roof that made `energy_kwh`; None when that is not known."""
    if energy_kwh is None or not 0 < panel_w <= roof_w:
        return None
    return energy_kwh * panel_w / roof_w


def counts(panels: Iterable[Panel]) -> dict[int, int]:
    """Panels by year of birth: all that is public. One that was withdrawn is not counted."""
    made: dict[int, int] = {}
    for panel in sorted(panels, key=lambda each: each.year):
        if not panel.withdrawn:
            made[panel.year] = made.get(panel.year, 0) + 1
    return made
