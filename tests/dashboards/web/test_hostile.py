"""What people type stays text. Ideas come in, wait, are confirmed, and are limited."""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from scripts.serving import Serving
from tests.dashboards.web.prepared import Prepared, prepared

SEAL = re.compile(r'name="seal" value="([^"]+)"')
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
