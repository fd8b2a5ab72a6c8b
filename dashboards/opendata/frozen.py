"""Years that were frozen: a figure quoted from one can be found again. A correction is a revision beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from dashboards.opendata.package import CHECKSUMS

FOLDER = "opendata"
"""In the data directory."""
_NAME = re.compile(r"(\d{4})(?:-revision-(\d+))?")
_DATED = ("datapackage.json", "LISEZMOI.md", CHECKSUMS)
"""Files that carry the date of packing: they do not make a revision by themselves."""


def freeze(folder: Path, year: int, files: Mapping[str, bytes]) -> tuple[Path, bool]:
    """Keep the files of a year; where they lie, and whether they are new.

    The same tables as the newest revision are not kept twice. The directory appears whole or not at all.
    """
    newest = newest_of(folder, year)
    if newest is not None and all((newest / name).exists() and (newest / name).read_bytes() == content
                                  for name, content in files.items() if name not in _DATED):  # fmt: skip
        return newest, False
    number = 1 if newest is None else _number(newest) + 1
    place = folder / (f"{year}" if number == 1 else f"{year}-revision-{number}")
    part = folder / f".{place.name}.part"
    part.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (part / name).write_bytes(content)
    part.rename(place)
    return place, True


def newest_of(folder: Path, year: int) -> Path | None:
    """The newest revision of a year."""
    return max((path for path in frozen(folder) if path.name.startswith(f"{year}")), key=_number, default=None)


def frozen(folder: Path) -> list[Path]:
    """All frozen years and their revisions, in order."""
    if not folder.is_dir():
        return []
    return sorted(
        (path for path in folder.iterdir() if _NAME.fullmatch(path.name)), key=lambda p: (p.name[:4], _number(p))
    )


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    assert match
    return int(match[2] or 1)
