"""When a real browser shows the first words of the home page, beside a static file of the same server."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from config.language import _
from scripts.bench import Figure
from scripts.console import tell

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
PAGE, EMPTY = "", "static/sun.svg"
"""What is painted, and what any page of this server and browser costs at least: one small picture, and no words."""
TURNS = 7
PAINTED = """() => new Promise((done, failed) => {
  const begin = performance.now();
  const look = () => {
    const found = performance.getEntriesByName('first-contentful-paint')[0];
    if (found) done(found.startTime);
    else if (performance.now() - begin > 10000) failed(new Error('nothing was painted'));
    else setTimeout(look, 10);
  };
  look();
})"""


def run(address: str, forget: Callable[[], None], roofs: int, days: int) -> Iterator[Figure]:
    """`page.accueil.first_paint_ms`, the median of TURNS; `forget` makes the server compute everything anew."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        tell(_("page.accueil.first_paint_ms is left out: playwright is not installed"))
        return
    if not CHROMIUM.exists():
        tell(_("page.accueil.first_paint_ms is left out: there is no {browser}").format(browser=CHROMIUM))
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        painted(browser, address + EMPTY)  # the browser's own first time is not the page's
        plain, taken = [], []
        for _turn in range(TURNS):
            plain.append(painted(browser, address + EMPTY))
            forget()
            taken.append(painted(browser, address + PAGE))
        browser.close()
    note = (
        f"/ of {roofs} roofs with {days} days, chromium on loopback, nothing kept by browser or server, median of"
        f" {TURNS} ({min(taken):.0f} to {max(taken):.0f}); baseline: a static picture of the same server"
    )
    middle, least = (round(statistics.median(each), 1) for each in (taken, plain))
    yield Figure("page.accueil.first_paint_ms", middle, "ms", least, note)


def painted(browser: Browser, url: str) -> float:
    """ms from the wish for a page to its first words or picture, in a browser that has kept nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    page = context.new_page()
    page.goto(url)
    taken = float(page.evaluate(PAINTED))
    context.close()
    return taken
