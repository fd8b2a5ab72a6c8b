"""Reads a text file that a person put there: bounded, its failures as errors of weather."""

from __future__ import annotations

from pathlib import Path

from collector.errors import WeatherFormat, WeatherUnreachable
from config.language import _

MAX_BYTES = 256 * 2**20
"""Twenty years of one-minute rows of a station are about that."""


def read_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """The text of a file in UTF-8 or, failing that, Latin-1. WeatherUnreachable when it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError as error:
        told = _("{file} cannot be read ({reason})").format(file=path, reason=error.strerror)
        raise WeatherUnreachable(told) from error
    if len(raw) > max_bytes:
        raise WeatherFormat(_("{file} is larger than {size} MB").format(file=path, size=max_bytes // 10**6))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
