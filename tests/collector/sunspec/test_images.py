"""Many images at once are the images one by one."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.sample import Value
from collector.sunspec.image import sunspec_image
from collector.sunspec.images import sunspec_images
from tests.collector.sunspec.test_image import INVERTER, PLATE, WEATHER

METER = {name: st.none() | st.floats(0, 9e4) for name in ("p_import", "p_export")} | {
    "energy_export_total": st.none() | st.floats(1, 4e9)
}


def columns(rows: list[dict[str, Value]]):
    """The rows as columns; texts as a list."""
    return {
        name: [row[name] for row in rows]
        if name == "state"
        else np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=float)
        for name in rows[0]
    }


@settings(max_examples=60, deadline=None)
@given(
    rows=st.sampled_from([INVERTER, WEATHER, METER]).flatmap(
        lambda kind: st.lists(st.fixed_dictionaries(kind), min_size=1, max_size=5)
    )
)
def test_each_row_is_the_image_made_alone(rows: list[dict[str, Value]]) -> None:
    inputs = 2 if "pac" in rows[0] else 0
    together = sunspec_images(columns(rows), len(rows), PLATE, inputs=inputs)
    for row, data in zip(rows, together, strict=True):
        alone = sunspec_image(row, PLATE, inputs=inputs)
        assert dict(enumerate(struct.unpack(f">{len(data) // 2}H", data), 40000)) == alone


def test_a_row_that_no_factor_makes_fit_is_told() -> None:
    with pytest.raises(ValueError, match="no sign"):
        sunspec_images({"v_dc": np.array([5.0, -600.0])}, 2, PLATE)
    with pytest.raises(ValueError, match="does not fit"):
        sunspec_images({"temp_air": np.array([5.0, 9000.0])}, 2, PLATE)
