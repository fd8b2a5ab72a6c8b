"""Each open-data file in each of its dialects, and each of its traps."""

from datetime import date
from itertools import pairwise

import pytest

from collector.imports.faults import ImportRefused
from collector.opendata.dataset import Wanted
from collector.opendata.kept import Territory
from config.carriers import Basis, Carrier, Filiere, Sector
from tests.collector.opendata import files

NOW = 1_780_000_000_000  # May 2026
LOOS = Wanted(files.LOOS)
SCHOOL = Wanted(files.LOOS, building="ecole", prm="09876543210987")


@pytest.fixture
def kept(tmp_path):
    with Territory(tmp_path / "territory.db") as opened:
        yield opened


@pytest.fixture
def brought(kept, tmp_path):
    """Imports a text; gives the batch and what was seen on the way."""

    def bring(text, wanted=LOOS, **more):
        return kept.add(files.written(tmp_path, text, **more), wanted, NOW)

    return bring


def facts(kept, *datasets):
    return [fact for _batch, fact in kept.facts(datasets)]


@pytest.mark.parametrize("labels", [True, False], ids=["labels", "snake_case"])
def test_both_dialects_of_ore_say_the_same(kept, brought, labels):
    batch, seen = brought(files.ore(labels))
    found = facts(kept, "ore")
    of_2023 = [fact.mwh for fact in found if fact.carrier is Carrier.ELECTRICITY and fact.year == 2023 and fact.mwh]
    assert (batch.dataset, batch.years, seen.lines) == ("ore", (2022, 2023), 6)
    assert sum(of_2023) == pytest.approx(14_000.5 + 5_000.25 + 100)


def test_electricity_and_gas_are_told_apart_and_gas_keeps_its_basis(kept, brought):
    brought(files.ore())
    (gas,) = (fact for fact in facts(kept, "ore") if fact.carrier is Carrier.GAS)
    assert (gas.mwh, gas.basis, gas.sector) == (24_000, Basis.PCS, Sector.RESIDENTIAL)


def test_a_withheld_cell_is_a_gap_and_not_zero(kept, brought):
    batch, _seen = brought(files.ore())
    industry = [fact for fact in facts(kept, "ore") if fact.sector is Sector.INDUSTRY]
    assert [fact.mwh for fact in industry] == [None]
    assert batch.withheld == 1 + 2  # the empty cell, and two inside of another one's sum


def test_a_code_in_another_column_is_not_the_commune(kept, brought):
    assert brought(files.ore())[1].others == ["62498"]
    assert all(fact.mwh != 60_000 for fact in facts(kept, "ore"))


def test_one_year_can_be_asked_for(kept, brought):
    brought(files.ore(), Wanted(files.LOOS, 2022))
    assert {fact.year for fact in facts(kept, "ore")} == {2022}


def test_the_trailing_underscore_and_the_iris_file_of_enedis_are_read(kept, brought):
    text = "annee;code_iris;code_grand_secteur;conso_totale_mwh_;nb_sites\n"
    text += f"2023;{files.LOOS}0101;RESIDENTIEL;7000;1500\n2023;{files.LOOS}0102;RESIDENTIEL;7100;1400\n"
    batch, _seen = brought(text)
    assert (batch.dataset, sum(fact.mwh for fact in facts(kept, "enedis-consumption"))) == (
        "enedis-consumption",
        14_100,
    )


def test_the_archive_of_the_old_method_has_a_reader(kept, brought):
    text = f"operateur;filiere;annee;code_commune;consototale\nEnedis;Electricité;2015;{files.LOOS};21000\n"
    assert brought(text)[0].dataset == "ore-archive"
    assert [fact.mwh for fact in facts(kept, "ore-archive")] == [21_000]


def test_two_files_about_one_year_do_not_count_twice(kept, brought):
    brought(files.ore())
    brought(
        f"annee;code_commune;code_grand_secteur;conso_totale_mwh\n2023;{files.LOOS};RESIDENTIEL;14000\n", name="b.csv"
    )
    found = [f for f in facts(kept, "ore", "enedis-consumption") if f.carrier is Carrier.ELECTRICITY and f.year == 2023]
    assert sum(fact.mwh or 0 for fact in found) == pytest.approx(19_100.75)


REGISTERED = Wanted(files.LOOS, edition=date(2023, 12, 31))


@pytest.mark.parametrize("old", [False, True], ids=["lower", "camelCase"])
def test_both_column_styles_of_the_register_say_the_same(kept, brought, old):
    brought(files.register(old), REGISTERED)
    found = facts(kept, "register")
    assert [(f.kw, f.plants, f.mwh, f.own) for f in found] == [
        (72, 1, 70, None), (300, 80, 190, None), (80, 1, 78, 18), (100, 1, None, None),
    ]  # fmt: skip
    assert {fact.filiere for fact in found} == {Filiere.PHOTOVOLTAIC}


def test_zero_in_the_register_is_not_declared(kept, brought):
    batch, _seen = brought(files.register(), REGISTERED)
    assert batch.withheld == 1


