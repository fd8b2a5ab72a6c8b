"""One town, one server and one browser for all tests of the pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.serving import Serving
from tests.dashboards.web.prepared import Prepared, prepared

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    with prepared(tmp_path_factory.mktemp("page")) as made:
        yield made


@pytest.fixture(scope="session")
def address(town: Prepared) -> Iterator[str]:
    """Where the pages are."""
    serving = Serving(town.site, 0)
    serving.start()
    yield serving.address.rstrip("/")
    serving.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file: as long as it lives an event loop runs in this thread, and other tests start their own."""
    if not CHROMIUM.exists():
        assert os.environ.get("CI") != "true", "chromium is missing"
        pytest.skip("no chromium here")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()
