"""Runs a coroutine in a time of its own, which stands still while it works and leaps while it sleeps.

For code that only sleeps: whoever waits for a socket or a thread would miss everything meanwhile. How fast the machine
is and what else it does cannot be seen from inside; hours take milliseconds.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


class _Leaping(selectors.DefaultSelector):
    """Instead of waiting it says that the time has passed."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found:
            assert timeout is not None, "it waits for something that is no time"
            self.now += timeout
        return found


class _VirtualTime(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def run_in_virtual_time(story: Coroutine[Any, Any, None], seconds: float) -> None:
    """Let it go on for so many of its seconds, then cancel it."""

    async def bounded() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(story, seconds)

    with asyncio.Runner(loop_factory=_VirtualTime) as runner:
        runner.run(bounded())
