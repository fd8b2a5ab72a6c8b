"""What effects count for: once, by hand-worked figures, and never more than there was."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.territory.initiatives.counted import Why, counted
from models.territory.initiatives.effect import Effect, effect_of
from models.territory.initiatives.words import Carrier, Confidence, Lever, Method, Perimeter
from tests.models.territory.initiatives.deeds import EFFECT


def effect(initiative: str = "FF-1", **more) -> Effect:
    said = {**EFFECT, **more}
    return effect_of(initiative, {name: value for name, value in said.items() if value is not None})


def test_efficiency_and_sobriety_of_one_building_multiply() -> None:
    # C0 = 1000, e = 0.4, s = 0.5: 1000·[1 − 0.6·0.5] = 700, not 900; efficiency 400, sobriety 600·0.5 = 300.
    both = [effect(), effect("FF-2", effect="less", lever="sobriety", kwh=500)]
    found = counted(both, 2026)
    assert found.saved().kwh == pytest.approx(700)
    assert found.saved(Lever.EFFICIENCY).kwh == pytest.approx(400)
    assert found.saved(Lever.SOBRIETY).kwh == pytest.approx(300)


def test_what_is_made_adds_nothing_here_and_names_its_plant() -> None:
    built = effect(lever="renewable", plant="ecole-lamendin/roof", kwh=30_000, baseline_kwh=None)
    found = counted([built], 2026)
    assert (found.saved().kwh, found.plants, found.left[0].why) == (0.0, ("ecole-lamendin/roof",), Why.PRODUCTION)


def test_what_is_only_said_is_shown_and_not_summed() -> None:
    found = counted([effect(method="said", subject=None, baseline_kwh=None)], 2026)
    assert (found.saved().kwh, found.left[0].why, found.left[0].kwh) == (0.0, Why.ONLY_SAID, 400)


def test_two_initiatives_on_one_line_count_once_and_the_better_known_one() -> None:
    measured = effect("FF-9", method="measured", kwh=300)
    found = counted([effect(), measured], 2026)
    assert (found.saved().kwh, found.left[0].initiative, found.left[0].why) == (300, "FF-1", Why.SAME_LINE)


def test_without_a_baseline_two_levers_cannot_be_joined_and_only_one_counts() -> None:
    found = counted([effect(baseline_kwh=None), effect("FF-2", lever="sobriety", effect="s", kwh=50)], 2026)
    assert [(line.initiative, line.saved.kwh) for line in found.lines] == [("FF-1", 400)]
    assert found.left[0].why is Why.NO_BASELINE


def test_the_interval_is_that_of_the_class_where_an_effect_says_none() -> None:
    for method, low, high in (("measured", 360, 440), ("bills", 320, 480), ("calculated", 240, 560)):
        saved = counted([effect(method=method)], 2026).saved()
        assert (saved.low, saved.high) == pytest.approx((low, high))


def test_an_effect_decays_and_ends() -> None:
    old = effect(start="2024-01-01", lifetime=3, decay=0.1)
    assert old.share_of(2024) == pytest.approx(0.9**0.5, rel=1e-3)
    assert old.share_of(2026) == pytest.approx(0.9**2.5, rel=1e-3)
    assert (old.share_of(2023), old.share_of(2027)) == (0.0, 0.0)
    assert effect(start="2026-07-02").share_of(2026) == pytest.approx(183 / 365)
    assert counted([old], 2027).left[0].why is Why.NOT_THEN


def test_a_promise_is_shown_and_not_summed() -> None:
    found = counted([], 2026, [effect()])
    assert (found.saved().kwh, found.left[0].why, found.left[0].kwh) == (0.0, Why.NOT_REALISED, 400)


def test_the_patrimony_is_part_of_the_territory() -> None:
    found = counted([effect(), effect("FF-2", subject="home-12", perimeter="territory")], 2026)
    assert found.saved(perimeter=Perimeter.PATRIMONY).kwh == 400
    assert found.saved(perimeter=Perimeter.TERRITORY).kwh == 800


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"kwh": 1200}, "exceed"),
        ({"method": "said", "confidence": "A"}, "class D at best"),
        ({"low": 500}, "do not follow"),
        ({"plant": "x"}, "not to a plant"),
        ({"method": "measured", "baseline_kwh": None}, "subject and baseline"),
        ({"baseline_from": "2025-01-01"}, "together"),
    ],
)
def test_an_effect_that_contradicts_itself_is_refused(wrong, why) -> None:
    with pytest.raises(ValueError, match=why):
        effect(**wrong)


EFFECTS = st.builds(
    Effect,
    id=st.sampled_from("abcd"), initiative=st.sampled_from(["FF-1", "FF-2", "FF-3"]), lever=st.sampled_from(Lever),
    carrier=st.just(Carrier.GAS), perimeter=st.just(Perimeter.PATRIMONY), subject=st.sampled_from(["hall", "school"]),
    plant=st.none(), kwh=st.floats(0, 1000), low=st.none(), high=st.none(), baseline_kwh=st.just(1000.0),
    baseline=st.none(), method=st.just(Method.BILLS), confidence=st.sampled_from(Confidence),
    start=st.dates(date(2024, 1, 1), date(2027, 1, 1)), lifetime=st.integers(1, 5), decay=st.floats(0, 0.5),
)  # fmt: skip


@given(st.lists(EFFECTS, max_size=8, unique_by=lambda each: (each.initiative, each.id)), st.randoms())
def test_no_mixture_of_effects_saves_more_than_there_was_or_counts_by_its_order(effects, random) -> None:
    found = counted(effects, 2026)
    shuffled = random.sample(effects, len(effects))
    assert counted(shuffled, 2026).saved().kwh == pytest.approx(found.saved().kwh)
    assert counted([*effects, *effects], 2026).saved().kwh == pytest.approx(found.saved().kwh)
    assert found.saved().kwh <= 2 * 1000.0 + 1e-6
    assert len(found.lines) + len(found.left) == len(effects)
    assert found.saved(Lever.RENEWABLE).kwh == 0.0
