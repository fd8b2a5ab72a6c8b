"""The ratio with its scope, not capped; and the ratios that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.carriers import Carrier, Perimeter, Ring
from models.territory.balance import RingBalance
from models.territory.coverage import Refusal, Scoped, coverage, of_ring
from tests.models.territory.figures import mwh

P = Perimeter


def ratio(made, used, supply=P.TERRITORY, needs=P.TERRITORY, **more):
    return coverage(2023, Ring.ELECTRICITY, Scoped(supply, made), Scoped(needs, used), **more)


def test_a_coverage_is_production_over_needs_and_the_gap_what_is_missing():
    found = ratio(mwh(440), mwh(20_000))
    assert (found.percent, found.gap) == (pytest.approx(2.2), 19_560)


def test_a_coverage_is_not_capped_and_a_territory_with_more_than_it_needs_is_positive():
    found = ratio(mwh(30_000), mwh(20_000))
    assert (found.percent, found.gap) == (150, -10_000)


def test_the_ninety_percent_of_the_press_is_no_result():
    """440 MWh over 489, where 489 is 440 / 0.9: the ratio would only be told again."""
    needs = mwh(489, derived_from=frozenset({"press-90-percent"}))
    found = ratio(mwh(440), needs, P.MUNICIPAL_ROOFS, P.PATRIMONY)
    assert (found.percent, found.gap, found.refused) == (None, None, Refusal.CIRCULAR)
    assert found.roots == ("press-90-percent",)


def test_one_derived_part_spoils_the_sum():
    from models.territory.amount import total

    needs = total([mwh(300), mwh(189, derived_from=frozenset({"press"}))])
    assert ratio(mwh(440), needs, P.MUNICIPAL_ROOFS, P.PATRIMONY).refused is Refusal.CIRCULAR


@pytest.mark.parametrize(
    ("supply", "needs"),
    [(P.PATRIMONY, P.TERRITORY), (P.MUNICIPAL_ROOFS, P.TERRITORY), (P.TERRITORY, P.PATRIMONY),
     (P.TERRITORY, P.MUNICIPAL_ROOFS)],
)  # fmt: skip
def test_no_municipal_figure_is_held_against_the_territory_nor_labelled_as_its(supply, needs):
    with pytest.raises(ValueError, match="not held against"):
        ratio(mwh(440), mwh(20_000), supply, needs)


def test_a_municipal_ratio_says_that_it_is_municipal():
    assert ratio(mwh(32), mwh(500), P.PATRIMONY, P.PATRIMONY).perimeter is P.PATRIMONY


@pytest.mark.parametrize(
    ("made", "used", "why"),
    [(None, mwh(1), Refusal.NO_PRODUCTION), (mwh(1), None, Refusal.NO_NEEDS), (mwh(1), mwh(0), Refusal.NO_NEEDS)],
)
def test_what_is_not_known_gives_no_ratio_and_no_zero(made, used, why):
    assert (ratio(made, used).percent, ratio(made, used).refused) == (None, why)


def test_a_ring_with_a_missing_carrier_is_partial_and_not_computable():
    ring = RingBalance(Ring.ALL_USES, mwh(29_000), mwh(440), (Carrier.OIL,))
    found = of_ring(2023, ring)
    assert (found.percent, found.refused, found.missing) == (None, Refusal.PARTIAL, (Carrier.OIL,))


energies = st.floats(0, 1e6)


@given(energies, energies, st.floats(1, 1e6))
def test_a_coverage_never_falls_when_production_rises(made, more, used):
    before, after = ratio(mwh(made), mwh(used)), ratio(mwh(made + more), mwh(used))
    assert after.percent >= before.percent
    assert after.gap <= before.gap
