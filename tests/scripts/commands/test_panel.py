"""tepos panel: from the parents' form to the certificate to the withdrawal, on a real store."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from collector.store import open_store
from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Step
from tests.collector.test_people import left
from tests.scripts.commands.runner import town_folder
from tests.scripts.commands.within import each, tepos

NAME = "Héloïse-Zoé"
FORM = ("--year", "2026", "--roof", "hall/roof", "--first-name", NAME, "--consent-parents", "2", "--consent-date",
        "2026-11-02", "--consent-text", "version-7b")  # fmt: skip


@pytest.fixture
def place(tmp_path) -> tuple[str | Path, ...]:
    """Options of a town of 1 kWp, whose roof has made 100 kWh this year: two panels of an assumed 400 W."""
    row = {"kind": "roof", "subject": "hall/roof", "time": np.int64(1_772_060_400_000), "energy": 100_000.0}
    told = {**dict.fromkeys(ROLLUP_NUMBERS, np.nan), **dict.fromkeys(ROLLUP_TEXTS), **row}
    with closing(open_store(f"sqlite:///{tmp_path}/data/store.db")) as store:
        store.write_rollups(Step.DAY, pd.DataFrame([told]))
    town_folder(tmp_path / "town", [("inv", "goodwe_dt", 502, 1)])
    return ("--data", tmp_path / "data", "--town", tmp_path / "town")


def test_a_panel_from_the_form_to_the_certificate_to_the_withdrawal(place, tmp_path):
    data, paper = tmp_path / "data", tmp_path / "certificate.pdf"
    form = tepos("panel", "add", *FORM, "--json", *place).json
    number, code = form["number"], form["code"]
    assert left(data, NAME) != []  # it waits for its certificate

    tepos("panel", "certificate", number, "--code", code, "--out", paper, *place)
    words = told(["pdftotext", paper, "-"])
    assert (NAME in words, "births of 2026" in words, code in words) == (True, True, True)
    assert "Tagged:          yes" in told(["pdfinfo", paper])
    assert left(data, NAME, "version-7b", "2026-11-02", "parent 1", code) == []

    shown = tepos("panel", "show", number, "--json", *place).json
    assert (shown["number"], shown["year"], shown["roof"], shown["kwh"]) == (1, 2026, "hall/roof", 40.0)
    assert tepos("panel", "list", "--json", *place).json["years"] == [{"year": 2026, "panels": 1}]

    assert tepos("panel", "withdraw", number, "--code", "WRNG-WRNG-WRNG-WRNG", *place).code == 1
    assert tepos("panel", "withdraw", number, "--code", code.lower(), *place).code == 0
    assert tepos("panel", "list", "--json", *place).json["panels"] == 0
    assert left(data, NAME, "version-7b", "2026-11-02", "parent 1", code, '"hash"', '"salt"') == []
    assert facts(data) == {"1": [{"step": "add", "year": 2026, "roof": "hall/roof"}, {"step": "certify"},
                                 {"step": "withdraw"}]}  # fmt: skip


def told(command: list[object]) -> str:
    """What a program of poppler says of a PDF."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout


def facts(data: Path) -> dict[str, list[dict]]:
    """All that the journal holds for good."""
    from collector.ledger import Ledger

    with Ledger(data / "ledger.db") as ledger:
        found = ledger.facts("panel")
        first = {datetime.fromtimestamp(fact.recorded / 1000, UTC).day for fact in found}
    assert first == {1}  # dated by the month
    return {"1": [dict(fact.data) for fact in found]}


def test_a_first_name_needs_both_parents_and_is_no_surname_and_no_date(place):
    bare = ("panel", "add", "--year", "2026", "--roof", "hall/roof", "--first-name")
    signed = ("--consent-date", "2026-11-02", "--consent-text", "v1")
    both = ("--consent-parents", "2")
    forms = [("Zoé",), ("Zoé", "--consent-parents", "1", *signed), ("Zoé 2026", *both, *signed)]
    forms += [("Zoé Marie Dupont", *both, *signed), ("Zoé", *both)]
    ended = each([(*bare, *form, *place) for form in forms])
    assert [end.code for end in ended] == [2] * 5
    assert tepos("panel", "list", "--json", *place).json["panels"] == 0


def test_a_year_is_a_year_and_a_roof_has_no_more_panels_than_modules(place):
    add = ("panel", "add", "--roof", "hall/roof", "--json", "--year")
    wrong = each([(*add, year, *place) for year in ("2026-05-01", "26", "2999", "x")])
    assert [end.code for end in wrong] == [2] * 4
    ended = each([(*add, "2026", *place) for _time in range(3)])
    assert [end.code for end in ended] == [0, 0, 1]
    assert "choose another roof" in ended[2].err
    assert tepos("panel", "add", "--roof", "hall/rof", "--year", "2026", *place).code == 2


def test_a_certificate_is_made_once_and_by_who_has_the_code(place, tmp_path):
    code = tepos("panel", "add", "--year", "2026", "--roof", "hall/roof", "--json", *place).json["code"]
    make = ("panel", "certificate", 1, "--code")
    tries = [("WRONG", "a.pdf"), (code, "b.pdf"), (code, "c.pdf"), (code, "b.pdf")]
    ended = each([(*make, said, "--out", tmp_path / name, *place) for said, name in tries])
    assert [end.code for end in ended] == [1, 0, 1, 2]
    assert sorted(path.name for path in tmp_path.glob("*.pdf")) == ["b.pdf"]


def test_a_name_that_nobody_fetches_goes_and_the_services_can_withdraw_without_the_code(place, tmp_path):
    from collector.people import People
    from dashboards.panels import DAY, WAITING_DAYS, Panels

    tepos("panel", "add", *FORM, *place)
    with People(tmp_path / "data/people.db") as people:
        panels = Panels(None, people)
        (recorded,) = people._sql.execute("SELECT recorded FROM entry WHERE ref LIKE 'newborn:%'").fetchone()
        assert panels.purged(recorded + WAITING_DAYS * DAY) == 0
        assert panels.purged(recorded + WAITING_DAYS * DAY + 1) == 1
        assert panels.waiting() == 0
    assert left(tmp_path / "data", NAME) == []
    receipt = tepos("erase", "--panel", 1, "--json", *place).json
    assert (receipt["erased"], receipt["subject"]) == ("panel", "1")
    assert tepos("panel", "list", "--json", *place).json["panels"] == 0
