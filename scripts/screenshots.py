"""The pictures of the README: the pages of a demo in a real browser, wide, narrow, light and dark.

    tepos demo --days 400 --port 8000        # in one terminal
    .venv/bin/python scripts/screenshots.py http://127.0.0.1:8000

Needs Debian's chromium and the development dependencies.
"""

from __future__ import annotations

import sys
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).parents[1] / "dashboards" / "pictures"
WIDE, NARROW = (1280, 860), (320, 640)
SHOTS = (
    ("accueil", "/", WIDE, "light"),
    ("accueil-telephone", "/", NARROW, "dark"),
    ("affichage", "/affichage", WIDE, "dark"),
    ("exploitation", "/exploitation", WIDE, "light"),
    ("exploitation-telephone", "/exploitation", NARROW, "light"),
    ("onduleur", "/exploitation/site/ecole-basly/onduleur/inv-1", WIDE, "light"),
    ("producteur", "/producteur", WIDE, "light"),
    ("territoire", "/territoire", WIDE, "light"),
)
"""Name, path, size, colours."""


def main(address: str) -> None:
    """Take all pictures of the page at this address."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, path, (width, height), scheme in SHOTS:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                locale="fr-FR",
                timezone_id="Europe/Paris",
            )
            page.goto(address.rstrip("/") + path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
