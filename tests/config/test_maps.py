import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import config
from config.device import builtin_devices
from config.faults import Fault
from config.maps import read_maps
from tests.config.mutation import mutated

MAP = """
name = "acme"
title = "Acme"
role = "inverter"
source = "invented"
[identity]
manufacturer = "Acme"
[quantities]
pac = { address = 10, type = "int32" }
"""


def write(folder: Path, text: str, name: str = "acme.toml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def faults_of(folder: Path) -> list[Fault]:
    with pytest.raises(config.ConfigError) as caught:
        config.load_maps(folder)
    return caught.value.faults


def test_all_maps_that_come_with_tepos_load_under_the_names_of_their_files():
    assert set(config.load_maps()) == {path.stem for path in builtin_devices().glob("*.toml")}


def test_a_further_folder_adds_its_maps(tmp_path):
    assert set(config.load_maps(write(tmp_path, MAP))) == {*config.load_maps(), "acme"}


def test_a_towns_own_map_is_found_and_carried_by_the_town(town):
    folder = town(('map = "sunspec"', 'map = "acme"'))
    write(folder / "devices", MAP)
    assert set(config.load(folder).maps) == {"acme", "goodwe_dt", "eastron_sdm630"}


def test_an_unknown_map_is_not_told_twice_when_its_file_is_faulty(town):
    folder = town(('map = "sunspec"', 'map = "acme"'))
    write(folder / "devices", MAP.replace("int32", "int33"))
    with pytest.raises(config.ConfigError) as caught:
        config.load(folder)
    (fault,) = caught.value.faults
    assert fault == Fault(
        str(folder / "devices/acme.toml"), "quantities.pac.type", '"int33" is not one of the choices', fault.remedy
    )


def test_a_name_taken_twice_is_told(tmp_path):
    (fault,) = faults_of(write(tmp_path, MAP.replace("acme", "goodwe_dt"), "goodwe_dt.toml"))
    assert (fault.key, "already taken by" in fault.what) == ("name", True)


def test_a_map_and_its_file_have_one_name(tmp_path):
    (fault,) = faults_of(write(tmp_path, MAP, "acme_x.toml"))
    assert fault.key == "name"


def test_a_missing_folder_of_maps_is_told(tmp_path):
    (fault,) = faults_of(tmp_path / "nowhere")
    assert fault.file == str(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("address = 10", "address = 65535", "quantities.pac", "ends beyond address 65535"),
        ("address = 10", "address = 1, divide = 0", "quantities.pac.divide", "out of range"),
        ("address = 10", "address = 1, min = 5, max = 2", "quantities.pac", "min is greater than max"),
        ("address = 10", "address = 1, max = nan", "quantities.pac.max", "no number"),
        ("address = 10", 'address = 1, states = "s"', "", "there is no [states.s]"),
        ("pac =", "pax =", "", "pax is not a quantity"),
        ("pac =", "p_import =", "", "p_import is no quantity of a device of role inverter"),
        ('"Acme"\n[quant', '"Acme"\npattern = "(["\n[quant', "identity", "no regular expression"),
        ('role = "inverter"', 'role = "invertor"', "role", "not one of the choices"),
        ('name = "acme"', 'name = "Acme"', "name", "is no id"),
        ("[quantities]", "[states.s]\nnone = 'x'\n[quantities]", "", "are numbers: 512 or 0x0200"),
        ("[quantities]", "[missing]\nint99 = [1]\n[quantities]", "missing.int99", "not one of the choices"),
    ],
)
def test_a_faulty_map_is_told_with_file_and_key(tmp_path, old, new, key, words):
    assert old in MAP
    (fault,) = faults_of(write(tmp_path, MAP.replace(old, new, 1)))
    assert (fault.file, fault.key) == (str(tmp_path / "acme.toml"), key)
    assert words in fault.what


def test_the_faults_of_several_maps_come_in_one_go(tmp_path):
    write(tmp_path, "", "empty.toml")
    write(tmp_path, MAP.replace("int32", "int33"))
    assert [Path(fault.file).name for fault in faults_of(tmp_path)] == ["acme.toml", "empty.toml"]


@pytest.mark.parametrize("name", ["goodwe_et", "eastron_sdm630", "sunspec"])
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_damaged_map_gives_faults_and_never_an_exception(name, data):
    text = data.draw(mutated((builtin_devices() / f"{name}.toml").read_text("utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"{name}.toml").write_text(text, "utf-8")
        maps, faults = read_maps([Path(folder)])
    assert (name in maps) is not bool(faults)
    assert all(fault.file and fault.what and fault.remedy for fault in faults)
