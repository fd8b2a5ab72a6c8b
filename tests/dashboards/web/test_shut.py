"""Who may see and do what; and what nobody may: forms of strangers, guessing, other people's drafts, large bodies."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from collector.errors import StoreUnavailable
from config.town import Publisher
from dashboards.accounts.database import Database
from dashboards.accounts.people import People
from dashboards.accounts.roles import May, Role
from dashboards.web.pages import STATIC
from scripts.serving import Serving
from tests.dashboards.web.prepared import NOW, PASSWORD, prepared

SEAL = re.compile(r'name="seal" value="([^"]+)"')
READ = ("/exploitation", "/exploitation/tournee", "/exploitation/site/ecole-basly", "/producteur", "/producteur/town",
        "/initiatives/instruction", "/api/sites", "/api/status", "/api/alerts")  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A town that is not simulated, and where its page is."""
    with prepared(tmp_path_factory.mktemp("real"), simulated=False) as made:
        serving = Serving(made.site, 0)
        serving.start()
        yield made, serving.address.rstrip("/")
        serving.stop()


def session(address: str, name: str, password: str = PASSWORD) -> tuple[requests.Session, requests.Response]:
    """Somebody who has tried to sign in."""
    made = requests.Session()
    seal = SEAL.search(made.get(f"{address}/connexion").text)[1]
    given = {"seal": seal, "name": name, "password": password, "vers": "/compte"}
    return made, made.post(f"{address}/connexion", given, headers={"Origin": address})


def codes(asking, address: str, paths=READ) -> dict[str, int]:
    return {path: asking.get(address + path, allow_redirects=False).status_code for path in paths}


def test_a_stranger_sees_the_public_pages_only(real):
    _town, address = real
    assert set(codes(requests, address, ("/", "/affichage", "/territoire", "/initiatives", "/opendata", "/health",
                                         "/api/today", "/api/initiatives")).values()) == {200}  # fmt: skip
    assert codes(requests, address) == {path: 401 if path.startswith("/api") else 303 for path in READ}


@pytest.mark.parametrize(
    ("role", "sees"),
    [("lecture", "opo"), ("exploitation", "o"), ("producteur", "p"), ("registre", "r"), ("admin", "opr")],
)
def test_each_role_sees_what_it_is_for(real, role, sees):
    _town, address = real
    asking, answer = session(address, role)
    assert role in answer.text
    found = codes(asking, address)
    assert (found["/exploitation"] == 200) == ("o" in sees)
    assert (found["/producteur"] == 200) == ("p" in sees)
    assert (found["/initiatives/instruction"] == 200) == ("r" in sees)
    assert set(found.values()) <= {200, 403}


