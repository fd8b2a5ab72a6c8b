"""The drawing of the council's milestones: the straight line between them, and years of which nothing is known."""

from __future__ import annotations

from dashboards.views.trajectory import trajectory


def milestone(year: int, made: float, used: float) -> dict[str, float]:
    return {"year": year, "production_mwh": made, "consumption_mwh": used, "percent": 100 * made / used}


VOTED = [milestone(2020, 100, 1000), milestone(2030, 400, 800)]
SEEN = [{"year": 2020, "percent": 9.0}, {"year": 2022, "percent": 12.0}]


def test_between_milestones_the_aim_is_that_of_energies_on_a_straight_line() -> None:
    found = trajectory({"milestones": VOTED, "observed": SEEN})
    assert found is not None
    assert found.years == (2020, 2021, 2022, 2030)
    assert found.aim == (10.0, round(100 * 130 / 980, 3), round(100 * 160 / 960, 3), 50.0)
    assert found.milestones == (10.0, None, None, 50.0)


def test_a_year_without_data_between_two_that_are_known_is_a_gap_and_never_0() -> None:
    found = trajectory({"milestones": VOTED, "observed": SEEN})
    assert found is not None
    assert found.observed == (9.0, None, 12.0, None)
    assert found.gaps == (2021,)


def test_without_a_vote_there_is_no_aim_and_without_anything_no_drawing() -> None:
    found = trajectory({"milestones": [], "observed": SEEN})
    assert found is not None
    assert found.aim == (None, None, None)
    assert trajectory({"milestones": [], "observed": []}) is None
