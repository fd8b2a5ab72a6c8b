"""An initiative from an idea to its evaluation, by the forms of the page alone, in a browser without JavaScript."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page

from collector.ledger import Ledger
from scripts.serving import Serving
from tests.dashboards.web.prepared import PASSWORD, Prepared, prepared
from tests.dashboards.web.test_every_page import LOOKED, TAGS, WATCH, axe, signed_in

LETTER = b"%PDF-1.7 a convention that both have signed"
HASH = hashlib.sha256(LETTER).hexdigest()
OF = "/initiatives/instruction/FF-2026-005"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Prepared, str, list[str]]]:
    """A town of its own, where its page is, and its letters."""
    letters: list[str] = []
    with prepared(tmp_path_factory.mktemp("life"), simulated=False) as made:
        object.__setattr__(made.site, "send", lambda _to, _subject, text: letters.append(text))
        serving = Serving(made.site, 0)
        serving.start()
        yield made, serving.address.rstrip("/"), letters
        serving.stop()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport={"width": 320, "height": 800})
    yield context.new_page()
    context.close()


def do(page: Page, action: str, *, role: str | None = None, **said: str) -> str:
    """Fill in one form of the instruction, send it, and give what the page says then."""
    form = page.locator(f"#f-{action}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    if role:
        form.locator("select[name=role]").select_option(role)
    for name, value in said.items():
        field = form.locator(f"[name={name}]").first
        kind = field.evaluate("e => e.type")
        if kind == "file":
            field.set_input_files({"name": "scan.pdf", "mimeType": "application/pdf", "buffer": LETTER})
        elif kind == "checkbox":
            field.check()
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button").click()
    return page.locator("main").inner_text()


def test_an_idea_becomes_a_convention_with_effects_that_are_evaluated(
    plain: Page, town: tuple[Prepared, str, list[str]]
) -> None:
    made, address, letters = town

    def public() -> str:
        return html.unescape(requests.get(f"{address}/initiatives/FF-2026-005").text).replace("\u202f", " ")

    plain.goto(f"{address}/initiatives/idee")
    plain.fill("#title", "Des bacs à fleurs")
    plain.fill("#summary", "Devant l'école, arrosés par les voisins.")
    plain.fill("#contact", "voisins@example.org")
    plain.click("main button")
    assert requests.get(f"{address}/initiatives/FF-2026-005").status_code == 404
    plain.goto(re.search(r"http\S+", letters[-1])[0])
    plain.click("main button")
    assert "déposée" in public()

    signed_in(plain, address, "registre")
    plain.goto(address + OF)
    assert "C'est noté" in do(plain, "admit", role="agent", note="recevable")
    do(plain, "study")
    do(plain, "opine", opinion="faisable au printemps", cost="450,50")
    assert "faisable au printemps" in plain.locator("main").inner_text()
    assert "faisable au printemps" not in public()
    assert "appui accordé" in do(plain, "grant", technical="1", euros="450")
    assert "450,00" in public()

    do(plain, "draft", role="agent", town_does="Fournit les bacs", holders_do="Arrosent", start="2026-04-01",
       months="24", renewal="express")  # fmt: skip
    assert "Fournit les bacs" in public()
    assert "Signée par les porteurs : pas encore" in public()
    do(plain, "sign", role="holder", on="2026-03-20", document="file")
    assert "20 mars 2026" in public()
    do(plain, "sign", role="elected", on="2026-03-22")
    assert "<strong>conventionnée</strong>" in public()

    do(plain, "start", role="agent")
    do(plain, "declare", role="agent", lever="efficiency", carrier="electricity", perimeter="patrimony", kwh="1200,5",
       method="calculated", start="2026-05-01")  # fmt: skip
    assert "1 200 kWh par an" in public()
    do(plain, "realise", role="agent")
    do(plain, "evaluate", not_measured="1", note="Les voisins sont contents.")
    assert "Personne n'a mesuré son effet. Les voisins sont contents." in public()
    do(plain, "close", role="agent")
    assert "<strong>close</strong>" in public()

    with Ledger(made.folder / "ledger.db") as ledger:
        facts = ledger.facts("initiative", "FF-2026-005")
        assert ledger.broken() is None
    signed = [fact.data for fact in facts if fact.data["action"] == "sign"]
    assert [(each["role"], each["side"], each["document"]) for each in signed] == [
        ("holder", "holder", HASH), ("elected", "commune", HASH)
    ]  # fmt: skip
    assert {fact.by for fact in facts} == {"holder", "agent", "elected"}
    assert "voisins@example.org" not in str([fact.data for fact in facts])


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    plain: Page, town: tuple[Prepared, str, list[str]]
) -> None:
    _made, address, _letters = town
    signed_in(plain, address, "registre")
    plain.goto(f"{address}/initiatives/instruction/FF-2026-004")
    told = do(plain, "declare", role="agent", lever="efficiency", carrier="gas", perimeter="patrimony",
              kwh="beaucoup", method="calculated", start="2026-05-01")  # fmt: skip
    assert "kWh par an\u202f: 'beaucoup' n'est pas un nombre" in told
    field = plain.locator("#f-declare [name=kwh]")
    assert field.get_attribute("aria-invalid") == "true"
    assert plain.locator(f"#{field.get_attribute('aria-describedby')}").get_attribute("role") == "alert"
    assert field.input_value() == "beaucoup"
    assert plain.locator("#f-declare [name=carrier]").input_value() == "gas"
    assert plain.title().startswith("Erreur")


def test_a_form_that_came_too_late_is_told_what_the_initiative_is_now(
    plain: Page, town: tuple[Prepared, str, list[str]]
) -> None:
    _made, address, _letters = town
    signed_in(plain, address, "registre")
    plain.goto(f"{address}/initiatives/instruction/FF-2026-002")
    other = plain.context.new_page()
    other.goto(plain.url)
    do(other, "submit", role="agent")
    assert "n'est plus possible" in do(plain, "submit", role="agent")
    assert "déposée" in plain.locator(".fault").inner_text()


def test_only_an_account_of_the_registry_may_send_a_document_and_a_small_one(
    town: tuple[Prepared, str, list[str]],
) -> None:
    _made, address, _letters = town
    form, own = f"{address}/initiatives/instruction/FF-2026-004", {"Origin": address}
    large = {"document": ("scan.pdf", b"0" * 1_000_000)}
    assert requests.post(form, {"action": "attach"}, files=large, headers=own, allow_redirects=False).status_code == 303
    reading = requests.Session()
    seal = re.search(r'name="seal" value="([^"]+)"', reading.get(f"{address}/connexion").text)[1]
    reading.post(f"{address}/connexion", {"seal": seal, "name": "lecture", "password": PASSWORD}, headers=own)
    assert reading.post(form, {"action": "attach"}, files=large, headers=own).status_code == 403
    with closing(HTTPConnection(address.split("/")[2], timeout=10)) as connection:
        connection.request("POST", OF, headers=own | {"Content-Length": str(11_000_000)})
        huge = connection.getresponse()
        assert (huge.status, "10304 ko" in huge.read().decode()) == (413, True)


@pytest.mark.parametrize("width", [320, 1280])
def test_forms_that_are_open_and_at_fault_have_no_fault_that_a_machine_can_find(
    browser: Browser, town: tuple[Prepared, str, list[str]], width: int
) -> None:
    _made, address, _letters = town
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="fr-FR", reduced_motion="reduce")
    context.add_init_script(WATCH)
    context.add_init_script(axe())
    page = context.new_page()
    signed_in(page, address, "registre")
    page.goto(f"{address}/initiatives/instruction/FF-2026-004")
    do(page, "attach", role="agent", label="plan", circle="public", document_hash="zz")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.locator(".fault").count() == 1
    assert page.evaluate(LOOKED, {"type": "tag", "values": TAGS}) + page.evaluate("window.broken") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_nobody_sees_the_forms_without_the_role(town: tuple[Prepared, str, list[str]]) -> None:
    _made, address, _letters = town
    assert Path(requests.get(address + OF, allow_redirects=False).headers["Location"].split("?")[0]).name == "connexion"
