"""SunSpec's model definitions as compact point layouts: names, offsets, types, scale factors, symbols.

The source is the JSON that pysunspec2 ships (data only: its client is not used). Pure once loaded: knows no socket.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

COMMON = 1
END = 0xFFFF
MARKER = b"SunS"
HEADER = 2
"""Words before a model's body: id and length."""

PLATE = ("Mn", "Md", "SN", "Vr")
"""The Common model's points for maker, model, serial number, firmware: the order of collector.reader.Identity."""

CODES = {
    "int16": "h", "uint16": "H", "enum16": "H", "bitfield16": "H", "count": "H", "acc16": "H", "sunssf": "h",
    "int32": "i", "uint32": "I", "enum32": "I", "bitfield32": "I", "acc32": "I",
    "int64": "q", "uint64": "Q", "acc64": "Q", "float32": "f", "float64": "d",
}  # fmt: skip
"""struct codes of the types that are numbers."""

NOT_AVAILABLE: dict[str, int] = {
    "int16": -0x8000, "int32": -(1 << 31), "int64": -(1 << 63), "sunssf": -0x8000,
    "uint16": 0xFFFF, "enum16": 0xFFFF, "bitfield16": 0xFFFF, "count": 0xFFFF,
    "uint32": 0xFFFFFFFF, "enum32": 0xFFFFFFFF, "bitfield32": 0xFFFFFFFF, "uint64": 0xFFFFFFFFFFFFFFFF,
    "acc16": 0, "acc32": 0, "acc64": 0,
}  # fmt: skip
"""What `struct` gives for the registers of a point that is not implemented; floats say it with a NaN."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a model, or of one repetition of its repeating group."""

    name: str
    type: str
    offset: int
    """Words from the model's id register; within a repeating group: from the start of the repetition."""
    words: int
    factor: str | int | None = None
    """Name of the point with the scale factor, or the constant factor."""
    symbols: Mapping[int, str] = field(default_factory=dict, hash=False)

    def marker(self) -> str:
        """The not-available registers in hexadecimal, as people find them in a datasheet."""
        digits = 4 * self.words
        return f"0x{NOT_AVAILABLE[self.type] % (1 << 4 * digits):0{digits}X}"


@dataclass(frozen=True, slots=True)
class Group:
    """The part of a model that is repeated to its end."""

    name: str
    words: int
    points: Mapping[str, Point]
    count: str | None
    """The point that says how many repetitions there are; None: as many as the model's length holds."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One model: its fixed points, then its repeating group."""

    id: int
    words: int
    """Words of the fixed part, header included."""
    points: Mapping[str, Point]
    group: Group | None

    def locate(self, name: str, repetition: int | None = None) -> tuple[Point, int]:
        """A point and its words from the model's id register.

        Of that repetition (from 1) of the group; with None of the fixed part, or of the first repetition when the
        fixed part has no such point. KeyError when the model has none.
        """
        if repetition is None and name in self.points:
            return self.points[name], self.points[name].offset
        if self.group is None:
            raise KeyError(name)
        point = self.group.points[name]
        return point, self.words + ((repetition or 1) - 1) * self.group.words + point.offset

    def room(self, length: int) -> int:
        """How many whole repetitions fit into a model whose header says `length`."""
        return max(0, (length + HEADER - self.words) // self.group.words) if self.group else 0


@cache
def definition(model_id: int) -> Definition:
    """The definition of a model that tepos decodes. ValueError when pysunspec2 has none."""
    resource = files("sunspec2") / "models" / "json" / f"model_{model_id}.json"
    if not resource.is_file():
        raise ValueError(f"pysunspec2 defines no model {model_id}")
    body: dict[str, Any] = json.loads(resource.read_text(encoding="utf-8"))["group"]
    points = _points(body)
    groups = body.get("groups", [])
    if len(groups) > 1 or any("groups" in g for g in groups):
        raise ValueError(f"model {model_id}: more than one repeating group")
    group = None
    if groups:
        inner = _points(groups[0])
        count = groups[0].get("count")
        group = Group(groups[0]["name"], _words(inner), inner, count if isinstance(count, str) else None)
    return Definition(model_id, _words(points), points, group)


def known_models() -> list[int]:
    """The ids of all models that SunSpec defines."""
    names = (entry.name for entry in (files("sunspec2") / "models" / "json").iterdir())
    return sorted(int(n[6:-5]) for n in names if n.startswith("model_") and n[6:-5].isdecimal())


def struct_of(point: Point) -> struct.Struct:
    """What packs and unpacks the registers of a number."""
    return struct.Struct(">" + CODES[point.type])


def _points(group: Mapping[str, Any]) -> dict[str, Point]:
    points: dict[str, Point] = {}
    offset = 0
    for raw in group.get("points", []):
        # The definitions of 111 spell their symbols ggOFF, ggMPPT, ...: a slip that 112 and 113 do not repeat.
        symbols = {s["value"]: s["name"].removeprefix("gg") for s in raw.get("symbols", [])}
        points[raw["name"]] = Point(raw["name"], raw["type"], offset, raw["size"], raw.get("sf"), symbols)
        offset += int(raw["size"])
    return points


def _words(points: Mapping[str, Point]) -> int:
    return sum(p.words for p in points.values())
