"""What happened to an alert: each deed is one dated fact of the ledger, of the kind ``alert.WHAT``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from models.pv.diagnosis.cause import Cause

TEPOS = "tepos"
"""Who did what no person did."""


class What(StrEnum):
    """These words stand in the ledger: one never changes its meaning."""

    OPENED = "opened"
    """``finding``"""
    ACKNOWLEDGED = "acknowledged"
    """``note``; by whom stands beside every deed, as a role."""
    SNOOZED = "snoozed"
    """``until`` (ms), ``note``: nobody is reminded before."""
    WORSENED = "worsened"
    """``finding``: more is missing than anybody was told; it ends a snooze."""
    CHANGED = "changed"
    """``finding``: the same event is known better now, by another cause or as that of a whole site."""
    CLOSED = "closed"
    """``why`` (see Why) and, where it is known, the last ``finding``."""
    REOPENED = "reopened"
    """``finding``: it came back soon after."""


class Why(StrEnum):
    """Why an alert was closed."""

    OVER = "over"
    """The finding is."""
    ABSORBED = "absorbed"
    """Another alert tells the same event; ``into`` names it."""
    PERSON = "person"
    """Somebody said so. It comes back when what was found gets worse, or ends and returns."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One."""

    what: What
    alert: str
    """The alert's id."""
    subject: str
    """``site/inv-1#2``, ``site/inv-1``, ``site`` or ``town``."""
    at: int
    """ms UTC."""
    by: str = TEPOS
    data: Mapping[str, Any] = field(default_factory=dict)


def alert_id(cause: Cause, subject: str, since: int) -> str:
    """Six letters, always the same for the same finding: opened twice by two processes it is still one alert."""
    digest = blake2b(f"{cause}|{subject}|{since}".encode(), digest_size=8).digest()
    number, letters = int.from_bytes(digest), "abcdefghjkmnpqrstuvwxyz"  # no i, l, o, that are read as digits
    return "".join(letters[number // len(letters) ** place % len(letters)] for place in range(6))
