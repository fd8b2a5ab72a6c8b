"""The document of the progress, on a real store and real imports: scope, source and status beside every figure."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

import config
from collector.opendata.dataset import Wanted
from collector.opendata.kept import Territory
from config.carriers import Lever
from config.kwh import Step
from config.territory import MadeByHand, Milestone, Used
from dashboards.progress.document import bar, coverages, progress
from models.territory.levers import Saving
from tests.collector.opendata import files
from tests.dashboards.progress.known_town import LOOS, NOW, PARIS, imported, site_days, stored

TOWN = config.load(LOOS)
FACTS = config.load_territory(LOOS)
C_2023, OWN = 14_000.5 + 5_000.25 + 100, 18.0
P_2023 = 32 + 73 + 80 + (190 - 32)
"""Church, Varet and the base by their meters; of the sum of small plants what is not the church."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("progress")
    store, kept = stored(folder), imported(folder)
    yield store, kept
    kept.close()
    store.close()


def told(place, facts=FACTS, **more):
    store, kept = place
    return progress(TOWN, facts, kept, store, PARIS, NOW, **more)


def ring(document, name):
    return next(each for each in document["rings"] if each["ring"] == name)


def test_the_latest_year_that_can_be_computed_is_shown(place):
    assert (told(place)["year"], told(place)["years"]) == (2023, [2020, 2022, 2023])


def test_electricity_of_the_territory_counts_each_plant_once_and_self_consumption_on_both_sides(place):
    found = ring(told(place), "electricity")
    assert found["production"]["mwh"] == pytest.approx(P_2023)
    assert found["consumption"]["mwh"] == pytest.approx(C_2023 + OWN)
    assert found["percent"] == pytest.approx(100 * P_2023 / (C_2023 + OWN), abs=1e-3)
    assert (found["perimeter"], found["status"]) == ("territory", "estimated")


def test_a_monitored_plant_of_the_register_is_marked_as_that(place):
    made = {each["id"]: each for each in told(place)["made"] if each["id"]}
    assert {name: each["in_register"] for name, each in made.items()} == {
        "eglise-saint-vaast": False, "salle-varet": True, "base-11-19": True,
    }  # fmt: skip


def test_withheld_cells_are_told_with_the_sum_they_are_missing_from(place):
    consumption = ring(told(place), "electricity")["consumption"]
    assert (consumption["gaps"], consumption["completeness"]) == (3, pytest.approx(0.75, abs=1e-3))
    industry = [use for use in told(place)["uses"] if use["sector"] == "industry"]
    assert [(use["mwh"], use["withheld"]) for use in industry] == [(None, 1)]


def test_all_uses_are_partial_and_say_what_is_missing_and_who_holds_it(place):
    found = ring(told(place), "all-uses")
    assert (found["percent"], found["refused"]) == (None, "partial")
    assert [each["carrier"] for each in found["missing"]] == ["oil", "wood", "fuel"]
    assert all("Atmo" in each["holder"] for each in found["missing"])


def test_gas_keeps_its_basis_and_counts_in_lower_heating_value(place):
    (gas,) = (use for use in told(place)["uses"] if use["carrier"] == "gas")
    assert (gas["basis"], gas["mwh"], gas["mwh_pci"]) == ("pcs", 24_000, 21_600)


def test_every_figure_carries_source_vintage_status_and_completeness(place):
    figures = [each[side] for each in (*told(place)["rings"], *told(place)["perimeters"]) for side in
               ("production", "consumption") if each[side]]  # fmt: skip
    assert figures
    assert all(f["sources"] and f["vintages"] and f["status"] and 0 < f["completeness"] <= 1 for f in figures)
    assert [source["vintage"] for source in told(place)["sources"]] == ["2026-04-30", "2023-12-31"]


def test_the_ninety_percent_of_the_press_is_a_claim_and_no_result(place):
    found = told(place, year=2020)
    municipal = [each for each in found["perimeters"] if each["perimeter"] == "municipal-roofs"]
    assert [(each["percent"], each["refused"]) for each in municipal] == [(None, "circular")]
    assert [(claim["percent"], claim["result"]) for claim in found["claims"]] == [(90, False)]
    shown = json.dumps([found["rings"], found["perimeters"], found["bar"]])
    assert '"percent": 9' not in shown


