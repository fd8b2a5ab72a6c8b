"""Writes the boards' JSON anew: `python -m dashboards.boards`, after any change in this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dashboards.boards import exploitation, onduleur, production, qualite, territoire
from dashboards.boards.board import written

JSON = Path(__file__).parent.parent / "grafana" / "json"
BOARDS = (exploitation, onduleur, production, territoire, qualite)


def files() -> Iterator[tuple[Path, bytes]]:
    """Each board's file and what stands in it."""
    for each in BOARDS:
        yield JSON / f"{each.UID}.json", written(each.build())


if __name__ == "__main__":
    for path, content in files():
        path.write_bytes(content)
