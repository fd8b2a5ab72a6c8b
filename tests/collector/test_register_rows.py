"""Many register images at once are the images one by one, for every map that tepos ships."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.register_rows import RowEncoder
from collector.registers import encode, fields_of
from config import load_maps
from config.device import DeviceMap

MAPS = {name: found for name, found in load_maps().items() if isinstance(found, DeviceMap)}


def rows_of(device_map: DeviceMap, data: st.DataObject) -> list[dict[str, object]]:
    """Some rows of a device; a field is missing only where the map can say so."""
    kinds = {}
    for field in fields_of(device_map, 2):
        if field.name == "power_net":
            kinds |= {"p_import": st.floats(0, 3000), "p_export": st.floats(0, 3000)}
        elif field.states is not None:
            kinds[field.name] = st.sampled_from(sorted(field.states.values()))
        else:
            number = st.floats(0, min(30_000 * field.register.multiply / field.register.divide, 3e4))
            kinds[field.name] = number | st.none() if field.is_float or field.missing else number
    return data.draw(st.lists(st.fixed_dictionaries(kinds), min_size=1, max_size=4))


@pytest.mark.parametrize("name", sorted(MAPS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_each_row_is_the_image_made_alone(name: str, data: st.DataObject) -> None:
    rows = rows_of(MAPS[name], data)
    columns = {
        field: [row[field] for row in rows]
        if field == "state"
        else np.array([np.nan if row[field] is None else row[field] for row in rows], dtype=float)
        for field in rows[0]
    }
    words = RowEncoder(MAPS[name], 2)(columns, len(rows))
    for number, row in enumerate(rows):
        assert {at: int(word[number]) for at, word in words.items()} == encode(MAPS[name], row, 2)


def test_a_value_that_its_register_cannot_hold_is_told() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        RowEncoder(MAPS["huawei_sun2000"], 1)({"pac": np.array([1.0, 1e12])}, 2)
