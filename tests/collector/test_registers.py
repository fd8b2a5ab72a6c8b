"""The register codec: decoding is the inverse of encoding, and what is missing never becomes a number."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from collector.registers import BlockDecoder, Field, encode, encode_plate, fields_of, pack, text, unpack
from config import load_maps
from config.device import WORDS, DeviceMap, Register

RANGES = {
    "int16": (-(2**15), 2**15 - 1), "uint16": (0, 2**16 - 1), "enum16": (0, 2**16 - 1), "bitfield16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1), "enum32": (0, 2**32 - 1), "bitfield32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1),
}  # fmt: skip
orders = st.sampled_from(["big", "little"])


def device_map(**more) -> DeviceMap:
    base = {"name": "x", "title": "x", "role": "inverter", "source": "x", "identity": {"manufacturer": "x"}}
    return DeviceMap.model_validate(base | {"quantities": {"pac": {"address": 0, "type": "int16"}}} | more)


@given(st.data(), st.sampled_from(sorted(RANGES)), orders)
def test_a_raw_integer_survives_its_registers(data, type_, order):
    raw = data.draw(st.integers(*RANGES[type_]))
    assert unpack(type_, pack(type_, raw, WORDS[type_], order), order) == raw


@given(st.floats(width=32), orders)
def test_a_float_survives_its_registers(value, order):
    back = unpack("float32", pack("float32", value, 2, order), order)
    assert back == value or (math.isnan(back) and math.isnan(value))


@given(st.floats(), orders)
def test_a_double_survives_its_registers(value, order):
    back = unpack("float64", pack("float64", value, 4, order), order)
    assert back == value or (math.isnan(back) and math.isnan(value))


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20))
def test_a_text_survives_its_registers(value):
    assert unpack("string", pack("string", value, 10)) == value


def test_little_word_order_has_the_low_word_first():
    assert unpack("uint32", bytes.fromhex("00010002"), "little") == 0x00020001
    assert unpack("uint64", bytes.fromhex("0001000200030004"), "little") == 0x0004000300020001


@given(st.data(), st.sampled_from(sorted(RANGES)), orders, st.integers(1, 1000), st.integers(1, 1000))
def test_a_value_survives_encoding_to_the_resolution_of_its_register(data, type_, order, multiply, divide):
    register = Register(address=0, type=type_, multiply=multiply, divide=divide)
    field = Field("pac", register, 3, order, frozenset())
    low, high = (max(-(2**50), r) if r < 0 else min(2**50, r) for r in RANGES[type_])
    value = data.draw(st.floats(low * multiply / divide, high * multiply / divide))
    back = field.value(unpack(type_, pack(type_, field.raw(value), WORDS[type_], order), order))
    assert back == pytest.approx(value, abs=multiply / divide * 0.5001, rel=1e-12)


@given(st.data(), st.sampled_from(sorted(RANGES)), orders)
def test_a_marker_of_missing_is_decoded_as_missing_whatever_the_sign_of_its_type(data, type_, order):
    marker = data.draw(st.integers(0, 2 ** (16 * WORDS[type_]) - 1))
    map_ = device_map(word_order=order, missing={type_: [marker]}, quantities={"pac": {"address": 4, "type": type_}})
    image = encode(map_, {"pac": None})
    data_ = b"".join(struct.pack(">H", image[3, 4 + i]) for i in range(WORDS[type_]))
    values, masked = {}, {}
    BlockDecoder(4, fields_of(map_)).decode(data_, values, masked)
    assert values == {"pac": None}
    assert masked == {"pac": f"not available (0x{marker:0{4 * WORDS[type_]}X})"}


@given(st.sampled_from([math.nan, math.inf, -math.inf]), orders)
def test_what_is_no_number_is_missing(value, order):
    field = Field("pac", Register(address=0, type="float32"), 3, order, frozenset())
    assert field.value(value) is None
    assert field.reason(value) == "not a number"


def test_a_value_outside_of_the_plausible_is_masked_with_its_figure():
    field = Field("frequency", Register(address=0, type="uint16", divide=100, max=70), 3, "big", frozenset())
    assert field.value(6999) == 69.99
    assert field.value(7001) is None
    assert field.reason(7001) == "implausible (70.01, outside ..70)"


def test_a_value_without_a_marker_leaves_a_hole_and_never_a_zero():
    map_ = device_map(quantities={"pac": {"address": 0, "type": "int16"}, "pdc": {"address": 1, "type": "int16"}})
    assert encode(map_, {"pac": 5.0}) == {(3, 0): 5}


@pytest.mark.parametrize(("type_", "value"), [("uint16", -1), ("uint16", 65536), ("int16", 32768), ("uint32", 2**32)])
def test_a_value_that_does_not_fit_is_a_wrong_argument(type_, value):
    map_ = device_map(quantities={"pac": {"address": 0, "type": type_}})
    with pytest.raises(ValueError, match="does not fit"):
        encode(map_, {"pac": value})


def test_a_state_has_a_text_and_an_unknown_one_its_number():
    map_ = device_map(
        quantities={"state": {"address": 0, "type": "enum16", "states": "s"}}, states={"s": {"0x0200": "On-grid"}}
    )
    (field,) = fields_of(map_)
    assert (field.value(0x200), field.value(0x201)) == ("On-grid", "0x0201")
    assert encode(map_, {"state": "On-grid"}) == {(3, 0): 0x200}
    with pytest.raises(ValueError, match="no state of this map"):
        encode(map_, {"state": "Off"})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"GW5000-MS \0\0", "GW5000-MS"),
        (b"\xff" * 10, ""),
        (b"\0" * 10, ""),
        (b"\0S\0O\0C\0O", "SOCO"),  # one character in each register
        (b"AB\0\0garbage", "AB"),
        ("Zähler".encode(), "Zähler"),
        ("Zähler".encode("latin-1"), "Zähler"),
    ],
)
def test_text_is_read_as_makers_write_it(raw, expected):
    assert text(raw) == expected


def test_two_quantities_may_share_a_register():
    shared = {"address": 7, "type": "uint32", "multiply": 100}
    map_ = device_map(quantities={"energy_ac_total": shared, "energy_pv_total": shared})
    values, masked = {}, {}
    BlockDecoder(7, fields_of(map_)).decode(bytes.fromhex("00000005"), values, masked)
    assert (values, masked) == ({"energy_ac_total": 500.0, "energy_pv_total": 500.0}, {})


def test_import_and_export_become_one_signed_power():
    for sign, expected in (("positive", 65436), ("negative", 100)):
        map_ = device_map(role="meter", quantities={}, power_net={"address": 0, "type": "int16", "import_sign": sign})
        assert encode(map_, {"p_import": 0.0, "p_export": 100.0}) == {(3, 0): expected}


MAPS = {name: m for name, m in load_maps().items() if isinstance(m, DeviceMap)}


@pytest.mark.parametrize("name", sorted(MAPS))
@given(data=st.data())
def test_what_a_map_encodes_it_decodes(name, data):
    map_ = MAPS[name]
    fields = fields_of(map_, variants=data.draw(st.sampled_from([[], *([v] for v in map_.variants.values())])))
    field = data.draw(st.sampled_from(fields))
    type_ = field.register.type
    raw = data.draw(st.floats(-1e6, 1e6, width=32) if type_ == "float32" else st.integers(*RANGES[type_]))
    value = field.value(raw)
    assume(value is not None and not (isinstance(value, str) and value.startswith("0x")))
    assert field.value(unpack(type_, pack(type_, field.raw(value), field.register.words))) == pytest.approx(value)


def test_the_name_plate_is_encoded_where_the_map_reads_it():
    image = encode_plate(MAPS["huawei_sun2000"], model="SUN2000-8KTL-M1", serial="HV1", inputs=2)
    assert image[3, 30071] == 2
    assert image[3, 30000] == int.from_bytes(b"SU")
    assert image[3, 30016] == int.from_bytes(b"1\0")
