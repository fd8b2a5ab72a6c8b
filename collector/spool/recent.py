"""What was appended a moment ago, still in memory: a store that keeps up costs no reading back and decoding.

Only a shortcut: the records stand on the disk all the same, and whatever is not found here is read from there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from collector.sample import Sample

MOST = 20_000
"""Samples remembered: some minutes of a large town; beyond it the store is behind, and the oldest are forgotten."""


class Recent:
    """The newest samples of one spool by their ordinals, without a gap between them."""

    def __init__(self) -> None:
        self._cycles: deque[tuple[int, Sequence[Sample]]] = deque()
        self._end = 0

    def add(self, start: int, samples: Sequence[Sample]) -> None:
        """Remember the samples that follow ordinal `start`; those before a gap are forgotten."""
        if start != self._end:
            self._cycles.clear()
        self._cycles.append((start, samples))
        self._end = start + len(samples)
        while self._end - self._cycles[0][0] > MOST and len(self._cycles) > 1:
            self._cycles.popleft()

    def after(self, position: int, most: int) -> list[Sample]:
        """The samples behind ordinal `position`, at most so many; empty when they are not remembered."""
        while self._cycles and self._cycles[0][0] + len(self._cycles[0][1]) <= position:
            self._cycles.popleft()
        found: list[Sample] = []
        for start, samples in self._cycles:
            if start > position:  # what stands between is only on the disk
                break
            found += samples[position - start : position - start + most - len(found)]
            position = start + len(samples)
            if len(found) >= most:
                break
        return found

    def forget(self) -> None:
        """Nothing here is to be trusted any more: the file was replaced."""
        self._cycles.clear()
