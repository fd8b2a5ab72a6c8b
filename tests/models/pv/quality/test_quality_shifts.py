"""Days from which on a plant makes another amount."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.pv.quality.shifts import data_shifts
from tests.models.pv.quality.roofs import PVDATA

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::pandas.errors.Pandas4Warning")


def test_the_labelled_shift_is_found_to_three_days():
    path = PVDATA / "labelled/pvlib_data_shift.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    table = pd.read_csv(path, parse_dates=["timestamp"]).set_index("timestamp").tz_localize("UTC")
    truth = table.index[table["label"] == 1]
    found = data_shifts(table["value"])
    assert len(found) == len(truth) == 1
    assert abs(found[0] - truth[0]) <= pd.Timedelta("3D")  # seen 2


def test_too_short_a_series_has_no_shift():
    index = pd.date_range("2023-01-01", periods=300, tz="UTC")
    assert data_shifts(pd.Series(np.r_[np.full(150, 10.0), np.full(150, 5.0)], index)) == []
    with pytest.raises(ValueError, match="dates"):
        data_shifts(pd.Series([1.0, 2.0]))
