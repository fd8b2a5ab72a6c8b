"""Days from which on a plant makes more or less than before: a changed unit, a part added or lost for good."""

from __future__ import annotations

import pandas as pd
from pvanalytics.quality.data_shifts import detect_data_shifts

FEWEST = 740
"""Days below which no shift is looked for: of less than two years the seasons cannot be taken out."""


def data_shifts(daily: pd.Series) -> list[pd.Timestamp]:
    """First days of new levels in a series of daily energy (any unit, one value a day, NaN missing).

    Seasons are taken out by the mean year (pvanalytics, after Perry & Muller 2022). Right to a few days. ValueError for
    an index without dates.
    """
    index = daily.index
    if not isinstance(index, pd.DatetimeIndex):
        raise ValueError("the series has no dates")
    plain = pd.Series(daily.to_numpy(float), index.tz_localize(None))
    known = plain[plain > 0]
    if len(known) < FEWEST:
        return []
    found = detect_data_shifts(known.asfreq("D"))
    return [index[plain.index.get_indexer(pd.DatetimeIndex([day]), method="nearest")[0]] for day in found.index[found]]
