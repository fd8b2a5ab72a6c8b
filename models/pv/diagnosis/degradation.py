"""Degradation by rdtools' year-on-year method (Jordan et al. 2018). The one home of rdtools, which is an extra.

Every value is held against the one a year later; the middle of all these changes is the rate, so seasons and shade that
return every year cancel out. Less than two years say nothing.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

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
    ModuleNotFoundError without rdtools (see `available`). Five years of weeks take some 50 ms, the first time seconds.
    """
    series = _series(times, ratio)
    if series is None:
        return None
    state = np.random.get_state()  # its bootstrap draws from the global generator
    np.random.seed(0)  # the same series gives the same interval
    try:
        rate, interval, _found = _asked(series, "simple")
    finally:
        np.random.set_state(state)
    return Degradation(float(rate) / 100, float(interval[0]) / 100, float(interval[1]) / 100)


def middle_rate(times: NDArray[np.int64], ratio: Floats) -> float | None:
    """The same rate without its interval, which takes most of the time."""
    series = _series(times, ratio)
    return None if series is None else float(_asked(series, None)) / 100


def _series(times: NDArray[np.int64], ratio: Floats) -> pd.Series | None:
    known = np.isfinite(ratio) & (ratio > 0)
    times, ratio = times[known], ratio[known]
    if len(times) < LEAST or times[-1] - times[0] < TWO_YEARS:
        return None
    return pd.Series(ratio, pd.DatetimeIndex(pd.to_datetime(times, unit="ms", utc=True)))


def _asked(series: pd.Series, uncertainty: str | None) -> Any:  # noqa: ANN401 - a number, or more when asked for more
    import rdtools

    with warnings.catch_warnings():  # it is older than the pandas it runs on
        warnings.simplefilter("ignore")
        return rdtools.degradation_year_on_year(
            series, recenter=True, confidence_level=CONFIDENCE, uncertainty_method=uncertainty
        )
