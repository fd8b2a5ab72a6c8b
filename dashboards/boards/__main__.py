"""Writes the boards' JSON and the alert rules anew: `python -m dashboards.boards`, after any change in this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from dashboards.boards import alerting, exploitation, onduleur, production, qualite, territoire
from dashboards.boards.board import written

ROOT = Path(__file__).parents[2]
JSON = ROOT / "dashboards" / "grafana" / "json"
ALERTING = ROOT / "config" / "deploy" / "grafana" / "provisioning" / "alerting" / "tepos.json"
BOARDS = (exploitation, onduleur, production, territoire, qualite)


def files() -> Iterator[tuple[Path, bytes]]:
    """Each file and what stands in it."""
    boards = {each.UID: written(each.build()) for each in BOARDS}
    for uid, content in boards.items():
        yield JSON / f"{uid}.json", content
    yield ALERTING, alerting.written({uid: json.loads(content) for uid, content in boards.items()})


if __name__ == "__main__":
    for path, content in files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
