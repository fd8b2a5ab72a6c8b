"""tepos serve and tepos account: the page as a service, and who may sign in on it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests

from tests.scripts.commands.runner import each, running, tepos

SEAL = re.compile(r'name="seal" value="([^"]+)"')


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture(scope="module")
def accounts(data: Path) -> dict[str, str]:
    """Two accounts with their passwords, which were made for them, and a token."""
    made = {}
    for role in ("admin", "producteur"):
        ended = tepos("account", "add", role, "--role", role, "--data", data)
        assert ended.code == 0, ended.err
        made[role] = re.search(r"shown once: (\S+)", ended.out)[1]
    ended = tepos("account", "token", "admin", "--scope", "see_operations", "--data", data)
    return made | {"token": re.search(r"shown once: (\S+)", ended.out)[1]}


def test_the_page_is_served_before_there_is_any_data_until_it_is_told_to_stop(data, accounts):
    with running("serve", "--port", 0, "--data", data) as page:
        address = re.search(r"the page: (http://127\.0\.0\.1:\d+)/", page.wait_for("stop with Ctrl-C"))[1]
        assert requests.get(f"{address}/en/").status_code == 200
        assert requests.get(f"{address}/exploitation", allow_redirects=False).status_code == 303
        bearer = {"Authorization": f"Bearer {accounts['token']}"}
        assert requests.get(f"{address}/api/sites", headers=bearer).status_code == 200
        asking = requests.Session()
        seal = SEAL.search(asking.get(f"{address}/connexion").text)[1]
        said = {"seal": seal, "name": "producteur", "password": accounts["producteur"]}
        asking.post(f"{address}/connexion", said, headers={"Origin": address})
        assert asking.get(f"{address}/producteur").status_code == 200
        second = tepos("serve", "--port", 0, "--data", data)
        assert (second.code, "works here already" in second.err) == (1, True)
        ended = page.end()
    assert (ended.code, ended.out) == (0, "")
    assert not (data / "store.db").exists()


def test_it_is_not_shown_to_others_without_a_proxy(data):
    refused, wrong = each([("serve", "--host", "0.0.0.0", "--data", data), ("serve", "--port", "70000")])
    assert (refused.code, wrong.code) == (2, 2)
    assert "TEPOS_PUBLIC_URL" in refused.err


def test_a_proxy_is_named_by_an_https_address(data):
    ended = tepos("serve", "--data", data, env={"TEPOS_PUBLIC_URL": "http://energie.example.fr"})
    assert ended.code == 2
    assert "https://energie.example.fr" in ended.err


def test_accounts_are_listed_without_their_secrets_and_removed(data, accounts):
    told = tepos("account", "list", "--json", "--data", data)
    assert [(each["name"], each["roles"]) for each in told.json["accounts"]] == [
        ("admin", ["admin"]), ("producteur", ["producteur"]),
    ]  # fmt: skip
    assert not any(secret in told.out for secret in accounts.values())
    assert {entry["what"] for entry in told.json["trail"]} >= {"account made", "token made", "sign-in"}
    commands = [
        ("account", "remove", "nobody"), ("account", "token", "producteur", "--scope", "operate"),
        ("account", "add", "Not a name", "--role", "admin"), ("account", "add", "x", "--role", "king"),
        ("account", "token", "admin", "--revoke", "1"), ("account", "remove", "producteur"),
    ]  # fmt: skip
    assert [end.code for end in each([(*some, "--data", data) for some in commands])] == [1, 2, 2, 2, 0, 0]
    assert json.loads(tepos("account", "list", "--json", "--data", data).out)["tokens"] == []
