"""tepos initiative and tepos roof, as people and scripts call them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.scripts.commands.runner import town_folder
from tests.scripts.commands.within import each, tepos

ADD = ("initiative", "add", "--title", "-20 % d'éclairage", "--summary", "=même idée", "--holder", "school", "--name",
       "École Basly", "--lever", "sobriety", "--submit")  # fmt: skip


@pytest.fixture
def place(tmp_path) -> tuple[str | Path, ...]:
    town_folder(tmp_path / "town", [("inv", "goodwe_dt", 502, 1)])
    return ("--data", tmp_path / "data", "--town", tmp_path / "town")


def act(action: str, role: str, *words: str, number: str = "FF-2026-001") -> tuple[str, ...]:
    return ("initiative", "act", number, action, "--role", role, *words)


def sets(*words: str) -> list[str]:
    """Each as an option --set."""
    return [part for word in words for part in ("--set", word)]


def test_an_initiative_goes_its_way_from_the_command_line(place, tmp_path):
    paper = tmp_path / "convention.pdf"
    paper.write_bytes(b"signed by both")
    promised = sets("town_does=10 LED", "holders_do=extinction", "start=2026-12-01", "months=36")
    effect = sets("effect=e1", "lever=sobriety", "carrier=electricity", "perimeter=patrimony", "kwh=1200,5")
    effect += sets("method=calculated", "start=2026-01-01", "subject=ecole-basly", "baseline_kwh=6000")
    signed = ("--on", "2026-11-20", "--document", str(paper), "--set")
    ended = each([(*words, *place) for words in (
        (*ADD, "--json"), act("admit", "agent"), act("study", "agent"), act("grant", "elected", "--set", "euros=500"),
        act("draft", "agent", *promised), act("sign", "holder", *signed, "side=holder"),
        act("sign", "dgs", *signed, "side=commune"), act("start", "holder"),
        act("declare", "agent", *effect), act("realise", "holder"),
        ("initiative", "show", "FF-2026-001"), ("initiative", "list"), ("initiative", "verify"),
    )])  # fmt: skip
    assert [end.code for end in ended] == [0] * 13
    assert ended[0].json["title"] == "-20 % d'éclairage"
    assert "realised" in ended[11].out
    assert "École Basly" in ended[11].out
    counted = tepos("initiative", "effects", "--year", "2027", "--json", *place).json
    assert {(one["lever"], one["perimeter"]): one["kwh"] for one in counted["savings"]}[
        "sobriety", "territory"
    ] == 1200.5


def test_what_is_refused_ends_with_1_and_what_is_wrong_with_2(place):
    tepos(*ADD, *place)
    refused = [act("grant", "elected", "--set", "advice=true"), act("admit", "dgs")]
    refused += [act("admit", "agent", number="FF-2026-9")]
    wrong = [act("reject", "agent"), act("admit", "agent", "--set", "x"), act("fly", "agent"), act("admit", "mayor")]
    wrong += [act("admit", "agent", "--by", "Claire"), ("initiative", "show", "FF-2026-001", "--view", "all")]
    wrong += [("initiative", "export", "--format", "xlsx"), ("initiative", "verify", "--head", "x")]
    ended = each([(*words, *place) for words in (*refused, *wrong)])
    assert [end.code for end in ended] == [1] * 3 + [2] * 8
    assert "not possible in state submitted" in ended[0].err


def test_who_only_looks_makes_no_file(place, tmp_path):
    words = [("initiative", "list"), ("initiative", "effects"), ("roof", "list"), ("panel", "list")]
    assert [end.code for end in each([(*one, *place) for one in words])] == [0] * 4
    assert not (tmp_path / "data").exists()


def test_a_broken_chain_is_told_with_its_link(place, tmp_path):
    for _time in range(2):
        tepos(*ADD, *place)
    sql = sqlite3.connect(tmp_path / "data/ledger.db", isolation_level=None)
    sql.execute("DROP TRIGGER fact_stays")
    sql.execute("UPDATE fact SET by = 'elected' WHERE id = 3")
    sql.close()
    ended = tepos("initiative", "verify", "--json", *place)
    assert (ended.code, ended.json["broken"]["fact"]) == (1, 3)


def test_the_register_travels_to_another_town_and_back(place, tmp_path):
    tepos(*ADD, *place)
    tepos(
        "initiative",
        "export",
        "--format",
        "projects-csv",
        "--out",
        tmp_path / "p.csv",
        "--page",
        "https://a.fr/i/",
        *place,
    )
    other = ("--data", tmp_path / "other", *place[2:])
    told = tepos("initiative", "import", tmp_path / "p.csv", "--json", *other).json
    assert (told["new"], told["known"]) == (["FF-2026-001"], [])
    assert tepos("initiative", "import", tmp_path / "p.csv", "--json", *other).json["new"] == []
    (found,) = tepos("initiative", "list", "--json", *other).json["initiatives"]
    assert found["source_url"] == "https://a.fr/i/FF-2026-001"
    (tmp_path / "bad.json").write_text(json.dumps([{"id": "x"}]))
    assert tepos("initiative", "import", tmp_path / "bad.json", *other).code == 1


def test_roofs_come_in_move_on_and_are_counted_once(place, tmp_path):
    rows = [f"R{n};{'school' if n % 2 else 'housing'};commune;{n};30;180" for n in range(10, 40)]
    (tmp_path / "roofs.csv").write_text("\n".join(["id;kind;owner;kwp;tilt;azimuth", *rows]), encoding="utf-8")
    told = tepos("roof", "import", tmp_path / "roofs.csv", "--json", *place).json
    assert told == {"new": 30, "changed": 0, "same": 0, "commissioned": 0, "faults": 0}
    assert tepos("roof", "import", tmp_path / "roofs.csv", "--json", *place).json["same"] == 30
    stage = ("roof", "stage", "R11", "commissioned", "--on", "2026-12-01")
    ended = each([(*words, *place) for words in (
        stage, (*stage, "--site", "nowhere"), (*stage, "--site", "hall/roof"),
        ("roof", "stage", "R13", "commissioned", "--on", "2026-12-01", "--site", "hall/roof"),
        ("roof", "cost", "R13", "--euros", "15000", "--source", "FRATRI=5000"), ("roof", "list", "--json"),
        ("roof", "scenario", "--from", "2027", "--to", "2029", "--kind", "school", "--json"), ("roof", "list"),
    )])  # fmt: skip
    assert [end.code for end in ended] == [1, 2, 0, 1, 0, 0, 0, 0]
    listed, asked = ended[5].json, ended[6].json
    assert (listed["to_come"]["roofs"], listed["measured_at"]) == (29, {"hall/roof": "R11"})
    assert [(each["roof"], each["kwp"], each["pipeline"]) for each in listed["monitored"]["roofs"]] == [
        ("hall/roof", 1, "R11")
    ]
    assert (asked["roofs"], asked["modelled"]) == (14, True)
    assert asked["euros"] - asked["euros_assumed"] == 15000
    assert "MODELLED" in ended[7].out


def test_a_file_of_roofs_with_faults_brings_none_unless_they_may_be_skipped(place, tmp_path):
    (tmp_path / "roofs.csv").write_text("id,owner,kwp\nA,commune,9\nB,commune,zéro\n../C,commune,9\n", encoding="utf-8")
    ended = tepos("roof", "import", tmp_path / "roofs.csv", *place)
    assert (ended.code, "roofs.csv:3" in ended.err, "roofs.csv:4" in ended.err) == (1, True, True)
    assert tepos("roof", "list", "--json", *place).json["roofs"] == []
    assert tepos("roof", "import", tmp_path / "roofs.csv", "--skip-faults", "--json", *place).json["new"] == 1
