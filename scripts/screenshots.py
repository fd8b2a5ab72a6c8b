"""The pictures of the README: every page in a real browser, wide, narrow, light and dark; see scripts.pictured_town.

    .venv/bin/python -m scripts.screenshots http://127.0.0.1:8000

Needs Debian's chromium and the development dependencies. Whoever makes them looks at each.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).parents[1] / "dashboards" / "pictures"
WIDE, NARROW = (1280, 860), (320, 640)
COLOURS = 256
"""Of a picture, the rare ones kept: a sign is green or red in a few pixels only. It takes half of the room."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, its page, how wide, in which colours, and as whom (None: nobody)."""

    name: str
    path: str
    size: tuple[int, int] = WIDE
    colours: Literal["light", "dark"] = "light"
    as_whom: str | None = None
    first: str = ""
    """What is done in the page before."""


SHOTS = (
    Shot("accueil", "/"),
    Shot("accueil-telephone", "/", NARROW, "dark"),
    Shot("affichage", "/affichage", colours="dark"),
    Shot("panneau", "/panneau/1"),
    Shot("panneau-telephone", "/panneau/1", NARROW),
    Shot("initiatives", "/initiatives"),
    Shot("initiative", "/initiatives/FF-2026-001"),
    Shot("idee", "/initiatives/idee"),
    Shot("idee-telephone", "/initiatives/idee", NARROW),
    Shot("exploitation", "/exploitation", as_whom="exploitation"),
    Shot("exploitation-telephone", "/exploitation", NARROW, as_whom="exploitation"),
    Shot("site", "/exploitation/site/ecole-lamendin", colours="dark", as_whom="exploitation"),
    Shot("toit", "/exploitation/site/ecole-lamendin/toit/toit"),
    Shot("onduleur", "/exploitation/site/ecole-lamendin/onduleur/inv-1"),
    Shot("onduleur-telephone", "/exploitation/site/ecole-lamendin/onduleur/inv-1", NARROW, "dark"),
    Shot("tournee", "/exploitation/tournee"),
    Shot("producteur", "/producteur"),
    Shot("producteur-telephone", "/producteur", NARROW, "dark"),
    Shot("centrale", "/producteur/ecole-lamendin"),
    Shot("territoire", "/territoire"),
    Shot("territoire-telephone", "/territoire", NARROW),
    Shot("instruction", "/initiatives/instruction", as_whom="instruction"),
    Shot("instruire", "/initiatives/instruction/FF-2026-002", as_whom="instruction",
         first="document.querySelector('#f-grant').open = true"),
    Shot("connexion", "/connexion"),
    Shot("opendata", "/opendata"),
    Shot("accessibilite", "/accessibilite"),
    Shot("mentions-legales", "/mentions-legales"),
    Shot("donnees-personnelles", "/donnees-personnelles"),
)  # fmt: skip


def main(address: str) -> None:
    """Take all pictures of the page at this address."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    from scripts.pictured_town import PASSWORD

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            width, height = shot.size
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=shot.colours,
                locale="fr-FR",
                timezone_id="Europe/Paris",
            )
            if shot.as_whom:
                page.goto(f"{address.rstrip('/')}/connexion")
                page.fill("#name", shot.as_whom)
                page.fill("#password", PASSWORD)
                page.click("main button")
            page.goto(address.rstrip("/") + shot.path)
            page.wait_for_load_state("networkidle")
            if shot.first:
                page.evaluate(shot.first)
            file = FOLDER / f"{shot.name}.png"
            page.screenshot(path=file)
            few = (
                Image.open(file).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            )
            few.save(file, optimize=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
