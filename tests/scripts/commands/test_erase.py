"""tepos erase: afterwards no byte is left in any store, log, export or restored backup, and the journal is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collector.test_people import left
from tests.scripts.commands.runner import town_folder
from tests.scripts.commands.within import each, tepos

NAME, CONTACT, ADDRESS = "Zoé Quartier-Cachée", "zoe.cachee@exemple.fr", "17 rue des Introuvables"
TITLE, SUMMARY = "Jardin solaire de Zoé Q.", "Chez moi, derrière la haie"
SECRETS = (NAME, CONTACT, ADDRESS)
FILE = ("initiative", "add", "--title", TITLE, "--summary", SUMMARY, "--holder", "citizen", "--name", NAME, "--contact",
        CONTACT, "--address", ADDRESS, "--submit", "--json")  # fmt: skip


@pytest.fixture
def place(tmp_path) -> tuple[str | Path, ...]:
    town_folder(tmp_path / "town", [("inv", "goodwe_dt", 502, 1)])
    return ("--data", tmp_path / "data", "--town", tmp_path / "town")


def person(place) -> str:
    """The reference of the holder, as the services see it."""
    view = tepos("initiative", "show", "FF-2026-001", "--view", "instruction", "--json", *place).json
    assert view["holder"]["said"] == {"name": NAME, "contact": CONTACT, "address": ADDRESS}
    return view["holder"]["ref"]


def exported(place, folder: Path) -> None:
    """The register in every form that there is."""
    folder.mkdir(exist_ok=True)
    forms = ("csv", "xlsx", "json", "projects-csv", "projects-json")
    ended = each([("initiative", "export", "--format", form, "--out", folder / form, *place) for form in forms])
    assert [end.code for end in ended] == [0] * 5


def test_a_person_is_forgotten_everywhere_and_the_journal_stays_whole(place, tmp_path):
    head = tepos(*FILE, *place).json["head"]
    ref = person(place)
    assert left(tmp_path / "data", NAME) != []
    exported(place, tmp_path / "before")
    assert left(tmp_path / "before", *SECRETS) == []  # no contact ever leaves, erased or not

    receipt = tepos("erase", ref, "--json", *place)
    assert (receipt.json["erased"], receipt.json["entries"], len(receipt.json["digests"])) == ("person", 1, 1)
    exported(place, tmp_path / "after")
    assert left(tmp_path, *SECRETS) == []
    assert not any(secret in receipt.out + receipt.err for secret in SECRETS)
    verdict = tepos("initiative", "verify", "--head", head, "--json", *place).json
    assert (verdict["sound"], verdict["initiatives"], verdict["unsealed"]) == (True, 1, [])
    assert tepos("initiative", "list", "--json", *place).json["initiatives"][0]["title"] == TITLE


def test_an_initiative_is_forgotten_with_all_that_was_typed_for_it(place, tmp_path):
    tepos(*FILE, *place)
    tepos("initiative", "act", "FF-2026-001", "reject", "--role", "agent", "--reason", "pas chez Zoé", *place)
    tepos("erase", "--initiative", "FF-2026-001", *place)
    exported(place, tmp_path / "after")
    assert left(tmp_path, *SECRETS, TITLE, SUMMARY, "pas chez Zoé") == []
    found = tepos("initiative", "list", "--json", *place).json["initiatives"][0]
    assert (found["state"], found["title"]) == ("inadmissible", None)
    assert tepos("initiative", "verify", *place).code == 0


def test_a_restored_backup_forgets_again_by_the_list_that_lies_beside_it(place, tmp_path):
    tepos(*FILE, *place)
    saved = tmp_path / "backups"
    saved.mkdir()
    assert tepos("backup", saved / "monday", *place).code == 0
    tepos("erase", person(place), *place)
    (saved / "erased.list").write_bytes((tmp_path / "data/erased.list").read_bytes())

    assert tepos("restore", saved / "monday", "--data", tmp_path / "again").code == 0
    assert left(tmp_path / "again", *SECRETS) == []
    assert (tmp_path / "again/erased.list").read_bytes() == (saved / "erased.list").read_bytes()
    (saved / "erased.list").unlink()
    warned = tepos("restore", saved / "monday", "--data", tmp_path / "forgetful")
    assert "No erased.list was found" in warned.err
    assert left(tmp_path / "forgetful", NAME) != []
    listed = ("--erased", tmp_path / "data/erased.list")
    assert tepos("restore", saved / "monday", "--data", tmp_path / "third", *listed).code == 0
    assert left(tmp_path / "third", *SECRETS) == []


def test_what_is_not_there_or_not_clear_is_not_erased(place, tmp_path):
    tepos(*FILE, *place)
    commands = [("erase", "person:" + "0" * 16), ("erase", "--initiative", "FF-2026-009"), ("erase", "--panel", "7"),
                ("erase",), ("erase", "person:" + "0" * 16, "--panel", "1"), ("erase", NAME)]  # fmt: skip
    assert [end.code for end in each([(*words, *place) for words in commands])] == [1, 1, 1, 2, 2, 1]
    assert not (tmp_path / "data/erased.list").exists()


def test_an_erasure_where_nothing_was_ever_kept_makes_no_file(place, tmp_path):
    assert tepos("erase", "person:" + "0" * 16, *place).code == 1
    assert not (tmp_path / "data").exists()
