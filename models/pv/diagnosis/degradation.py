"""Degradation by rdtools' year-on-year method (Jordan et al. 2018). The one home of rdtools, which is an extra.

Every value is held against the one a year later; the middle of all these changes is the rate, so seasons and shade that
return every year cancel out. Less than two years say nothing.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.sun import Floats

TWO_YEARS = 730 * 86_400_000
"""ms of history below which there is no year to hold against a year, and another one."""
LEAST = 60
"""Values below which a rate is guesswork."""
CONFIDENCE = 95.0


@dataclass(frozen=True, slots=True)
class Degradation:
    """A rate of change of performance, shares per year: -0.007 is a loss of 0.7 % a year."""

    rate: float
    low: float
    high: float
    """The 95 % interval of it, by bootstrap."""


def available() -> bool:
    """Whether rdtools is there: it comes with the extra `analysis`."""
    return find_spec("rdtools") is not None


def degradation(times: NDArray[np.int64], ratio: Floats) -> Degradation | None:
    """The rate of a normalised series: performance over that of a model that does not age; NaN is left out.

    times: ms UTC, rising, one value per day or week. None when less than two years or too few values are known.
    ModuleNotFoundError without rdtools (see `available`). It takes about a second, and some more the first time.
    """
    known = np.isfinite(ratio) & (ratio > 0)
    times, ratio = times[known], ratio[known]
    if len(times) < LEAST or times[-1] - times[0] < TWO_YEARS:
        return None
    import rdtools

    days = pd.DatetimeIndex(pd.to_datetime(times, unit="ms", utc=True))
    with warnings.catch_warnings():  # it is older than the pandas it runs on
        warnings.simplefilter("ignore")
        state = np.random.get_state()  # its bootstrap draws from the global generator
        np.random.seed(0)  # the same series gives the same interval
        try:
            rate, interval, _found = rdtools.degradation_year_on_year(
                pd.Series(ratio, days), recenter=True, confidence_level=CONFIDENCE
            )
        finally:
            np.random.set_state(state)
    return Degradation(float(rate) / 100, float(interval[0]) / 100, float(interval[1]) / 100)
