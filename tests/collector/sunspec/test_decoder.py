"""One model's registers to values: markers, scale factors, exactness."""

from __future__ import annotations

import struct
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sunspec2.mb import create_unimpl_value
from sunspec2.modbus.client import SunSpecModbusClientModel

from collector.sample import Value
from collector.sunspec.binding import Bound, Row
from collector.sunspec.chain import Found
from collector.sunspec.decoder import ModelDecoder
from collector.sunspec.models import CODES, NOT_AVAILABLE, Point, definition
from tests.collector.sunspec.device import sunspec_map

WORDS = {type_: struct.calcsize(">" + code) // 2 for type_, code in CODES.items()}
WHOLE = [type_ for type_ in CODES if type_ not in ("float32", "float64")]


def decoded(type_: str, data: bytes, *, factor: int | None = None, field: str = "pac") -> tuple[Value, str]:
    """One point behind the header, then the factor register."""
    words = WORDS[type_]
    point = Point("P", type_, 2, words, None if factor is None else "P_SF")
    row = Row((field,), point, 2, None if factor is None else 2 + words, 0)
    decoder = ModelDecoder(Bound(Found(103, 40000, 50), (row,), {}))
    values: dict[str, Value] = {field: None}
    masked: dict[str, str] = {}
    decoder.decode(b"\0\x67\0\x32" + data + struct.pack(">h", factor or 0), 0, values, masked)
    return values[field], masked.get(field, "")


def packed(type_: str, raw: float) -> bytes:
    return struct.pack(">" + CODES[type_], raw)


@pytest.mark.parametrize("type_", CODES)
@given(factor=st.none() | st.integers(-10, 10))
def test_the_marker_of_every_type_is_missing_whatever_the_factor(type_: str, factor: int | None) -> None:
    value, reason = decoded(type_, create_unimpl_value(type_), factor=factor)
    assert value is None
    assert reason.startswith("not available (")


@pytest.mark.parametrize("type_", WHOLE)
@given(data=st.data(), factor=st.integers(-10, 10))
def test_a_whole_number_is_scaled_exactly(type_: str, data: st.DataObject, factor: int) -> None:
    bits = 16 * WORDS[type_]
    low = -(1 << (bits - 1)) if CODES[type_].islower() else 0
    raw = data.draw(st.integers(low, low + (1 << bits) - 1))
    assume(raw != NOT_AVAILABLE[type_])
    assert decoded(type_, packed(type_, raw), factor=factor) == (float(Decimal(raw).scaleb(factor)), "")


@given(st.floats(width=32))
def test_a_float_is_itself_or_missing(number: float) -> None:
    value, reason = decoded("float32", packed("float32", number))
    finite = number - number == 0
    assert (value, reason) == ((number, "") if finite else (None, "not available (not a number)"))


@given(st.integers(-32768, 32767).filter(lambda f: not -10 <= f <= 10))
def test_a_factor_that_is_no_factor_leaves_the_value_missing(factor: int) -> None:
    value, reason = decoded("int16", packed("int16", 1234), factor=factor)
    assert value is None
    unavailable = "its scale factor is not available (0x8000)"
    assert reason == (unavailable if factor == -32768 else f"its scale factor {factor} is outside -10..10")


@pytest.mark.parametrize(
    ("raw", "factor", "expected"),
    [
        (-9998, -2, -0.9998),
        (100, 0, 1.0),
        (1, 0, 1.0),
        (-1000, -3, -1.0),
        (642, -1, 0.642),
        (0, 0, 0.0),
        (101, 0, None),
    ],
)
def test_the_range_tells_a_power_factor_in_per_cent_from_a_ratio(raw: int, factor: int, expected: float | None) -> None:
    value, reason = decoded("int16", packed("int16", raw), factor=factor, field="power_factor")
    assert value == expected
    assert ("implausible" in reason) == (expected is None)


@pytest.mark.parametrize("model_id", sunspec_map().models)
def test_points_stand_where_pysunspec2_puts_them(model_id: int) -> None:
    layout, oracle = definition(model_id), SunSpecModbusClientModel(model_id=model_id, model_len=0, data=bytes(400))
    assert {n: (p.offset, p.words) for n, p in layout.points.items()} == {
        n: (p.offset, p.len) for n, p in oracle.points.items()
    }


def test_a_model_of_several_groups_is_refused_and_never_misread() -> None:
    with pytest.raises(ValueError, match="model 705: more than one repeating group"):
        definition(705)


def test_a_model_nobody_defines_is_refused() -> None:
    with pytest.raises(ValueError, match="no model 64999"):
        definition(64999)
