"""What a view says of a store: two signs that never mix, gaps that stay gaps, a map without tiles."""

from __future__ import annotations

import pytest

from config.kwh import Step, Subject
from config.language import speaking
from dashboards.views.look import TOWN
from dashboards.views.points import by_days
from dashboards.views.production import closed_days, months, ranking, years
from dashboards.views.sites import Gives, Speaks, gives, signs, speaks
from dashboards.views.today import today
from dashboards.views.town_map import town_map
from dashboards.web import words
from tests.dashboards.web.prepared import DOUBTFUL, FIRST, GAP, TODAY, Prepared, prepared, quarter_rows


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Prepared:
    with prepared(tmp_path_factory.mktemp("views")) as made:
        yield made


def device(condition: str, role: str = "inverter") -> dict[str, str]:
    return {"condition": condition, "role": role}


def test_a_silent_inverter_sleeps_at_night_and_a_silent_meter_does_not():
    assert speaks([device("silent")], dark=True) is Speaks.ASLEEP
    assert speaks([device("silent")], dark=False) is Speaks.SILENT
    assert speaks([device("silent", "meter")], dark=True) is Speaks.SILENT
    assert speaks([device("silent"), device("answers")], dark=False) is Speaks.PARTLY
    assert speaks([], dark=False) is Speaks.NEVER


def test_what_is_not_known_is_no_performance():
    assert gives(None, 7) is Gives.UNKNOWN
    assert gives(0.5, 0) is Gives.UNKNOWN
    assert [gives(index, 7) for index in (0.95, 0.8, 0.5)] == [Gives.GOOD, Gives.LOW, Gives.POOR]


def test_the_worst_site_stands_first_and_its_two_signs_are_its_own(town):
    with town.site.look() as look:
        found = signs(look)
    assert found[0].site.id == "salle-varet"
    assert (found[0].gives, found[0].speaks) == (Gives.POOR, Speaks.ANSWERS)
    cybercoin = next(each for each in found if each.site.id == "cybercoin")
    assert (cybercoin.gives, cybercoin.speaks, cybercoin.silent) == (Gives.GOOD, Speaks.PARTLY, ("cybercoin/inv-1",))


def test_a_day_without_a_row_is_a_gap_and_an_estimated_one_is_not_sure(town):
    with town.site.look() as look:
        curve = by_days(look, Subject.TOWN, TOWN, FIRST, TODAY)
    by_day = {each.start: each for each in curve.points}
    assert len(by_day) == 41
    assert [point.missing for point in curve.points].count(True) == curve.gaps == 2  # the hole, and today
    assert curve.points[(GAP - FIRST).days].energy is None
    assert not curve.points[(DOUBTFUL - FIRST).days].sure
    assert curve.energy == pytest.approx(sum(point.energy or 0 for point in curve.points))


def test_today_counts_up_to_where_it_is_measured(town):
    with town.site.look() as look:
        now = today(look)
    assert now.until == town.clock.now
    assert now.energy is not None
    assert now.index == pytest.approx(0.98)  # the hour that is missing is missing on both sides
    assert [point.status for point in now.hours.points].count("unknown") == 1


def test_a_roof_without_an_expectation_does_not_hide_how_the_others_go(town, tmp_path):
    """The town's own rows then rest on a cloudless sky; the sites that are known are compared alone."""
    with prepared(tmp_path) as made, made.site.look() as look:
        rows = quarter_rows(made.town, Subject.TOWN)
        trackers = quarter_rows(made.town, Subject.SITE).query("subject == 'lumiwatt'")
        for each in (rows, trackers):
            look.store.write_rollups(Step.QUARTER, each.assign(expected_basis="clear_sky"))
        now = today(look)
    assert now.expected is None
    assert now.index == pytest.approx(0.98)
    assert now.judged.sites == now.sites - 1
    with speaking("fr"):
        assert words.today_sentence(now).endswith("Cela vaut pour 9 sites sur 10.")


def test_months_and_years_add_up_to_the_ranking(town):
    with town.site.look() as look:
        first, last = closed_days(look)
        plants, whole = ranking(look, first, last)
        told = months(look, Subject.SITE, "ecole-basly", 2026), years(look, Subject.SITE, "ecole-basly")
    mine = next(each for each in plants if each["subject"] == "ecole-basly")
    assert sum(each["energy_kwh"] for each in told[0]) == pytest.approx(mine["energy_kwh"])
    assert told[1][0]["energy_kwh"] == pytest.approx(mine["energy_kwh"])
    assert whole["days_closed"] == mine["days_closed"] == 39
    assert [each["final_yield_h"] for each in plants] == sorted((p["final_yield_h"] for p in plants), reverse=True)


def test_sites_without_coordinates_are_named_and_not_drawn(town):
    assert town_map(town.town) is None
    first, *rest = town.town.sites
    placed = first.model_copy(update={"latitude": 50.46, "longitude": 2.79})
    east = rest[0].model_copy(update={"latitude": 50.46, "longitude": 2.80})
    drawn = town_map(town.town.model_copy(update={"sites": (placed, east, *rest[1:])}))
    assert len(drawn.spots) == 2
    assert drawn.spots[0].x < 50 < drawn.spots[1].x
    assert all(0 <= spot.x <= 100 and 0 <= spot.y <= 100 for spot in drawn.spots)
    assert len(drawn.unknown) == len(rest) - 1
