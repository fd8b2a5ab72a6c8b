"""A sample: what one device said at one instant. A value can be None (missing), never a false 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

Value = float | str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """What one device said at one instant.

    (device, time) is its identity: the store keeps one sample per identity, a second delivery overwrites the first.
    """

    device: str
    """Path of the device in the town, as ``ecole-lamendin/inv-1``."""
    time: int
    """UTC, milliseconds since 1970-01-01, by the host's clock when the answer had arrived."""
    values: Mapping[str, Value]
    """By field (see config.quantities): floats in SI base units, text for text quantities, None for missing."""

    def __reduce__(self) -> tuple[type[Sample], tuple[str, int, Mapping[str, Value]]]:
        """To another process as what it is made of: the way of dataclasses with slots costs twice as much."""
        return Sample, (self.device, self.time, self.values)

    def at(self) -> datetime:
        """The instant as an aware datetime."""
        return datetime.fromtimestamp(self.time / 1000, UTC)