def test_no_municipal_figure_is_labelled_as_the_territory_s(place):
    for each in told(place)["perimeters"]:
        municipal = each["perimeter"] != "territory"
        made = each["production"]["mwh"] if each["production"] else None
        assert not (municipal and made == pytest.approx(P_2023))
    patrimony, roofs, territory = told(place)["perimeters"]
    assert (patrimony["production"]["mwh"], roofs["production"]["mwh"]) == (32, 105)
    assert territory["production"]["mwh"] == pytest.approx(P_2023)


def test_a_year_without_consumption_says_which_figure_is_missing(tmp_path):
    store, kept = stored(tmp_path), imported(tmp_path, consumption=False)
    found = progress(TOWN, FACTS, kept, store, PARIS, NOW)
    assert (found["bar"]["share"], found["bar"]["missing"][0]["carrier"]) == (None, "electricity")
    assert "Enedis" in found["bar"]["missing"][0]["holder"]
    assert bar(found).share is None
    kept.close()
    store.close()


def test_the_bar_has_scope_year_and_status(place):
    found = told(place)["bar"]
    assert (found["ring"], found["perimeter"], found["year"], found["status"]) == (
        "electricity", "territory", 2023, "estimated",
    )  # fmt: skip
    assert bar(told(place)).share == found["share"] == pytest.approx(P_2023 / (C_2023 + OWN))
    assert bar(None).missing


def test_without_register_the_production_is_what_is_monitored_and_says_that_more_exists(tmp_path):
    store, kept = stored(tmp_path), imported(tmp_path, register=False)
    found = ring(progress(TOWN, FACTS, kept, store, PARIS, NOW), "electricity")["production"]
    assert found["mwh"] == 185
    assert found["gaps"] >= 1
    kept.close()
    store.close()


def test_with_votes_the_trajectory_has_its_target_deviation_and_required_rhythm(place):
    def vote(year, consumption, production):
        figure = {"source": "vote", "status": "declared"}
        return Milestone.model_validate({
            "ring": "electricity", "year": year, "consumption": figure | {"value": consumption},
            "production": figure | {"value": production}, "voted": date(2021, 1, 1), "source": "délibération",
        })  # fmt: skip

    facts = FACTS.model_copy(update={"milestones": (vote(2021, 20_000, 400), vote(2031, 15_000, 3_000))})
    found = told(place, facts)
    path = next(each for each in found["trajectory"] if each["ring"] == "electricity")
    # 2023: a fifth of the way: 19 000 and 920
    target = 100 * 920 / 19_000
    assert path["deviation_points"] == pytest.approx(ring(found, "electricity")["percent"] - target, abs=0.01)
    assert path["required"][0]["growth_mwh_per_year"] == pytest.approx((3_000 - P_2023) / 8, abs=0.01)
    assert (path["enough_data"], path["rhythm"], path["reached"]) == (False, None, None)


def test_with_six_typed_years_the_rhythm_and_the_year_reached_are_told():
    figure = {"source": "a test", "vintage": date(2025, 1, 1), "status": "declared"}
    used = [
        Used.model_validate(figure | {"year": y, "carrier": "electricity", "mwh": 1_000}) for y in range(2016, 2022)
    ]
    made = [
        MadeByHand.model_validate(figure | {"year": y, "filiere": "wind", "mwh": 100 * (y - 2015)})
        for y in range(2016, 2022)
    ]
    with Territory(None) as kept:
        facts = FACTS.model_copy(update={"used": tuple(used), "made": tuple(made)})
        found = progress(TOWN, facts, kept, None, PARIS, NOW)
    path = next(each for each in found["trajectory"] if each["ring"] == "electricity")
    # each year 100 MWh more of 1 000: 600 in 2021, all of it four years later
    assert (path["rhythm"]["gap_mwh_per_year"], path["rhythm"]["years"]) == (-100, 6)
    assert path["reached"] == {"year": 2025, "earliest": 2025, "latest": 2025}
    assert (ring(found, "electricity")["percent"], ring(found, "electricity")["status"]) == (60, "declared")


def test_the_levers_are_side_by_side_with_what_was_said(place):
    found = told(
        place, savings=lambda _year: [Saving("s", Lever.SOBRIETY, 40.0, "B"), Saving("t", Lever.EFFICIENCY, 9, "D")]
    )
    rows = {row["lever"]: row for row in found["levers"]["levers"]}
    assert (rows["sobriety"]["declared_mwh"], rows["efficiency"]["not_summed_mwh"]) == (40, 9)


