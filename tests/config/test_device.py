"""The shape of a device map: what a file cannot say is refused with the place of the fault."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from config import load_maps
from config.device import DeviceMap, builtin_devices
from config.quantities import QUANTITIES, Role

SOUND = {
    "name": "x",
    "title": "X",
    "role": "inverter",
    "source": "datasheet",
    "identity": {"manufacturer": "X"},
    "quantities": {"pac": {"address": 1, "type": "int16"}},
}
V, A = {"address": 1, "type": "uint16"}, {"address": 2, "type": "uint16"}


def test_a_sound_map_is_taken():
    assert DeviceMap.model_validate(SOUND).quantities["pac"].words == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"quantities": {"power": {"address": 1, "type": "int16"}}}, "power is not a quantity"),
        ({"quantities": {"pac": {"address": 1, "type": "int24"}}}, "int24|Input should be"),
        ({"quantities": {"pac": {"address": 70000, "type": "int16"}}}, "less than or equal to 65535"),
        ({"quantities": {"pac": {"address": 65535, "type": "int32"}}}, "beyond address 65535"),
        ({"quantities": {"pac": {"address": 1, "type": "int16", "scale": 10}}}, "Extra inputs"),
        ({"quantities": {"pac": {"address": 1, "type": "int16", "divide": 0}}}, "greater than or equal to 1"),
        ({"quantities": {"pac": {"address": 1, "type": "int16", "function": 6}}}, "3 or 4"),
        ({"quantities": {"pac": {"address": 1, "type": "int16", "count": 2}}}, "count is for strings"),
        ({"quantities": {"state": {"address": 1, "type": "uint16"}}}, "it needs states"),
        ({"quantities": {"state": {"address": 1, "type": "uint16", "states": "s"}}}, "there is no \\[states.s\\]"),
        ({"quantities": {}}, "reads nothing"),
        ({"inputs": {"count": 2, "stride": 2, "v_dc": V, "pdc_from_v_and_i": True}}, "needs v_dc and i_dc"),
        ({"inputs": {"count": 0, "stride": 2, "v_dc": V}}, "greater than or equal to 1"),
        ({"variants": {"a": {"pattern": "["}}}, "pattern is no regular expression"),
        ({"variants": {"a": {"pattern": "x", "without": ["pdc"]}}}, "pdc is not in"),
        ({"variants": {"a": {"pattern": "x", "quantities": {"pax": V}}}}, "pax is not a quantity"),
        ({"identity": {"manufacturer": "X", "pattern": "("}}, "pattern is no regular expression"),
        ({"link": {"unit": 300}}, "less than or equal to 255"),
        ({"read": {"max_block": 126}}, "less than or equal to 125"),
        ({"name": "Not A Name"}, "String should match"),
    ],
)
def test_a_fault_in_a_map_is_told(change, told):
    with pytest.raises(ValidationError, match=told):
        DeviceMap.model_validate(SOUND | change)


def test_every_file_of_the_device_folder_is_a_map_of_that_name():
    assert set(load_maps()) == {p.stem for p in builtin_devices().glob("*.toml")}


@pytest.mark.parametrize("name", sorted(name for name, each in load_maps().items() if isinstance(each, DeviceMap)))
def test_a_map_gives_only_quantities_of_its_role(name):
    device_map = load_maps()[name]
    for quantity in device_map.quantities:
        assert device_map.role in QUANTITIES[quantity].roles
    assert (device_map.power_net is not None) == (device_map.role is Role.METER)
    assert (device_map.topology == "hybrid") == ("p_battery" in device_map.quantities)


@pytest.mark.parametrize("name", sorted(load_maps()))
def test_a_map_says_where_its_addresses_come_from_and_on_what_it_was_verified(name):
    device_map = load_maps()[name]
    assert len(device_map.source) > 20
    assert device_map.verified
