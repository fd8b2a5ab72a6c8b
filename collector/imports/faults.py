"""What is wrong with a file: each fault with its line, column, value and what to do; and why all of it is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from collector.errors import CollectorError
from config.language import _

KEPT = 200
"""So many faults are kept word for word; the others are counted."""
LONGEST = 40


@dataclass(frozen=True, slots=True)
class LineFault:
    """One thing wrong in one line."""

    line: int
    """As an editor counts, from 1."""
    column: str
    """Its name, or its place."""
    value: str
    """As in the file."""
    what: str
    remedy: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= LONGEST else self.value[: LONGEST - 1] + "…"
        where = _("line {line}, column {column}").format(line=self.line, column=self.column)
        return f'{where}: "{shown}": {self.what} -> {self.remedy}'


@dataclass(slots=True)
class Faults:
    """The faults of one file."""

    kept: list[LineFault] = field(default_factory=list)
    """The first KEPT of them."""
    kinds: Counter[str] = field(default_factory=Counter)
    """How many of each kind."""

    def add(self, line: int, column: str, value: object, what: str, remedy: str) -> None:
        """One more."""
        self.kinds[what] += 1
        if len(self.kept) < KEPT:
            self.kept.append(LineFault(line, column, str(value), what, remedy))

    @property
    def count(self) -> int:
        """How many there are."""
        return self.kinds.total()


class ImportRefused(CollectorError):
    """Nothing of the file is imported; the message says why and what to do."""


class LayoutMismatch(ImportRefused):
    """The file is not of this layout."""


class FaultyFile(ImportRefused):
    """Lines of the file are faulty, and it was not said that they may be left out."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        super().__init__(_("faulty lines: {n}; nothing was imported").format(n=faults.count))
