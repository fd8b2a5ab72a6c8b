"""A file that is not what was asked for gets a clear refusal, and nothing of it is kept; an import can be undone."""

import gzip
import tracemalloc
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.imports.faults import ImportRefused, LayoutMismatch
from collector.opendata.dataset import Wanted
from collector.opendata.kept import Territory
from collector.opendata.stream import lines
from tests.collector.opendata import files

NOW = 1_780_000_000_000
LOOS = Wanted(files.LOOS)


@pytest.fixture
def kept(tmp_path):
    with Territory(tmp_path / "territory.db") as opened:
        yield opened


REFUSED = {
    "another commune": (files.ore().replace(files.LOOS, "59350"), LOOS, "no line is about 62528"),
    "another year": (files.ore(), Wanted(files.LOOS, 2019), "nothing of 2019, but 2022, 2023"),
    "the future": (files.ore().replace("2023", "2031"), LOOS, "2031, which is still to come"),
    "another separator": (files.ore().replace(";", "|"), LOOS, 'separated by "|"'),
    "another unit": (files.ore().replace("(MWh)", "(kWh)"), LOOS, "another"),
    "another unit in the old file": ("operateur;filiere;annee;code_commune;consototalekwh\nx;Gaz;2015;62528;1\n", LOOS,
                                     "consototale"),
    "energies beyond the power": (
        files.register().replace("70000.0", "70000000"), Wanted(files.LOOS, edition=date(2023, 12, 31)),
        "not possible with 72 kW",
    ),
    "another file": ("a;b;c\n1;2;3\n", LOOS, "none of the files that are known"),
    "a cut line": (files.ore().rstrip() + f"\nEnedis;Gaz;2023;{files.LOOS};Loos\n", LOOS, "the file is cut"),
    "commas that are decimals too": (
        files.ore(labels=False).replace("14000.5", "14000,5"), LOOS, "is the decimal sign also the separator",
    ),
    "words for numbers": (files.ore().replace("14000,5", "beaucoup"), LOOS, '"beaucoup" is no number'),
    "an open quotation mark": (files.ore().replace("Loos-en-Gohelle", '"Loos'), LOOS, "quotation mark"),
    "a web page": ("<!DOCTYPE html><html>", LOOS, "web page"),
    "nothing": ("", LOOS, "empty"),
    "no step": (files.curve(minutes="").replace("T01:30", "T01:37").replace("T01:00", "T00:41"),
                Wanted(files.LOOS, building="ecole"), "step of the curve"),
    "nobody's meter": (files.curve(), LOOS, "--building"),
    "a negative use": (files.curve().replace(";2000", ";-2000"), Wanted(files.LOOS, building="ecole"), "negative"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "words"), REFUSED.values(), ids=REFUSED)
def test_what_was_not_asked_for_is_refused_in_words_and_leaves_nothing(kept, tmp_path, text, wanted, words):
    with pytest.raises(ImportRefused) as caught:
        kept.add(files.written(tmp_path, text), wanted, NOW)
    assert words in str(caught.value)
    assert (kept.batches(), list(kept.facts(["ore", "register"]))) == ([], [])


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_refused(kept, tmp_path, encoding):
    with pytest.raises(LayoutMismatch, match="UTF-8"):
        kept.add(files.written(tmp_path, files.ore(), encoding=encoding), LOOS, NOW)


def test_a_byte_order_mark_and_windows_line_ends_are_no_obstacle(kept, tmp_path):
    assert kept.add(files.written(tmp_path, files.ore(), encoding="utf-8-sig"), LOOS, NOW)[0].rows == 6


def test_an_archive_is_told_from_a_table(kept, tmp_path):
    (tmp_path / "file.csv").write_bytes(gzip.compress(files.ore().encode()))
    with pytest.raises(LayoutMismatch, match="gzip"):
        kept.add(tmp_path / "file.csv", LOOS, NOW)


