"""Degree days, and what a year's consumption would have been in a usual one.

A day's degree days are max(0, base - (Tn + Tx)/2), Tn and Tx the day's extremes (the method of Meteo-France's "DJU").
C_corr = C_nts + C_ts·DJU_ref/DJU(y): only what follows the cold is corrected, and raw stands beside corrected.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable, Mapping
from datetime import date

MISSING_DAYS = 2
"""So many days of a month may be unknown: the others stand for them."""


def of_day(low: float, high: float, base: float = 18.0) -> float:
    """Degree days of one day from its lowest and highest temperature, °C."""
    return max(0.0, base - (low + high) / 2)


def by_month(days: Iterable[tuple[date, float, float]], base: float = 18.0) -> dict[str, float]:
    """``2024-01`` -> degree days, from (day, low, high); a month with more than MISSING_DAYS unknown days is absent."""
    found: dict[str, dict[int, float]] = {}
    for day, low, high in days:
        if math.isfinite(low) and math.isfinite(high):
            found.setdefault(f"{day:%Y-%m}", {})[day.day] = of_day(low, high, base)
    months = {}
    for month, known in sorted(found.items()):
        length = calendar.monthrange(int(month[:4]), int(month[5:]))[1]
        if length - len(known) <= MISSING_DAYS:
            months[month] = math.fsum(known.values()) * length / len(known)
    return months


def by_year(months: Mapping[str, float]) -> dict[int, float]:
    """Year -> degree days, of years of which all twelve months are known."""
    years: dict[int, list[float]] = {}
    for month, value in months.items():
        years.setdefault(int(month[:4]), []).append(value)
    return {year: math.fsum(values) for year, values in sorted(years.items()) if len(values) == 12}


def reference(years: Mapping[int, float], first: int, last: int) -> float | None:
    """The mean of the reference period; None when less than four fifths of its years are known."""
    known = [value for year, value in years.items() if first <= year <= last]
    return math.fsum(known) / len(known) if len(known) >= 0.8 * (last - first + 1) else None


def corrected(consumption: float, sensitive: float, degree_days: float, usual: float) -> float:
    """C_corr of a consumption of which the share `sensitive` follows the cold. ValueError for a share beyond 0..1."""
    if not 0 <= sensitive <= 1 or degree_days <= 0:
        raise ValueError(f"share {sensitive}, degree days {degree_days}")
    return consumption * (1 - sensitive) + consumption * sensitive * usual / degree_days
