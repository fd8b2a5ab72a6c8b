"""Days from which on a plant makes more or less than before: a changed unit, a part added or lost for good."""

from __future__ import annotations

import pandas as pd
from pvanalytics.quality.data_shifts import detect_data_shifts

FEWEST = 740
"""Days below which no shift is looked for: of less than two years the seasons cannot be taken out."""


def data_shifts(daily: pd.Series) -> list[pd.Timestamp]:
    """First days of new levels in a series of daily energy (any unit, one value a day, NaN missing).

    Seasons are taken out first by the mean year (pvanalytics, after Perry & Muller 2022; its
    change points come from ruptures). Right to a few days.
    """
    known = daily.dropna()
    known = known[known > 0]
    if len(known) < FEWEST:
        return []
    whole = known.asfreq("D")
    found = detect_data_shifts(whole.tz_localize(None) if whole.index.tz is not None else whole)
    return [
        daily.index[daily.index.get_indexer([pd.Timestamp(day, tz=daily.index.tz)], method="nearest")[0]]
        for day in found.index[found]
    ]
