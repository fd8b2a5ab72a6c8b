"""One record of the spool: a cycle of samples as a compressed, CRC-checked blob. Compact, fast, never a wrong value.

A record is a 32-byte head (magic, version, kind, start, count, time, length, CRC-32), then the zlib-1 payload. The
CRC covers the head and the payload, so a record that passes is the record that was written, at its place.

The payload holds the layout (devices and their field names) as JSON, texts as JSON, then times (int64) and values
(float64, NaN for missing: a measured NaN does not occur) with their bytes regrouped by significance: sign and exponent
bytes of neighbours are alike, so zlib has less to do and leaves less.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from math import nan
from typing import cast

from collector.sample import Sample, Value

MAGIC = b"tS\x01"
HEAD = struct.Struct("<3sBQIqII")
_LENGTHS = struct.Struct("<II")
_WITHOUT_CRC = HEAD.size - 4


class Kind(IntEnum):
    """What a record holds, so that a salvaged one cannot be taken for the other sort."""

    CYCLE = 1
    REJECTED = 2


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a record says."""

    kind: int
    start: int
    """Samples appended to the spool before this record."""
    count: int
    """Samples in this record."""
    time: int
    """When it was appended: UTC, ms since 1970."""
    length: int
    """Bytes of the payload."""
    crc: int

    @property
    def end(self) -> int:
        """Samples appended to the spool up to and including this record."""
        return self.start + self.count


def seal(kind: Kind, start: int, count: int, time: int, payload: bytes) -> bytes:
    """The record: head and payload. ValueError when a number does not fit into its place."""
    try:
        head = HEAD.pack(MAGIC, kind, start, count, time, len(payload), 0)[:_WITHOUT_CRC]
    except struct.error as error:
        raise ValueError(f"not a record: start {start}, count {count}, time {time}: {error}") from None
    return b"".join((head, zlib.crc32(payload, zlib.crc32(head)).to_bytes(4, "little"), payload))


def look(blob: object) -> Head | None:
    """The head as it stands, unchecked; None when it is no head of ours. SQLite gives no bytes for damaged types."""
    if not isinstance(blob, bytes) or len(blob) < HEAD.size or blob[:3] != MAGIC:
        return None
    return Head(*HEAD.unpack_from(blob)[1:])


def checked(blob: object) -> Head | None:
    """The head of a record whose CRC is right; None for a damaged record."""
    head = look(blob)
    if head is None or not isinstance(blob, bytes) or len(blob) != HEAD.size + head.length:
        return None
    view = memoryview(blob)
    crc = zlib.crc32(view[HEAD.size :], zlib.crc32(view[:_WITHOUT_CRC]))
    return head if crc == head.crc else None


def encode(samples: Sequence[Sample], note: str = "") -> bytes:
    """The payload of these samples. ValueError for a value that is neither number, text nor None.

    A NaN counts as missing and comes back as None.
    """
    flat: list[Value] = []
    for sample in samples:
        flat.extend(sample.values.values())
    layout = _layout(tuple([(sample.device, tuple(sample.values)) for sample in samples]))
    odd = [i for i, value in enumerate(flat) if value.__class__ is not float]
    at: list[int] = []
    texts: list[str | int] = []
    for i in odd:
        value = flat[i]
        if value is None:
            pass
        elif isinstance(value, str):
            at.append(i)
            texts.append(value)
        elif isinstance(value, int) and not _exact(value):
            at.append(i)
            texts.append(int(value))
        elif isinstance(value, int | float):
            continue
        else:
            raise ValueError(f"{value!r} is neither a number, a text nor None")
        flat[i] = nan
    try:
        times = array("q", [sample.time for sample in samples])
    except (OverflowError, TypeError) as error:
        raise ValueError(f"a sample's time is no number of milliseconds: {error}") from None
    numbers: array[float] = array("d", cast(list[float], flat))  # every text and None was replaced above
    said = json.dumps([at, texts, note], separators=(",", ":")).encode()
    body = b"".join((_LENGTHS.pack(len(layout), len(said)), layout, said, _grouped(times), _grouped(numbers)))
    return zlib.compress(body, 1)


def decode(payload: bytes) -> tuple[list[Sample], str]:
    """The samples of a payload and its note. ValueError when it cannot be read (it passed its CRC: a newer form)."""
    try:
        body = zlib.decompress(payload)
        layout_length, said_length = _LENGTHS.unpack_from(body)
        cursor = _LENGTHS.size
        layout = _parsed(body[cursor : cursor + layout_length])
        cursor += layout_length
        at, texts, note = json.loads(body[cursor : cursor + said_length])
        cursor += said_length
        after_times = cursor + 8 * len(layout)
        times = array("q", _ungrouped(body[cursor:after_times]))
        numbers = array("d", _ungrouped(body[after_times:]))
        if sys.byteorder == "big":
            times.byteswap()
            numbers.byteswap()
        flat: list[Value] = [None if number != number else number for number in numbers]
        for i, text in zip(at, texts, strict=True):
            flat[i] = text
        samples, cursor = [], 0
        for (device, fields), time in zip(layout, times, strict=True):
            samples.append(Sample(device, time, dict(zip(fields, flat[cursor : cursor + len(fields)], strict=True))))
            cursor += len(fields)
    except (zlib.error, struct.error, ValueError, LookupError, TypeError) as error:
        raise ValueError(f"unreadable record: {error}") from None
    return samples, note


def _exact(value: int) -> bool:
    try:
        return float(value) == value
    except OverflowError:
        return False


@lru_cache(64)  # the devices of a cycle and their fields are the same each time
def _layout(shape: tuple[tuple[str, tuple[str, ...]], ...]) -> bytes:
    kinds: dict[tuple[str, ...], int] = {}
    devices = [(device, kinds.setdefault(fields, len(kinds))) for device, fields in shape]
    return json.dumps([list(kinds), devices], separators=(",", ":")).encode()


@lru_cache(64)
def _parsed(layout: bytes) -> tuple[tuple[str, tuple[str, ...]], ...]:
    kinds, devices = json.loads(layout)
    kinds = [tuple(fields) for fields in kinds]
    return tuple((device, kinds[kind]) for device, kind in devices)


def _grouped(numbers: array[int] | array[float]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    data = numbers.tobytes()
    return b"".join([data[i::8] for i in range(8)])


def _ungrouped(data: bytes) -> bytes:
    if len(data) % 8:
        raise ValueError("a number is cut off")
    whole, each = bytearray(len(data)), len(data) // 8
    for i in range(8):
        whole[i::8] = data[i * each : (i + 1) * each]
    return bytes(whole)
