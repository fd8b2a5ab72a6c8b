"""Quantities to SunSpec registers: the inverse of SunSpecReader, for the simulator and for tests.

The map says which point a quantity is, the definitions say where it stands: the same data that the reader decodes by.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from collector.reader import Identity
from collector.sample import Value
from collector.sunspec.binding import import_is_positive
from collector.sunspec.models import (
    CODES,
    COMMON,
    END,
    HEADER,
    MARKER,
    NOT_AVAILABLE,
    PLATE,
    Definition,
    Point,
    definition,
    struct_of,
)
from config.maps import load_maps
from config.quantities import QUANTITIES, Role, input_field, split_field
from config.sunspec_map import SunSpecMap

COMMON_LENGTH = 66
_FINEST = {"A": -2, "V": -1, "Hz": -2, "°C": -1, "1": -4}
"""The scale factor to begin with, by unit (others 0); a value that does not fit takes the next coarser one."""
COARSEST = 10
NET = "power_net"
"""Stands for p_import and p_export, which share the point of the signed power."""


def sunspec_image(
    values: Mapping[str, Value],
    identity: Identity,
    *,
    base: int = 40000,
    inputs: int = 0,
    phases: int = 3,
) -> dict[int, int]:
    """The holding registers {address: word} of a SunSpec device that measures `values` (by field: config.quantities).

    The chain is SunS, model 1, then what the fields call for: 101-103 by `phases` (also when no field is given), 160
    with `inputs` modules, 201-203 by `phases`, 302, 303, 307, then END. Fields that are None, NaN or not given hold
    their not-available marker, fields that SunSpec has no point for (energy_ac_day, …) are left out. A lifetime counter
    of 0 is SunSpec's own marker for 'not accumulated', so it reads back as missing. The power factor is written as a
    ratio, which some makers do and which, unlike the standard's percentage, is never ambiguous. ValueError for numbers
    that no scale factor makes fit, as a negative voltage.
    """
    return frame_of(values, identity, base, inputs, phases).filled(values)


def frame_of(fields: Iterable[str], identity: Identity, base: int, inputs: int, phases: int) -> Frame:
    """The image of a device with these fields, without their values; ValueError for a device that cannot be."""
    if phases not in (1, 2, 3) or not 0 <= inputs <= 50:
        raise ValueError(f"phases is 1 to 3 and inputs 0 to 50, not {phases} and {inputs}")
    return _frame(identity, base, tuple(_models(fields, inputs, phases)), inputs)


def _models(values: Iterable[str], inputs: int, phases: int) -> Iterator[int]:
    roles = {role for name in values if (q := QUANTITIES.get(name)) and len(q.roles) == 1 for role in q.roles}
    if Role.INVERTER in roles or inputs or not roles:
        yield 100 + phases
    if inputs:
        yield 160
    if Role.METER in roles:
        yield 200 + phases
    if Role.WEATHER in roles:
        yield from (307, 302, 303)


@cache
def _builtin_map() -> SunSpecMap:
    found = load_maps()["sunspec"]
    assert isinstance(found, SunSpecMap)
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where one field is written."""

    field: str
    at: int
    """Bytes from the marker."""
    packer: struct.Struct
    low: int
    high: int
    symbols: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scaled:
    """The places that share one scale factor."""

    factor: Place | None
    exponent: int
    """The finest; with no factor point the only one."""
    places: tuple[Place, ...]


class Frame:
    """An image without measurements: headers, name plate, markers; and where the measurements go."""

    def __init__(self, base: int, blank: bytes, scaled: tuple[Scaled, ...], import_sign: int) -> None:
        self.base, self.blank, self.scaled, self.import_sign = base, blank, scaled, import_sign
        self._words = struct.Struct(f">{len(blank) // 2}H")

    def filled(self, values: Mapping[str, Value]) -> dict[int, int]:
        """The registers of one row of values."""
        data = bytearray(self.blank)
        for scaled in self.scaled:
            numbers = [(place, n) for place in scaled.places if (n := self._number(place, values)) is not None]
            exponent = scaled.exponent
            raws = _raws(numbers, exponent)
            if any(raw < 0 <= place.low for place, raw in raws):  # a coarser factor would make it a false 0
                raise ValueError(f"SunSpec has no sign for it: {[(p.field, n) for p, n in numbers]}")
            while any(not place.low <= raw <= place.high for place, raw in raws):
                exponent += 1
                if scaled.factor is None or exponent > COARSEST:
                    raise ValueError(f"does not fit into SunSpec's registers: {[(p.field, n) for p, n in numbers]}")
                raws = _raws(numbers, exponent)
            for place, raw in raws:
                place.packer.pack_into(data, place.at, raw)
            if scaled.factor:
                scaled.factor.packer.pack_into(data, scaled.factor.at, exponent)
        return dict(enumerate(self._words.unpack(data), self.base))

    def _number(self, place: Place, values: Mapping[str, Value]) -> float | None:
        if place.field == NET:
            drawn, fed = values.get("p_import"), values.get("p_export")
            if isinstance(drawn, int | float) and isinstance(fed, int | float):
                net = (drawn - fed) * self.import_sign
                return net if math.isfinite(net) else None
            return None
        value = values.get(place.field)
        if isinstance(value, str):
            return place.symbols.get(value, int(value, 16) if value.startswith("0x") else None)
        return value if value is not None and math.isfinite(value) else None


