"""What was just computed is not computed again for every visitor: kept for a while, formed by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 256
"""Entries; the oldest go first."""


class Memory:
    """Values by key, each with the instant (ms) at which it was formed. Safe between threads."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[int, Any]] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, now: int, fresh: int, make: Callable[[], T]) -> T:
        """The value of a key, at most `fresh` ms old; `make` forms it. A clock set back makes it anew."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            kept = self._kept.get(key)
            if kept is not None and 0 <= now - kept[0] < fresh:
                value: T = kept[1]
                return value
            made = make()
            with self._lock:
                self._kept.pop(key, None)
                self._kept[key] = (now, made)
                for old in list(self._kept)[:-MOST]:
                    del self._kept[old]
                    self._locks.pop(old, None)
            return made

    def forget(self, key: Hashable) -> None:
        """Something was done that changes it."""
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Everything is computed anew: to measure what that costs."""
        with self._lock:
            self._kept.clear()
