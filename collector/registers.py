"""Words to values and back: sign, width, word order, scale, not-available markers. Pure: knows no socket.

decode(encode(value)) is the value, to the resolution of the register.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from collector.sample import Value
from config.device import DeviceMap, Inputs, Register, Variant
from config.quantities import input_field

_CODE = {
    "int16": "h", "uint16": "H", "enum16": "H", "bitfield16": "H",
    "int32": "i", "uint32": "I", "enum32": "I", "bitfield32": "I",
    "int64": "q", "uint64": "Q", "float32": "f", "float64": "d",
}  # fmt: skip
_FLOATS = ("float32", "float64")


def numpy_type(type_: str) -> np.dtype[Any]:
    """The big-endian numpy type of a register type that is a number."""
    return np.dtype(">" + _CODE[type_])


def swap_words(data: bytes) -> bytes:
    """The same number with its 16-bit words in reverse order."""
    return b"".join(data[i : i + 2] for i in range(len(data) - 2, -1, -2))


def unpack(type_: str, data: bytes, word_order: str = "big") -> float | int | str:
    """The raw number (or text) in the big-endian bytes of its registers."""
    if type_ == "string":
        return text(data)
    if word_order == "little":
        data = swap_words(data)
    number: float | int = struct.unpack(">" + _CODE[type_], data)[0]
    return number


def pack(type_: str, raw: float | int | str, words: int, word_order: str = "big") -> bytes:
    """The bytes of the registers that hold a raw number or text. ValueError when it does not fit."""
    if type_ == "string":
        encoded = str(raw).encode("ascii", "replace")[: 2 * words]
        return encoded.ljust(2 * words, b"\0")
    try:
        data = struct.pack(">" + _CODE[type_], raw if type_ in _FLOATS else int(raw))
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{raw} does not fit into {type_}: {error}") from None
    return swap_words(data) if word_order == "little" else data


def text(data: bytes) -> str:
    """The printable text of string registers: ends at the first NUL, spaces around it removed; all 0xFF is no text.

    Some makers put one character into each register: then every other byte is NUL.
    """
    if len(data) > 2 and not any(data[::2]):
        data = data[1::2]
    raw = data.split(b"\0", 1)[0].strip(b"\xff")
    try:
        decoded = raw.decode()
    except UnicodeDecodeError:
        decoded = raw.decode("latin-1")
    return "".join(c for c in decoded if c.isprintable()).strip()


def as_raw(type_: str, marker: int) -> int:
    """An unsigned not-available marker as the number that `unpack` gives for it."""
    code = _CODE[type_]
    return int(struct.unpack(">" + code, marker.to_bytes(struct.calcsize(">" + code), "big"))[0])


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a device: where it stands and how its raw number is understood."""

    name: str
    register: Register
    function: int
    word_order: str
    missing: frozenset[int]
    states: Mapping[int, str] | None = None

    @property
    def is_float(self) -> bool:
        """Whether the register holds a floating-point number, which is its own marker (NaN)."""
        return self.register.type in _FLOATS

    def value(self, raw: float | int | str) -> Value:
        """Raw number to value in the quantity's unit; None when the device says, or shows, that it has none."""
        if isinstance(raw, str):
            return raw or None
        if raw in self.missing or raw != raw or raw in (math.inf, -math.inf):
            return None
        if self.states is not None:
            return self.states.get(int(raw), f"0x{int(raw):04X}")
        register = self.register
        value = raw * register.multiply / register.divide
        if (register.min is not None and value < register.min) or (register.max is not None and value > register.max):
            return None
        return value

    def reason(self, raw: float | int | str) -> str:
        """Why `value` gave None."""
        if isinstance(raw, str):
            return "empty text"
        if raw in self.missing:
            digits = self.register.words * 4
            return f"not available (0x{int(raw) % (1 << digits * 4):0{digits}X})"
        if raw != raw or raw in (math.inf, -math.inf):
            return "not a number"
        value = raw * self.register.multiply / self.register.divide
        low, high = ("" if limit is None else f"{limit:g}" for limit in (self.register.min, self.register.max))
        return f"implausible ({value:g}, outside {low}..{high})"

    def raw(self, value: Value) -> float | int | str | None:
        """The raw number that stands for a value: the inverse of `value`, rounded to the register's resolution.

        None when the register has no way to say "not available". ValueError for a state the map does not know.
        """
        if self.register.type == "string":
            return "" if value is None else str(value)
        if value is None:
            if self.register.type in _FLOATS:
                return math.nan
            return max(self.missing, default=None)
        if self.states is not None:
            for number, label in self.states.items():
                if label == value:
                    return number
            raise ValueError(f"{self.name}: {value!r} is no state of this map; it knows {sorted(self.states.values())}")
        raw = float(value) * self.register.divide / self.register.multiply
        return raw if self.register.type in _FLOATS else round(raw)


def fields_of(
    device_map: DeviceMap, inputs: int | None = None, more_inputs: int = 0, variants: Iterable[Variant] = ()
) -> list[Field]:
    """All fields of a map as these variants have them, with `inputs` DC inputs (default: all the map provides for).

    The signed power of a meter is the field ``power_net``; RegisterReader makes p_import and p_export of it.
    """
    registers = dict(device_map.quantities)
    for variant in variants:
        registers |= variant.quantities
        for name in variant.without:
            registers.pop(name, None)
    if device_map.power_net:
        registers["power_net"] = device_map.power_net
    for group, count in ((device_map.inputs, inputs), (device_map.more_inputs, more_inputs)):
        if group:
            registers |= _input_registers(group, group.count if count is None else min(count, group.count))
    return [_field(device_map, name, register) for name, register in registers.items()]


