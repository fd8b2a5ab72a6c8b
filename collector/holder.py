"""Who holds a lease: one process of one boot of this machine, so that others can tell whether it still lives.

A process id alone is reused, and means nothing in another container: the boot, the process namespace and the moment at
which the process began stand beside it (proc(5)). Where the kernel does not say, nobody is called gone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_PROC = Path("/proc")
_STARTED = 19
"""Place of starttime in /proc/PID/stat, counted from the field behind the name."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One process. The text of it has no blanks but those between its parts."""

    pid: int
    born: str
    """When it began, in the kernel's ticks since the boot."""
    boot: str
    space: str
    """Its process namespace: ids of one container mean nothing in another."""

    def __str__(self) -> str:
        return f"{self.pid} {self.born} {self.boot} {self.space}"

    @classmethod
    def parse(cls, text: str) -> Holder:
        """The holder that `str` wrote."""
        pid, born, boot, space = text.split(" ")
        return cls(int(pid), born, boot, space)

    def condition(self) -> Literal["alive", "gone", "unknown"]:
        """Whether that process still lives, as far as this one can know."""
        boot, space = _boot(), _space()
        if "?" in (boot, space, self.boot, self.space):
            return "unknown"
        if boot != self.boot:
            return "gone"
        if space != self.space:
            return "unknown"
        return "alive" if _born(self.pid) == self.born else "gone"


def this_process() -> Holder:
    """The process that asks."""
    pid = os.getpid()
    return Holder(pid, _born(pid), _boot(), _space())


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "?"


def _space() -> str:
    try:
        return (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return "?"


def _born(pid: int) -> str:
    """``?`` when there is no such process, or it has ended and only waits for its parent to notice."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "?"
    return "?" if fields[0] in "ZX" else fields[_STARTED]
