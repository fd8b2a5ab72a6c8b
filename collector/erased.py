"""The file erased.list: what was ever erased, as hashes of references, for whoever restores an older backup.

It says nothing about anybody. Lay a copy of it beside the backups: a restoration reads it there and forgets again what
was erased since the backup was made.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from collector.errors import StoreError
from config.language import _

ERASED = "erased.list"
"""The file in the data directory."""
_LINE = re.compile(r"([0-9a-f]{64}) (\d{1,15})")


def read_erased(path: Path) -> dict[str, int]:
    """Digest of each erased reference -> when; empty when there is no such file. StoreError for another file."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        lines = ["?"]
    found = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise StoreError(_("{file}: this is no list of what was erased").format(file=path))
        found[match[1]] = int(match[2])
    return found


def write_erased(path: Path, digests: Mapping[str, int]) -> None:
    """Write the list with what it held before, all at once. OSError when that is not possible."""
    whole = {**read_erased(path), **digests}
    made = path.with_name(f".{path.name}")
    with made.open("w", encoding="ascii") as file:
        file.writelines(f"{digest} {at}\n" for digest, at in sorted(whole.items(), key=lambda each: each[::-1]))
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