def test_the_date_of_a_sum_of_small_plants_means_nothing(kept, brought):
    brought(files.register(), REGISTERED)
    assert [f.commissioned for f in facts(kept, "register")][:2] == [date(2020, 5, 4), None]


def test_the_register_is_of_the_year_in_which_most_of_its_twelve_months_lie(kept, brought):
    brought(files.register(), Wanted(files.LOOS, edition=date(2024, 1, 31)))
    assert {fact.year for fact in facts(kept, "register")} == {2023}


def test_the_register_does_not_say_its_own_date(brought):
    with pytest.raises(ImportRefused, match="--edition"):
        brought(files.register())


def test_waste_is_told_apart_from_other_bioenergy(kept, brought):
    rows = [f"A;;{files.LOOS};L;;Bioénergies;{fuel};;5000;1;9000000;0" for fuel in ("Déchets ménagers", "Biogaz")]
    brought("\n".join([files.REGISTER_NEW, *rows]), REGISTERED)
    assert [fact.filiere for fact in facts(kept, "register")] == [Filiere.WASTE, Filiere.BIOENERGY]


def test_production_of_the_commune_is_summed_over_voltages_with_its_gap(kept, brought):
    brought(files.PRODUCTION)
    found = facts(kept, "enedis-production")
    assert [(f.filiere, f.mwh, f.plants, f.is_sum) for f in found] == [
        (Filiere.PHOTOVOLTAIC, 190.5, 80, True), (Filiere.PHOTOVOLTAIC, None, 10, True),
    ]  # fmt: skip


def test_of_ecomix_the_definitive_half_hour_holds_and_the_clock_change_doubles_nothing(kept, brought):
    batch, _seen = brought(files.ECOMIX)
    rows = kept.half_hours(0, NOW)
    assert [row[1] for row in rows] == [5000, 4800, 4700]
    assert [after[0] - before[0] for before, after in pairwise(rows)] == [1_800_000 * 2] * 2
    assert batch.rows == 4


def test_a_word_in_a_column_of_ecomix_is_unknown_and_not_zero(kept, brought):
    lines = files.ECOMIX.splitlines()
    brought("\n".join([lines[0], lines[2]]) + "\n")
    assert kept.half_hours(0, NOW)[0][4] is None


def test_a_time_without_offset_is_refused(brought):
    with pytest.raises(ImportRefused, match="twice in autumn"):
        brought(files.ECOMIX.replace("+00:00", ""))


@pytest.mark.parametrize("minutes", ["30", ""])
def test_a_stamp_of_a_curve_is_the_end_of_its_step_and_an_empty_value_a_gap(kept, brought, minutes):
    batch, _seen = brought(files.curve(minutes=minutes), SCHOOL)
    rows = [(start, wh) for _b, _c, start, _end, wh, _basis, _n in kept.metered("ecole")]
    assert rows == [(1704063600000, 1000), (1704067200000, 500)]
    assert batch.withheld == 1


def test_an_index_gives_what_it_gained_and_nothing_over_a_change_of_meter(kept, brought):
    _batch, seen = brought(files.index(), SCHOOL)
    assert [row[4] for row in kept.metered("ecole")] == [20_000, 30_000, 9_000]
    assert "another meter" in seen.notes[0]


def test_days_and_months_of_a_building_are_read(kept, brought):
    brought(files.DAILY, SCHOOL)
    brought(files.MONTHLY, name="months.csv")
    found = kept.metered("ecole")
    assert [(row[1], row[4], row[5]) for row in found] == [
        ("electricity", 48_000, "pci"), ("electricity", 50_000, "pci"), ("gas", 12_000_000, "pcs"),
    ]  # fmt: skip


def test_the_number_of_a_delivery_point_is_kept_nowhere(kept, brought, tmp_path):
    batch, _seen = brought(files.curve(), SCHOOL, name="Enedis_Conso_09876543210987.csv")
    assert batch.file == "Enedis_Conso_….csv"
    kept.close()
    assert all(b"09876543210987" not in path.read_bytes() for path in tmp_path.glob("territory.db*"))


def test_a_file_about_another_meter_is_refused_without_showing_its_number(brought):
    with pytest.raises(ImportRefused, match="another delivery point") as caught:
        brought(files.curve(), Wanted(files.LOOS, building="ecole", prm="11111111111111"))
    assert "0987" not in str(caught.value)


def test_a_file_of_production_is_no_consumption(brought):
    with pytest.raises(ImportRefused, match="import production"):
        brought(files.curve("Production"), SCHOOL)


def test_days_of_a_station_with_both_extremes_are_kept(kept, brought):
    brought(files.DEGREE_DAYS, Wanted(files.LOOS, station=files.STATION))
    assert kept.weather_days(files.STATION) == [(date(2024, 1, 1), 2.0, 10.0)]


def test_tenths_of_a_degree_are_refused(brought):
    text = files.DEGREE_DAYS.replace(";2.0;10.0", ";20;1000")
    with pytest.raises(ImportRefused, match="tenths"):
        brought(text, Wanted(files.LOOS, station=files.STATION))
