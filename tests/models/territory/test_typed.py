"""Free text is kept as typed; what must be a number, a date, a path or an identifier is that, or refused in words."""

from __future__ import annotations

import math
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.territory import typed
from tests.hostile import CONTROL, EMPTY, FORMULAS, HONEST, HOSTILE, LONG, MARKUP, PATHS

KEPT = [*HONEST, *MARKUP, *PATHS, *(each for each in FORMULAS if "\n" not in each)]


@pytest.mark.parametrize("said", KEPT)
def test_a_title_is_kept_as_it_was_typed(said) -> None:
    bare = said.replace("\u200b", "").replace("\ufeff", "").strip()
    if "\t" in bare:
        with pytest.raises(ValueError, match="control"):
            typed.line(said)
    else:
        assert typed.line(said) == unicodedata.normalize("NFC", bare)


@pytest.mark.parametrize("said", [*CONTROL, *EMPTY, *LONG[:3]])
def test_what_is_no_text_is_refused_in_words(said) -> None:
    with pytest.raises(ValueError, match=r"text|no"):
        typed.line(said)


def test_a_letter_typed_in_two_pieces_is_one_letter_and_counts_once() -> None:
    assert typed.line("e\u0301" * 300) == "é" * 300


def test_lines_are_for_texts_only_and_their_ends_are_one_kind() -> None:
    assert typed.text("a\r\nb\rc") == "a\nb\nc"
    with pytest.raises(ValueError, match=r"U\+000A"):
        typed.line("a\nb")


CHECKS = [typed.number, typed.euros, typed.day, typed.year, typed.identifier, typed.subject, typed.sha256]
CHECKS += [typed.address, typed.siret, typed.yes]


@pytest.mark.parametrize("check", CHECKS)
def test_of_all_that_is_hostile_nothing_passes_for_something_else(check) -> None:
    told = []
    for said in HOSTILE:
        try:
            made = check(said)
        except ValueError as error:
            told.append(str(error))
            continue
        if isinstance(made, str):
            assert made.isascii()
            assert ".." not in made
            assert not made.startswith(("/", "-", "."))
        else:
            assert math.isfinite(made)
    assert len(told) > 100
    assert all(0 < len(each) < 300 and each.isprintable() for each in told)


@pytest.mark.parametrize(
    "said", ["1e400", "NaN", "inf", "٣", "１２", "1_000", "1,234.5", "0x10", "", " ", "½", True, None, [1]]
)
def test_what_is_no_number_is_refused(said) -> None:
    with pytest.raises(ValueError, match="no number"):
        typed.number(said)


@pytest.mark.parametrize(
    ("said", "value"), [("1234,5", 1234.5), ("-20", -20.0), (" 7 ", 7.0), (3, 3.0), ("+0.25", 0.25)]
)
def test_a_number_is_read_with_a_point_or_a_comma(said, value) -> None:
    assert typed.number(said) == value


@pytest.mark.parametrize("said", ["12 rue des Lilas", "3 bis, avenue Foch", "41b RUE x", "5 impasse du Puits, Loos"])
def test_the_address_of_a_home_is_no_place(said) -> None:
    with pytest.raises(ValueError, match="home"):
        typed.place(said)


@pytest.mark.parametrize("said", ["Cité 5", "École Lamendin", "Fosse 11/19", "rue fleurie"])
def test_a_quarter_or_a_building_is_a_place(said) -> None:
    assert typed.place(said) == said


def test_a_delivery_point_is_no_subject() -> None:
    with pytest.raises(ValueError, match="private"):
        typed.subject("12345678901234")


@pytest.mark.parametrize(
    "said",
    ["https://a.fr/x?y=1#z", "http://exemple.fr:8080/"],
)
def test_an_address_of_the_web_is_taken(said) -> None:
    assert typed.address(said) == said


@pytest.mark.parametrize(
    "said", ["javascript:alert(1)", "//x", "https://", "ftp://x", "https://u:p@x.fr", "https://x y", "https://x/<b>", "http://[",
             "https://é.fr"]
)  # fmt: skip
def test_another_address_is_not(said) -> None:
    with pytest.raises(ValueError, match="address"):
        typed.address(said)


@given(st.text(max_size=400))
def test_any_text_is_kept_in_nfc_or_refused_and_a_second_look_changes_nothing(said) -> None:
    try:
        made = typed.text(said)
    except ValueError:
        return
    assert typed.text(made) == made == unicodedata.normalize("NFC", made)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_day_that_a_town_can_mean_is_a_day(day) -> None:
    assert typed.day(day.isoformat()) == day.isoformat()
