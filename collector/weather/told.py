"""What is remembered of an answer besides its rows: when, of what, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How an answer went."""

    OK = "ok"
    PARTIAL = "partial"
    """Something that was asked for is missing."""
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    REFUSED = "refused"
    FORMAT = "format"
    """Another form than the documentation promises, or light that does not fit the sun."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, or its absence; times are ms since 1970, UTC."""

    source: str
    start: int
    end: int
    asked_at: int
    status: Status
    message: str = ""
    known: int = 0
    """Rows with light or temperature."""
    masked: int = 0
    """Values that cannot be weather."""
    again_at: int | None = None
    """The service wants to be left alone until then."""
