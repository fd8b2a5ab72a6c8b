"""Tables [[weather]] of a town file: what is wrong with one is told with its key, and all of it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

import config
from collector.weather.sources import Secrets, open_sources
from config.kwh import ExpectedBasis
from tests.config.conftest import EXAMPLE
from tests.config.mutation import mutated
from tests.config.test_load import only_faults_come_out

Faults = Callable[..., list[config.Fault]]
BEFORE = "# Sites: what"
CSV = 'source = "csv"\nfile = "mast.csv"\ntime = "Date"\nghi = { name = "G" }\nattribution = "lycée"\n'


def uncommented() -> str:
    """The example with its sources of weather."""
    text = EXAMPLE.read_text("utf-8")
    first, last = text.index("# [[weather]]"), text.index("# Links:")
    return text[:first] + re.sub(r"^# ?", "", text[first:last], flags=re.MULTILINE) + text[last:]


UNCOMMENTED = uncommented()
TABLES_ALONE = UNCOMMENTED[UNCOMMENTED.index("[[weather]]") : UNCOMMENTED.index("# Links:")]


def tables(*rows: str) -> tuple[str, str]:
    """The edit of the example that adds these tables."""
    return BEFORE, "".join(f"[[weather]]\n{row}\n" for row in rows) + BEFORE


@pytest.mark.parametrize(
    ("row", "key", "remedy"),
    [
        ('source = "open-meteo-archiv"', "source", 'did you mean "open-meteo-archive"?'),
        ("source = 5", "source", "write one of: cams, csv, epw"),
        ("source = []", "source", "write one of: cams, csv, epw"),
        ('sorce = "cams"', "source", 'add source = "open-meteo" (open-meteo, open-meteo-archive'),
        ('source = "open-meteo"\nkey = "s3cret"', "key", "write one of: source"),
        ('source = "cams"\nstp = "1h"', "stp", 'did you mean "step"?'),
        ('source = "cams"\nstep = "15 min"', "step", 'did you mean "15min"?'),
        ('source = "meteo-france"', "station", 'add station = "59343001"'),
        ('source = "meteo-france"\nstation = "5934300"', "station", 'write station = "59343001"'),
        ('source = "meteo-france"\nstation = 59343001', "station", 'write station = "59343001"'),
        ('source = "pvgis"\ndatabase = "SARAH3"', "database", 'did you mean "PVGIS-SARAH3"?'),
        ('source = "epw"', "file", "add file ="),
        (CSV.replace('{ name = "G" }', '"G"'), "ghi", 'write ghi = { name = "G" }'),
        (CSV.replace('ghi = { name = "G" }\n', ""), "ghi", 'add ghi = { name = "…" }'),
        (CSV.replace('"G" }', '"G", factor = 0 }'), "ghi.factor", "write a number > 0"),
        (CSV.replace('"G" }', '"G", unit = "kW" }'), "ghi.unit", "write one of: factor, name"),
        (CSV + 'basis = "fleet"', "basis", "write one of: satellite, sensor"),
        (CSV + 'tz = "Europe/Pari"', "tz", 'write a name as "Europe/Paris"'),
        (CSV + 'separator = "; "', "separator", "at most 1"),
    ],
)
def test_a_fault_of_a_source_is_told_with_its_key_and_what_to_write(
    faults: Faults, row: str, key: str, remedy: str
) -> None:
    (fault,) = [fault for fault in faults(tables('source = "nasa-power"', row)) if not fault.key.endswith("sorce")]
    assert (fault.key, remedy in fault.remedy) == (f"weather[1].{key}", True), fault


@pytest.mark.parametrize("row", ["weather = 3", 'weather = "open-meteo"', 'weather = ["open-meteo"]', "weather = {}"])
def test_what_is_no_list_of_tables_is_told(faults: Faults, row: str) -> None:
    (fault,) = faults(("[place]", f"{row}\n[place]"))
    assert fault.remedy == "write [[weather]]"


def test_all_faults_of_all_sources_come_in_one_go(faults: Faults) -> None:
    rows = (CSV + 'tz = "Mars"\nlabel = "middle"', 'source = "sunny"', CSV, 'source = "cams"\nstep = 3')
    told = {fault.key for fault in faults(tables(*rows), ("latitude = 50.5", "latitude = 95"))}
    assert told == {
        "weather[0].tz", "weather[0].label", "weather[1].source", "weather[2].file", "weather[3].step",
        "place.latitude",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ('source = "open-meteo"', 'source = "open-meteo"', "source"),
        ('source = "meteo-france"\nstation = "59343001"', 'source = "meteo-france"\nstation = "62160001"', "source"),
        (CSV, CSV.replace("mast.csv", "old/mast.txt"), "file"),
        ('source = "epw"\nfile = "2025.epw"', 'source = "epw"\nfile = "a/2025.epw"', "file"),
    ],
)
def test_two_sources_of_one_name_are_told(faults: Faults, first: str, second: str, key: str) -> None:
    (fault,) = faults(tables(first, second))
    assert (fault.key, fault.what.partition("already: ")[2]) == (f"weather[1].{key}", "weather[0]")


def test_sources_that_pass_the_check_have_names_of_their_own(town: Callable[..., Path]) -> None:
    rows = ('source = "open-meteo"', 'source = "open-meteo-archive"', CSV, CSV.replace("mast", "roof"))
    more = ('source = "epw"\nfile = "mast.epw"', 'source = "epw"\nfile = "roof.epw"')
    loaded = config.load(town(tables(*rows, *more)))
    names = [source.name for source in open_sources(loaded.weather, Secrets(), Path())]
    assert len(set(names)) == 6


def test_the_sources_keep_their_order_and_survive_the_way_to_another_process(town: Callable[..., Path]) -> None:
    loaded = config.load(town(tables(CSV + 'basis = "sensor"', 'source = "cams"')))
    assert [source.source for source in loaded.weather] == ["csv", "cams"]
    assert type(loaded).model_validate_json(loaded.model_dump_json()).weather == loaded.weather


def test_the_sources_of_the_example_are_sound_without_their_signs_of_comment(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(UNCOMMENTED, "utf-8")
    loaded = config.load(tmp_path)
    assert [source.source for source in loaded.weather] == ["csv", "meteo-france", "cams", "open-meteo"]
    assert open_sources(loaded.weather, Secrets(), tmp_path)[0].basis is ExpectedBasis.SENSOR


@given(mutated(TABLES_ALONE))
def test_damaged_sources_give_faults_and_never_another_exception(tables: str) -> None:
    only_faults_come_out(UNCOMMENTED.replace(TABLES_ALONE, f"{tables}\n").encode("utf-8", "replace"))


def test_loos_asks_for_its_weather_where_no_key_is_needed() -> None:
    loos = config.load(EXAMPLE.parents[1] / "loos-en-gohelle")
    assert [source.source for source in loos.weather] == ["open-meteo"]
