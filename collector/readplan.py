"""The fewest requests that read all wanted registers, within a device's limits on block length and gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Registers that belong together: one request must hold all of them (a number's words, a value and its factor)."""

    function: int
    address: int
    count: int

    @property
    def end(self) -> int:
        """First address behind the span."""
        return self.address + self.count


@dataclass(frozen=True, slots=True)
class Block:
    """One request: `count` registers from `address`, and the spans it serves."""

    function: int
    address: int
    count: int
    spans: tuple[Span, ...] = field(hash=False)  # looked up at each poll: the place is hash enough


def joined(spans: Sequence[Span]) -> Block:
    """One block over spans of one function, in ascending order."""
    first = spans[0]
    return Block(first.function, first.address, max(s.end for s in spans) - first.address, tuple(spans))


def plan(spans: Iterable[Span], *, max_block: int = 125, max_gap: int = 16) -> tuple[Block, ...]:
    """Blocks that cover each span exactly once, in ascending order of function and address.

    A block is at most `max_block` registers long (Modbus: 125) and reads at most `max_gap` unwanted registers in a
    row. Taking, from the lowest span on, all that fits is optimal: a later block could serve none of these spans
    better, for it starts no earlier. ValueError for a span longer than `max_block`.
    """
    blocks: list[Block] = []
    held: list[Span] = []
    end = 0
    for span in sorted(set(spans)):
        if not 1 <= span.count <= max_block:
            raise ValueError(f"{span} does not fit into {max_block} registers")
        if held and (
            span.function != held[0].function
            or max(end, span.end) - held[0].address > max_block
            or span.address - end > max_gap
        ):
            blocks.append(joined(held))
            held = []
        end = max(end, span.end) if held else span.end
        held.append(span)
    if held:
        blocks.append(joined(held))
    return tuple(blocks)
