import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pv.energy.authority import Total, settle, share_out
from models.pv.energy.rows import MEASURED, METER, RECONSTITUTED
from tests.models.pv.energy.test_energy_rows import NAN, rows

Q = 900_000


def metered(energy, status=None):
    found = rows(energy, status)
    found.basis[~np.isnan(found.energy)] = METER
    return found


def test_the_meter_is_believed_before_the_inverters():
    made = settle(rows([100.0, 200.0]), metered([98.0, 196.0]), (), 2 * Q)
    assert made.rows.energy.tolist() == [98, 196]
    assert made.rows.basis_words() == ["meter", "meter"]
    assert not made.by_ratio.any()


def test_while_the_meter_is_silent_the_inverters_stand_in_by_the_learnt_ratio():
    made = settle(rows([100.0, 200.0]), metered([98.0, NAN]), (), 2 * Q, ratio=0.98)
    assert made.rows.energy.tolist() == [98, 196]
    assert made.rows.basis_words() == ["meter", "counter"]
    assert made.by_ratio.tolist() == [False, True]


def test_without_a_ratio_the_inverters_stand_as_they_are():
    made = settle(rows([100.0]), None, (), Q)
    assert (made.rows.energy[0], made.by_ratio[0], made.rows.basis_words()) == (100, False, ["counter"])


def test_the_inverters_shape_what_the_meter_only_knows_as_a_sum():
    meter = metered([50.0, 50.0, 50.0], [MEASURED, RECONSTITUTED, RECONSTITUTED])
    made = settle(rows([51.0, 90.0, 10.0]), meter, (), 3 * Q)
    assert made.rows.energy == pytest.approx([50, 90, 10])
    assert made.rows.status_words() == ["measured"] * 3
    assert set(made.rows.basis_words()) == {"meter"}


def test_the_index_fixes_the_sum_and_the_meter_shapes_it():
    made = settle(rows([100.0] * 4), metered([90.0, 180.0, 90.0, 40.0]), [Total(0, 3 * Q, 396.0)], 4 * Q)
    assert made.rows.energy == pytest.approx([99, 198, 99, 40])
    assert made.rows.basis_words() == ["index"] * 3 + ["meter"]
    assert made.factors == pytest.approx((1.1,))


def test_what_only_the_index_knows_is_spread_by_what_was_expected():
    made = settle(rows([100.0, NAN, NAN]), None, [Total(0, 3 * Q, 400.0)], 3 * Q, expected=np.array([1.0, 2.0, 1.0]))
    assert made.rows.energy == pytest.approx([100, 200, 100])
    assert made.rows.status_words() == ["measured", "reconstituted", "reconstituted"]
    assert (made.rows.completeness == 1).all()
    assert np.isnan(made.factors[0])


def test_an_index_that_is_not_wholly_inside_is_left_out():
    made = settle(rows([100.0, 100.0]), None, [Total(-Q, Q, 500.0), Total(Q, 3 * Q, 500.0)], 2 * Q)
    assert (made.rows.energy.tolist(), made.factors) == ([100, 100], ())


@pytest.mark.parametrize("index", [[Total(0, 2 * Q, 1.0), Total(Q, 3 * Q, 1.0)], [Total(0, Q + 5, 1.0)]])
def test_an_index_that_overlaps_or_lies_off_the_rows_is_refused(index):
    with pytest.raises(ValueError, match=r"overlap|off the edges"):
        settle(rows([1.0, 1.0, 1.0]), None, index, 3 * Q)


def test_a_site_without_any_measurement_has_nothing_to_settle():
    with pytest.raises(ValueError, match="nothing"):
        settle(None, None, (), Q)


def test_the_parts_of_a_site_add_up_to_it_and_keep_their_proportions():
    site = metered([88.0, NAN])
    parts = share_out(site, [rows([60.0, 1.0]), rows([20.0, 1.0])])
    assert parts[:, 0] == pytest.approx([66, 22])
    assert np.isnan(parts[:, 1]).all()


def test_a_part_that_is_unknown_takes_what_the_others_leave():
    assert share_out(metered([100.0]), [rows([60.0]), rows([NAN])])[:, 0] == pytest.approx([60, 40])


energies = st.lists(st.one_of(st.floats(0, 1e4), st.just(NAN)), min_size=6, max_size=6)


@given(energies, energies, st.floats(0, 1e5))
@settings(max_examples=150, deadline=None)
def test_whatever_is_known_beneath_the_index_has_the_sum_and_nothing_is_negative(inverters, meter, total):
    made = settle(rows(inverters), metered(meter), [Total(Q, 5 * Q, total)], 6 * Q, ratio=0.97)
    assert made.rows.energy[1:5].sum() == pytest.approx(total)
    assert (made.rows.energy[1:5] >= 0).all()


@given(energies, energies, energies)
@settings(max_examples=150, deadline=None)
def test_parts_always_add_up_to_the_site(site, one, other):
    parts = share_out(metered(site), [rows(one), rows(other)])
    assert parts.sum(axis=0) == pytest.approx(np.array(site), nan_ok=True)
