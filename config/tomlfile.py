"""Reads one TOML file written by a person; whatever is wrong with the file as a file is told as a ConfigError."""

from __future__ import annotations

import tomllib
from datetime import datetime, time
from pathlib import Path
from typing import Any

from config.faults import ConfigError, Fault
from config.language import _

MAX_BYTES = 8 * 2**20
"""A town of a thousand roofs takes two megabytes; beyond this it is not a file that a person wrote."""
MAX_DEPTH = 24
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


def read_toml(path: Path, *, may_be_empty: bool = False) -> dict[str, Any]:
    """The tables of one file. ConfigError, with one fault, when the file cannot be read as TOML."""
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and what int() and datetime() say of absurd literals
        raise _fault(
            path,
            _("this is not TOML: {error}{line}").format(error=error, line=_line(text, str(error))),
            _('look at that line: text stands between "quotes", numbers have a point (35.5), each key appears once'),
        ) from error
    except RecursionError as error:
        raise _too_deep(path) from error
    if not data and not may_be_empty:
        raise _fault(
            path, _("the file is empty"), _("copy {example} and fill it in").format(example="config/towns/example")
        )
    _check_values(path, data)
    return data


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise _fault(
            path, _("there is no such file"), _("write it, or copy {example}").format(example="config/towns/example")
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _fault(
            path, _("it cannot be read ({reason})").format(reason=reason), _("check its type and its permissions")
        ) from error
    if len(raw) > MAX_BYTES:
        raise _fault(path, _("it is larger than 8 MiB"), _("give a file written for tepos"))
    if raw.startswith(_UTF16):
        raise _fault(path, _("it is saved as UTF-16"), _("save it as UTF-8"))
    if raw.startswith(_BOM):
        raise _fault(path, _("it begins with a byte order mark"), _("save it as UTF-8 without BOM"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _fault(
            path, _("line {line} is not UTF-8 (Latin-1 or Windows-1252?)").format(line=line), _("save it as UTF-8")
        ) from error


def _line(text: str, error: str) -> str:
    """The line that the parser complains of, since its number alone sends the reader counting."""
    number = error.partition("at line ")[2].partition(",")[0]
    lines = text.split("\n")
    if not number.isdigit() or not 1 <= int(number) <= len(lines):
        return ""
    return f": {lines[int(number) - 1].strip()[:80]}"


def _check_values(path: Path, data: dict[str, Any]) -> None:
    """Refuse what TOML forbids but tomllib passes on: numbers beyond 64 bits; and nesting that no file of ours has."""
    todo: list[tuple[str, object, int]] = [("", data, 0)]
    while todo:
        key, value, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise _too_deep(path)
        if isinstance(value, dict):
            todo += [(f"{key}.{name}" if key else name, inner, depth + 1) for name, inner in value.items()]
        elif isinstance(value, list):
            todo += [(f"{key}[{index}]", inner, depth + 1) for index, inner in enumerate(value)]
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise _fault(path, _("the number has more than 64 bits"), _("write a smaller number"), key)
        elif isinstance(value, datetime | time):
            raise _fault(path, _("a date alone is meant here"), _("write it as 2013-03-08"), key)


def _too_deep(path: Path) -> ConfigError:
    return _fault(path, _("tables or lists are nested too deep"), _("see {example}").format(example="config/towns"))


def _fault(path: Path, what: str, remedy: str, key: str = "") -> ConfigError:
    return ConfigError([Fault(str(path), key, what, remedy)])
