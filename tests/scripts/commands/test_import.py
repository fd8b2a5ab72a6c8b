"""tepos import, as its users call it."""

from __future__ import annotations

import csv
import io

import pytest

from tests.scripts.commands.runner import each, tepos, town_folder

DAILY = "Date;kWh\n28/03/2015;1,5\n29/03/2015;2\n30/03/2015;\n"
SITE = ("--layout", "daily", "--site", "hall")


@pytest.fixture
def place(tmp_path):
    """Options of a town of one site with two inverters."""
    town_folder(tmp_path / "town", [("inv-1", "goodwe_dt", 502, 1), ("inv-2", "goodwe_dt", 503, 1)])
    return ("--data", tmp_path / "data", "--town", tmp_path / "town")


@pytest.fixture
def file(tmp_path):
    def write(text, name="past.csv"):
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return write


def production(file, place, *more):
    return ("import", "production", file, *more, *place)


def series(place, *more):
    return ("export", "series", "--from", "2015-03-28", "--to", "2015-03-31", *more, *place)


def exported(ended):
    assert ended.code == 0, ended.err
    return [(row["energy_kwh"], row["status"], row["basis"]) for row in csv.DictReader(io.StringIO(ended.out))]


def test_a_past_is_imported_shown_exported_and_taken_back(place, file):
    made, export, shown, document, undone, after, again = each([
        production(file(DAILY), place, *SITE, "--json"), series(place), ("import", "list", *place),
        ("import", "list", "--json", *place), ("import", "undo", 1, *place), series(place),
        ("import", "undo", 1, *place),
    ])  # fmt: skip
    assert made.code == 0, made.err
    batch = made.json["batch"]
    assert (batch["parts"][0]["energy_kwh"], batch["gaps"], made.json["complete"]) == (3.5, 1, True)
    assert exported(export) == [("1.5", "imported", "imported"), ("2", "imported", "imported")]
    assert "past.csv" in shown.out
    assert [each["id"] for each in document.json["imports"]] == [1]
    assert (undone.code, "undone" in undone.out) == (0, True)
    assert {status for _energy, status, _basis in exported(after)} == {"unknown"}
    assert again.code == 1


def test_a_faulty_file_is_told_line_by_line_and_imports_nothing(place, file):
    bad = file(DAILY + "31/02/2015;1\n01/04/2015;-7\n")
    ended, document, skipped = each([
        production(bad, place, *SITE), production(bad, place, *SITE, "--json"),
        production(bad, place, *SITE, "--skip-faults", "--json"),
    ])  # fmt: skip
    assert ended.code == document.code == 1
    assert 'past.csv: line 5, column Date: "31/02/2015"' in ended.err
    assert "-7" in ended.err
    assert document.json["faults"]["count"] == 2
    assert document.json["faults"]["first"][1]["line"] in (5, 6)
    assert document.json["batch"] is None
    assert skipped.code == 0
    assert (skipped.json["faults"]["count"], skipped.json["batch"]["parts"][0]["rows"]) == (2, 2)


def test_the_same_file_twice_is_refused(place, file):
    past = file(DAILY)
    first, again = each([production(past, place, *SITE)] * 2)
    assert (first.code, again.code, "import undo 1" in again.err) == (0, 1, True)


def test_a_trial_leaves_no_trace(place, file, tmp_path):
    ended = tepos(*production(file(DAILY), place, *SITE, "--dry-run"))
    assert (ended.code, "nothing was kept" in ended.out) == (0, True)
    assert not (tmp_path / "data").exists()


def test_a_portal_names_its_inverters_in_words_of_its_own(place, file):
    past = file("Date;WR 1;WR 2;Total\n28/03/2015;1;2;3\n")
    names = ("--column", "WR 1=hall/inv-1", "--column", "WR 2=hall/inv-2", "--column", "Total=")
    unknown, known, town, second = each([
        production(past, place, "--layout", "portal_csv"), production(past, place, "--layout", "portal_csv", *names),
        series(place), series(place, "--inverter", "hall/inv-2"),
    ])  # fmt: skip
    assert (unknown.code, '"WR 1", "WR 2", "Total"' in unknown.err) == (2, True)
    assert known.code == 0, known.err
    assert exported(town) == [("3", "imported", "imported")]
    assert exported(second) == [("2", "imported", "imported")]


def test_wrong_arguments_end_with_2_and_make_nothing(place, file, tmp_path):
    past, own = file(DAILY), tmp_path / "own.toml"
    own.write_text("name = 1\n", "utf-8")
    wrong = [
        ("--layout", "dayly", "--site", "hall"), ("--layout", own, "--site", "hall"), ("--layout", "daily"),
        ("--layout", "daily", "--site", "hal"), ("--layout", "daily", "--site", "hall", "--roof", "hall/roof"),
        ("--layout", "index", "--roof", "hall/roof"), ("--layout", "portal_csv", "--roof", "hall/roof"),
        ("--layout", "courbe_de_charge", "--site", "hall"), (*SITE, "--column", "x"),
        (*SITE, "--column", "x=hall/inv-9"),
    ]  # fmt: skip
    ended = each([*(production(past, place, *words) for words in wrong), production(tmp_path / "no.csv", place, *SITE)])
    assert [end.code for end in ended] == [2] * len(ended)
    assert 'did you mean "daily"' in ended[0].err
    assert 'did you mean "hall"' in ended[3].err
    assert not (tmp_path / "data" / "store.db").exists()


def test_no_measured_past_joins_simulated_data(place, file, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PROVENANCE").write_text("simulated\n")
    past = file(DAILY)
    for ended in each([production(past, place, *SITE), production(past, place, *SITE, "--dry-run")]):
        assert (ended.code, "simulated" in ended.err) == (2, True)
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["PROVENANCE"]


def test_where_nothing_was_imported_there_is_nothing_to_list_or_undo(place, tmp_path):
    listed, document, undone = each([
        ("import", "list", *place), ("import", "list", "--json", *place), ("import", "undo", 3, *place),
    ])  # fmt: skip
    assert (listed.code, document.json["imports"], undone.code) == (0, [], 1)
    assert not (tmp_path / "data" / "imports.db").exists()


def test_the_operators_index_is_imported_and_its_days_are_rows(place, file):
    past = file("Date;index\n27/03/2015;100\n28/03/2015;101\n29/03/2015;103,5\n30/04/2015;200\n")
    made, export = each(
        [production(past, place, "--layout", "index", "--site", "hall"), series(place, "--site", "hall")]
    )
    assert made.code == 0, made.err
    assert exported(export) == [("2.5", "imported", "imported")]


def test_french_comes_first(place, file):
    ended = tepos(*production(file(DAILY + "x;1\n"), place, *SITE), env={"TEPOS_LANG": "fr"})
    assert (ended.code, "ligne 5, colonne Date" in ended.err) == (1, True)
