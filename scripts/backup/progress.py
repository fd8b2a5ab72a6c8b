"""How far a backup or its restoration has come: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from scripts.console import err


class Bar:
    """A bar of bytes while the context lasts; `expect` more, then `advance`."""

    def __init__(self, what: str) -> None:
        columns = TextColumn(what), BarColumn(), DownloadColumn(), TimeRemainingColumn()
        self._bar = Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty())
        self._task = self._bar.add_task(what, total=0)
        self._total = 0

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def expect(self, size: int) -> None:
        """So many more bytes will come."""
        self._total += size
        self._bar.update(self._task, total=self._total)

    def advance(self, size: int) -> None:
        """So many bytes are done."""
        self._bar.advance(self._task, size)
