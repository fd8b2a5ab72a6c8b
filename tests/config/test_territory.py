"""The territory's file: what it says, what it refuses, and that a private number is never shown."""

from pathlib import Path

import pytest

import config
from config.carriers import Perimeter, Ring
from config.territory import Territory

TOWNS = Path(config.__file__).parent / "towns"
EXAMPLE = (TOWNS / "example" / "territory.toml").read_text("utf-8")


@pytest.fixture
def faults(town):
    def told(*edits):
        text, folder = EXAMPLE, town()
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / "territory.toml").write_text(text, "utf-8")
        with pytest.raises(config.ConfigError) as caught:
            config.load(folder)
        return [(Path(fault.file).name, fault.key) for fault in caught.value.faults]

    return told


def test_of_loos_only_public_facts_stand_there_and_who_holds_the_rest():
    loos = config.load_territory(TOWNS / "loos-en-gohelle")
    assert loos.milestones == ()
    assert {aim.ring for aim in loos.aims} == {Ring.ALL_USES, Ring.ELECTRICITY}
    assert len(loos.missing) == 8
    assert [claim.perimeter for claim in loos.claims] == [Perimeter.MUNICIPAL_ROOFS]


def test_only_the_church_belongs_to_the_patrimony_of_loos():
    loos = config.load_territory(TOWNS / "loos-en-gohelle")
    assert [plant.site for plant in loos.plants if plant.financed == "commune"] == ["eglise-saint-vaast"]
    assert sum(plant.municipal_roof for plant in loos.plants) == 8


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('carrier = "oil"', 'carrier = "oill"', "used[0].carrier"),
        ('site = "mairie"', 'site = "marie"', "plants[0].site"),
        ("vintage = 2025-02-01", "vintage = 2025-02-01\nderived_from = ['nowhere']", "used[0].derived_from"),
        ("year = 2050", "year = 2025", "milestones[1]"),
        ("ended = 2023-08-30", "ended = 2023-07-01", "buildings[0] (ecole).renovations[0] (isolation-combles).ended"),
        ("reference = [2004, 2023]", "reference = [2023, 2004]", "climate.reference"),
        ("mwh = 2_400", "mwh = -1", "used[0].mwh"),
        ("surface =", "surfasse =", "buildings[0] (ecole).surfasse"),
    ],
)
def test_each_fault_is_told_with_its_file_and_key(faults, old, new, key):
    assert ("territory.toml", key) in faults((old, new))


def test_a_delivery_point_belongs_to_one_building(faults):
    prm = 'prm = { electricity = "09876543210987" }'
    other = f'[[buildings]]\nid = "mairie"\nname = "Mairie"\ncarriers = ["electricity"]\n{prm}\n'
    found = faults((f"# {prm}", prm), ("[[buildings]]", f"{other}\n[[buildings]]"))
    assert found == [("territory.toml", "buildings[0] (mairie).prm"), ("territory.toml", "buildings[1] (ecole).prm")]


def test_the_number_of_a_delivery_point_is_not_shown_with_its_building(town):
    folder = town()
    (folder / "territory.toml").write_text(EXAMPLE.replace("# prm", "prm"), "utf-8")
    building = config.load_territory(folder).buildings[0]
    assert building.prm
    assert "09876543210987" not in repr(building) + str(building)


def test_a_town_without_the_file_is_a_territory_of_which_nothing_is_known(town):
    assert config.load_territory(town()) == Territory()


@pytest.mark.parametrize("name", ["territory.toml", "contracts.toml"])
def test_a_key_that_nobody_reads_is_told(town, name):
    folder = town()
    (folder / name).write_text('[energy]\nbill = { value = 14e6, source = "cd2e.com", status = "declared" }\n')
    with pytest.raises(config.ConfigError) as caught:
        config.load(folder)
    (fault,) = caught.value.faults
    assert (fault.file, fault.key) == (str(folder / name), "energy")


def test_an_empty_file_beside_the_town_is_sound(town):
    folder = town()
    (folder / "territory.toml").write_text("")
    assert config.load(folder).place.name