def test_matching_is_modelled_and_names_its_step(tmp_path):
    store, kept = stored(tmp_path), imported(tmp_path)
    start = datetime(2023, 1, 1, tzinfo=UTC)
    lines = [
        f"32;Hauts-de-France;Données définitives;;;{start + n * timedelta(minutes=30):%Y-%m-%dT%H:%M:%S+00:00};5000;"
        f"1000;3000;;{100 if n % 48 > 24 else 0};0;;0;;;;"
        for n in range(17_520)
    ]
    kept.add(files.written(tmp_path, "\n".join([files.ECOMIX_HEAD, *lines])), Wanted(files.LOOS), NOW)
    found = progress(TOWN, FACTS, kept, store, PARIS, NOW)["matching"]
    assert (found["step_minutes"], found["modelled"], found["status"]) == (30, True, "modelled")
    # production is always below the load: what is met is the annual ratio; of the rest three quarters and more is clean
    assert found["self_sufficiency"] == pytest.approx(found["annual_ratio"], abs=1e-3)
    assert 0.75 < found["carbon_free"] < 0.78
    kept.close()
    store.close()


def test_buildings_are_the_denominator_of_the_patrimony(tmp_path):
    example = config.load_territory(LOOS.parent / "example")
    school = example.buildings[0].model_copy(update={"consumed": ()})
    facts = FACTS.model_copy(update={"buildings": (school,)})
    store = stored(tmp_path)
    with Territory(tmp_path / "t.db") as kept:
        months = "\n".join(f"ecole;2023-{n:02d};electricite;10000" for n in range(1, 13))
        text = f"batiment;mois;energie;kwh\n{months}"
        kept.add(files.written(tmp_path, text), Wanted(files.LOOS), NOW)
        found = progress(TOWN, facts, kept, store, PARIS, NOW, year=2023)
    patrimony, roofs, _territory = found["perimeters"]
    # 12 months of 10 MWh; the church made 32, church and Varet 105
    assert (patrimony["percent"], roofs["percent"]) == pytest.approx((100 * 32 / 120, 100 * 105 / 120), abs=1e-3)
    assert found["buildings"][0]["used"]["electricity"] == {"kwh": 120_000, "months": 12}
    assert found["buildings"][0]["kwh_per_m2"] is None  # its gas is not known
    store.close()


def test_a_year_that_nobody_knows_is_refused(place):
    with pytest.raises(ValueError, match="1999"):
        told(place, year=1999)


def test_without_anything_the_document_says_so(tmp_path):
    with Territory(None) as kept:
        found = progress(TOWN, FACTS.model_copy(update={"used": ()}), kept, None, PARIS, NOW)
    assert (found["year"], found["rings"], found["bar"]["share"]) == (None, [], None)


def test_grafana_is_told_every_coverage_of_every_year(place):
    store, kept = place
    found = coverages(TOWN, FACTS, kept, store, PARIS, NOW)
    assert len(found) == 3 * 5


def test_municipal_meters_with_a_curve_are_matched_with_municipal_roofs_as_measured(tmp_path):
    example = config.load_territory(LOOS.parent / "example")
    roof = tuple(plant for plant in FACTS.plants if plant.site == "eglise-saint-vaast")
    facts = FACTS.model_copy(update={"buildings": example.buildings, "plants": roof})
    store = stored(tmp_path)
    first = 1_704_063_600_000  # 2024 begins in Paris: the curve knows its first and its third half-hour
    quarters = site_days("eglise-saint-vaast", 1.0, date(2024, 1, 1), date(2024, 1, 6))
    quarters = quarters.assign(
        time=[first + n * 900_000 for n in range(6)], energy=[300.0, 300.0, 0.0, 0.0, 400.0, 300.0]
    )
    store.write_rollups(Step.QUARTER, quarters)
    with Territory(tmp_path / "t.db") as kept:
        kept.add(files.written(tmp_path, files.curve()), Wanted(files.LOOS, building="ecole"), NOW)
        found = progress(TOWN, facts, kept, store, PARIS, NOW, year=2024)["measured_matching"]
    # load 1 000 and 500 Wh, made 600 and 700: met 600 + 500 of 1 500
    assert (found["steps"], found["modelled"], found["status"]) == (2, False, "measured")
    assert found["self_sufficiency"] == pytest.approx(1100 / 1500, abs=1e-4)
    assert (found["step_minutes"], found["buildings"], found["of_buildings"]) == (30, 1, 1)
    store.close()
