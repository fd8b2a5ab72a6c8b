"""What reads one device: discovers once what it is, then reads its fields again and again over a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from collector.sample import Value


class Wire(Protocol):
    """The part of collector.link.Link that readers need."""

    async def read(self, unit: int, function: int, address: int, count: int) -> bytes:
        """The registers as big-endian bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """The name plate. Empty text: the device does not say."""

    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Registers that could not be read or believed."""

    address: int
    what: str


@dataclass(slots=True)
class Reading:
    """One answer of a device: a value, or None with its reason, for each field."""

    values: dict[str, Value]
    masked: dict[str, str] = field(default_factory=dict)
    """Field -> why it is missing."""
    problems: list[Problem] = field(default_factory=list)


class DeviceReader(Protocol):
    """Reads one device. `discover` comes before the first `read`, and again after a MapError.

    Both raise LinkError, DeviceException and MapError (collector.errors).
    """

    @property
    def identity(self) -> Identity:
        """The name plate, once discovered."""
        ...

    @property
    def addresses(self) -> Mapping[str, int]:
        """Field -> address of its first register; its keys are the fields that `read` gives, in order."""
        ...

    async def discover(self) -> None:
        """Find out what the device is and which fields it has."""
        ...

    async def read(self) -> Reading:
        """Read all fields once."""
        ...
