"""The lines of a file that hold certain bytes: constant memory, one pass, faster than the csv module by far.

A national file has 35,000 communes; parsing all of them to keep one would take minutes. The bytes of the INSEE code are
looked for first, and only those lines are parsed. A record must not be broken over two lines: no publisher does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from collector.imports.faults import LayoutMismatch
from config.language import _

BLOCK = 4 << 20
LONGEST_LINE = 1 << 20
"""A line beyond it is no table's."""

Progress = Callable[[int], None]
Line = tuple[int, bytes]
"""Number from 1, and its bytes without the end."""


def lines(file: BinaryIO, first: int, needle: bytes | None, progress: Progress = lambda _n: None) -> Iterator[Line]:
    """The lines from the file's position on that hold `needle` (all without one); `first` is the number of the next.

    LayoutMismatch for a line of more than a mebibyte.
    """
    number, kept = first, b""
    while block := file.read(BLOCK):
        progress(len(block))
        block = kept + block
        end = block.rfind(b"\n") + 1
        kept = block[end:]
        if len(kept) > LONGEST_LINE:
            raise LayoutMismatch(_("line {line} does not end: this is no table").format(line=number))
        yield from _within(block, end, number, needle)
        number += block.count(b"\n", 0, end)
    if kept and (needle is None or needle in kept):
        yield number, kept.rstrip(b"\r\n")


def _within(block: bytes, end: int, number: int, needle: bytes | None) -> Iterator[Line]:
    if needle is None:
        for at, line in enumerate(block[:end].split(b"\n")[:-1]):
            yield number + at, line.rstrip(b"\r")
        return
    at, counted = 0, 0
    while (found := block.find(needle, at, end)) >= 0:
        start = block.rfind(b"\n", 0, found) + 1
        stop = block.find(b"\n", found, end)
        number += block.count(b"\n", counted, start)
        counted = start
        yield number, block[start:stop].rstrip(b"\r")
        at = stop + 1
