"""Every page in a real browser: French and English, light and dark, wide and narrow; looked at by axe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.dashboards.web.prepared import PASSWORD, Prepared

PAGES = (
    "/", "/affichage", "/territoire", "/panneau/1", "/initiatives", "/initiatives/FF-2026-001", "/initiatives/idee",
    "/initiatives/instruction", "/initiatives/instruction/FF-2026-002", "/initiatives/instruction/FF-2026-003",
    "/initiatives/instruction/FF-2026-004", "/initiatives/FF-2026-004", "/exploitation", "/exploitation/tournee",
    "/exploitation/site/ecole-lamendin", "/exploitation/site/ecole-lamendin/toit/toit",
    "/exploitation/site/ecole-lamendin/onduleur/inv-1", "/producteur", "/producteur/ecole-basly", "/opendata",
    "/connexion", "/compte", "/accessibilite", "/mentions-legales", "/donnees-personnelles", "/nowhere",
)  # fmt: skip
LANGUAGES = ("", "/en")
LOOKS = (("light", 1280), ("dark", 320), ("light", 320), ("dark", 1280))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
AXE = Path(__file__).parents[2] / "node" / "node_modules" / "axe-core" / "axe.min.js"
LOOK_RULES = ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable"]
"""What depends on colours and widths; all other rules see the same page in every look."""
LOOKED = """async only => {
  const found = await axe.run(document, {runOnly: only, resultTypes: ['violations']});
  return found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).slice(0, 3).join(' | '));
}"""
WATCH = """window.broken = [];
document.addEventListener('securitypolicyviolation', e => window.broken.push(e.violatedDirective + ' ' + e.blockedURI));
"""


def axe() -> str:
    if not AXE.exists():
        assert os.environ.get("CI") != "true", "axe-core is missing: npm ci --prefix tests/node"
        pytest.skip("no axe-core here: npm ci --prefix tests/node")
    return AXE.read_text("utf-8")


def signed_in(page: Page, address: str, name: str = "admin") -> None:
    """Sign in by the form."""
    page.goto(f"{address}/connexion")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button")


@pytest.fixture(scope="module", params=LOOKS, ids=lambda each: f"{each[0]}-{each[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, address: str, town: Prepared) -> Iterator[Page]:
    scheme, width = request.param
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, locale="fr-FR", timezone_id="Europe/Paris",
        reduced_motion="reduce",
    )  # fmt: skip
    context.add_init_script(WATCH)
    context.add_init_script(axe())  # before the page: its policy would refuse a script tag
    made = context.new_page()
    signed_in(made, address)
    yield made
    context.close()


def look(page: Page) -> tuple[str, int]:
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    return "dark" if dark else "light", page.viewport_size["width"]


def test_no_page_has_a_fault_that_a_machine_can_find(page: Page, address: str) -> None:
    found = {}
    only = {"type": "tag", "values": TAGS} if look(page) in LOOKS[:2] else {"type": "rule", "values": LOOK_RULES}
    for path in [language + path for path in PAGES for language in LANGUAGES]:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        faults = page.evaluate(LOOKED, only) + page.evaluate("window.broken") + (["scrolls sideways"] if wide else [])
        if faults:
            found[path] = faults
    assert found == {}
