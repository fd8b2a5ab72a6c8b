"""Boards and provisioning as files, for a Grafana that reads its own instead of being pushed to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dashboards.grafana.alerting import PROVISIONING
from dashboards.grafana.push import JSON


def files() -> Iterator[tuple[Path, bytes]]:
    """Where each stands below the folder of the export, and what is in it."""
    for path in sorted(JSON.glob("*.json")):
        yield Path("dashboards") / path.name, path.read_bytes()
    for path in sorted(PROVISIONING.rglob("*.*")):
        yield Path("provisioning") / path.relative_to(PROVISIONING), path.read_bytes()
