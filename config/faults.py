"""What is wrong with the configuration, told so that the reader can mend it: file, key, fault, what to write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file."""

    file: str
    key: str
    """Dotted path in the file, as ``roofs[2].arrays[0].surface_tilt``; empty when the whole file is meant."""
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.what} -> {self.remedy}"


class ConfigError(Exception):
    """The configuration cannot be used; `faults` holds every fault found, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(f) for f in faults))
