"""Moments at the edge: ms since 1970 (UTC) inside, ISO 8601 with offset for programs, the town's time for people."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MOMENTS = frozenset({"started", "last_sample", "failing_since", "since", "oldest"})
"""The keys of our documents that hold a moment."""


def utc_ms() -> int:
    """The host's clock: ms since 1970, UTC."""
    return time.time_ns() // 1_000_000


def zone(name: str | None) -> tzinfo:
    """The time zone of that IANA name; UTC when there is none, or this machine does not know it."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def moment_of(text: str, tz: tzinfo) -> int | None:
    """ms of a day's begin in the town (``2026-06-21``), or of an instant with its offset; None for anything else."""
    from models.calendar import day_start

    with suppress(ValueError, OverflowError):
        return day_start(date.fromisoformat(text), tz)
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text)
        return round(at.timestamp() * 1000) if at.tzinfo else None  # which of two hours at a change of clocks?
    return None


def iso(moment: int, tz: tzinfo) -> str:
    """``2026-11-21T07:02:11+01:00``."""
    return datetime.fromtimestamp(moment // 1000, tz).isoformat()


def dated(content: Any, tz: tzinfo) -> Any:  # noqa: ANN401 - whatever JSON can say
    """The same document with every moment (see MOMENTS) as ISO 8601 instead of ms."""
    if isinstance(content, dict):
        return {
            key: iso(value, tz) if key in MOMENTS and isinstance(value, int) else dated(value, tz)
            for key, value in content.items()
        }
    if isinstance(content, list | tuple):
        return [dated(each, tz) for each in content]
    return content


def spoken(moment: int, now: int, tz: tzinfo) -> str:
    """For people: ``07:02`` today, else ``2026-11-20 07:02``."""
    at, today = (datetime.fromtimestamp(m // 1000, tz) for m in (moment, now))
    return f"{at:%H:%M}" if at.date() == today.date() else f"{at:%Y-%m-%d %H:%M}"
