"""Quarter-hours to days of the town: 92, 96 or 100 of them, and the day's energy is their sum."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np

from models.calendar import QUARTER, day_of, day_start, days
from models.pv.energy.rows import EnergyRows, Floats, Times, gather


def day_starts(start: int, end: int, tz: tzinfo) -> Times:
    """Starts of the town's days from `start` to before `end`. ValueError unless both are the start of a day."""
    last = day_of(end, tz)
    starts = np.array([day_start(day, tz) for day in days(day_of(start, tz), last)], dtype=np.int64)
    if starts[0] != start or starts[-1] != end:
        raise ValueError(f"{start} to {end} are no whole days of {tz}")
    return starts[:-1]


def day_energy(quarters: EnergyRows, tz: tzinfo, expected: Floats | None = None) -> EnergyRows:
    """The days of the town that these quarter-hours make up; ValueError unless they are whole days without a hole.

    A day's energy is the sum of what is known; its status is the worst of its quarter-hours, `partial` when something
    that weighs is unknown, `unknown` when all of it is. `expected` energy of each quarter-hour (any scale) weighs the
    completeness; without it all weigh the same.
    """
    times = quarters.times
    if not len(times) or (np.diff(times) != QUARTER).any():
        raise ValueError("the quarter-hours do not follow one another")
    starts = day_starts(int(times[0]), int(times[-1]) + QUARTER, tz)
    weights = np.ones(len(times)) if expected is None else np.maximum(np.nan_to_num(expected), 0.0)
    first = np.searchsorted(times, starts)
    made = gather(quarters.energy, quarters.status, quarters.basis, quarters.completeness, weights, first)
    return EnergyRows(starts, made.energy, made.status, made.basis, made.completeness)
