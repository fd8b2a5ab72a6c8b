"""The shape of `config/devices/*.toml`: a device's register map as data. No expressions, no includes.

A person with a datasheet and no Python writes and reviews these files; the same file drives the decoder, the
simulator, `tepos devices` and the tests. Addresses are zero-based wire addresses, words big-endian.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.language import _
from config.manners import Address, LinkManners, ReadLimits
from config.quantities import QUANTITIES, Role, check_quantities
from config.strict import Strict
from config.sunspec_map import SunSpecMap

RegisterType = Literal[
    "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64",
    "enum16", "bitfield16", "enum32", "bitfield32", "string",
]  # fmt: skip

WORDS = {
    "int16": 1, "uint16": 1, "enum16": 1, "bitfield16": 1,
    "int32": 2, "uint32": 2, "enum32": 2, "bitfield32": 2, "float32": 2,
    "int64": 4, "uint64": 4, "float64": 4,
}  # fmt: skip

_NUMBER = re.compile(r"0|[1-9][0-9]*|0x[0-9a-fA-F]+")


class Register(Strict):
    """Where one figure stands and how its words become a number: raw × multiply ÷ divide, in the quantity's unit."""

    address: Address
    type: RegisterType
    count: Annotated[int, Field(ge=1, le=125)] | None = None
    """Words of a string."""
    multiply: Annotated[int, Field(ge=1)] = 1
    divide: Annotated[int, Field(ge=1)] = 1
    function: Literal[3, 4] | None = None
    """Read function code when it is not the map's."""
    missing: tuple[int, ...] = ()
    """Raw values (unsigned words) that mean 'not available', beside those of the map for this type."""
    min: float | None = None
    max: float | None = None
    """Outside of [min, max], in the quantity's unit, the device is talking nonsense: masked."""
    states: str | None = None
    """Name of the table in [states] that translates the raw number into text."""
    doc: str = ""

    @property
    def words(self) -> int:
        """How many 16-bit registers the figure takes."""
        return self.count or 1 if self.type == "string" else WORDS[self.type]

    @model_validator(mode="after")
    def _check(self) -> Register:
        if (self.type == "string") != (self.count is not None):
            raise ValueError(_("count is for strings, and strings need it"))
        if self.address + self.words > 65536:
            raise ValueError(_("ends beyond address 65535"))
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(_("min is greater than max"))
        return self


class PowerNet(Register):
    """Signed power of a meter; the map says which sign is import, tepos stores p_import and p_export, both >= 0."""

    import_sign: Literal["positive", "negative"]


class Inputs(Strict):
    """The DC inputs (MPP trackers or strings): input N stands `stride` registers behind input N-1."""

    first: Annotated[int, Field(ge=1, le=32)] = 1
    """Number of the input at the addresses given here."""
    count: Annotated[int, Field(ge=1, le=32)]
    """How many inputs the registers provide for."""
    count_register: Register | None = None
    """Where the device says how many it really has."""
    uncounted: Annotated[int, Field(ge=0, le=32)] | None = None
    """How many to read when neither the count register nor a variant tells; default: all."""
    sure: Annotated[int, Field(ge=0, le=32)] | None = None
    """On a model that no variant counts, an input beyond this number is taken as absent while its voltage is 0:
    small models fill the registers of inputs they lack with zeros."""
    total: Literal["pdc", "pv_power"] | None = None
    """The quantity that is the sum of the inputs' pdc, for devices that have no register for it."""
    stride: Annotated[int, Field(ge=1)]
    v_dc: Register | None = None
    i_dc: Register | None = None
    pdc: Register | None = None
    pdc_from_v_and_i: bool = False
    """The device gives no power per input: it is v_dc × i_dc, rounded to the watt (their resolution allows no more)."""

    @model_validator(mode="after")
    def _check(self) -> Inputs:
        if self.pdc_from_v_and_i and (self.pdc or not (self.v_dc and self.i_dc)):
            raise ValueError(_("pdc_from_v_and_i needs v_dc and i_dc, and no pdc"))
        for register in (self.v_dc, self.i_dc, self.pdc):
            if register and register.address + (self.count - 1) * self.stride + register.words > 65536:
                raise ValueError(_("the last input ends beyond address 65535"))
        return self


