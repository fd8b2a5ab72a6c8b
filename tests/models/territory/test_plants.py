"""Each plant once: whatever mixture of meters, register, operator's sums, initiatives and panels speaks of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.carriers import ELECTRIC, Filiere
from models.territory.plants import Monitored, matched, production
from tests.models.territory.figures import mwh, plant, row


def pv(found) -> float:
    amount = found.of(ELECTRIC)
    return amount.mwh if amount else 0.0


def test_a_plant_that_is_monitored_and_in_the_register_counts_once_from_its_meter():
    found = production([plant("hall", 74.4, 73)], [row("r1", 66, 70), row("r2", 250, 240)])
    assert pv(found) == 73 + 240
    assert found.counted[0].same_as == "r1"


def test_the_row_that_a_person_named_is_taken_however_unlike_it_is():
    plants = [plant("hall", 74.4, 73, register_name="SALLE  Varet")]
    assert matched(plants, [row("r1", 74, 70), row("r2", 300, 290, name="Salle Varet")]) == {"hall": "r2"}


def test_a_pair_whose_dates_agree_comes_before_one_without_dates():
    plants = [plant("undated", 66, None), plant("dated", 72, 68, commissioned=date(2020, 4, 1))]
    assert matched(plants, [row("r1", 66, 70, commissioned=date(2020, 5, 4))]) == {"dated": "r1"}


def test_a_plant_connected_years_before_is_another_plant():
    plants = [plant("hall", 70, 68, commissioned=date(2020, 4, 1))]
    rows = [row("r1", 70, 60, commissioned=date(2011, 5, 1))]
    assert pv(production(plants, rows)) == 68 + 60


def test_small_plants_are_taken_out_of_the_sum_that_holds_them():
    # 5 small plants made 40 together; the church is one of them and made 32
    found = production([plant("church", 35, 32)], [row("sum", 80, 40, plants=5)])
    assert pv(found) == 40
    assert {each.id: each.made.mwh for each in found.counted} == {"church": 32, "sum": pytest.approx(8)}


def test_a_sum_of_an_operator_holds_plants_of_any_size_but_not_what_they_used_themselves():
    own = plant("base", 83, 80).made.scaled(0.25)
    found = production([plant("base", 83, 80, self_consumed=own)], [row("enedis", 0, 500, plants=9, is_sum=True)])
    # 500 injected, 60 of it by the base; it made 80
    assert pv(found) == pytest.approx(520)


def test_a_plant_built_after_the_edition_is_not_in_it():
    new = plant("new", 20, 9, commissioned=date(2025, 6, 1))
    assert pv(production([new], [row("sum", 80, 40, plants=5)], edition=date(2024, 12, 31))) == 49


def test_without_readings_the_register_tells_of_a_monitored_plant():
    found = production([plant("hall", 74, None)], [row("r1", 66, 70)])
    assert (pv(found), found.unknown) == (70, ())


def test_of_a_year_that_our_meters_hardly_know_the_register_tells():
    weeks = Monitored("hall", 74, mwh(5, completeness=0.1))
    small = Monitored("church", 35, mwh(3, completeness=0.1))
    found = production([weeks, small], [row("r1", 66, 70), row("sum", 80, 40, plants=5)])
    assert pv(found) == 110
    assert pv(production([weeks, small], [])) == 8  # where nobody else knows them, what is known


def test_a_plant_of_which_nobody_has_an_energy_is_unknown_and_not_zero():
    found = production([plant("hall", 74, None)], [row("r1", 66, None)])
    assert (found.counted, found.unknown) == ((), ("hall",))


def test_a_register_and_a_sum_of_the_same_plants_are_not_mixed():
    with pytest.raises(ValueError, match="twice"):
        production([], [row("r1", 100, 90), row("s", 0, 90, plants=None, is_sum=True)])


def test_another_filiere_is_another_plant():
    found = production([plant("hall", 74, 70)], [row("mill", 74, 200, filiere=Filiere.WIND)])
    assert pv(found) == 270


sizes = st.lists(st.sampled_from([3, 9, 20, 33, 60, 120, 240, 480, 960]), unique=True, max_size=9)


@given(sizes, st.data())
def test_any_mixture_of_sources_sums_to_the_truth(kwps, data):
    """Plants of known truth; the register has them all, tepos some; initiatives and panels point to some and add 0."""
    truth = {f"plant-{kwp}": kwp * 0.95 for kwp in kwps}
    seen = data.draw(st.sets(st.sampled_from(sorted(truth)))) if truth else set()
    ours = [plant(f"plant-{kwp}", kwp, kwp * 0.95) for kwp in kwps if f"plant-{kwp}" in seen]
    rows = [row(f"row-{kwp}", kwp, kwp * 0.95) for kwp in kwps if kwp >= 36]
    small = [kwp for kwp in kwps if kwp < 36]
    if small:
        rows.append(row("sum", sum(small), sum(small) * 0.95, plants=len(small)))
    assert pv(production(ours, rows)) == pytest.approx(sum(truth.values()))
    summed = [row("operator", 0, sum(truth.values()), plants=len(kwps), is_sum=True)] if truth else []
    assert pv(production(ours, summed)) == pytest.approx(sum(truth.values()))
    assert pv(production(ours, [])) == pytest.approx(sum(truth[name] for name in seen))