def _raws(numbers: Iterable[tuple[Place, float]], exponent: int) -> list[tuple[Place, int]]:
    if exponent < 0:
        return [(place, round(number * 10**-exponent)) for place, number in numbers]
    return [(place, round(number / 10**exponent)) for place, number in numbers]


@lru_cache(maxsize=4096)
def _frame(identity: Identity, base: int, models: tuple[int, ...], inputs: int) -> Frame:
    sunspec_map = _builtin_map()
    blank = bytearray(MARKER + _common(identity))
    scaled: list[Scaled] = []
    for model_id in models:
        model, entry = definition(model_id), sunspec_map.models[model_id]
        repetitions = (inputs if entry.inputs else 1) if model.group else 0
        points = [(field, *model.locate(name)) for field, name in entry.quantities.items()]
        if entry.power_net:
            points.append((NET, *model.locate(entry.power_net)))
        for number in range(1, repetitions + 1):
            points += [(input_field(q, number), *model.locate(p, number)) for q, p in entry.inputs.items()]
        scaled += _by_factor(model, len(blank), points)
        blank += _blank(model, repetitions)
    blank += struct.pack(">HH", END, 0)
    return Frame(base, bytes(blank), tuple(scaled), 1 if import_is_positive(sunspec_map, identity.manufacturer) else -1)


def _by_factor(model: Definition, start: int, points: Iterable[tuple[str, Point, int]]) -> Iterator[Scaled]:
    groups: dict[str | int | None, list[tuple[str, Point, int]]] = {}
    for field, point, offset in points:
        groups.setdefault(point.factor, []).append((field, point, offset))
    for factor, members in groups.items():
        places = tuple(_place(field, point, start + 2 * offset) for field, point, offset in members)
        if isinstance(factor, str):
            at = start + 2 * model.points[factor].offset
            unit = _unit(members[0][0])
            yield Scaled(_place(factor, model.points[factor], at), _FINEST.get(unit, 0), places)
        else:
            yield Scaled(None, factor or 0, places)


def _unit(field: str) -> str:
    return "W" if field == NET else split_field(field)[0].unit


def _place(field: str, point: Point, at: int) -> Place:
    code = CODES[point.type]
    bits = 16 * point.words
    # The marker is the lowest signed and the highest unsigned number; of counters it is 0, which nothing replaces.
    low, high = (1 - (1 << (bits - 1)), (1 << (bits - 1)) - 1) if code.islower() else (0, (1 << bits) - 2)
    symbols = {text: number for number, text in point.symbols.items()}
    return Place(field, at, struct_of(point), low, high, symbols)


def _common(identity: Identity) -> bytes:
    common = definition(COMMON)
    data = bytearray(struct.pack(">HH", COMMON, COMMON_LENGTH) + bytes(2 * COMMON_LENGTH))
    for name, text in zip(
        PLATE, (identity.manufacturer, identity.model, identity.serial, identity.firmware), strict=True
    ):
        point = common.points[name]
        encoded = text.encode("ascii", "replace")[: 2 * point.words]
        data[2 * point.offset : 2 * point.offset + len(encoded)] = encoded
    return bytes(data)


def _blank(model: Definition, repetitions: int) -> bytes:
    """A model in which nothing is available."""
    group = model.group
    body = [p for p in model.points.values() if p.offset >= HEADER]
    body += [p for _ in range(repetitions) if group for p in group.points.values()]
    data = b"".join(_marker(point) for point in body)
    return struct.pack(">HH", model.id, len(data) // 2) + data


def _marker(point: Point) -> bytes:
    if point.type not in NOT_AVAILABLE:  # text, padding
        return bytes(2 * point.words)
    return struct_of(point).pack(NOT_AVAILABLE[point.type])
