"""The codec of spool records."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sample import Sample
from collector.spool.record import HEAD, Kind, checked, decode, encode, seal
from tests.collector.spool.samples import samples

VALUES = st.none() | st.floats(allow_nan=False) | st.text() | st.integers()
TIMES = st.integers(-(2**63), 2**63 - 1)
SAMPLES = st.builds(Sample, st.text(), TIMES, st.dictionaries(st.text(), VALUES, max_size=8))


@given(st.lists(SAMPLES, max_size=30), st.text())
def test_decoding_gives_back_exactly_what_was_encoded(cycle, note):
    assert decode(encode(cycle, note)) == (cycle, note)


@given(st.floats(allow_nan=False))
def test_a_number_comes_back_bit_for_bit(number):
    (found,), _ = decode(encode([Sample("a", 0, {"pac": number})]))
    assert math.copysign(1, found.values["pac"]) == math.copysign(1, number)
    assert found.values["pac"] == number


def test_not_a_number_is_missing():
    (found,), _ = decode(encode([Sample("a", 0, {"pac": math.nan, "pdc": 1.0, "i_dc": None})]))
    assert found.values == {"pac": None, "pdc": 1.0, "i_dc": None}


def test_devices_with_different_fields_share_a_record():
    cycle = [Sample("a", 1, {"pac": 1.0}), Sample("b", 2, {"state": "off", "pac": 2.0}), Sample("a", 3, {})]
    assert decode(encode(cycle))[0] == cycle


@pytest.mark.parametrize("wrong", [b"bytes", [1.0], object()])
def test_a_value_that_is_no_measurement_is_refused(wrong):
    with pytest.raises(ValueError, match="neither"):
        encode([Sample("a", 0, {"pac": wrong})])


def test_a_time_that_is_no_number_of_milliseconds_is_refused():
    with pytest.raises(ValueError, match="time"):
        encode([Sample("a", 2**63, {})])


def test_every_single_bit_flip_is_detected():
    record = seal(Kind.CYCLE, 300, 4, 1000, encode(samples(0, 4)))
    assert checked(record).end == 304
    for bit in range(8 * len(record)):
        flipped = bytearray(record)
        flipped[bit // 8] ^= 1 << bit % 8
        assert checked(bytes(flipped)) is None


@given(st.integers(0, 300))
def test_a_cut_record_is_detected(length):
    record = seal(Kind.CYCLE, 0, 20, 1000, encode(samples(0, 20)))
    assert len(record) > 300 > HEAD.size
    assert checked(record[:length]) is None
    assert checked(record + b"\0") is None


def test_a_payload_that_is_none_is_a_value_error():
    for payload in (b"", b"\0" * 40, encode(samples(0, 3))[:-3]):
        with pytest.raises(ValueError, match="unreadable"):
            decode(payload)
