"""Days of the town and quarter-hours of the world: half-open, labelled by their start.

Quarters lie on the UTC grid (every time zone of today is a whole number of quarters away from UTC); a day is the
town's, from midnight to midnight, and has 92, 96 or 100 quarters. Instants are ms since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

QUARTER = 900_000
"""ms"""


def day_start(day: date, tz: tzinfo) -> int:
    """The instant at which a day of the town begins. In a zone whose clocks change at midnight: its first instant."""
    local = datetime(day.year, day.month, day.day, tzinfo=tz)
    return int(local.astimezone(UTC).timestamp()) * 1000


def day_bounds(day: date, tz: tzinfo) -> tuple[int, int]:
    """First instant of a day of the town, and that of the next: 23, 24 or 25 hours."""
    return day_start(day, tz), day_start(day + timedelta(days=1), tz)


def day_of(instant: int, tz: tzinfo) -> date:
    """The day of the town in which an instant lies."""
    return datetime.fromtimestamp(instant // 1000, tz).date()


def days(first: date, last: date) -> Iterator[date]:
    """All days from the first to the last, both included; none when the last is before the first."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def quarter_of(instant: int) -> int:
    """Start of the quarter-hour in which an instant lies."""
    return instant // QUARTER * QUARTER


def quarters(start: int, end: int) -> NDArray[np.int64]:
    """Starts of the quarter-hours from `start` (itself on the grid, else ValueError) to before `end`."""
    if start % QUARTER:
        raise ValueError(f"{start} is no start of a quarter-hour")
    return np.arange(start, end, QUARTER, dtype=np.int64)
