"""Reading through a map: holes, variants, inputs, and what is worked out."""

from __future__ import annotations

import asyncio
import struct

import pytest

from collector.errors import DeviceException
from collector.link import Link
from collector.mapped import RegisterReader
from config.device import DeviceMap
from tests.faults import Device, Request

BASE = {"name": "x", "title": "x", "role": "inverter", "source": "x", "identity": {"manufacturer": "x"}}
QUANTITIES = {
    "pac": {"address": 10, "type": "int16"},
    "frequency": {"address": 11, "type": "uint16", "divide": 100},
    "temp_cabinet": {"address": 14, "type": "int16", "divide": 10},
    "r_iso": {"address": 15, "type": "uint16"},
}


def a_map(**more) -> DeviceMap:
    return DeviceMap.model_validate(BASE | {"quantities": QUANTITIES} | more)


def run(map_: DeviceMap, image: dict[int, int], *, rounds=1, refuse=2):
    """Serve an image and read it; (reader, reading, requests of the last round)."""

    def answer(request: Request) -> bytes:
        held = [image.get(a) for a in range(request.address, request.address + request.count)]
        return request.refusal(refuse) if None in held else request.answer(data=struct.pack(f">{len(held)}H", *held))

    async def read():
        async with Device(answer) as device:
            link = Link("127.0.0.1", device.port, timeout=30.0)
            reader = RegisterReader(map_, link, 1)
            try:
                await reader.discover()
                for _ in range(rounds):
                    before = len(device.requests)
                    reading = await reader.read()
                return reader, reading, [(r.address, r.count) for r in device.requests[before:]]
            finally:
                link.close()

    return asyncio.run(read())


def words(text: str, count: int) -> tuple[int, ...]:
    return struct.unpack(f">{count}H", text.encode().ljust(2 * count, b"\0"))


def test_what_stands_together_is_read_in_one_request():
    _reader, reading, asked = run(a_map(), {10: 500, 11: 5001, 12: 0, 13: 0, 14: 215, 15: 900}, rounds=3)
    assert asked == [(10, 6)]
    assert reading.values == {"pac": 500.0, "frequency": 50.01, "temp_cabinet": 21.5, "r_iso": 900.0}
    assert (reading.problems, reading.masked) == ([], {})


def test_a_register_that_the_device_lacks_costs_only_its_own_value():
    _reader, reading, _asked = run(a_map(), {10: 500, 12: 0, 13: 0, 14: 215, 15: 900})
    assert reading.values == {"pac": 500.0, "frequency": None, "temp_cabinet": 21.5, "r_iso": 900.0}
    assert reading.masked == {"frequency": "not read (exception 2 on 1 registers)"}
    assert [(p.address, p.what) for p in reading.problems] == [(11, "exception 2 on 1 registers: frequency not read")]


def test_a_gap_that_the_device_lacks_costs_no_value():
    _reader, reading, asked = run(a_map(), {10: 500, 11: 5000, 14: 215, 15: 900})
    assert None not in reading.values.values()
    assert asked == [(10, 6), (10, 2), (14, 2)]
    assert reading.problems == []


def test_a_device_that_refuses_everything_gives_only_missing_values():
    _reader, reading, _asked = run(a_map(), {})
    assert set(reading.values.values()) == {None}
    assert set(reading.masked) == set(QUANTITIES)


@pytest.mark.parametrize("code", [4, 6, 10, 11])
def test_an_exception_that_is_not_about_registers_ends_the_reading(code):
    with pytest.raises(DeviceException, match=f"exception {code}"):
        run(a_map(), {}, refuse=code)


def test_the_fields_are_the_keys_of_the_addresses_in_order():
    reader, reading, _asked = run(a_map(), {})
    assert list(reader.addresses) == list(QUANTITIES) == list(reading.values)


INPUTS = {
    "count": 3,
    "stride": 2,
    "v_dc": {"address": 20, "type": "uint16", "divide": 10},
    "i_dc": {"address": 21, "type": "uint16", "divide": 10},
    "pdc_from_v_and_i": True,
    "total": "pdc",
}
HELD = {10: 0, 11: 0, 12: 0, 13: 0, 14: 0, 15: 0} | dict.fromkeys(range(16, 20), 0)


def test_the_power_of_an_input_is_volts_times_amperes_and_the_sum_is_the_whole():
    image = HELD | {20: 6771, 21: 20, 22: 1000, 23: 50, 24: 65535, 25: 65535}
    _reader, reading, _asked = run(a_map(inputs=INPUTS, missing={"uint16": [65535]}), image)
    assert [reading.values[f"pdc_{n}"] for n in (1, 2, 3)] == [1354.0, 500.0, None]
    assert reading.masked["pdc_3"] == "not available (0xFFFF)"
    assert reading.values["pdc"] == 1854.0


