"""What people type stays text. Ideas come in, wait, are confirmed, and are limited."""

from __future__ import annotations

import csv
import html
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import requests

from collector.ledger import Ledger
from collector.people import People as Kept
from dashboards.initiative_forms import Form, forms
from dashboards.initiatives import TABLE, as_csv, projects, projects_csv, rows
from dashboards.registry import Registry
from dashboards.reports.register import workbook
from models.territory.initiatives.fields import TEXTS
from models.territory.initiatives.rules import RULES
from models.territory.initiatives.words import Action
from models.territory.initiatives.words import Role as Actor
from scripts.serving import Serving
from tests.dashboards.web.prepared import NOW, PASSWORD, Prepared, prepared
from tests.models.territory.initiatives.deeds import HASH, WAY, content

SEAL = re.compile(r'name="seal" value="([^"]+)"')
MARKUP = re.compile(r"<(?:script(?! src)|img|/title><script)|\{\{ 7\*7 \}\} = 49")
FIELDS = re.compile(r'name="(seal|n|c)" value="([^"]*)"')
BASE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "{% raw %}", "=1+1", "+cmd|' /C calc'!A0",
    "-20 % d'éclairage", "@SUM(A1)", "'; DROP TABLE fact; --", "%s%n%x", "%", "{0.__class__}", "\u202egnirts", "é" * 60,
    "\ufeffbom", "a\r\nSet-Cookie: x=1", "../../etc/passwd", "javascript:alert(1)", "&lt;b&gt;", "</title><script>",
)  # fmt: skip
HOSTILE = [
    f"{text}{ending}" for text in BASE for ending in ("", " x", "\t1", '"', "'", "\\", "`", "]]>", "${7*7}", "\u00a0=2")
]
"""Two hundred."""


@pytest.fixture(scope="module")
def open_town(tmp_path_factory) -> Iterator[tuple[Prepared, str, list[tuple[str, str, str]]]]:
    """A town whose letters arrive in a list, and where its page is."""
    letters: list[tuple[str, str, str]] = []
    in_memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else tmp_path_factory.mktemp("open")
    with tempfile.TemporaryDirectory(dir=in_memory) as folder, prepared(Path(folder)) as made:
        object.__setattr__(made.site, "send", lambda *letter: letters.append(letter))
        serving = Serving(made.site, 0)
        serving.start()
        yield made, serving.address.rstrip("/"), letters
        serving.stop()


def sealed(address: str) -> str:
    return SEAL.search(requests.get(f"{address}/initiatives/idee").text)[1]


def bring(address: str, title: str, seal: str = "", **more: str) -> requests.Response:
    form, seal = f"{address}/initiatives/idee", seal or sealed(address)
    said = {"title": title, "summary": title, "theme": "energy", "holder_kind": "citizen", "contact": "a@example.org"}
    return requests.post(form, {"seal": seal, **said, **more}, headers={"Origin": address})


def test_an_idea_is_a_draft_until_its_link_is_followed(open_town):
    _town, address, letters = open_town
    kept = bring(address, "Un verger <partagé>")
    assert "Votre idée est gardée" in kept.text
    assert "verger" not in requests.get(f"{address}/initiatives").text
    link = re.search(r"http\S+", letters[-1][2])[0]
    page = requests.get(link).text
    fields = dict(FIELDS.findall(page))
    assert "verger" not in requests.get(f"{address}/initiatives").text  # looking is not submitting
    requests.post(f"{address}/initiatives/confirmer", fields, headers={"Origin": address})
    assert "Un verger &lt;partagé&gt;" in requests.get(f"{address}/initiatives").text
    forged = requests.post(f"{address}/initiatives/confirmer", fields | {"c": "0" * 32}, headers={"Origin": address})
    assert forged.status_code == 404


def test_two_hundred_hostile_titles_are_text_or_refused(open_town):
    town, address, letters = open_town
    shown = set()
    for number, title in enumerate(HOSTILE):
        if number % 5 == 0:
            town.clock.now += 86_400_000  # five a day: nobody is limited here
            seal = sealed(address)
        answer = bring(address, title, seal)
        assert answer.status_code in (200, 422), title
        assert "<script>alert" not in answer.text
        shown.add(answer.status_code)
        if answer.status_code == 200 and number % 10 == 0:
            fields = dict(
                re.findall(r'name="(seal|n|c)" value="([^"]*)"', requests.get(letters[-1][2].split()[-1]).text)
            )
            requests.post(f"{address}/initiatives/confirmer", fields, headers={"Origin": address})
    assert len(HOSTILE) == 200
    assert 200 in shown
    page = requests.get(f"{address}/initiatives").text
    assert not re.search(r"<(script(?! src)|img)", page)
    assert "{{ 7*7 }}" in html.unescape(page)
    assert "49" not in re.findall(r"\{\{[^}]*\}\}", page)


