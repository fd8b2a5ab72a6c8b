import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import config
from tests.config.mutation import mutated

EXAMPLE = (Path(config.__file__).parent / "towns/example/town.toml").read_text("utf-8")


def faults_of(path: Path) -> list[config.Fault]:
    with pytest.raises(config.ConfigError) as caught:
        config.load(path)
    return caught.value.faults


def test_a_sound_town_gives_its_devices_links_and_maps(town):
    loaded = config.load(town())
    assert set(loaded.devices()) == {"mairie/inv-1", "ecole/inv-1", "ecole/inv-2", "ecole/compteur"}
    assert set(loaded.maps) == {"sunspec", "goodwe_dt", "eastron_sdm630"}
    assert (loaded.link("mairie").poll_period, loaded.link("ecole").poll_period) == (10.0, 60.0)
    assert loaded.simulated is False


def test_all_faults_of_all_files_are_reported_in_one_go(town):
    folder = town(
        ('"Europe/Paris"', '"Mars/Base"'),
        ('host = "192.0.2.2"', 'host = "192.0.2.1"'),
        ("gap = 0.1", "gapp = 0.1"),
        ("{ value = 9.6,", "{ value = 1,"),
        ('map = "sunspec"', 'map = "sunspek"'),
        ('inverter = "inv-2", input = 2', 'inverter = "inv-9", input = 2'),
        ('measures = "production"', 'measures = "all"'),
    )
    (folder / "territory.toml").write_text("area = { value = 1 }")
    (folder / "contracts.toml").write_text("a = ")
    (folder / "devices").mkdir()
    (folder / "devices/acme.toml").write_text("name = 'acme'")
    told = {(Path(fault.file).name, fault.key) for fault in faults_of(folder)}
    assert told >= {
        ("town.toml", "place.tz"),
        ("town.toml", "links[1] (ecole).host"),
        ("town.toml", "links[1] (ecole).gapp"),
        ("town.toml", "sites[0] (mairie).roofs[0] (toit-sud).arrays[0] (sud).kwp"),
        ("town.toml", "sites[0] (mairie).inverters[0] (inv-1).map"),
        ("town.toml", "sites[1] (ecole).roofs[1] (ouest).arrays[0] (ouest).feeds[1].inverter"),
        ("town.toml", "sites[1] (ecole).meters[0] (compteur).measures"),
        ("territory.toml", "area.source"),
        ("territory.toml", "area.status"),
        ("contracts.toml", ""),
        ("acme.toml", "role"),
    }


def test_a_fault_reads_as_file_key_what_and_remedy(town):
    folder = town(("gap = 0.1", "gapp = 0.1"))
    with pytest.raises(config.ConfigError) as caught:
        config.load(folder)
    line = f'{folder}/town.toml: links[1] (ecole).gapp: there is no such key here -> did you mean "gap"?'
    assert str(caught.value) == line


@pytest.mark.parametrize("line", ["simulated = true", "simulated = false", "[maps.sunspec]\nname = 'x'"])
def test_what_only_the_program_knows_cannot_be_written_in_a_file(faults, line):
    (fault,) = faults(("[place]", f"{line}\n\n[place]"))
    assert fault.key in ("simulated", "maps")


@pytest.mark.parametrize(("name", "words"), [("nowhere", "no such folder"), ("town.toml", "this is a file")])
def test_a_path_that_is_no_town_is_told(town, name, words):
    (fault,) = faults_of(town() / name)
    assert words in fault.what


def test_a_folder_without_town_toml_is_told(tmp_path):
    (fault,) = faults_of(tmp_path)
    assert (fault.file, fault.what) == (str(tmp_path / "town.toml"), "there is no such file")


def test_a_file_whose_name_is_almost_right_is_told(town):
    folder = town()
    (folder / "teritory.toml").write_text("")
    (fault,) = faults_of(folder)
    assert (fault.file, fault.remedy) == (str(folder / "teritory.toml"), 'did you mean "territory.toml"?')


def test_faults_are_told_in_french_to_a_french_reader(town, monkeypatch):
    english = faults_of(town(("gap = 0.1", "gapp = 0.1")))[0]
    monkeypatch.setenv("TEPOS_LANG", "fr")
    assert faults_of(town(("gap = 0.1", "gapp = 0.1")))[0].key == english.key


def only_faults_come_out(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "town.toml").write_bytes(raw)
        told: list[config.Fault] | None = None
        try:
            config.load(Path(folder))
        except config.ConfigError as error:
            told = error.faults
        assert told is None or (told and all(fault.file and fault.what and fault.remedy for fault in told))


@settings(deadline=None)
@given(mutated(EXAMPLE))
def test_a_damaged_town_file_gives_faults_and_never_another_exception(text):
    only_faults_come_out(text.encode("utf-8"))


@settings(deadline=None)
@given(st.integers(0, len(EXAMPLE.encode()) - 1), st.binary(min_size=1, max_size=3))
def test_foreign_bytes_in_a_town_file_give_faults_and_never_another_exception(at, junk):
    raw = EXAMPLE.encode()
    only_faults_come_out(raw[:at] + junk + raw[at + 1 :])
