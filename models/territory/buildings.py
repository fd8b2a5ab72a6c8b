"""Municipal buildings: what they use, and what works or habits really saved, by their meters and the weather.

Before and after are compared under the same sky (IPMVP option C): a line is fitted to the months before, energy a day
over degree days a day; the months after are held against what that line says of their weather. The interval is that of
the sum, from the scatter of the months before (ordinary least squares); 90 %.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import stdtrit

LEAST_BEFORE = 9
"""Months; fewer do not know both a winter and a summer."""
LEAST_AFTER = 6
CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Measured:
    """What the meter says was saved: kWh a year of usual length, positive when less was used."""

    months_before: int
    months_after: int
    before: float
    """kWh of a year of the weather after, had nothing been done."""
    saved: float
    low: float
    high: float
    """Of the 90 % interval; a saving whose interval holds 0 is not shown by the meter."""
    corrected: bool
    """Whether degree days were there; without them the months themselves are compared."""

    @property
    def shown(self) -> bool:
        """Whether the meter shows a saving at all."""
        return self.low > 0

    @property
    def share(self) -> float:
        """Saved over before."""
        return self.saved / self.before if self.before > 0 else math.nan


def saving(
    monthly: Mapping[str, float], degree_days: Mapping[str, float] | None, started: date, ended: date
) -> Measured | None:
    """The saving of works that lasted from `started` to `ended`; None when too few months are known.

    monthly: ``2024-01`` -> kWh. The months of the works themselves count neither before nor after.
    """
    known = {month: kwh for month, kwh in monthly.items() if degree_days is None or month in degree_days}
    before = sorted(month for month in known if month < f"{started:%Y-%m}")[-36:]
    after = sorted(month for month in known if month > f"{ended:%Y-%m}")
    if len(before) < LEAST_BEFORE or len(after) < LEAST_AFTER:
        return None
    x, y = _rows(before, degree_days), np.array([known[month] for month in before])
    freedom = len(before) - x.shape[1]
    inverse = np.linalg.pinv(x.T @ x)
    line = inverse @ x.T @ y
    scatter = float(((y - x @ line) ** 2).sum()) / freedom
    new = _rows(after, degree_days)
    expected, used = new @ line, np.array([known[month] for month in after])
    summed = new.sum(axis=0)
    sigma = math.sqrt(scatter * (len(after) + float(summed @ inverse @ summed)))
    reach = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * sigma
    year = 365.25 / sum(_days(month) for month in after)
    saved = float((expected - used).sum())
    return Measured(
        len(before), len(after), float(expected.sum()) * year,
        saved * year, (saved - reach) * year, (saved + reach) * year, degree_days is not None,
    )  # fmt: skip


def yearly(monthly: Mapping[str, float], year: int) -> tuple[float | None, int]:
    """kWh of a year and how many of its months are known; None when none is."""
    known = [kwh for month, kwh in monthly.items() if month.startswith(f"{year}-")]
    return (math.fsum(known) if known else None), len(known)


def specific(kwh: float, surface: float) -> float:
    """kWh/m² of a year. ValueError without a surface."""
    if surface <= 0:
        raise ValueError(f"{surface} m² are no building")
    return kwh / surface


def _rows(months: Sequence[str], degree_days: Mapping[str, float] | None) -> np.ndarray:
    """Days of each month, and its degree days where these are known."""
    lengths = [_days(month) for month in months]
    if degree_days is None:
        return np.array([lengths], float).T
    return np.array([lengths, [degree_days[month] for month in months]], float).T


def _days(month: str) -> int:
    return calendar.monthrange(int(month[:4]), int(month[5:]))[1]
