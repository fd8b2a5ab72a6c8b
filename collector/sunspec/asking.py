"""Asks one unit for registers within its block limit, and tells a refusal (which may be lived with) from a failure."""

from __future__ import annotations

from dataclasses import dataclass

from collector.errors import DeviceException
from collector.reader import Wire

REFUSING = (2, 3)
"""Exception codes that say 'not these registers': illegal data address, illegal data value (dislikes the length)."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The device has not got (all of) these registers."""

    address: int
    count: int
    code: int

    def __str__(self) -> str:
        return f"exception {self.code} on {self.count} register{'s' if self.count > 1 else ''}"


class Asking:
    """Read requests to one unit. LinkError and other exceptions than REFUSING go through."""

    def __init__(self, link: Wire, unit: int, function: int, max_block: int) -> None:
        if not 1 <= max_block <= 125:
            raise ValueError(f"max_block is 1 to 125 registers, not {max_block}")
        self.link, self.unit, self.function, self.max_block = link, unit, function, max_block

    async def ask(self, address: int, count: int) -> bytes | Refused:
        """The registers in one request. ValueError when they are more than the block limit."""
        if count > self.max_block:
            raise ValueError(f"{count} registers asked, the limit is {self.max_block}")
        try:
            return await self.link.read(self.unit, self.function, address, count)
        except DeviceException as error:
            if error.code not in REFUSING:
                raise
            return Refused(address, count, error.code)

    async def ask_long(self, address: int, count: int) -> bytes | Refused:
        """The registers in as many requests as the limit needs: only for what does not change, as a name plate."""
        data = b""
        for start in range(address, address + count, self.max_block):
            part = await self.ask(start, min(self.max_block, address + count - start))
            if isinstance(part, Refused):
                return part
            data += part
        return data
