import numpy as np
import pytest

from models.pv.energy.rows import (
    COUNTER,
    ESTIMATED,
    MEASURED,
    NO_BASIS,
    PARTIAL,
    POWER,
    RECONSTITUTED,
    UNKNOWN,
    EnergyRows,
    add_up,
)

NAN = float("nan")


def rows(energy, status=None, basis=None, completeness=None, times=None):
    n = len(energy)
    unknown = np.isnan(energy)
    return EnergyRows(
        np.arange(n, dtype=np.int64) * 900_000 if times is None else np.array(times, dtype=np.int64),
        np.array(energy, float),
        np.array(np.where(unknown, UNKNOWN, MEASURED) if status is None else status, np.int8),
        np.array(np.where(unknown, NO_BASIS, COUNTER) if basis is None else basis, np.int8),
        np.array(np.where(unknown, 0.0, 1.0) if completeness is None else completeness, float),
    )


def test_the_inverters_of_a_roof_add_up():
    made = add_up([rows([1.0, 2.0]), rows([10.0, 20.0])])
    assert made.energy.tolist() == [11, 22]
    assert (made.status_words(), made.basis_words()) == (["measured"] * 2, ["counter"] * 2)


def test_the_worst_status_and_the_lowest_basis_of_several_holds():
    made = add_up(
        [rows([1.0, 1.0], [RECONSTITUTED, MEASURED]), rows([1.0, 1.0], [ESTIMATED, MEASURED], [POWER, COUNTER])]
    )
    assert made.status_words() == ["estimated", "measured"]
    assert made.basis_words() == ["power", "counter"]


def test_a_sum_of_which_a_part_is_unknown_is_partial_and_weighed_by_what_was_expected():
    made = add_up([rows([30.0, NAN]), rows([NAN, NAN])], expected=np.array([[30.0, 30.0], [10.0, 10.0]]))
    assert made.energy[0] == 30
    assert np.isnan(made.energy[1])
    assert made.status.tolist() == [PARTIAL, UNKNOWN]
    assert made.completeness.tolist() == [0.75, 0]
    assert made.basis_words() == ["counter", "none"]


def test_at_night_parts_are_weighed_by_their_capacity():
    made = add_up([rows([0.0]), rows([NAN])], expected=np.zeros((2, 1)), capacity=np.array([9.0, 1.0]))
    assert made.completeness[0] == pytest.approx(0.9)


def test_a_part_of_which_nothing_was_expected_is_not_missed():
    made = add_up([rows([30.0]), rows([NAN])], expected=np.array([[30.0], [0.0]]))
    assert (made.status_words(), made.completeness[0]) == (["measured"], 1)


def test_parts_that_cover_different_rows_are_refused():
    with pytest.raises(ValueError, match="different rows"):
        add_up([rows([1.0]), rows([1.0], times=[900_000])])
    with pytest.raises(ValueError, match="nothing"):
        add_up([])
    with pytest.raises(ValueError, match="length"):
        rows([1.0], status=[0, 0])
