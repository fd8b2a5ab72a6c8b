"""What is typed of works and alerts is text too, in every field."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from config.settings import Settings
from scripts import behind_page
from scripts.options import DEFAULT_TOWN, Workplace
from scripts.serving import Serving
from tests.dashboards.web.prepared import prepared
from tests.dashboards.web.test_hostile import BASE, HOSTILE, MARKUP, SEAL, as_registry

FIELDS = ("who", "note", "old_serial", "new_serial")


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Workplace, list[str]]]:
    folder: Path = tmp_path_factory.mktemp("typed")
    place = Workplace(Settings(folder, f"sqlite:///{folder / 'store.db'}"), folder, DEFAULT_TOWN, "")
    notes: list[str] = []
    with prepared(folder) as made:
        site = dataclasses.replace(
            made.site, works=partial(behind_page.works, place), plan=partial(behind_page.plan, place),
            acknowledge=lambda _alert, _who, note: notes.append(note) or True,
        )  # fmt: skip
        serving = Serving(site, 0)
        serving.start()
        yield serving.address.rstrip("/"), place, notes
        serving.stop()


def test_two_hundred_hostile_strings_in_every_field_of_works_and_answers_stay_text(where) -> None:
    address, place, notes = where
    asking = as_registry(address, "exploitation")
    seal = SEAL.search(asking.get(f"{address}/exploitation").text)[1]
    codes = set()
    for text in HOSTILE:
        work = {"kind": "visit", "scope": "salle-varet", "start": "2026-06-22T08:00", **dict.fromkeys(FIELDS, text)}
        tries = [("travaux", work), ("alerte/kmtwza", {"note": text})]
        tries += [("travaux", work | {"scope": text})] if text in BASE else []  # refused, and typed again
        for path, said in tries:
            sent = {"seal": seal, **said}
            url, own = f"{address}/exploitation/{path}", {"Origin": address}
            answer = asking.post(url, sent, headers=own, allow_redirects=False)
            codes.add((path[:6], answer.status_code))
            assert not MARKUP.search(answer.text), (path, text)
    assert codes == {("travau", 303), ("travau", 422), ("alerte", 303)}
    assert (len(behind_page.works(place)), len(notes)) == (200, 200)
    for path in ("exploitation", "exploitation/site/salle-varet", "exploitation/tournee"):
        assert not MARKUP.search(asking.get(f"{address}/{path}").text)