def test_the_device_may_count_its_inputs():
    counted = a_map(inputs=INPUTS | {"count_register": {"address": 1, "type": "uint16"}})
    _reader, reading, _asked = run(counted, HELD | {1: 2, 20: 1, 21: 1, 22: 1, 23: 1})
    assert {n for n in reading.values if n.startswith("v_dc")} == {"v_dc_1", "v_dc_2"}
    assert reading.problems == []


def test_when_the_count_cannot_be_read_the_map_says_how_many_to_ask():
    counted = a_map(inputs=INPUTS | {"count_register": {"address": 1, "type": "uint16"}, "uncounted": 1})
    _reader, reading, _asked = run(counted, HELD | {20: 1, 21: 1})
    assert {n for n in reading.values if n.startswith("v_dc")} == {"v_dc_1"}
    assert [p.what for p in reading.problems] == ["number of inputs: exception 2"]


def test_an_input_without_voltage_is_taken_as_absent_only_beyond_the_sure_ones():
    _reader, reading, _asked = run(a_map(inputs=INPUTS | {"sure": 1}), HELD | dict.fromkeys(range(20, 26), 0))
    assert (reading.values["v_dc_1"], reading.values["pdc_1"]) == (0.0, 0.0)
    assert reading.values["v_dc_2"] is reading.values["i_dc_2"] is reading.values["pdc_2"] is None
    assert "does not have" in reading.masked["pdc_2"]


def test_a_variant_counts_inputs_leaves_out_and_moves_quantities():
    plate = {"manufacturer": "x", "model": {"address": 0, "type": "string", "count": 4}, "pattern": "^X"}
    variant = {
        "pattern": "-S$",
        "inputs": 1,
        "without": ["r_iso"],
        "quantities": {"pac": {"address": 16, "type": "int16"}},
    }
    map_ = a_map(identity=plate, inputs=INPUTS, variants={"small": variant})
    small = HELD | dict.fromkeys(range(20, 26), 9) | dict(enumerate(words("X1-S", 4))) | {16: 77}
    reader, reading, _asked = run(map_, small)
    assert reader.identity.model == "X1-S"
    assert "r_iso" not in reading.values
    assert (reading.values["pac"], "v_dc_2" in reading.values) == (77.0, False)


def test_further_inputs_are_read_only_where_a_variant_counts_them():
    plate = {"manufacturer": "x", "model": {"address": 0, "type": "string", "count": 4}}
    further = {"first": 4, "count": 8, "stride": 1, "v_dc": {"address": 40, "type": "uint16"}}
    map_ = a_map(
        identity=plate, inputs=INPUTS, more_inputs=further, variants={"big": {"pattern": "B", "more_inputs": 2}}
    )
    image = HELD | dict.fromkeys(range(20, 26), 9) | {40: 400, 41: 410}
    _reader, big, _asked = run(map_, image | dict(enumerate(words("B", 4))))
    _reader, small, _asked = run(map_, image | dict(enumerate(words("C", 4))))
    assert (big.values["v_dc_4"], big.values["v_dc_5"], "v_dc_6" in big.values) == (400.0, 410.0, False)
    assert "v_dc_4" not in small.values


def test_a_name_plate_that_the_map_does_not_know_is_told():
    plate = {"manufacturer": "x", "model": {"address": 0, "type": "string", "count": 4}, "pattern": "^GW"}
    _reader, reading, _asked = run(a_map(identity=plate), HELD | dict(enumerate(words("SUN2000", 4))))
    assert [(p.address, p.what) for p in reading.problems] == [(0, "model 'SUN2000' is none that the map x knows")]
    assert reading.values["pac"] == 0.0


@pytest.mark.parametrize(("sign", "expected"), [("positive", (500.0, 0.0)), ("negative", (0.0, 500.0))])
def test_the_sign_of_a_meter_decides_between_import_and_export(sign, expected):
    map_ = a_map(role="meter", quantities={}, power_net={"address": 10, "type": "int16", "import_sign": sign})
    _reader, reading, _asked = run(map_, {10: 500})
    assert (reading.values["p_import"], reading.values["p_export"]) == expected
    _reader, reading, _asked = run(map_, {})
    assert reading.values == {"p_import": None, "p_export": None}
    assert set(reading.masked) == {"p_import", "p_export"}
