"""One process per role on one data directory: a second one is refused and told who holds the place."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Literal

RoleName = Literal["collect", "schedule", "serve"]


class RoleTaken(Exception):
    """Another process holds the role; `pid` is its process id, 0 when it did not say."""

    def __init__(self, role: str, data: Path, pid: int) -> None:
        self.role, self.data, self.pid = role, data, pid
        super().__init__(f"{data}: process {pid or '?'} already does '{role}' here")


class Role:
    """Holds a role while the context lasts. The kernel frees it when the process dies, however it dies."""

    def __init__(self, data: Path, name: RoleName) -> None:
        self.path = data / f"{name}.lock"
        self.name: RoleName = name
        self._file: IO[str] | None = None

    def __enter__(self) -> Role:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with file:
                raise RoleTaken(self.name, self.path.parent, holder(self.path) or 0) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def holder(path: Path) -> int | None:
    """The process id written in a lock file; None when nobody wrote one."""
    try:
        word = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(word) if word.isdigit() else None
