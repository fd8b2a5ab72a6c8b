"""Reads a device through its register map (config/devices/*.toml)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.errors import DeviceException
from collector.reader import Identity, Problem, Reading, Wire
from collector.readplan import Block, Span, joined, plan
from collector.registers import BlockDecoder, Field, fields_of, unpack
from collector.sample import Value
from config.device import DeviceMap, Inputs, Register, Variant
from config.quantities import input_field

_REFUSED = (1, 2, 3)  # the device lacks the function, a register of the block, or dislikes its length
_UNFITTED = "no voltage: taken as an input that this model does not have"


@dataclass(frozen=True, slots=True)
class _Input:
    """What has to be worked out of one DC input after its registers were read."""

    fields: tuple[str, ...]
    """Those that the device gives."""
    names: tuple[str, str, str]
    """Of its voltage, current and power."""
    multiply: bool
    """pdc is v_dc × i_dc."""
    doubtful: bool
    """Perhaps not there: then its voltage is 0."""


class RegisterReader:
    """A DeviceReader for one unit behind a link, by a DeviceMap."""

    def __init__(self, device_map: DeviceMap, link: Wire, unit: int) -> None:
        self.map, self.link, self.unit = device_map, link, unit
        self.identity = Identity(manufacturer=device_map.identity.manufacturer)
        self.addresses: Mapping[str, int] = {}
        self._fields: dict[Span, list[Field]] = {}
        self._blocks: tuple[Block, ...] = ()
        self._decoders: dict[Block, BlockDecoder] = {}
        self._inputs: list[_Input] = []
        self._problems: list[Problem] = []

    async def discover(self) -> None:
        """Read the name plate and the number of inputs, then plan the requests."""
        self._problems = []
        plate = self.map.identity
        self.identity = Identity(
            manufacturer=plate.manufacturer,
            model=await self._text(plate.model),
            serial=await self._text(plate.serial),
            firmware=await self._text(plate.firmware),
        )
        recognised = getattr(self.identity, plate.recognise_by)
        if recognised and plate.pattern and not re.search(plate.pattern, recognised):
            register = plate.model if plate.recognise_by == "model" else plate.serial
            assert register is not None
            what = f"{plate.recognise_by} {recognised!r} is none that the map {self.map.name} knows"
            self._problems.append(Problem(register.address, what))
        variants = [v for v in self.map.variants.values() if recognised and re.search(v.pattern, recognised)]
        self._plan(variants, await self._counted(variants))

    async def read(self) -> Reading:
        """Read all fields once, in the fewest requests the map allows."""
        reading = Reading(dict.fromkeys(self.addresses))
        for block in self._blocks:
            await self._read_block(block, reading)
        self._derive(reading)
        reading.problems.extend(self._problems)
        return reading

    async def _read_block(self, block: Block, reading: Reading) -> None:
        """Read a block; one that is refused as a whole is read in halves, for one register may be the reason."""
        try:
            data = await self.link.read(self.unit, block.function, block.address, block.count)
        except DeviceException as error:
            if error.code not in _REFUSED:
                raise
            spans = block.spans
            if len(spans) == 1 or error.code == 1:
                self._unread(block, error.code, reading)
                return
            for half in (spans[: len(spans) // 2], spans[len(spans) // 2 :]):
                await self._read_block(joined(half), reading)
        else:
            decoder = self._decoders.get(block)
            if decoder is None:
                decoder = BlockDecoder(block.address, self._within(block))
                self._decoders[block] = decoder
            decoder.decode(data, reading.values, reading.masked)

    def _unread(self, block: Block, code: int, reading: Reading) -> None:
        what = f"exception {code} on {block.count} registers"
        fields = self._within(block)
        reading.problems.append(Problem(block.address, f"{what}: {', '.join(f.name for f in fields)} not read"))
        for field in fields:
            reading.values[field.name] = None
            reading.masked[field.name] = f"not read ({what})"

    def _within(self, block: Block) -> list[Field]:
        return [field for span in block.spans for field in self._fields[span]]

    def _derive(self, reading: Reading) -> None:
        values, masked = reading.values, reading.masked
        if net := self.map.power_net:
            power = values.pop("power_net")
            reason = masked.pop("power_net", "not read")
            for name in ("p_import", "p_export"):
                if isinstance(power, int | float):
                    drawn = power if net.import_sign == "positive" else -power
                    values[name] = max(drawn if name == "p_import" else -drawn, 0.0)
                else:
                    values[name], masked[name] = None, reason
        for one in self._inputs:
            _derive_input(one, values, masked)
        if total := self.map.inputs and self.map.inputs.total:
            powers = [p for i in self._inputs if isinstance(p := values.get(i.names[2]), int | float)]
            values[total] = float(sum(powers)) if powers else None
            if not powers:
                masked[total] = "no input gives its power"

    async def _counted(self, variants: Sequence[Variant]) -> int | None:
        """How many inputs the device, or its variant, has; None when nobody tells."""
        for variant in variants:
            if variant.inputs is not None:
                return variant.inputs
        register = self.map.inputs.count_register if self.map.inputs else None
        count = None if register is None else await self._register(register, "number of inputs")
        return int(count) if isinstance(count, int | float) and 1 <= count <= 32 else None

    async def _text(self, register: Register | None) -> str:
        found = None if register is None else await self._register(register, "name plate")
        return "" if found is None else str(found)

    async def _register(self, register: Register, what: str) -> float | int | str | None:
        """A figure that says what the device is; None, and a problem, when the device has not got it."""
        function = register.function or self.map.read.function
        try:
            data = await self.link.read(self.unit, function, register.address, register.words)
        except DeviceException as error:
            if error.code not in _REFUSED:
                raise
            self._problems.append(Problem(register.address, f"{what}: exception {error.code}"))
            return None
        return unpack(register.type, data, self.map.word_order)

    def _plan(self, variants: Sequence[Variant], counted: int | None) -> None:
        group, further = self.map.inputs, self.map.more_inputs
        count = 0 if group is None else counted if counted is not None else group.uncounted
        more = next((v.more_inputs for v in variants if v.more_inputs is not None), 0)
        fields = fields_of(self.map, count, more, variants)
        self._inputs = [
            *_inputs(group, fields, None if counted is not None else group.sure if group else None),
            *_inputs(further, fields, None),
        ]
        addresses = {f.name: f.register.address for f in fields if f.name != "power_net"}
        if net := self.map.power_net:
            addresses |= {"p_import": net.address, "p_export": net.address}
        for one in self._inputs:
            if one.multiply:
                voltage, _current, power = one.names
                addresses[power] = addresses[voltage]
        if group and group.total and self._inputs:
            addresses[group.total] = addresses[self._inputs[0].names[2]]
        self.addresses = addresses
        self._fields = {}
        for field in fields:
            self._fields.setdefault(Span(field.function, field.register.address, field.register.words), []).append(
                field
            )
        limits = self.map.read
        self._blocks = plan(self._fields, max_block=limits.max_block, max_gap=limits.max_gap)
        self._decoders = {}


def _inputs(group: Inputs | None, fields: Sequence[Field], sure: int | None) -> list[_Input]:
    if group is None:
        return []
    names = {f.name for f in fields}
    found = []
    for number in range(group.first, group.first + group.count):
        own = tuple(n for q in ("v_dc", "i_dc", "pdc") if (n := input_field(q, number)) in names)
        if own:
            doubtful = sure is not None and number > sure and input_field("v_dc", number) in names
            voltage, current, power = (input_field(q, number) for q in ("v_dc", "i_dc", "pdc"))
            found.append(_Input(own, (voltage, current, power), group.pdc_from_v_and_i, doubtful))
    return found


def _derive_input(one: _Input, values: dict[str, Value], masked: dict[str, str]) -> None:
    v_name, i_name, p_name = one.names
    if one.doubtful and values.get(v_name) == 0.0:
        for name in one.fields:
            values[name], masked[name] = None, _UNFITTED
    if one.multiply:
        v, i = values[v_name], values[i_name]
        if isinstance(v, int | float) and isinstance(i, int | float):
            values[p_name] = float(round(v * i))  # volts and amperes of 0.1 allow no more
        else:
            values[p_name], masked[p_name] = None, masked.get(v_name) or masked.get(i_name) or "not read"