def test_only_the_operation_answers_alerts_and_only_with_our_form(real):
    _town, address = real
    alert = f"{address}/exploitation/alerte/kmtwza"
    reading, _answer = session(address, "lecture")
    acting, _answer = session(address, "exploitation")
    seal = SEAL.search(acting.get(f"{address}/exploitation").text)[1]
    own = {"Origin": address}
    assert reading.post(alert, {"seal": seal}, headers=own).status_code == 403
    assert acting.post(alert, {"seal": "0.0"}, headers=own).status_code == 403
    assert acting.post(alert, {"seal": seal}, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert acting.post(alert, {"seal": seal}).status_code == 403
    assert acting.post(alert, {"seal": seal, "note": "x"}, headers=own, allow_redirects=False).status_code == 303


def test_a_door_stays_shut_longer_after_each_wrong_key_also_for_the_right_one(real):
    town, address = real
    try:
        assert session(address, "admin", "wrong wrong wrong")[1].status_code == 403
        assert session(address, "admin")[1].status_code == 429
        waits = []
        for _turn in range(4):
            town.clock.now += int(session(address, "admin", "wrong wrong wrong")[1].headers["Retry-After"]) * 1000
            assert session(address, "admin", "wrong wrong wrong")[1].status_code == 403
            waits.append(int(session(address, "admin")[1].headers["Retry-After"]))
        assert waits == [2, 4, 8, 16]
        town.clock.now += 16_000
        assert session(address, "admin")[1].status_code == 200
    finally:
        town.clock.now = NOW


def test_signing_out_ends_the_session_on_the_server(real):
    _town, address = real
    asking, _answer = session(address, "producteur")
    kept = dict(asking.cookies)
    seal = SEAL.search(asking.get(f"{address}/compte").text)[1]
    asking.post(f"{address}/deconnexion", {"seal": seal}, headers={"Origin": address})
    assert requests.get(f"{address}/producteur", cookies=kept, allow_redirects=False).status_code == 303


def test_a_token_reads_what_its_scope_says_and_writes_nothing(real):
    town, address = real
    with Database(town.folder / "accounts.db") as database:
        secret = People(database).grant("exploitation", May.SEE_OPERATIONS, NOW, 30)
    headers = {"Authorization": f"Bearer {secret}"}
    assert requests.get(f"{address}/api/sites", headers=headers).status_code == 200
    assert requests.get(f"{address}/producteur", headers=headers, allow_redirects=False).status_code == 403
    alert, own = f"{address}/exploitation/alerte/kmtwza", {"Origin": address}
    posted = requests.post(alert, {"seal": "1.1"}, headers=headers | own)
    assert posted.status_code == 403


def test_reports_are_for_the_producer_and_nothing_else_of_the_folder_is_given(real):
    town, address = real
    (town.folder / "reports").mkdir()
    for name in ("tepos-2026-05.pdf", "tepos-2026-05.json"):
        (town.folder / "reports" / name).write_bytes(b"%PDF-1.7")
    asking, _answer = session(address, "producteur")
    report = f"{address}/producteur/rapport/"
    assert "tepos-2026-05.pdf" in asking.get(f"{address}/producteur").text
    assert asking.get(f"{report}tepos-2026-05.pdf").content == b"%PDF-1.7"
    assert asking.get(f"{report}tepos-2026-05.json").status_code == 404
    assert asking.get(f"{report}..%2Faccounts.db").status_code == 404
    assert requests.get(f"{report}tepos-2026-05.pdf", allow_redirects=False).status_code == 303


def test_a_work_needs_a_kind_a_site_and_dates_in_their_order(real):
    _town, address = real
    acting, _answer = session(address, "exploitation")
    seal = SEAL.search(acting.get(f"{address}/exploitation").text)[1]
    good = {"seal": seal, "kind": "outage", "scope": "cybercoin", "start": "2026-07-01T08:00", "end": ""}

    def posted(**more: str) -> int:
        form, own = f"{address}/exploitation/travaux", {"Origin": address}
        return acting.post(form, good | more, headers=own, allow_redirects=False).status_code

    assert posted() == 303
    assert [posted(kind="party"), posted(scope="nowhere"), posted(start="soon"), posted(end="x")] == [422] * 4
    assert posted(seal="") == 403


def test_after_signing_in_nobody_is_sent_elsewhere(real):
    _town, address = real
    for toward in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        page = requests.get(f"{address}/connexion", {"vers": toward}).text
        assert 'name="vers" value="/"' in page


def test_every_answer_is_shut(real):
    _town, address = real
    for path in ("/", "/nowhere", "/health", "/api/today", "/static/page.css", "/en/connexion"):
        headers = requests.get(address + path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "server" not in {name.lower() for name in headers}


def test_no_page_holds_a_style_or_a_script_of_its_own(real):
    for template in (STATIC.parent / "templates").glob("*.html"):
        assert (
            re.findall(r"<style|<script(?! src)| on\w+=| style=|hx-on|hx-vals|javascript:", template.read_text()) == []
        )


def test_a_fault_of_ours_is_said_in_words_behind_the_same_policy(tmp_path):
    with prepared(tmp_path) as made:
        broken = replace(made.site, progress=lambda: {"rings": 5})
        serving = Serving(broken, 0)
        serving.start()
        try:
            answer = requests.get(f"{serving.address}territoire")
        finally:
            serving.stop()
    assert (answer.status_code, "un défaut de tepos" in answer.text) == (500, True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Traceback" not in answer.text


def test_a_store_that_is_away_is_said_in_words_and_to_machines(tmp_path):
    def away():
        raise StoreUnavailable("the store is away")

    with prepared(tmp_path) as made:
        serving = Serving(replace(made.site, open_store=away), 0)
        serving.start()
        try:
            page, api = (requests.get(f"{serving.address}{path}") for path in ("", "api/today"))
            legal = requests.get(f"{serving.address}mentions-legales")
        finally:
            serving.stop()
    assert (page.status_code, "La base ne répond pas" in page.text) == (503, True)
    assert (api.status_code, api.json()) == (503, {"detail": "the store is away"})
    assert legal.status_code == 200


def test_a_draft_is_nobody_s_business_and_a_contact_never_public(real):
    _town, address = real
    assert requests.get(f"{address}/initiatives/FF-2026-002").status_code == 404
    public = requests.get(f"{address}/initiatives").text + requests.get(f"{address}/initiatives/FF-2026-001").text
    public += requests.get(f"{address}/api/initiatives").text
    assert "Des bancs au soleil" in public
    assert "Un brouillon" not in public
    assert "secret@example.org" not in public


def test_a_form_is_small_and_says_how_small(real):
    _town, address = real
    large = requests.post(f"{address}/initiatives/idee", {"summary": "x" * 100_000}, headers={"Origin": address})
    assert large.status_code == 413
    assert (
        requests.post(f"{address}/initiatives/idee", data=iter([b"x"]), headers={"Origin": address}).status_code == 411
    )


def test_every_page_of_a_simulated_town_says_so_and_no_other(real, address):
    assert "Données simulées" in requests.get(f"{address}/").text
    assert "Données simulées" in requests.get(f"{address}/nowhere").text
    assert "Données simulées" not in requests.get(f"{real[1]}/").text


def test_the_public_page_weighs_at_most_60_kb_in_all(address):
    page = requests.get(f"{address}/").text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    bodies = [page.encode(), *(requests.get(address + file).content for file in files)]
    assert len(files) >= 2
    assert sum(len(gzip.compress(body)) for body in bodies) < 20_000
    kiosk = requests.get(f"{address}/affichage").text
    assert (
        sum(len(gzip.compress(requests.get(address + f).content)) for f in re.findall(r'src="(/static/[^"]+)"', kiosk))
        < 5_000
    )


def test_the_legal_notice_says_what_the_town_wrote_or_that_it_has_not(real, tmp_path):
    town, address = real
    assert "ne sont pas encore écrits" in requests.get(f"{address}/mentions-legales").text
    publisher = Publisher(address="Place <1>", director="Le maire", host="La commune")
    site = replace(town.site, town=town.town.model_copy(update={"publisher": publisher}))
    serving = Serving(site, 0)
    serving.start()
    told = requests.get(f"{serving.address}mentions-legales").text
    serving.stop()
    assert "Place &lt;1&gt;" in told
    assert "Nous joindre" not in told


def test_what_others_wrote_is_as_they_wrote_it():
    vendor = STATIC / "vendor"
    told = dict(reversed(line.split("  ")) for line in (vendor / "SHA256SUMS").read_text().splitlines())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.iterdir()}
    found.pop("SHA256SUMS")
    assert found == told


def test_our_sheet_is_small():
    assert (STATIC / "page.css").stat().st_size <= 15_000


def test_roles_are_those_that_were_agreed():
    assert [role.value for role in Role] == ["lecture", "exploitation", "producteur", "registre", "admin"]
    assert Path(STATIC).is_dir()
