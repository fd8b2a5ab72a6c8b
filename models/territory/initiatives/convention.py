"""A convention: what the holders and the commune promise each other, from when, for how long, and who has signed.

No text of a real fifty-fifty convention is public; these parts are inferred from how the town describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from models.territory.initiatives.fields import Said, said
from models.territory.initiatives.words import Renewal, Side

NOTICE_DAYS = 60
"""Where a convention does not say. Proposal."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Of one side: on which day, and the hash of the document that was signed."""

    on: date
    document: str


@dataclass(frozen=True, slots=True)
class Convention:
    """One version. Texts are references; see models.territory.initiatives.fields."""

    version: int
    town_does: Said
    holders_do: Said
    start: date
    months: int
    renewal: Renewal
    notice_days: int
    euros: Decimal | None
    """Of the commune; None where nothing is said."""
    agent_hours: float | None
    texts: Mapping[str, Said]
    """The other parts: object, calendar, durability, property, insurance, indicators, ending, risk."""
    holder: Signature | None = None
    commune: Signature | None = None

    @property
    def is_signed(self) -> bool:
        """By both sides."""
        return self.holder is not None and self.commune is not None

    @property
    def end(self) -> date:
        """The first day after its term."""
        month = self.start.month - 1 + self.months
        year, month = self.start.year + month // 12, month % 12 + 1
        last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month, min(self.start.day, last))

    def signed(self, side: Side, signature: Signature) -> Convention:
        """The same with a signature. ValueError is for the caller: a side signs once."""
        return replace(self, holder=signature) if side is Side.HOLDER else replace(self, commune=signature)


OTHER_TEXTS = ("object", "calendar", "durability", "property", "insurance", "indicators", "ending", "risk")
PUBLIC_TEXTS = ("object", "calendar", "durability", "indicators")
"""Of these, what everybody may read. Insurance, risk, property and ending are legal matters."""


def convention_of(version: int, data: Mapping[str, Any]) -> Convention:
    """The convention that a fact's data describe."""
    town, holders = said(data, "town_does"), said(data, "holders_do")
    assert town
    assert holders
    return Convention(
        version=version,
        town_does=town,
        holders_do=holders,
        start=date.fromisoformat(data["start"]),
        months=data["months"],
        renewal=Renewal(data.get("renewal", Renewal.NONE)),
        notice_days=data.get("notice_days", NOTICE_DAYS),
        euros=Decimal(data["euros"]) if "euros" in data else None,
        agent_hours=data.get("agent_hours"),
        texts={name: kept for name in OTHER_TEXTS if (kept := said(data, name))},
    )
