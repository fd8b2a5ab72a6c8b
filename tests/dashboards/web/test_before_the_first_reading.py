"""The first morning: nothing was measured, nothing was typed. Every page says so, and makes no store by being read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from config.settings import Settings
from scripts.options import DEFAULT_TOWN, Workplace
from scripts.serving import Serving, served_of

PAGES = (
    "", "affichage", "exploitation", "exploitation/tournee", "exploitation/site/ecole-basly", "producteur",
    "exploitation/site/ecole-basly/toit/bat-4", "exploitation/site/ecole-basly/onduleur/inv-1", "producteur/town",
    "territoire", "initiatives", "initiatives/idee", "opendata", "api/today", "api/sites", "api/alerts", "api/progress",
    "api/series?from=2026-01-01&to=2026-02-01", "api/yields?from=2026-01-01&to=2026-02-01", "health", "metrics",
)  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """A data directory in which nothing is, and where its page is."""
    folder = tmp_path_factory.mktemp("empty")
    place = Workplace(Settings(folder, ""), folder, DEFAULT_TOWN, f"sqlite:///{folder}/store.db")
    serving = Serving(served_of(place, place.load_town(), simulated=True), 0)
    serving.start()
    yield folder, serving.address
    serving.stop()


def test_every_page_answers_and_none_makes_a_store(empty):
    folder, address = empty
    assert {path: requests.get(address + path).status_code for path in PAGES} == dict.fromkeys(PAGES, 200)
    assert not (folder / "store.db").exists()
    assert not (folder / "ledger.db").exists()
    assert not (folder / "people.db").exists()


def test_what_is_not_known_is_a_dash_and_never_0(empty):
    _folder, address = empty
    home = requests.get(address).text
    assert '<data value="">–</data>' in home
    assert "Rien n&#39;a encore été mesuré" in home
    assert requests.get(f"{address}api/today").json()["energy_kwh"] is None
    assert requests.get(f"{address}opendata/2026/production_quotidienne.csv").status_code == 404
