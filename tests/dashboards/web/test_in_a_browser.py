"""The pages as somebody uses them: by keyboard, without JavaScript, with a server that goes away; what they draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page

from scripts.serving import Serving
from tests.dashboards.web.prepared import Prepared
from tests.dashboards.web.test_every_page import PAGES

CHARTS = {
    "/": 2, "/exploitation/site/ecole-lamendin": 2, "/exploitation/site/ecole-lamendin/toit/toit": 2,
    "/exploitation/site/ecole-lamendin/onduleur/inv-1": 3,
}  # fmt: skip
"""The pages that draw, and how many charts each has; the path of the territory is in test_other_looks."""
FIGURES = """() => [...document.querySelectorAll('figure.chart')].map(figure => {
  const shapes = figure.querySelector('svg.shapes'), rows = [...figure.querySelectorAll('tbody tr')];
  const known = cell => cell.dataset.value === undefined ? null : Number(cell.dataset.value);
  const count = rows.length ? rows[0].querySelectorAll('td.n').length : 0;
  const heights = path => [...path.matchAll(/[ML]([\\d.-]+) ([\\d.-]+)/g)].map(found => Number(found[2]));
  return {
    name: shapes.querySelector('title').textContent, sentence: figure.querySelector('figcaption').textContent,
    points: Number(shapes.dataset.points), rows: rows.length, bars: !shapes.querySelector('path.line'),
    top: Number(figure.querySelector('.up span').textContent.replace(/\\s/g, '').replace(',', '.')),
    drawn: [...shapes.querySelectorAll('[data-value]')].map(e => Number(e.dataset.value)),
    tall: [...shapes.querySelectorAll('rect[data-value]')].map(e => Number(e.getAttribute('height'))),
    gaps: shapes.querySelectorAll('rect.gap').length,
    columns: [...Array(count).keys()].map(n => rows.map(row => known(row.querySelectorAll('td.n')[n]))),
    expected: [...shapes.querySelectorAll('path.expected')].flatMap(e => heights(e.getAttribute('d'))),
    lines: [...shapes.querySelectorAll('path.line')].map(e => heights(e.getAttribute('d'))),
    told: rows.map(row => known(row.cells[1])).filter(value => value !== null),
  };
})"""
"""What each chart draws, and what its table says: heights in the box of 100 that its `top` stands for."""


def drawn_as(values: list[float | None], top: float) -> list[float]:
    """Where a table's figures must stand in the drawing."""
    return [pytest.approx(100 - value / top * 100, abs=0.02) for value in values if value is not None]


def check_figure(chart: dict[str, Any]) -> None:
    """Sentence, name, and a table that says point by point what is drawn: bars, expectations, lines, gaps."""
    assert chart["name"]
    assert chart["sentence"]
    assert chart["rows"] == chart["points"]
    if chart["bars"]:
        measured, expected = chart["columns"]
        assert chart["drawn"] == chart["told"]
        assert chart["tall"] == [pytest.approx(value / chart["top"] * 100, abs=0.02) for value in chart["told"]]
        assert chart["expected"] == drawn_as(expected, chart["top"])
        assert chart["gaps"] == measured.count(None)
    else:
        assert len(chart["lines"]) == len(chart["columns"])
        for line, column in zip(chart["lines"], chart["columns"], strict=True):
            assert line == drawn_as(column, chart["top"])


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
    assert len(charts) == CHARTS[path]
    for chart in charts:
        check_figure(chart)


def test_no_page_draws_that_the_test_above_does_not_know(address: str) -> None:
    drawing = {path for path in PAGES if 'class="chart"' in requests.get(address + path).text}
    assert drawing == {*CHARTS}


def test_a_gap_is_hatched_and_said_and_never_0(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    days = page.locator("#days")
    assert days.locator(".shapes rect.gap").count() == 1
    assert "Sans données, en hachures\u202f: 1 sur 14" in days.inner_text()
    assert days.locator(".shapes rect.unsure").count() == 1
    assert 0 not in page.evaluate(FIGURES)[1]["told"]


def test_a_quarter_hour_that_was_half_measured_is_a_dot_and_no_drop_of_the_power(page: Page, address: str) -> None:
    page.goto(f"{address}/exploitation/site/ecole-lamendin")
    quarters = page.locator("#quarters")
    assert quarters.locator(".shapes path.line.partly").get_attribute("d").count("h0") == 1
    assert (
        quarters.locator(".shapes path.line.measured").get_attribute("d").count("M") == 3
    )  # broken by the hole, and there
    assert "mesuré en partie" in quarters.locator(".key").inner_text()


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
