"""The same pages on paper, in forced colours, with more contrast and without motion; and the path of the territory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from dashboards.web.memory import Memory
from scripts.bench.first_paint import painted
from scripts.serving import Serving
from tests.dashboards.web.prepared import Prepared
from tests.dashboards.web.test_every_page import LOOKED, TAGS, WATCH, axe
from tests.dashboards.web.test_in_a_browser import FIGURES, check_figure

MILESTONES = [
    {"year": year, "consumption_mwh": used, "production_mwh": made, "percent": 100 * made / used, "voted": "2024-03-28",
     "source": "délibération inventée"}
    for year, used, made in ((2020, 1000.0, 100.0), (2030, 800.0, 400.0))
]  # fmt: skip
PATH = {
    "ring": "electricity", "milestones": MILESTONES, "deviation_points": -3.1, "required": [], "enough_data": False,
    "observed": [{"year": 2020, "percent": 9.0}, {"year": 2022, "percent": 12.0}],
}  # fmt: skip
COLOURS = """css => {
  const style = getComputedStyle(document.querySelector(css));
  return [style.color, style.backgroundColor, style.fill];
}"""


OVERLAPS = """() => {
  const map = document.querySelector('.map').getBoundingClientRect(), found = [];
  const boxes = [...document.querySelectorAll('.map text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  for (const [name, b] of boxes) {
    if (b.right > map.right + 1 || b.left < map.left - 1) found.push(name + ' leaves the map');
    for (const [other, o] of boxes)
      if (name < other && b.left < o.right && o.left < b.right && b.top + 1 < o.bottom && o.top + 1 < b.bottom)
        found.push(name + ' over ' + other);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def voted(town: Prepared) -> Iterator[str]:
    """Where the page is of a town whose council has voted."""
    told = town.site.told()
    assert told is not None
    site = dataclasses.replace(town.site, progress=lambda: told | {"trajectory": [PATH]}, memory=Memory())
    serving = Serving(site, 0)
    serving.start()
    yield serving.address.rstrip("/")
    serving.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 800}, locale="fr-FR")
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


def test_on_paper_there_is_no_menu_and_black_stands_on_white(page: Page, address: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    for path in ("/", "/exploitation/tournee", "/producteur", "/territoire"):
        page.goto(address + path)
        for css in (".top nav", ".side", "footer", ".skip"):
            assert not page.locator(css).first.is_visible(), (path, css)
        assert page.evaluate(COLOURS, "body")[:2] == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"], path


def test_on_paper_a_table_is_whole_with_its_head_and_no_line_is_cut_in_two(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print")
    page.goto(f"{address}/producteur")
    assert page.locator("table.list tbody tr").count() == page.locator("table.list tbody tr:visible").count() > 5
    assert page.locator("table.list thead").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('tbody tr')).breakInside") == "avoid"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_forced_colours_keep_the_focus_and_tell_the_bars_apart(page: Page, address: str) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(f"{address}/")
    ground = page.evaluate(COLOURS, "body")[1]
    days = page.locator("#days .shapes")
    fills = {kind: days.locator(f"rect.{kind}").first.evaluate("e => getComputedStyle(e).fill") for kind in
             ("sure", "unsure", "gap")}  # fmt: skip
    assert len(set(fills.values())) == 3
    assert fills["sure"] != ground
    for dot in ("dots-dot", "hatch-line"):
        assert page.locator(f".sprite .{dot}").evaluate("e => getComputedStyle(e).fill") != ground, dot
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2


def test_more_contrast_is_black_on_white_or_white_on_black(page: Page, address: str) -> None:
    page.emulate_media(contrast="more", color_scheme="light")
    page.goto(f"{address}/exploitation")
    assert page.evaluate(COLOURS, "body")[:2] == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    page.emulate_media(contrast="more", color_scheme="dark")
    assert page.evaluate(COLOURS, "body")[:2] == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_who_wants_no_motion_gets_none(page: Page, address: str) -> None:
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
      const s = getComputedStyle(e);
      return s.scrollBehavior !== 'auto' || s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0;
    }).map(e => e.tagName)"""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}/affichage")
    assert page.evaluate(moving) == []
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) == ["HTML"]


def test_the_path_is_drawn_with_its_milestones_and_the_table_of_the_same_figures(page: Page, voted: str) -> None:
    page.goto(f"{voted}/territoire")
    (chart,) = page.evaluate(FIGURES)
    assert chart["rows"] == chart["points"] == 4
    assert chart["gaps"] == 1
    check_figure(chart)
    assert "Voté\u202f: 50\u202f% en 2030" in chart["sentence"]
    dots = page.locator("#path-electricity .shapes path.milestone").get_attribute("d")
    assert dots is not None
    assert dots.count("h0") == 2


@pytest.mark.parametrize("width", [320, 1280])
def test_the_path_has_no_fault_that_a_machine_can_find(browser: Browser, voted: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    context.add_init_script(WATCH)
    context.add_init_script(axe())
    page = context.new_page()
    page.goto(f"{voted}/territoire")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    faults = page.evaluate(LOOKED, {"type": "tag", "values": TAGS}) + page.evaluate("window.broken")
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_map_draws_the_sites_that_say_where_they_are_and_their_names_stay_in_it(
    browser: Browser, town: Prepared, width: int
) -> None:
    """Ten invented places, two of them close together."""
    spots = [(50.45 + n * 0.002, 2.76 + n % 4 * 0.02) for n in range(9)] + [(50.4502, 2.7605)]
    placed = [
        site.model_copy(update={"latitude": north, "longitude": east})
        for site, (north, east) in zip(town.town.sites, spots, strict=True)
    ]
    site = dataclasses.replace(town.site, town=town.town.model_copy(update={"sites": tuple(placed)}), memory=Memory())
    serving = Serving(site, 0)
    serving.start()
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    context.add_init_script(axe())
    page = context.new_page()
    page.goto(f"{serving.address}exploitation")
    assert page.evaluate(LOOKED, {"type": "tag", "values": TAGS}) == []
    assert page.locator(".map circle").count() == 10
    assert page.evaluate(OVERLAPS) == []
    serving.stop()
    context.close()


def test_without_a_vote_the_page_says_so_and_who_can_vote(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/territoire")
    assert "Seul le conseil municipal peut la voter" in page.locator("main").inner_text()
    context.close()


def test_what_the_roofs_would_bring_is_said_to_be_modelled_and_assumed_without_javascript(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/territoire")
    section = page.locator("section[aria-labelledby=scenarios-title]")
    assert section.locator("[data-scenarios] tbody tr").count() == 4
    assert {"Modélisé", "Supposé"} <= set(section.locator("caption").first.inner_text().replace("\u202f", " ").split())
    page.click("section[aria-labelledby=scenarios-title] summary")
    assert "2032" in section.inner_text()
    context.close()


def test_the_first_words_are_measured_in_the_browser(browser: Browser, address: str) -> None:
    assert 0 < painted(browser, f"{address}/") < 10_000
