"""Works and alerts on the page without JavaScript: planned, ended, answered, and what is wrong is said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from config.settings import Settings
from scripts import behind_page
from scripts.options import DEFAULT_TOWN, Workplace
from scripts.serving import Serving
from tests.dashboards.web.prepared import prepared
from tests.dashboards.web.test_every_page import signed_in


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder: Path = tmp_path_factory.mktemp("works")
    url = f"sqlite:///{folder / 'store.db'}"
    return Workplace(Settings(folder, url), folder, DEFAULT_TOWN, url)


@pytest.fixture(scope="module")
def where(place: Workplace) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The page with the works of a real ledger, and the answers to alerts."""
    answers: list[tuple[str, str, str]] = []
    with prepared(place.data) as made:
        site = dataclasses.replace(
            made.site, works=partial(behind_page.works, place), plan=partial(behind_page.plan, place),
            finish=partial(behind_page.finish, place),
            acknowledge=lambda *answer: answers.append(answer) or True,
        )  # fmt: skip
        serving = Serving(site, 0)
        serving.start()
        yield serving.address.rstrip("/"), answers
        serving.stop()


@pytest.fixture
def page(browser: Browser, where: tuple[str, list[tuple[str, str, str]]]) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport={"width": 320, "height": 700})
    made = context.new_page()
    signed_in(made, where[0], "exploitation")
    made.goto(f"{where[0]}/exploitation")
    yield made
    context.close()


def plan(page: Page, **said: str) -> str:
    form = page.locator("form[action$='/travaux']")
    if not form.is_visible():
        page.get_by_text("Prévoir ou noter des travaux").click()
    for name, value in said.items():
        field = form.locator(f"[name={name}]")
        _chosen = field.select_option(value) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(value)
    form.locator("button").click()
    return page.locator("section[aria-labelledby=works-title]").inner_text().replace("\u202f", " ")


def test_a_planned_outage_stands_in_the_list_until_somebody_says_that_it_is_over(page: Page, place: Workplace) -> None:
    told = plan(page, kind="outage", scope="ecole-basly/inv-2", start="2026-06-22T08:00", note="contrôle électrique")
    assert "École Basly, inv-2, 22 juin 2026, 08:00 – contrôle électrique" in told
    (work,) = behind_page.works(place)
    assert (work.scope, work.by, work.end) == ("ecole-basly/inv-2", "exploitation", None)
    page.locator("form[action$='/fin'] button").click()
    assert "Aucun" in page.locator("section[aria-labelledby=works-title]").inner_text()
    page.get_by_text("Ce qui a été fait récemment").click()
    assert "École Basly, inv-2" in page.locator("section[aria-labelledby=works-title]").inner_text()


def test_a_replaced_inverter_brings_its_serial_numbers_and_its_counter(page: Page, place: Workplace) -> None:
    plan(page, kind="replacement", scope="cybercoin/inv-1", start="2026-06-20T10:00", end="2026-06-20T11:00",
         who="ACME Solaire", new_serial="SN 42", counter_kwh="12,5")  # fmt: skip
    work = behind_page.works(place)[0]
    assert (work.new_serial, work.counter_offset, work.who) == ("SN 42", 12500.0, "ACME Solaire")


def test_what_is_wrong_is_said_and_what_was_typed_stays(page: Page, place: Workplace) -> None:
    before = len(behind_page.works(place))
    told = plan(page, scope="salle-varet", start="2026-06-22T08:00", end="2026-06-21T08:00", note="à l'envers")
    assert "dates dans l'ordre" in told
    assert page.locator("#w-note").input_value() == "à l'envers"
    assert page.locator("#w-scope").input_value() == "salle-varet"
    assert "dates dans l'ordre" in plan(page, end="", counter_kwh="beaucoup")
    assert len(behind_page.works(place)) == before


def test_an_alert_is_answered_where_it_is_told(page: Page, where: tuple[str, list[tuple[str, str, str]]]) -> None:
    for path in ("", "/tournee", "/site/ecole-lamendin"):
        page.goto(f"{where[0]}/exploitation{path}")
        page.locator("article summary").click()
        page.fill("article input[name=note]", "fusible commandé")
        page.click("article button")
        assert where[1][-1] == ("kmtwza", "exploitation", "fusible commandé")
