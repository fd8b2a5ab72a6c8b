"""What is kept of people can be proved, read, and forgotten so that no byte of it is left."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from collector.erased import read_erased, write_erased
from collector.errors import StoreError, StoreUnavailable
from collector.people import People, digest

NOW = 1_767_225_600_000
SECRET = "Zoé Quartier-Cachée"


def left(folder: Path, *words: str) -> list[str]:
    """Files in which one of these still stands, in any way that SQLite or JSON may write it."""
    forms = [word.encode(coding) for word in words for coding in ("utf-8", "utf-16-le")]
    forms += [word.encode("unicode-escape") for word in words]
    return [str(path) for path in folder.rglob("*") if path.is_file() and any(f in path.read_bytes() for f in forms)]


def test_a_content_comes_back_and_its_seal_proves_it(tmp_path) -> None:
    with People(tmp_path / "people.db") as people:
        kept = people.keep("text", "FF-1", {"name": SECRET, "n": [1, None]}, NOW)
        assert people.read([kept.ref, "text:nothing"]) == {kept.ref: {"name": SECRET, "n": [1, None]}}
        assert people.is_sealed(kept.ref, kept.seal)
        assert people.is_sealed(kept.ref, "0" * 64) is False
        assert people.keep("text", "FF-1", {"name": SECRET, "n": [1, None]}, NOW).seal != kept.seal


def test_what_is_erased_leaves_no_byte_and_is_remembered_as_a_hash(tmp_path) -> None:
    with People(tmp_path / "people.db") as people:
        refs = [people.keep("text", "FF-1", f"{SECRET} {n} {'x' * 3000}", NOW).ref for n in range(30)]
        stays = people.keep("text", "FF-2", "reste", NOW).ref
        assert left(tmp_path, SECRET) != []
        assert people.erase(refs, NOW + 1) == [digest(ref) for ref in refs]
        assert left(tmp_path, SECRET) == []
        assert people.read([*refs, stays]) == {stays: "reste"}
        assert people.erased() == dict.fromkeys(map(digest, refs), NOW + 1)
        assert people.is_sealed(refs[0], "0" * 64) is None


def test_an_erasure_waits_for_who_is_reading(tmp_path) -> None:
    with People(tmp_path / "people.db") as people:
        ref = people.keep("text", "FF-1", SECRET, NOW).ref
        reader = sqlite3.connect(tmp_path / "people.db", isolation_level=None, check_same_thread=False)
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM entry").fetchone() == (1,)
        done = threading.Timer(0.5, reader.close)
        done.start()
        people.erase([ref], NOW)
        assert left(tmp_path, SECRET) == []
        done.join()


def test_an_erasure_that_could_not_finish_is_finished_by_the_next_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(People, "busy_seconds", 0.2)
    with People(tmp_path / "people.db") as people:
        ref = people.keep("text", "FF-1", SECRET, NOW).ref
        reader = sqlite3.connect(tmp_path / "people.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(StoreUnavailable, match="another process"):
            people.erase([ref], NOW)
        assert people.read([ref]) == {}
        reader.close()
        assert people.erase([ref], NOW) == []
        assert left(tmp_path, SECRET) == []
        assert list(people.erased()) == [digest(ref)]


def test_what_was_erased_elsewhere_is_forgotten_here_too(tmp_path) -> None:
    with People(tmp_path / "people.db") as people:
        ref, stays = (people.keep("text", "FF-1", word, NOW).ref for word in (SECRET, "reste"))
        assert people.forget({digest(ref): NOW, "0" * 64: NOW}) == 1
        assert left(tmp_path, SECRET) == []
        assert list(people.read([ref, stays])) == [stays]
        assert people.erased() == {digest(ref): NOW, "0" * 64: NOW}


def test_the_list_of_what_was_erased_grows_and_refuses_another_file(tmp_path) -> None:
    file = tmp_path / "erased.list"
    assert read_erased(file) == {}
    write_erased(file, {"a" * 64: 2})
    write_erased(file, {"b" * 64: 1})
    assert read_erased(file) == {"a" * 64: 2, "b" * 64: 1}
    file.write_text("Zoé\n")
    with pytest.raises(StoreError, match="no list"):
        read_erased(file)


def test_the_file_is_its_owners_alone_and_no_other_programs(tmp_path) -> None:
    People(tmp_path / "people.db").close()
    assert (tmp_path / "people.db").stat().st_mode & 0o077 == 0
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (a)").connection.close()
    with pytest.raises(StoreError, match="another program"):
        People(tmp_path / "other.db")


def test_what_is_no_json_is_a_mistake_and_leaves_nothing(tmp_path) -> None:
    with People(tmp_path / "people.db") as people:
        with pytest.raises(ValueError, match="JSON"):
            people.keep("text", "FF-1", float("nan"), NOW)
        assert people.refs_of("FF-1") == []
