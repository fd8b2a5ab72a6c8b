"""Rows of a store as the one form of frame that all stores give (see Store.read)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from collector.sample import Value
from collector.store.admission import is_text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def frame(
    times: Sequence[int] | NDArray[np.int64], columns: Mapping[str, Sequence[Value] | NDArray[Any]]
) -> pd.DataFrame:
    """The frame of ascending `times` (ms since 1970, UTC) and one column per field, None where missing."""
    import numpy as np
    import pandas as pd  # here, because the collector writes all day and never needs it

    index = pd.DatetimeIndex(np.array(times, dtype="datetime64[ms]"), name="time").tz_localize("UTC")
    series = {
        field: pd.Series(np.array(values, dtype=object), index=index, dtype=object)  # else pandas makes None a NaN
        if holds_text(field)
        else np.array(values, dtype=np.float64)
        for field, values in columns.items()
    }
    return pd.DataFrame(series, index=index, columns=list(columns))


def holds_text(field: str) -> bool:
    """Whether a column of that name holds text; one that is no field holds numbers."""
    try:
        return is_text(field)
    except ValueError:  # a name that is no field was never written: a column of NaN
        return False