class Variant(Strict):
    """Where some models of the family depart from the rest."""

    pattern: str
    """Regular expression, searched in the text that recognises the device (see Identity.recognise_by)."""
    inputs: Annotated[int, Field(ge=0, le=32)] | None = None
    """How many DC inputs these models have."""
    more_inputs: Annotated[int, Field(ge=0, le=32)] | None = None
    """How many further inputs."""
    without: tuple[str, ...] = ()
    """Quantities whose registers hold nothing of sense on these models."""
    quantities: dict[str, Register] = Field(default_factory=dict)
    """Registers that differ."""

    @model_validator(mode="after")
    def _check(self) -> Variant:
        _check_pattern(self.pattern)
        return self


class Identity(Strict):
    """How the device is recognised, and its name plate."""

    manufacturer: str
    """The maker's name (the registers of these devices do not hold it)."""
    model: Register | None = None
    serial: Register | None = None
    firmware: Register | None = None
    pattern: str | None = None
    """Regular expression that the text of `recognise_by` must match for a probe to choose this map by itself."""
    recognise_by: Literal["model", "serial"] = "model"

    @model_validator(mode="after")
    def _check(self) -> Identity:
        if self.pattern is not None:
            _check_pattern(self.pattern)
        return self


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(_("pattern is no regular expression: {error}").format(error=error)) from error


class DeviceMap(Strict):
    """One family of devices: what it measures, where, and how it likes to be asked."""

    kind: Literal["registers"] = "registers"
    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    role: Role
    topology: Literal["string", "hybrid"] | None = None
    """Hybrid: the AC power contains the battery; production is `pv_power` and `energy_pv_total`."""
    source: str
    """Where the addresses come from: datasheet and page, or another implementation."""
    verified: tuple[str, ...] = ()
    """Register images of real devices on which the map was verified (file names of the test images)."""
    link: LinkManners = LinkManners()
    read: ReadLimits = ReadLimits()
    word_order: Literal["big", "little"] = "big"
    """Which word of a 32- or 64-bit number comes first: big is the high word."""
    missing: dict[RegisterType, tuple[int, ...]] = Field(default_factory=dict)
    """Raw values (unsigned) that mean 'not available', by type."""
    identity: Identity
    quantities: dict[str, Register] = Field(default_factory=dict)
    power_net: PowerNet | None = None
    inputs: Inputs | None = None
    more_inputs: Inputs | None = None
    """Further inputs that the device keeps elsewhere; none unless a variant counts them."""
    variants: dict[str, Variant] = Field(default_factory=dict)
    states: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Table name -> raw number (decimal or 0x…) -> state in plain words, as the maker says it."""

    @model_validator(mode="after")
    def _check(self) -> DeviceMap:
        self._check_registers("quantities", self.quantities)
        for name, variant in self.variants.items():
            self._check_registers(f"variants.{name}.quantities", variant.quantities)
        if self.power_net and self.role is not Role.METER:
            raise ValueError(_("power_net is for meters"))
        for table, names in self.states.items():
            if not all(_NUMBER.fullmatch(number) for number in names):
                raise ValueError(_("the keys of [states.{table}] are numbers: 512 or 0x0200").format(table=table))
        if not self.quantities and not self.power_net:
            raise ValueError(_("the map reads nothing"))
        for key, variant in self.variants.items():
            if unknown := [name for name in variant.without if name not in self.quantities]:
                raise ValueError(
                    _("variants.{key}.without: {name} is not in [quantities]").format(key=key, name=unknown[0])
                )
        return self

    def _check_registers(self, where: str, registers: dict[str, Register]) -> None:
        check_quantities(registers, self.role)
        for name, register in registers.items():
            if register.states is not None and register.states not in self.states:
                what = _("{place}: there is no [states.{table}]")
                raise ValueError(what.format(place=f"{where}.{name}", table=register.states))
            if QUANTITIES[name].text and not (register.states or register.type == "string"):
                what = _("{place} is text: it needs states or type string")
                raise ValueError(what.format(place=f"{where}.{name}"))


AnyMap = DeviceMap | SunSpecMap


def builtin_devices() -> Path:
    """The folder of the maps that come with tepos."""
    return Path(__file__).parent / "devices"
