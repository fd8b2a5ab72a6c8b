"""tepos import opendata: a file about the commune comes in, is listed and undone; a wrong one changes nothing."""

from pathlib import Path

import pytest

import config
from tests.collector.opendata import files
from tests.scripts.commands.runner import each, tepos

LOOS = Path(config.__file__).parent / "towns" / "loos-en-gohelle"


@pytest.fixture
def place(tmp_path):
    return ("--data", tmp_path / "data", "--town", LOOS)


def test_a_file_is_imported_listed_and_undone(place, tmp_path):
    ore = files.written(tmp_path, files.ore())
    wrong = files.written(tmp_path, files.ore().replace(files.LOOS, "59350"), "lille.csv")
    first, second = each([("import", "opendata", ore, "--json", *place), ("import", "opendata", wrong, *place)])
    assert first.code == 0, first.err
    (told,) = first.json["imports"]
    assert (told["batch"]["dataset"], told["batch"]["years"], told["batch"]["withheld"]) == ("ore", [2022, 2023], 3)
    assert second.code == 1
    assert "62528" in second.err
    listed = tepos("import", "opendata", *place)
    assert listed.out.count("ore") >= 1
    undone, again = each([("import", "opendata", "--undo", "1", *place), ("import", "opendata", "--undo", "1", *place)])
    assert (undone.code, again.code) == (0, 1)


def test_a_trial_makes_nothing(place, tmp_path):
    ore = files.written(tmp_path, files.ore())
    assert tepos("import", "opendata", "--dry-run", ore, *place).code == 0
    assert not (tmp_path / "data").exists()


def test_wrong_arguments_end_with_2(place, tmp_path):
    ore = files.written(tmp_path, files.ore())
    words = [
        (tmp_path / "nothing.csv",),
        (ore, "--edition", "soon"),
        (ore, "--building", "nowhere"),
        (ore, "--undo", "1"),
    ]
    assert [end.code for end in each([("import", "opendata", *some, *place) for some in words])] == [2] * 4
