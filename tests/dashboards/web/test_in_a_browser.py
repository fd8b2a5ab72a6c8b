"""The pages as somebody uses them: by keyboard, without JavaScript, with a server that goes away; what they draw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from scripts.serving import Serving
from tests.dashboards.web.prepared import Prepared

CHARTS = ("/", "/exploitation/site/ecole-lamendin", "/exploitation/site/salle-varet/toit/toit")
FIGURES = """() => [...document.querySelectorAll('figure.chart')].map(figure => {
  const values = [...figure.querySelectorAll('svg.shapes [data-value]')].map(e => Number(e.dataset.value));
  const table = figure.querySelector('table');
  const cells = [...table.querySelectorAll('tbody tr')].map(row => row.cells[1].dataset.value);
  const shapes = figure.querySelector('svg.shapes');
  return {name: shapes.querySelector('title').textContent, drawn: values, bars: !shapes.querySelector('path.line'),
          sentence: figure.querySelector('figcaption').textContent, points: Number(shapes.dataset.points),
          gaps: figure.querySelectorAll('svg.shapes rect.gap').length, rows: cells.length,
          told: cells.filter(c => c !== undefined).map(Number)};
})"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    yield context.new_page()
    context.close()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", CHARTS)
def test_every_chart_has_a_sentence_and_a_table_of_the_same_figures(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    charts = page.evaluate(FIGURES)
    assert charts
    for chart in charts:
        assert chart["name"]
        assert chart["sentence"]
        assert chart["rows"] == chart["points"]
        if chart["bars"]:
            assert chart["drawn"] == chart["told"]
            assert chart["gaps"] == chart["rows"] - len(chart["told"])


def test_a_gap_is_hatched_and_said_and_never_0(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    days = page.locator("#days")
    assert days.locator(".shapes rect.gap").count() == 1
    assert "Sans données, en hachures\u202f: 1 sur 14" in days.inner_text()
    assert days.locator(".shapes rect.unsure").count() == 1
    assert 0 not in page.evaluate(FIGURES)[1]["told"]


def test_the_figures_are_there_without_javascript(plain: Page, address: str) -> None:
    words_of = {
        "/": "kWh", "/affichage": "kWh", "/exploitation": "École Lamendin", "/producteur": "kWh/kWc",
        "/exploitation/site/ecole-lamendin/onduleur/inv-1": "entrée 2",
    }  # fmt: skip
    for path, words in words_of.items():
        plain.goto(address + path)
        assert words in plain.locator("main").inner_text(), path
    plain.goto(f"{address}/connexion")
    plain.fill("#name", "nobody")
    plain.fill("#password", "nothing at all")
    plain.click("main button")
    assert "ne vont pas ensemble" in plain.locator("main").inner_text()


def test_the_screen_of_the_town_hall_refreshes_without_moving_the_focus_and_can_be_paused(
    page: Page, address: str, town: Prepared
) -> None:
    page.goto(f"{address}/affichage?toutes=1")
    page.focus("#again")
    first = page.locator("#figures .age").inner_text()
    town.clock.now += 7_200_000
    page.wait_for_function("text => document.querySelector('#figures .age').innerText !== text", arg=first)
    assert page.evaluate("document.activeElement.id") == "again"
    page.click("#pause")
    paused = page.locator("#figures").inner_text()
    town.clock.now -= 7_200_000
    page.wait_for_timeout(2500)
    assert page.locator("#figures").inner_text() == paused
    assert page.get_attribute("#pause", "aria-pressed") == "true"


def test_the_screen_keeps_its_figures_while_the_server_is_away_and_comes_back(page: Page, town: Prepared) -> None:
    serving = Serving(town.site, 0)
    serving.start()
    port = int(serving.address.rstrip("/").rsplit(":", 1)[1])
    page.goto(f"{serving.address}affichage?toutes=1")
    number = page.locator(".big").inner_text()
    serving.stop()
    page.wait_for_function("() => document.querySelector('#state').textContent !== ''")
    assert page.locator(".big").inner_text() == number
    again = Serving(town.site, port)
    again.start()
    page.wait_for_function("() => document.querySelector('#state').textContent === ''")
    again.stop()


def test_an_alert_is_answered_under_the_name_of_the_desk(page: Page, address: str) -> None:
    page.goto(f"{address}/connexion?vers=/exploitation")
    page.fill("#name", "exploitation")
    page.fill("#password", "a long enough password")
    page.click("main button")
    assert page.url == f"{address}/exploitation"
    page.click("article summary")
    page.fill("article input[name=note]", "fusible commandé")
    page.click("article button")
    assert page.url == f"{address}/exploitation"
    assert page.locator("h1").count() == 1


def test_the_keyboard_zooms_into_the_readings_and_the_period_is_told(page: Page, address: str) -> None:
    page.goto(f"{address}/exploitation/site/ecole-lamendin/onduleur/inv-1")
    zoom = page.locator(".zoom")
    status = zoom.get_by_role("status")

    def pressed(name: str) -> str:
        button = zoom.get_by_role("button", name=name)
        button.focus()
        page.keyboard.press("Enter")
        assert button.evaluate("e => e === document.activeElement")
        return status.inner_text().replace("\u00a0", " ")

    whole = status.inner_text().replace("\u00a0", " ")
    assert whole == "De 6 h 00 à 13 h 45."
    assert zoom.get_by_role("group").get_attribute("aria-label") == "Période du graphique"
    assert zoom.get_by_role("button", name="Plus tôt").get_attribute("aria-disabled") == "true"
    assert pressed("Plus tôt") == whole
    assert pressed("Agrandir") == "De 7 h 56 à 11 h 49."
    assert pressed("Plus tôt") == "De 6 h 00 à 9 h 53."
    assert pressed("Plus tard") == "De 7 h 56 à 11 h 49."
    for _press in range(9):
        smallest = pressed("Agrandir")
    assert smallest == "De 9 h 38 à 10 h 08."
    assert zoom.get_by_role("button", name="Agrandir").get_attribute("aria-disabled") == "true"
    assert pressed("Réduire") == "De 9 h 23 à 10 h 23."
    assert pressed("Toute la journée") == whole
