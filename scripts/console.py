"""What commands share on the terminal: tables for people, one JSON document for programs, logs on stderr."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NoReturn, TextIO

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table
from rich.text import Text

from config.language import _

WIDE = 250
"""Columns where nobody looks at a terminal: `tepos status | grep` must find whole names and whole errors."""


def _width(stream: TextIO) -> int | None:
    return None if stream.isatty() or "COLUMNS" in os.environ else WIDE


# soft_wrap: a sentence is broken by the terminal, not by us, so that it can be copied and searched.
out = Console(highlight=False, soft_wrap=True, width=_width(sys.stdout))
err = Console(stderr=True, highlight=False, soft_wrap=True, width=_width(sys.stderr))

DONE, NOT_SO, WRONG = 0, 1, 2
"""Exit codes: done; the thing asked for is not so; wrong arguments or configuration."""

ABSENT = "–"
"""What stands in a table where there is no value."""


class _Line(logging.Formatter):
    """One line per event, its time with the offset: ``2026-11-21T07:02:11+01:00 WARNING text``."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")
        return f"{time} {record.levelname} {super().format(record)}"


class _JournalLine(logging.Formatter):
    """For systemd's journal, which knows the time: the level as syslog's number (sd-daemon(3)) on each line."""

    def format(self, record: logging.LogRecord) -> str:
        level = 3 if record.levelno >= logging.ERROR else 4 if record.levelno >= logging.WARNING else 6
        return "\n".join(f"<{level}>{line}" for line in super().format(record).splitlines())


def start_logging(level: str) -> None:
    """Logs go to stderr: coloured for a person, lines with the time for a file, with the level for the journal."""
    handler: logging.Handler
    if sys.stderr.isatty():
        handler = RichHandler(console=err, show_path=False, markup=False, log_time_format="%X")
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_JournalLine() if _to_journal() else _Line())
    logging.basicConfig(level=level, format="%(message)s", handlers=[handler], force=True)
    for library in ("urllib3", "asyncio", "weasyprint", "fontTools"):  # what matters of it is told by us, in words
        logging.getLogger(library).setLevel(logging.ERROR)


def _to_journal() -> bool:
    """Whether stderr is the journal's own stream, and not something that it was since redirected to."""
    try:
        now = os.fstat(2)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{now.st_dev}:{now.st_ino}"


def document(content: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """The one JSON document of a command, on stdout."""
    ascii_only = (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(content, ensure_ascii=ascii_only, indent=indent, allow_nan=False) + "\n")


def say(sentence: str, style: str | None = None) -> None:
    """A sentence for people on stdout, word for word."""
    out.print(sentence, style=style, markup=False)


def tell(sentence: str, style: str | None = None) -> None:
    """A remark on stderr, word for word."""
    err.print(sentence, style=style, markup=False)


def stop(code: int, *sentences: str) -> NoReturn:
    """End the command with an exit code after telling why on stderr."""
    for sentence in sentences:
        tell(sentence)
    raise typer.Exit(code)


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
    fold: Sequence[int] = (),
    squeeze: Sequence[int] = (),
    styles: Sequence[str | None] = (),
) -> Table:
    """A table for people. Columns numbered in `right` hold figures.

    On a narrow terminal those in `fold` take several lines, those in `squeeze` end in an ellipsis; the others stay
    whole as long as there is room for them. `styles` colours the rows in their order.
    """
    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    rows = [tuple(map(str, row)) for row in rows]
    for number, column in enumerate(columns):
        lines = [line for row in rows for line in row[number].splitlines()]
        whole = max(map(cell_len, [column, *lines]))
        made.add_column(
            column,
            justify="right" if number in right else "left",
            no_wrap=number not in fold,
            overflow="fold" if number in fold else "ellipsis",
            min_width=min(whole, 10) if number in (*fold, *squeeze) else whole,
        )
    for number, row in enumerate(rows):
        made.add_row(*map(Text, row), style=styles[number] if number < len(styles) else None)
    return made


def figure(value: float | str | None, unit: str = "") -> str:
    """A value as a person reads it: six digits are more than any meter has, and hide the noise of 32-bit floats."""
    if value is None:
        return ABSENT
    if isinstance(value, str):
        return value
    shown = f"{value:.0f}" if abs(value) >= 1e5 else f"{value:.6g}"
    return f"{shown} {unit}" if unit not in ("", "1") else shown


def short(error: str) -> tuple[str, str]:
    """What happened and what to try, out of an error: a table says the first, and below it once the other."""
    happened, _semicolon, advice = error.partition("; ")
    return happened, advice


def together(values: Iterable[float | None]) -> float | None:
    """The sum of those that are known; None when none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def simulated_notice() -> str:
    """What stands on every surface that shows simulated data."""
    return _("SIMULATED DATA: invented by a computer, measured nowhere.")


def duration(seconds: float) -> str:
    """A span of time as a person says it: 12 s, 3 min, 5 h, 2 d."""
    if seconds < 120:
        return _("{n} s").format(n=round(seconds))
    if seconds < 7200:
        return _("{n} min").format(n=round(seconds / 60))
    if seconds < 172_800:
        return _("{n} h").format(n=round(seconds / 3600))
    return _("{n} d").format(n=round(seconds / 86_400))
