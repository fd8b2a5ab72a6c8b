"""Finds the SunSpec marker and walks the chain of models, as chains are in the wild.

The header's length is believed, not the definition's (an Acuvim's 204 is 81 registers long); models repeat; END may be
missing or lack its length word; the body of a model may have holes. Whatever the registers hold, the walk ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from collector.errors import DeviceException, MapError
from collector.reader import Problem
from collector.sunspec.asking import Asking, Refused
from collector.sunspec.models import END, HEADER, MARKER

MAX_MODELS = 100
"""The longest real chains have about thirty; a device that answers anything anywhere must not keep us for ever."""
LAST = 65535
_NOT_HERE = (1, 2, 3, 4)
"""Exception codes with which devices say that they have nothing at a base."""


@dataclass(frozen=True, slots=True)
class Found:
    """One model of the chain."""

    id: int
    address: int
    """Of its header."""
    length: int
    """Registers behind the header, as the header says."""
    body: bytes | None = None
    """What stands behind the header, where the walk was told to read it along and could."""


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """Where there is no next model."""

    address: int
    what: str
    """What the device said there instead, as "exception 2"."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The models of one device, in order."""

    base: int
    models: tuple[Found, ...]
    problems: tuple[Problem, ...]
    """What is certainly wrong: bodies that were to be read along and could not, a chain without end."""
    loose_end: LooseEnd | None
    """Where the walk stopped without an END; many devices have none, so it need not have hidden anything."""


async def find_base(asking: Asking, bases: Iterable[int]) -> int:
    """The first base with the marker. MapError when none has it; DeviceException when the device is busy or gone."""
    tried: list[str] = []
    for base in dict.fromkeys(bases):
        try:
            data = await asking.ask_long(base, 2) if base < LAST else b""
        except DeviceException as error:
            if error.code not in _NOT_HERE:
                raise
            tried.append(f"{base} (exception {error.code})")
            continue
        if data == MARKER:
            return base
        tried.append(f"{base} ({data if isinstance(data, Refused) else 'something else'})")
    raise MapError(f"{asking.link} unit {asking.unit}: no SunSpec here: no 'SunS' at {', '.join(tried) or 'no base'}")


async def walk(asking: Asking, base: int, read_along: Callable[[int], bool]) -> Chain:
    """The models behind the marker; the bodies of ids that `read_along` wants come with the next header, for free."""
    return await walk_from(asking, base, base + len(MARKER) // 2, read_along)


async def walk_from(asking: Asking, base: int, address: int, read_along: Callable[[int], bool]) -> Chain:
    """The models from the header at `address` on."""
    models: list[Found] = []
    problems: list[Problem] = []
    header = await read_header(asking, address)
    while True:
        what = _ends(header)
        if what is not None or isinstance(header, Refused) or header.length is None:
            return Chain(base, tuple(models), tuple(problems), LooseEnd(address, what) if what else None)
        found = Found(header.id, address, header.length)
        end = address + HEADER + found.length
        if len(models) == MAX_MODELS or end > LAST + 1:
            problems.append(
                Problem(
                    address,
                    f"model {found.id} would end beyond address {LAST}: not believed, the chain ends here"
                    if len(models) < MAX_MODELS
                    else f"more than {MAX_MODELS} models: the rest was not looked at",
                )
            )
            return Chain(base, tuple(models), tuple(problems), None)
        body, behind = None, None
        if found.length and read_along(found.id):
            body, behind, refused = await _body_and_header(asking, address + HEADER, found.length)
            if refused:
                problems.append(not_read(found, refused.code))
        models.append(replace(found, body=body))
        address = end
        header = behind or await read_header(asking, address)


def not_read(model: Found, code: int) -> Problem:
    """The body of a model that the device refused."""
    return Problem(model.address, f"exception {code} on {model.length + HEADER} registers: model {model.id} not read")


class Header(NamedTuple):
    """The first two registers of a model; the length is None when only the id can be read."""

    id: int
    length: int | None


async def read_header(asking: Asking, address: int) -> Header | Refused:
    """The header at that address, or the refusal of its id."""
    if address > LAST:
        return Refused(address, 1, 2)
    if address < LAST and asking.max_block >= HEADER:
        data = await asking.ask(address, HEADER)
        if not isinstance(data, Refused):
            return _header(data)
    data = await asking.ask(address, 1)  # an END may lack its length
    if isinstance(data, Refused):
        return data
    if asking.max_block < HEADER and address < LAST:
        length = await asking.ask(address + 1, 1)
        if not isinstance(length, Refused):
            return _header(data + length)
    return Header(int.from_bytes(data, "big"), None)


def _header(data: bytes) -> Header:
    return Header(int.from_bytes(data[0:2], "big"), int.from_bytes(data[2:4], "big"))


def _ends(header: Header | Refused) -> str | None:
    """None: go on; "": a proper END; else what stands here instead of a model."""
    if isinstance(header, Refused):
        return f"exception {header.code}"
    if header.id == END:
        return ""
    if header.length is None:
        return f"no length of model {header.id}"
    if header.id == 0:
        return "no model"
    return None


async def _body_and_header(
    asking: Asking, address: int, length: int
) -> tuple[bytes | None, Header | None, Refused | None]:
    """The body, the header behind it if it came along, and the refusal of the body."""
    if length + HEADER <= asking.max_block and address + length + HEADER <= LAST + 1:
        data = await asking.ask(address, length + HEADER)
        if not isinstance(data, Refused):
            return data[: 2 * length], _header(data[2 * length :]), None
    if length > asking.max_block:
        return None, None, None
    data = await asking.ask(address, length)  # it was perhaps only the next header that is not there
    return (None, None, data) if isinstance(data, Refused) else (data, None, None)
