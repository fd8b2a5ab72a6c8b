"""The figures of IEC 61724-1 (2021) for any stretch of time: yields, performance, availability.

Energies in Wh, insolation in Wh/m² in the plane of the modules, power in W; yields in hours (kWh/kWp). Everything works
on numbers and on arrays of any shape alike. What is not known is NaN, and so is a quotient over nothing: a roof in the
dark has no performance ratio.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def corrected_insolation(insolation: ArrayLike, temp_cell: ArrayLike, gamma_pdc: ArrayLike) -> Floats:
    """The insolation (Wh/m²) that would give cells at 25 °C what this one gives cells at `temp_cell` (°C).

    gamma_pdc: relative change of power per °C, negative. IEC 61724-1 (2021), the denominator of PR'25°C.
    """
    heat = np.asarray(temp_cell, float) - STC_TEMPERATURE
    made: Floats = np.asarray(insolation, float) * (1 + np.asarray(gamma_pdc, float) * heat)
    return made


def corrected_performance_ratio(energy: ArrayLike, pdc0: ArrayLike, corrected: ArrayLike) -> Floats:
    """PR as if the cells had stayed at 25 °C: over the sum of `corrected_insolation` (IEC 61724-1, PR'25°C).

    It is the weather-corrected PR of Dierauf et al. 2013 (NREL/TP-5200-57991) with 25 °C in place of a typical year's
    mean cell temperature: months become comparable, and the figure is higher than a year's PR by what heat costs.
    """
    return performance_ratio(energy, pdc0, corrected)


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
