"""What `tepos probe` found out about one device, and the document it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collector.reader import Identity, Reading
from collector.sample import Value
from config.quantities import split_field

_PER_INPUT = ("pdc", "v_dc", "i_dc")


@dataclass(slots=True)
class ProbeReport:
    """What one device is and what it said once."""

    host: str
    port: int
    unit: int
    map: str
    identity: Identity
    requests: int
    addresses: Mapping[str, int]
    reading: Reading
    framer: str = field(default="tcp")

    @property
    def read_something(self) -> bool:
        """Whether at least one field has a value."""
        return any(value is not None for value in self.reading.values.values())

    def to_json(self) -> dict[str, Any]:
        """The document of `tepos probe --json`."""
        quantities: dict[str, Any] = {}
        inputs: dict[int, dict[str, Any]] = {}
        for name in self.addresses:
            quantity, number = split_field(name)
            if number is None:
                quantities[name] = self._figure(name, quantity.unit, with_address=True)
            else:
                inputs.setdefault(number, {"input": number})
        for number, one in inputs.items():
            for name in _PER_INPUT:
                one[name] = self._figure(f"{name}_{number}", split_field(name)[0].unit)
        return {
            "host": self.host,
            "port": self.port,
            "unit": self.unit,
            "framer": self.framer,
            "map": self.map,
            "manufacturer": self.identity.manufacturer,
            "model": self.identity.model,
            "serial": self.identity.serial,
            "firmware": self.identity.firmware,
            "requests": self.requests,
            "quantities": quantities,
            "inputs": [inputs[number] for number in sorted(inputs)],
            "problems": [{"address": p.address, "what": p.what} for p in self.reading.problems],
        }

    def _figure(self, name: str, unit: str, *, with_address: bool = False) -> dict[str, Any]:
        value: Value = self.reading.values.get(name)
        if value is None:
            default = "not read" if name in self.addresses else "the device does not give it"
            return {"value": None, "unit": unit, "reason": self.reading.masked.get(name, default)}
        figure: dict[str, Any] = {"value": value if isinstance(value, str) else float(value), "unit": unit}
        if with_address:
            figure["address"] = self.addresses[name]
        return figure
