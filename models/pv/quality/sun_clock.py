"""The clock against the sun alone: on clear days power must rise and fall as the plane sees the sun.

With the plane's orientation given, each clear day tells the clock to a few minutes. Without it, orientation and clock
are fitted together: a clock error moves morning and evening alike and all year, a plane turned east moves the beam but
hardly the twilight, and differently with the season. Where the days at hand do not tell them apart the interval is as
wide as that.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.pv.quality.clear_days import MARGIN, Place, Skies, clear, days_of, means_at, skies
from models.pv.quality.clock import UNDECIDED, ClockOffset, Label, told_by
from models.pv.quality.resampled import means, midnight
from models.pv.quality.runs import HOUR, MINUTE, Floats, Times, aware, usual_period
from models.pv.quality.segments import DAY, Segment, Story, best_story, grouped, merged, to_legal

FINEST = 15 * MINUTE
LAGS = np.arange(-180, 181, 5) * float(MINUTE)
"""Tried around where the middle of the day lies; ms."""
ONE_DAY = 10 * MINUTE
"""Standard deviation of what one clear day tells."""
TILTS = (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 75.0, 90.0)
AZIMUTHS = tuple(float(angle) for angle in range(0, 360, 15))
FIT_DAYS = 40
"""More clear days add little to the orientation."""
MISFIT = 1e-3
"""Share of a clear day's power (squared) that no plane explains: haze, shade, the warmth of the afternoon."""
FEWEST = 3
"""Clear days."""
FLOOR = 180.0
"""Seconds that haze and shade may move the clearest of days."""


def offset_to_sun(
    power: pd.Series,
    place: Place,
    tilt: float | None = None,
    azimuth: float | None = None,
    label: Label | None = None,
) -> ClockOffset:
    """What must be added to the labels of `power` so that its clear days agree with the sun over `place`.

    An index of rising instants with a time zone, any unit, NaN missing; at least three clear days. `tilt` and `azimuth`
    (degrees; east of north) of the one plane, both or none. Without `label` labels are taken for the middle of their
    step and the interval gets half a step on either side. A whole number of hours inside the interval is `seconds`,
    `estimate` the finer figure. ValueError for an index that is not as said or one angle without the other.
    """
    if (tilt is None) != (azimuth is None):
        raise ValueError("give tilt and azimuth, or neither")
    times = aware(power)
    if len(times) < 10:
        return UNDECIDED
    period = usual_period(times)
    step = max(period, FINEST)
    edges = np.arange(times[0] // step - 1, times[-1] // step + 2) * step
    p = means(times, power.to_numpy(float), period, label or Label.MIDDLE, edges)
    begin = int((edges[0] + midnight(p, step)) // step * step)
    day = (edges[:-1] - begin) // DAY
    begin, day = begin + int(day[0]) * DAY, day - day[0]
    table = days_of(p, day, DAY // step)
    rows = clear(table)
    if len(rows) < FEWEST:
        return UNDECIDED
    shown = np.nan_to_num(table[rows])
    starts = begin + DAY * np.arange(len(table) + 1)
    above = skies(starts[rows], place)
    middle = _middle(shown, above, step)
    if tilt is not None and azimuth is not None:
        story, low, best, high = _given(above, shown, rows, len(table), starts, middle, step, (tilt, azimuth))
    else:
        story, low, best, high = _fitted(above, shown, rows, len(table), starts, middle, step, place)
    slack = 0.0 if label is not None else period / 2000
    segments = []
    for first, end, seconds in story:
        bounds = seconds + low - slack, seconds + best, seconds + high + slack
        hour = 3600.0 * round(bounds[1] / 3600)
        drawn = hour if bounds[0] <= hour <= bounds[2] else bounds[1]
        days = int(((rows >= first) & (rows < end)).sum())
        segments.append(Segment(int(starts[first]), int(starts[end]), drawn, bounds[0], bounds[2], days, bounds[1]))
    return told_by(merged(segments, 300.0))
