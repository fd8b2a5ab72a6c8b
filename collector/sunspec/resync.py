"""Looks behind the place where a chain of models breaks off: is it the end (many devices have no END), or a hole?

Behind a hole of unknown length nothing says where the next model begins. Two registers are believed to be a header when
their first is the id of a model that SunSpec defines and their length leads to another such id, or to END.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from collector.errors import LinkError
from collector.reader import Problem
from collector.sunspec.asking import Asking, Refused
from collector.sunspec.chain import LAST, MAX_MODELS, Chain, Header, read_header, walk_from
from collector.sunspec.models import END, HEADER, known_models

REACH = 256
"""Registers that a hole may be long, and that are looked through behind it."""
_STRIDE = 8
MAX_HOLES = 4


async def bridged(asking: Asking, chain: Chain, read_along: Callable[[int], bool]) -> Chain:
    """The chain with what stands behind its holes; each hole becomes a problem. The same chain when nothing does."""
    for _ in range(MAX_HOLES):
        if chain.loose_end is None or len(chain.models) >= MAX_MODELS:
            return chain
        broken, said = chain.loose_end.address, chain.loose_end.what
        try:
            found = await _next_header(asking, broken)
        except LinkError:  # looking further is a luxury that must not cost what was found
            return chain
        if found is None:
            return chain
        rest = await walk_from(asking, chain.base, found, read_along)
        hole = Problem(broken, f"{said} on {found - broken} registers: a hole in the chain of models")
        chain = replace(rest, models=(*chain.models, *rest.models), problems=(*chain.problems, hole, *rest.problems))
    return chain


async def _next_header(asking: Asking, broken: int) -> int | None:
    start = await _end_of_hole(asking, broken)
    if start is None:
        return None
    words = await _words(asking, start)
    for i in range(len(words) - 1):
        header = Header(words[i], words[i + 1])
        if header == Header(END, 0) and i == 0:
            return start
        if header.id in _known() and header.length:
            behind = await read_header(asking, start + i + HEADER + header.length)
            if isinstance(behind, Header) and (behind.id in _known() or behind.id == END):
                return start + i
    return None


async def _end_of_hole(asking: Asking, broken: int) -> int | None:
    """The first register behind `broken` that can be read."""
    for far in range(broken + _STRIDE, min(broken + REACH, LAST) + 1, _STRIDE):
        if not isinstance(await asking.ask(far, 1), Refused):
            low, high = far - _STRIDE, far  # refused, readable
            while high - low > 1:
                middle = (low + high) // 2
                if isinstance(await asking.ask(middle, 1), Refused):
                    low = middle
                else:
                    high = middle
            return high
    return None


async def _words(asking: Asking, start: int) -> list[int]:
    """What can be read from there on, up to REACH registers."""
    data, size = b"", min(asking.max_block, LAST + 1 - start)
    while size and len(data) < 2 * REACH:
        part = await asking.ask(start + len(data) // 2, size)
        if isinstance(part, Refused):
            size //= 2
        else:
            data += part
            size = min(size, LAST + 1 - start - len(data) // 2)
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]


@cache
def _known() -> frozenset[int]:
    return frozenset(known_models())