def test_hostile_strings_in_every_field_of_the_instruction_are_text_or_refused(open_town):
    town, address, _letters = open_town
    asking, codes = as_registry(address), {}
    for number in studied(town):
        page = f"{address}/initiatives/instruction/{number}"
        seal = SEAL.search(asking.get(page).text)[1]
        for form in sorted(possible(town, number), key=lambda each: RULES[each.action].target is not None):
            moves = RULES[form.action].target is not None and form.action is not Action.DRAFT
            for text in BASE[:1] if moves else HOSTILE if form.action is Action.DRAFT else BASE:
                texts = {each.name: text for each in form.fields if each.name in TEXTS}
                said = content(form.action) | texts if texts else dict.fromkeys((f.name for f in form.fields), text)
                sent = {"seal": seal, "action": form.action, "role": form.roles[0], "document_hash": HASH, **said}
                answer = asking.post(page, sent, headers={"Origin": address}, allow_redirects=False)
                codes.setdefault(answer.status_code, set()).add(form.action)
                assert not MARKUP.search(answer.text), (form.action, text)
        assert not MARKUP.search(asking.get(page).text + requests.get(f"{address}/initiatives/{number}").text)
    assert set(codes) <= {303, 409, 422}
    assert {Action.DRAFT, Action.EDIT, Action.OPINE, Action.ATTACH, Action.DECLARE} <= codes[303]
    with Ledger(town.site.ledger) as ledger, Kept(town.site.people) as kept:
        register = Registry(ledger, kept)
        tables = as_csv(register, NOW), projects_csv(projects(register, NOW, "62528"))
        sheet = openpyxl.load_workbook(io.BytesIO(workbook("register", TABLE, rows(register, NOW))))["register"]
    cells = [cell for table in tables for row in csv.reader(io.StringIO(table)) for cell in row]
    assert [each for each in cells if each.lstrip()[:1] in set("=+@\t")] == []
    assert [each.value for row in sheet.iter_rows() for each in row if each.data_type == "f"] == []


def as_registry(address: str, name: str = "registre") -> requests.Session:
    """Who is signed in to instruct, or with another account."""
    asking = requests.Session()
    seal = SEAL.search(asking.get(f"{address}/connexion").text)[1]
    given = {"seal": seal, "name": name, "password": PASSWORD}
    asking.post(f"{address}/connexion", given, headers={"Origin": address})
    return asking


def studied(town: Prepared) -> list[str]:
    """Initiatives in four states: waiting, being studied, to be signed, realised."""
    with Ledger(town.site.ledger) as ledger, Kept(town.site.people) as kept:
        registry = Registry(ledger, kept)
        said = {"title": "À l'étude", "summary": "Depuis hier.", "holder_kind": "citizen"}
        number = registry.file(said, Actor.HOLDER, NOW, NOW, 2026).initiative.id
        for action, role in WAY[1:4]:
            registry.act(number, action, role, content(action, role), NOW, NOW)
    return ["FF-2026-001", number, "FF-2026-003", "FF-2026-004"]


def possible(town: Prepared, number: str) -> list[Form]:
    with Ledger(town.site.ledger) as ledger, Kept(town.site.people) as kept:
        registry = Registry(ledger, kept)
        return forms(registry.one(number), registry.texts([registry.one(number)]))


def test_a_page_that_is_asked_for_oddly_is_a_page_or_a_404(open_town):
    _town, address, _letters = open_town
    for text in BASE:
        for path in ("/exploitation/site/", "/producteur/", "/initiatives/", "/panneau/", "/opendata/2026/", "/en/"):
            answer = requests.get(address + path + requests.utils.quote(text, safe=""))
            assert answer.status_code in (200, 404, 422), (path, text)
            assert "<script>alert" not in answer.text
        answer = requests.get(f"{address}/exploitation/site/ecole-basly", {"jour": text})
        assert answer.status_code == 404


def test_ideas_from_one_place_are_limited_and_a_trap_catches_machines(open_town):
    town, address, _letters = open_town
    town.clock.now += 100 * 86_400_000
    codes = [bring(address, f"Idée {n}").status_code for n in range(8)]
    assert codes[:5] == [200] * 5
    assert 429 in codes[5:]
    town.clock.now += 100 * 86_400_000
    before = requests.get(f"{address}/initiatives/instruction").text.count("FF-")
    assert bring(address, "Achetez", site="https://spam.example").status_code == 200
    assert requests.get(f"{address}/initiatives/instruction").text.count("FF-") == before
