"""The figures of IEC 61724-1 (2021) for any stretch of time: yields, performance, availability, and what was lost.

Energies in Wh, insolation in Wh/m² in the plane of the modules, power in W; yields in hours (kWh/kWp). Everything works
on numbers and on arrays of any shape alike. What is not known is NaN, and so is a quotient over nothing: a roof in the
dark has no performance ratio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

STC_IRRADIANCE = 1000.0
"""W/m²"""
STC_TEMPERATURE = 25.0
"""°C"""
WORKING = 100.0
"""W/m²: below it an inverter may rest, so it counts neither as available nor as unavailable."""


def reference_yield(insolation: ArrayLike) -> Floats:
    """Hours of 1000 W/m² that would have brought this insolation (IEC 61724-1, Yr)."""
    return np.asarray(insolation, float) / STC_IRRADIANCE


def array_yield(energy_dc: ArrayLike, pdc0: ArrayLike) -> Floats:
    """DC energy per installed W (Ya)."""
    return _over(energy_dc, pdc0)


def final_yield(energy: ArrayLike, pdc0: ArrayLike) -> Floats:
    """AC energy per installed W (Yf); over a year or a month the *specific yield*, kWh/kWp."""
    return _over(energy, pdc0)


def performance_ratio(energy: ArrayLike, pdc0: ArrayLike, insolation: ArrayLike) -> Floats:
    """Yf over Yr (PR): how much of the light became energy."""
    return _over(final_yield(energy, pdc0), reference_yield(insolation))


def corrected_performance_ratio(
    energy: ArrayLike, pdc0: ArrayLike, insolation: Floats, temp_cell: Floats, gamma_pdc: ArrayLike
) -> float:
    """PR as if the cells had stayed at 25 °C, over all intervals together (IEC 61724-1, PR'25°C).

    `energy`, `insolation` and `temp_cell` (°C) per interval, shape (T,); intervals of which one is missing are left
    out of both sums.
    """
    made = np.asarray(energy, float)
    light = insolation * (1 + np.asarray(gamma_pdc, float) * (temp_cell - STC_TEMPERATURE))
    known = np.isfinite(made) & np.isfinite(light)
    return float(performance_ratio(made[known].sum(), pdc0, light[known].sum()))


def performance_index(energy: ArrayLike, expected: ArrayLike) -> Floats:
    """Measured over expected energy."""
    return _over(energy, expected)


def availability(working: NDArray[np.bool_], poa_global: Floats) -> float:
    """Part of the intervals under at least 100 W/m² in which the inverter worked, shape (T,) each (IEC TS 63019).

    Intervals with unknown irradiance do not count; NaN when none is left.
    """
    with np.errstate(invalid="ignore"):
        lit = poa_global >= WORKING
    return float(working[lit].mean()) if lit.any() else float("nan")


def energy_availability(energy: ArrayLike, lost_by_outages: ArrayLike) -> Floats:
    """Energy made over what would have been made without outages."""
    made = np.asarray(energy, float)
    return _over(made, made + np.asarray(lost_by_outages, float))


class Cause(StrEnum):
    """Why energy was not made, as far as it is known."""

    OUTAGE = "outage"
    """The inverter answered, and made nothing under the sun."""
    CLIPPING = "clipping"
    """The modules gave more than the inverter takes: by design."""
    UNDERPERFORMANCE = "underperformance"
    """Less than expected while a finding was open."""
    UNEXPLAINED = "unexplained"
    """Less, or more (negative), than expected, within what is usual."""


def lost_energy(energy: Floats, expected: Floats, causes: Mapping[Cause, NDArray[np.bool_]]) -> dict[Cause, float]:
    """Wh expected and not made, by cause; shape (T,) each.

    The first cause that names an interval takes it, in the order of Cause; what no cause names is unexplained.
    Intervals in which nothing is known are left out: they are no loss. The parts sum to expected - measured.
    """
    gap = expected - energy
    free = np.isfinite(gap)
    lost: dict[Cause, float] = {}
    for cause in Cause:
        mine = free & causes[cause] if cause in causes else free & (cause is Cause.UNEXPLAINED)
        lost[cause] = float(gap[mine].sum())
        free = free & ~mine
    lost[Cause.UNEXPLAINED] += float(gap[free].sum())
    return lost


@dataclass(frozen=True, slots=True)
class Exceedance:
    """What a plant makes in a year with a given probability, Wh."""

    p50: float
    p90: float
    years: int
    """Years of weather behind it."""
    sigma: float
    """Relative standard deviation of one year around the figure for p50."""


MODEL_SIGMA = 0.07
"""Relative: resource 5 %, plane-of-array 3 %, rating 3 %, losses (Thevenard & Pelland 2013, without the years)."""
YEARS_SIGMA = 0.039
"""Relative, from year to year, where the record is too short to tell (Thevenard & Pelland 2013)."""
LEAST_YEARS = 5


def exceedance(yearly: ArrayLike, model_sigma: float = MODEL_SIGMA) -> Exceedance:
    """P50 and P90 of a coming year, from the modelled Wh of past years of weather, shape (years,).

    Normal distribution: the spread of the years (the usual 3.9 % for fewer than five) and the uncertainty of the model
    add up by squares. ValueError without a year.
    """
    years = np.asarray(yearly, float)
    years = years[np.isfinite(years)]
    if not len(years):
        raise ValueError("no year of weather")
    mean = float(years.mean())
    spread = float(years.std(ddof=1)) / mean if len(years) >= LEAST_YEARS else YEARS_SIGMA
    sigma = float(np.hypot(spread, model_sigma))
    return Exceedance(mean, mean * (1 + float(ndtri(0.10)) * sigma), len(years), sigma)


def _over(part: ArrayLike, whole: ArrayLike) -> Floats:
    over, under = np.asarray(part, float), np.asarray(whole, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        made: Floats = np.where(under > 0, over / under, np.nan)
    return made
