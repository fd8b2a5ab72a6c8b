"""tepos progress and tepos statement: a document and a table of the same; refusals with their exit code."""

from __future__ import annotations

import json
from datetime import date

import pytest

from collector.opendata.kept import Territory
from tests.dashboards.progress.known_town import LOOS, imported, stored
from tests.scripts.commands.runner import each, tepos


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("progress")
    stored(folder).close()
    with imported(folder) as kept:
        march = json.dumps({"year": 2022, "simulated": False, "town": "Loos-en-Gohelle", "shown": "in March"})
        kept.keep_progress(date(2026, 3, 2), march.encode(), 1_772_400_000_000)
    return ("--data", folder, "--town", LOOS)


def test_the_table_says_scope_year_and_why_a_ratio_is_not_told(place):
    shown, told = each([("progress", *more, *place) for more in ((), ("--json",))])
    assert shown.code == told.code == 0, shown.err
    for words in ("the territory", "electricity", "1.8%", "2023", "a claim, not a result", "partial, not computable"):
        assert words in shown.out
    assert told.json["bar"]["year"] == 2023


def test_what_was_shown_in_march_is_shown_again(place):
    then, before = each([("progress", "--json", "--as-of", day, *place) for day in ("2026-03-31", "2026-02-01")])
    assert (then.json["shown"], then.json["as_of"]) == ("in March", "2026-03-02")
    assert before.code == 1


def test_it_is_french_first(place):
    shown = tepos("progress", *place, env={"TEPOS_LANG": "fr"})
    assert "le territoire" in shown.out
    assert "une affirmation, pas un résultat" in shown.out


def test_the_statement_of_a_month_is_marked_as_an_estimate_and_its_price_as_a_mean(place):
    shown, told = each([("statement", "2023-06", *more, *place) for more in ((), ("--json",))])
    assert shown.code == 0, shown.err
    assert "an estimate" in shown.out
    assert "ASSUMED" in shown.out
    church = told.json["contracts"][0]
    assert church["accrued"]["eur"] == "410.30"  # 32 000 kWh × 30/365 × 0.156


def test_wrong_arguments_end_with_2_and_what_is_not_known_with_1(place):
    words = [("progress", "--as-of", "march"), ("progress", "--year", "2023", "--as-of", "2026-03-31"),
             ("progress", "--year", "1999"), ("statement", "march"), ("statement", "1999-01")]  # fmt: skip
    assert [end.code for end in each([(*some, *place) for some in words])] == [2, 2, 1, 2, 1]


def test_looking_makes_nothing(place, tmp_path):
    ended = tepos("progress", "--data", tmp_path / "nowhere", "--town", LOOS)
    assert (ended.code, (tmp_path / "nowhere").exists()) == (0, False)


def test_the_example_is_a_territory_too(tmp_path):
    ended = tepos("progress", "--json", "--data", tmp_path / "d", "--town", LOOS.parent / "example")
    assert (ended.code, ended.json["year"]) == (0, 2024)
    with Territory(None) as kept:
        assert kept.batches() == []
