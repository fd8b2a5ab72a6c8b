"""The roofs of the town: stages in their order, each kilowatt-hour once, and what if all schools had panels."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.territory.roof_pipeline import (
    AHEAD,
    TO_COME,
    Kind,
    Owner,
    Refused,
    Roof,
    Stage,
    Step,
    by_stage,
    checked,
    fold,
    follow,
    measured_at,
    total,
)
from models.territory.roof_scenario import DEGRADATION, scenario

DAY = date(2026, 1, 1)
SAID = {"kind": "school", "owner": "commune", "kwp": "36", "tilt": "10", "azimuth": "180", "kwh": 33_000, "light": 1080}


def spotted(roof: str = "a", /, **more) -> Roof:
    return follow(roof, None, Step.SPOT, checked(Step.SPOT, SAID | more), DAY)


def moved(roof: Roof, stage: str, on: str = "2026-06-01", **more) -> Roof:
    return follow(roof.id, roof, Step.STAGE, checked(Step.STAGE, {"stage": stage, "on": on, **more}), DAY)


def test_a_roof_goes_from_spotted_to_commissioned_with_its_dates() -> None:
    deeds = [(Step.SPOT, checked(Step.SPOT, SAID), DAY)]
    for number, stage in enumerate(AHEAD[1:], 2):
        more = {"site": "ecole-basly/roof"} if stage is Stage.COMMISSIONED else {}
        deeds.append((Step.STAGE, checked(Step.STAGE, {"stage": stage.value, "on": f"2026-0{number}-01", **more}), DAY))
    roof = fold("a", deeds)
    assert roof.stage is Stage.COMMISSIONED
    assert list(roof.dates.values()) == [date(2026, month, 1) for month in range(1, 7)]


def test_a_commissioned_roof_points_to_its_meter_and_adds_nothing_any_more() -> None:
    roof = spotted()
    assert roof.kwh_to_come == 33_000
    with pytest.raises(Refused, match="where it is measured"):
        moved(roof, "commissioned")
    running = moved(roof, "commissioned", site="ecole-basly/roof")
    assert running.kwh_to_come == 0.0
    assert measured_at([running]) == {"ecole-basly/roof": "a"}
    with pytest.raises(Refused, match="two roofs: a and b"):
        measured_at([running, moved(spotted("b"), "commissioned", site="ecole-basly/roof")])


def test_nothing_goes_back_but_what_was_set_aside_with_a_reason() -> None:
    decided = moved(spotted(), "decided")
    for wrong in ("spotted", "studied", "decided", "retired"):
        with pytest.raises(Refused, match="cannot become"):
            moved(decided, wrong, "2026-07-01")
    with pytest.raises(Refused, match="reason"):
        moved(decided, "set_aside")
    aside = moved(decided, "set_aside", reason="amiante")
    assert (aside.kwh_to_come, aside.reason) == (0.0, "amiante")
    assert moved(aside, "spotted").stage is Stage.SPOTTED
    with pytest.raises(Refused, match="is before"):
        moved(decided, "financed", "2026-05-31")


def test_a_home_has_no_name() -> None:
    assert spotted(owner="inhabitant", name="Chez Zoé").name is None
    assert spotted(name="École Basly").name == "École Basly"


def test_cost_and_financing_tell_what_nobody_has_promised() -> None:
    said = checked(Step.COST, {"euros": "40000", "sources": ["FRATRI=12000", "citoyens=20000.50"]})
    roof = follow("a", spotted(), Step.COST, said, DAY)
    assert roof.unfinanced == Decimal("7999.50")
    assert spotted().unfinanced is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({"kwp": "0"}, "kwp"), ({"tilt": 91}, "tilt"), ({"kind": "castle"}, "kind"), ({"owner": "Mme X"}, "owner"),
     ({"roofs": 1}, "no roofs"), ({"kwp": None}, "missing: kwp"), ({"name": "3 rue Basse"}, "home")],
)  # fmt: skip
def test_a_wrong_word_is_named(wrong, why) -> None:
    with pytest.raises(ValueError, match=why):
        checked(Step.SPOT, SAID | wrong)


ANY = {"stage": st.sampled_from(Stage), "kind": st.sampled_from(Kind), "owner": st.sampled_from(Owner)}
FIXED = {"tilt": st.just(10.0), "azimuth": st.just(180.0), "light": st.just(1080.0), "dates": st.just({})}
SIZES = {"kwp": st.floats(1, 100), "kwh": st.floats(500, 90_000)}
ROOFS = st.builds(Roof, id=st.uuids().map(str), **ANY, **FIXED, **SIZES)


@given(st.lists(ROOFS, max_size=12, unique_by=lambda roof: roof.id))
def test_what_is_measured_and_what_is_to_come_are_every_roof_once(roofs) -> None:
    stages = by_stage(roofs)
    assert sum(found.roofs for found in stages.values()) == len(roofs)
    coming = sum(roof.kwh_to_come for roof in roofs)
    assert coming == pytest.approx(sum(stages[stage].kwh for stage in TO_COME))
    assert total(roofs).kwp == pytest.approx(sum(roof.kwp for roof in roofs))
    found = scenario(roofs, 2027, 2030, Decimal(1000))
    assert found.kwh == pytest.approx(coming)
    assert {*found.roofs} == {roof.id for roof in roofs if roof.stage in TO_COME}


def test_all_schools_in_even_steps_the_best_first_worked_by_hand() -> None:
    good, better, hall = spotted("a"), spotted("b", kwh=36_000), spotted("c", kind="sports_hall")
    found = scenario([good, better, hall], 2027, 2028, Decimal(1000), [Kind.SCHOOL])
    assert found.roofs == ("b", "a")
    assert [(each.year, each.roofs, each.kwp) for each in found.years] == [(2027, 1, 36), (2028, 1, 36), (2029, 0, 0)]
    # 2027: nothing yet; 2028: b new; 2029: a new, b a year old.
    assert [each.kwh for each in found.years] == pytest.approx([0, 36_000, 33_000 + 36_000 * (1 - DEGRADATION)])
    assert (found.euros, found.euros_assumed) == (Decimal(72_000), Decimal(72_000))
    with pytest.raises(ValueError, match="2028 to 2027"):
        scenario([good], 2028, 2027, Decimal(1))
