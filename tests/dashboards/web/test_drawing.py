"""Shapes of charts: round axes, nothing outside of the box, gaps as gaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from config.kwh import Step
from dashboards.views.points import Curve, Point
from dashboards.web.drawing import HEIGHT, WIDTH, bars, ceiling, lines

ENERGY = st.none() | st.floats(0, 1e7)


@given(st.floats(1e-6, 1e9))
def test_the_axis_is_round_and_just_above_the_highest(highest):
    up = ceiling(highest)
    assert up[-1] == 0
    assert up[0] >= highest * (1 - 1e-6)
    assert up[0] <= highest * 2 + 1e-9
    assert 2 <= len(up) <= 6


@given(st.lists(st.tuples(ENERGY, ENERGY), max_size=60))
def test_bars_stay_in_the_box_and_what_is_missing_is_a_gap_of_full_height(values):
    curve = Curve(
        Step.DAY, tuple(Point(n, energy, expected, status="measured") for n, (energy, expected) in enumerate(values))
    )
    drawn = bars(curve, lambda point: "", ())
    assert [bar.value for bar in drawn.bars] == [energy for energy, _expected in values]
    for bar in drawn.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= -0.01
        assert bar.y + bar.height <= HEIGHT + 0.02
        assert (bar.kind == "gap") == (bar.value is None)
        assert bar.kind != "gap" or bar.height == HEIGHT


def test_a_line_is_broken_where_nothing_is_known():
    drawn = lines([("measured", [1.0, 2.0, None, 3.0, 4.0])], [0, 0.25, 0.5, 0.75, 1], ())
    assert drawn.lines[0].path.count("M") == 2
    assert drawn.lines[0].path.count("L") == 2


def test_an_estimated_figure_has_a_pattern_of_its_own():
    made = [Point(0, 1.0, status="measured"), Point(1, 1.0, status="estimated"), Point(2, 1.0, status="partial")]
    assert [bar.kind for bar in bars(Curve(Step.DAY, tuple(made)), lambda _p: "", ()).bars] == [
        "sure",
        "unsure",
        "unsure",
    ]
