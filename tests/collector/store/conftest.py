"""Both stores, the real ones, one after the other: a SQLite file and a real influxd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from collector.store import Store, open_store
from tests.influxd import Influxd, influxd  # noqa: F401


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEPOS_LANG", "en")


@pytest.fixture(params=["sqlite", "influx"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    server: Influxd = request.getfixturevalue("influxd")
    return server.fresh(f"contract-{uuid4().hex}")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()