def _input_registers(group: Inputs, count: int) -> Iterator[tuple[str, Register]]:
    for offset in range(count):
        for quantity in ("v_dc", "i_dc", "pdc"):
            if register := getattr(group, quantity):
                shifted = register.model_copy(update={"address": register.address + offset * group.stride})
                yield input_field(quantity, group.first + offset), shifted


def _field(device_map: DeviceMap, name: str, register: Register) -> Field:
    markers = register.missing + device_map.missing.get(register.type, ())
    numeric = register.type not in ("string", *_FLOATS)
    return Field(
        name,
        register,
        register.function or device_map.read.function,
        device_map.word_order,
        frozenset(as_raw(register.type, m) for m in markers) if numeric else frozenset(),
        {int(k, 0): v for k, v in device_map.states[register.states].items()} if register.states else None,
    )


class BlockDecoder:
    """Decodes all fields of one block in one pass: one compiled struct, no look-ups per field."""

    def __init__(self, address: int, fields: Iterable[Field]) -> None:
        self.fields = sorted(fields, key=lambda f: f.register.address)
        self._passes: list[tuple[struct.Struct, list[Field]]] = []
        rest = self.fields
        while rest:  # fields that share registers cannot stand in one struct: a second pass takes them
            layout, taken, over, cursor = ">", [], [], address
            for field in rest:
                register = field.register
                if register.address < cursor:
                    over.append(field)
                    continue
                layout += "x" * 2 * (register.address - cursor)
                swapped = field.word_order == "little" and register.words > 1
                layout += f"{2 * register.words}s" if swapped or register.type == "string" else _CODE[register.type]
                cursor = register.address + register.words
                taken.append(field)
            self._passes.append((struct.Struct(layout), taken))
            rest = over
        self._plans = [(layout, [_figure(field) for field in taken]) for layout, taken in self._passes]

    def decode(self, data: bytes, values: dict[str, Value], masked: dict[str, str]) -> None:
        """Put each field's value into `values`, and why it is missing into `masked`."""
        for layout, figures in self._plans:
            for (field, name, plain, missing, multiply, divide, low, high), item in zip(
                figures, layout.unpack_from(data), strict=True
            ):
                if plain and item not in missing:
                    value = item * multiply / divide
                    if low <= value <= high:
                        values[name] = value
                        continue
                raw = unpack(field.register.type, item, field.word_order) if isinstance(item, bytes) else item
                found = field.value(raw)
                values[name] = found
                if found is None:
                    masked[name] = field.reason(raw)


_Figure = tuple[Field, str, bool, frozenset[int], float, float, float, float]
"""A field as `decode` needs it at each poll: itself, name, is it a whole number in one piece?, not-available markers,
multiply, divide, lowest and highest value."""


def _figure(field: Field) -> _Figure:
    register = field.register
    whole = register.type not in ("string", *_FLOATS) and field.states is None
    plain = whole and not (field.word_order == "little" and register.words > 1)
    low = -math.inf if register.min is None else register.min
    high = math.inf if register.max is None else register.max
    return field, field.name, plain, field.missing, register.multiply, register.divide, low, high


Image = dict[tuple[int, int], int]
"""{(function, address): word}: what a device's registers hold."""


def encode(
    device_map: DeviceMap,
    values: Mapping[str, Value],
    inputs: int | None = None,
    variants: Iterable[Variant] = (),
) -> Image:
    """The registers of a device that measures `values`: what the simulator serves.

    A field without a value holds its not-available marker, or is left out of the image when it has none.
    `p_import` and `p_export` become the signed power. ValueError for a value that its register cannot hold.
    """
    image: Image = {}
    net = device_map.power_net
    for field in fields_of(device_map, inputs, variants=variants):
        value = values.get(field.name)
        if field.name == "power_net" and net:
            drawn, fed = values.get("p_import"), values.get("p_export")
            if isinstance(drawn, int | float) and isinstance(fed, int | float):
                value = (drawn - fed) * (1 if net.import_sign == "positive" else -1)
        raw = field.raw(value)
        if raw is not None:
            _place(image, field.register, field.function, field.word_order, raw)
    return image


def encode_plate(
    device_map: DeviceMap, *, model: str = "", serial: str = "", firmware: str = "", inputs: int | None = None
) -> Image:
    """The registers of the name plate, and of the number of inputs, as far as the map knows them."""
    image: Image = {}
    plate = device_map.identity
    placed: list[tuple[Register | None, str | int | None]] = [
        (plate.model, model),
        (plate.serial, serial),
        (plate.firmware, firmware),
    ]
    if device_map.inputs:
        placed.append((device_map.inputs.count_register, inputs))
    for register, value in placed:
        if register and value is not None:
            _place(image, register, register.function or device_map.read.function, device_map.word_order, value)
    return image


def _place(image: Image, register: Register, function: int, word_order: str, raw: float | int | str) -> None:
    data = pack(register.type, raw, register.words, word_order)
    for i in range(register.words):
        image[function, register.address + i] = data[2 * i] << 8 | data[2 * i + 1]
