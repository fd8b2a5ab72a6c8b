"""Layouts of imported files: those that come with tepos, and what is told of wrong ones."""

from __future__ import annotations

import pytest

from config.faults import ConfigError
from config.layout import Kind, Step, builtin_layouts, load_layout

DAILY = (builtin_layouts() / "daily.toml").read_text("utf-8")
INDEX = (builtin_layouts() / "index.toml").read_text("utf-8")


def faults(folder, text):
    file = folder / "mine.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_layout(str(file))
    return {fault.key: fault for fault in raised.value.faults}


@pytest.mark.parametrize("file", sorted(builtin_layouts().glob("*.toml")), ids=lambda file: file.stem)
def test_every_layout_that_comes_with_tepos_loads_under_its_file_name(file):
    assert load_layout(file.stem).name == file.stem


def test_the_four_kinds_of_file_are_known():
    assert [load_layout(name).step for name in ("portal_csv", "daily", "quarter_hourly", "index")] == [
        Step.DAY, Step.DAY, Step.QUARTER, Step.READINGS,
    ]  # fmt: skip
    assert load_layout("index").values.kind is Kind.INDEX
    assert load_layout("daily").factor == 1000


def test_a_layout_of_ones_own_is_given_by_its_path(tmp_path):
    (tmp_path / "mine.toml").write_text(DAILY.replace('"kWh"', '"Wh"'), "utf-8")
    assert load_layout(str(tmp_path / "mine.toml")).factor == 1


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(ConfigError, match="quarter_hourly"):
        load_layout("quarterly")
    with pytest.raises(ConfigError):
        load_layout("nowhere/mine.toml")


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('unit = "kWh"', 'unit = "kW"', "values.unit"),
        ('unit = "kWh"', 'unit = "kJ"', "values.unit"),
        ('kind = "energy"', 'kind = "index"', "step"),
        ('step = "day"', 'step = "readings"', "step"),
        ('step = "day"', 'step = "15min"', "time.formats"),
        ('step = "day"', 'step = "day"\nthousands = ","', "thousands"),
        ('step = "day"', 'step = "day"\nthousands = "."\ndelimiter = "."', "delimiter"),
        ('step = "day"', 'step = "day"\nwidth = 3', "width"),
        ("columns = [1]", "columns = [0]", "time.columns[0]"),
        ("columns = [1]", 'columns = [1]\nzone = "utc"', "time.zone"),
        ("columns = [1]", 'columns = [1]\nzone = "given"', "time.formats"),
        ("columns = [1]", 'columns = [1]\nzone = "Mars/Base"', "time.zone"),
        ('"%Y-%m-%d"', '"%Y-%j"', "time.formats"),
        ("columns = [2]", "columns = [2, 3]", "values.columns"),
        ("columns = [2]", 'columns = "others"\nsubject = 4', "values.subject"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_key_and_a_remedy(tmp_path, before, after, key):
    assert before in DAILY
    found = faults(tmp_path, DAILY.replace(before, after))
    assert any(found_key.startswith(key.split("[")[0]) for found_key in found)
    assert all(fault.remedy for fault in found.values())


def test_a_mean_power_has_no_days_and_others_need_a_heading(tmp_path):
    power = DAILY.replace('kind = "energy"', 'kind = "power"').replace('"kWh"', '"kW"')
    assert "step" in faults(tmp_path, power)
    bare = DAILY.replace("columns = [2]", 'columns = "others"').replace('step = "day"', 'step = "day"\nheading = 0')
    assert "heading" in faults(tmp_path, bare)


def test_the_operators_index_is_one(tmp_path):
    assert load_layout("index").basis == "index"
    assert "basis" in faults(tmp_path, INDEX.replace('basis = "index"', 'basis = "guess"'))