def test_an_import_can_be_undone_and_what_was_before_holds_again(kept, tmp_path):
    first, _seen = kept.add(files.written(tmp_path, files.ore()), LOOS, NOW)
    second, _seen = kept.add(files.written(tmp_path, files.ore().replace("14000,5", "99999")), LOOS, NOW)
    assert any(fact.mwh == 99_999 for _b, fact in kept.facts(["ore"]))
    kept.undo(second.id, NOW + 1)
    assert {batch.id for batch, _fact in kept.facts(["ore"])} == {first.id}
    assert [batch.undone_at for batch in kept.batches()] == [None, NOW + 1]
    with pytest.raises(ImportRefused, match="undone already"):
        kept.undo(second.id, NOW + 2)


def test_the_same_bytes_are_not_imported_twice(kept, tmp_path):
    kept.add(files.written(tmp_path, files.ore()), LOOS, NOW)
    with pytest.raises(ImportRefused, match="imported already as batch 1"):
        kept.add(files.written(tmp_path, files.ore(), name="again.csv"), LOOS, NOW)


def test_a_trial_keeps_nothing(kept, tmp_path):
    batch, _seen = kept.add(files.written(tmp_path, files.ore()), LOOS, NOW, keep=False)
    assert (batch.rows, kept.batches()) == (6, [])


def test_source_and_date_are_kept_with_the_figures(kept, tmp_path):
    batch, _seen = kept.add(files.written(tmp_path, files.ore()), Wanted(files.LOOS, edition=date(2025, 10, 1)), NOW)
    assert (batch.publisher, batch.licence, batch.vintage) == ("Agence ORE", "Licence Ouverte 2.0", "2025-10-01")
    assert kept.add(files.written(tmp_path, files.PRODUCTION), LOOS, NOW)[0].vintage == "2026-05-28"


def test_a_day_s_progress_is_shown_again_as_it_was(kept):
    kept.keep_progress(date(2026, 3, 1), b"march", 1)
    kept.keep_progress(date(2026, 3, 2), b"march", 2)
    kept.keep_progress(date(2026, 6, 1), b"june", 3)
    assert kept.progress(date(2026, 3, 31)) == (date(2026, 3, 2), 2, b"march")
    assert kept.progress(date(2026, 6, 1))[2] == b"june"
    assert kept.progress(date(2026, 2, 28)) is None


def test_a_large_file_is_read_in_constant_memory(kept, tmp_path):
    row = files.ore_rows(";", ",")[6].replace(files.LOOS, "12")
    with (tmp_path / "big.csv").open("w") as file:
        file.write(files.ore())
        for _block in range(40):
            file.write("\n".join([row] * 10_000) + "\n")
    size = (tmp_path / "big.csv").stat().st_size
    tracemalloc.start()
    kept.add(tmp_path / "big.csv", LOOS, NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 35e6
    assert peak < 20e6


texts = st.lists(st.text(alphabet="ab6;2 \r", max_size=12), max_size=30)


@given(texts, st.booleans())
def test_the_stream_gives_exactly_the_lines_with_the_bytes_and_their_numbers(rows, ended):
    raw = "\n".join(rows).encode() + (b"\n" if ended else b"")
    expected = [(n, line.rstrip(b"\r")) for n, line in enumerate(raw.split(b"\n"), 5) if b"62" in line]
    assert list(lines(BytesIO(raw), 5, b"62")) == expected


def test_a_line_without_end_is_no_table(kept, tmp_path):
    text = files.ore() + "x" * (6 << 20)
    with pytest.raises(LayoutMismatch, match="does not end"):
        kept.add(files.written(tmp_path, text), LOOS, NOW)


SAMPLES = [files.ore(), files.ore(labels=False), files.register(), files.PRODUCTION, files.ECOMIX, files.curve(),
           files.index(), files.DAILY, files.MONTHLY, files.DEGREE_DAYS]  # fmt: skip
ANY = Wanted(files.LOOS, edition=date(2023, 12, 31), station=files.STATION, building="ecole")


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_file_is_read_or_refused_in_words_and_nothing_else_happens(tmp_path_factory, text, data):
    raw = text.encode()
    for _turn in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw = raw[:at] + data.draw(st.binary(max_size=4)) + raw[at + data.draw(st.integers(0, 6)) :]
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(raw)
    with Territory(None) as kept:
        whole, told = [], ""
        try:
            whole = [kept.add(path, ANY, NOW)[0]]
        except ImportRefused as refused:
            told = str(refused)
        assert kept.batches() == whole
        assert bool(whole) is not bool(told)
