"""The towns that come with tepos: they load, their figures say where they come from, their sums are the public ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import config
from config.tomlfile import read_toml
from config.town import Array, Status, Town

TOWNS = Path(config.__file__).parent / "towns"
FOLDERS = sorted(path.parent for path in TOWNS.glob("*/town.toml"))
MINE_DE_SOLEIL = "sas-mine-de-soleil"


@pytest.fixture(scope="module")
def loos() -> Town:
    return config.load(TOWNS / "loos-en-gohelle")


def arrays(town: Town, *owners: str) -> list[Array]:
    return [a for site in town.sites if site.owner in owners for roof in site.roofs for a in roof.arrays]


def figures(value: object) -> Iterator[dict[str, Any]]:
    """Every table of a file that has a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and "value" in value:
        yield value
    for part in inner:
        yield from figures(part)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_town_that_comes_with_tepos_loads_without_a_fault(folder):
    assert config.load(folder).devices()


@pytest.mark.parametrize("file", sorted(TOWNS.glob("*/*.toml")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_figure_has_source_and_status(file):
    found = list(figures(read_toml(file)))
    assert found
    assert all(figure["source"] and figure["status"] in set(Status) for figure in found)


def test_the_example_is_a_small_town_of_three_roofs():
    town = config.load(TOWNS / "example")
    assert sum(len(site.roofs) for site in town.sites) == 3


def test_the_church_is_as_published(loos):
    (church,) = (site for site in loos.sites if site.id == "eglise-saint-vaast")
    (array,) = church.roofs[0].arrays
    assert (array.kwp.value, str(church.commissioned), church.owner) == (35, "2013-03-08", "commune")
    assert sum(feed.strings * feed.modules_per_string for feed in array.feeds) == 152
    assert array.module.technology == "poly-si"


def test_the_eight_roofs_of_mine_de_soleil_sum_to_the_published_power_and_area(loos):
    roofs = [roof for site in loos.sites if site.owner == MINE_DE_SOLEIL for roof in site.roofs]
    assert len(roofs) == 8
    assert sum(a.kwp.value for roof in roofs for a in roof.arrays) == pytest.approx(448)
    assert sum(roof.area.value for roof in roofs if roof.area) == 2380


def test_the_base_and_lumiwatt_have_their_published_power(loos):
    assert sum(a.kwp.value for a in arrays(loos, "call")) == 83
    lumiwatt = arrays(loos, "cd2e")
    assert [a.kwp.value for a in lumiwatt] == [3] * 22
    assert {a.mount for a in lumiwatt} == {"fixed", "single-axis", "two-axis"}
    assert len({a.module.name for a in lumiwatt}) == 10


def test_what_is_not_public_is_marked_as_assumed(loos):
    every = [a for site in loos.sites for roof in site.roofs for a in roof.arrays]
    angles = [f for a in every for f in (a.surface_tilt, a.surface_azimuth, a.module.pdc0, a.module.gamma_pdc) if f]
    ratings = [i.pac_rated for site in loos.sites for i in site.inverters if i.pac_rated]
    per_roof = [a.kwp for a in arrays(loos, MINE_DE_SOLEIL)]
    assert {f.status for f in angles + ratings + per_roof} == {Status.ASSUMED}
    assert all("public" in f.source for f in angles + ratings + per_roof)


def test_the_published_powers_are_marked_as_declared(loos):
    assert {a.kwp.status for a in arrays(loos, "commune", "call", "cd2e")} == {Status.DECLARED}


def test_the_placeholder_addresses_lead_nowhere(loos):
    assert all(link.host.startswith("192.0.2.") for link in loos.links)


def test_the_town_has_about_thirty_inverters_of_several_makes_and_units_behind_gateways(loos):
    inverters = [i for site in loos.sites for i in site.inverters]
    assert len(inverters) == 30
    assert {i.map for i in inverters} == {"sunspec", "huawei_sun2000", "goodwe_dt"}
    behind = [i for i in inverters if loos.link(i.link).gateway]
    assert len(behind) > len({i.link for i in behind}) > 1


def test_every_inverter_is_fed_and_every_array_feeds(loos):
    for site in loos.sites:
        fed = {feed.inverter for roof in site.roofs for a in roof.arrays for feed in a.feeds}
        assert fed == {i.id for i in site.inverters}
        assert all(a.feeds for roof in site.roofs for a in roof.arrays)


def test_the_inverters_are_of_a_size_that_suits_their_modules(loos):
    for site in loos.sites:
        kwp = sum(a.kwp.value for roof in site.roofs for a in roof.arrays)
        kva = sum(i.pac_rated.value for i in site.inverters if i.pac_rated) / 1000
        assert 0.75 < kva / kwp < 1.1, site.id
