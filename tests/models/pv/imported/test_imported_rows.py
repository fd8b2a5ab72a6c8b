"""Imported intervals as quarters and days, and what was measured beside them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import QUARTER, day_bounds, day_start, quarters
from models.pv.energy.rows import (
    BASES,
    COUNTER,
    IMPORTED,
    MEASURED,
    NO_BASIS,
    PARTIAL,
    UNKNOWN,
    EnergyRows,
    nothing_known,
)
from models.pv.imported.merge import chosen, more, ours, with_imports, without_imports
from models.pv.imported.rows import BY_IMPORT, Intervals, imported_days, imported_quarters

PARIS = ZoneInfo("Europe/Paris")
AUTUMN = day_bounds(date(2020, 10, 25), PARIS)
SPRING = day_bounds(date(2020, 3, 29), PARIS)
NOON = np.int64(12 * 3_600_000)


def intervals(*rows):
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    start, end, energy = columns
    return Intervals(np.array(start, np.int64), np.array(end, np.int64), np.array(energy, float))


def of_quarters(start, energies, length=QUARTER):
    return intervals(*((start + n * length, start + (n + 1) * length, e) for n, e in enumerate(energies)))


def day(said, bounds, light=None):
    times = quarters(*bounds)
    return imported_days(said, np.array(bounds), times, np.ones(len(times)) if light is None else light)


@pytest.mark.parametrize(("bounds", "count"), [(AUTUMN, 100), (SPRING, 92)])
def test_quarters_make_the_day_also_when_clocks_change(bounds, count):
    rows = day(of_quarters(bounds[0], range(count)), bounds)
    assert (rows.energy[0], rows.status[0], rows.completeness[0]) == (sum(range(count)), IMPORTED, 1)


def test_a_day_makes_no_quarters_and_a_month_no_days():
    assert (imported_quarters(intervals((*AUTUMN, 5)), quarters(*AUTUMN)).status == UNKNOWN).all()
    month = intervals((day_start(date(2020, 10, 1), PARIS), day_start(date(2020, 11, 1), PARIS), 300))
    assert day(month, AUTUMN).status[0] == UNKNOWN
    assert np.isnan(day(month, AUTUMN).energy[0])


def test_a_quarter_that_is_missing_in_the_dark_takes_nothing_from_a_day_and_one_in_the_light_does():
    light = np.zeros(100)
    light[40:60] = 1.0
    dark = day(of_quarters(AUTUMN[0] + 30 * QUARTER, [1] * 40), AUTUMN, light)
    assert (dark.status[0], dark.completeness[0]) == (IMPORTED, 1)
    half = day(of_quarters(AUTUMN[0] + 50 * QUARTER, [1] * 10), AUTUMN, light)
    assert (half.status[0], half.completeness[0], half.energy[0]) == (PARTIAL, 0.5, 10)


def test_shorter_intervals_add_up_to_quarters_and_longer_ones_to_days_alone():
    five = imported_quarters(of_quarters(AUTUMN[0], [1, 2, 3, 4], 300_000), quarters(*AUTUMN))
    assert (five.energy[:2].tolist(), five.status[:3].tolist()) == ([6, 4], [IMPORTED, PARTIAL, UNKNOWN])
    assert five.completeness[1] == pytest.approx(1 / 3)
    hours = of_quarters(AUTUMN[0], [4] * 25, 4 * QUARTER)
    assert (imported_quarters(hours, quarters(*AUTUMN)).status == UNKNOWN).all()
    assert (day(hours, AUTUMN).energy[0], day(hours, AUTUMN).status[0]) == (100, IMPORTED)


def test_a_days_own_figure_holds_beside_some_of_its_quarters():
    start = AUTUMN[0]
    said = intervals((*AUTUMN, 50), (start + QUARTER, start + 2 * QUARTER, 7))
    rows = day(said, AUTUMN)
    assert (rows.energy[0], rows.completeness[0]) == (50, 1)


def test_nothing_imported_is_unknown_and_never_zero():
    for rows in (day(intervals(), AUTUMN), imported_quarters(intervals(), quarters(*AUTUMN))):
        assert np.isnan(rows.energy).all()
        assert set(rows.status) == {UNKNOWN}
        assert set(rows.basis) == {NO_BASIS}


@given(st.lists(st.floats(0, 1e6), min_size=96, max_size=96), st.lists(st.booleans(), min_size=96, max_size=96))
def test_what_is_imported_is_kept_to_the_wh_and_never_more(energies, known):
    bounds = day_bounds(date(2020, 6, 1), PARIS)
    rows = [(bounds[0] + n * QUARTER, bounds[0] + (n + 1) * QUARTER, e) for n, e in enumerate(energies) if known[n]]
    made, each = day(intervals(*rows), bounds), imported_quarters(intervals(*rows), quarters(*bounds))
    total = sum(energy for _start, _end, energy in rows)
    assert np.nansum(made.energy) == pytest.approx(total)
    assert np.nansum(each.energy) == pytest.approx(total)
    assert made.completeness[0] == pytest.approx(len(rows) / 96)


CODES = st.sampled_from([MEASURED, IMPORTED, PARTIAL, UNKNOWN])


def rows_of(statuses, basis, scale):
    status = np.array(statuses, np.int8)
    unknown = status == UNKNOWN
    energy = np.where(unknown, np.nan, np.arange(len(status)) * scale)
    basis = np.where(unknown, NO_BASIS, basis).astype(np.int8)
    return EnergyRows(np.arange(len(status)) * QUARTER, energy, status, basis, np.where(unknown, 0.0, 1.0))


@given(st.lists(st.tuples(CODES, CODES), min_size=1, max_size=30))
def test_no_import_ever_changes_a_measurement(pairs):
    measured = rows_of([first for first, _second in pairs], COUNTER, 1.0)
    imported = rows_of([second for _first, second in pairs], BY_IMPORT, 100.0)
    merged = with_imports(measured, imported)
    known = measured.status != UNKNOWN
    for column in ("energy", "status", "basis", "completeness"):
        assert (getattr(merged, column)[known] == getattr(measured, column)[known]).all()
    assert (merged.status[~known] == imported.status[~known]).all()
    stripped = without_imports(merged)
    assert ((stripped.status == UNKNOWN) == (measured.status == UNKNOWN)).all()
    assert not ours(stripped).any()


def test_parts_fill_in_what_is_unknown_and_complete_an_import_that_knows_less():
    own = rows_of([MEASURED, UNKNOWN, PARTIAL], BY_IMPORT, 1.0)
    own = EnergyRows(
        own.times, own.energy, own.status, np.array([COUNTER, NO_BASIS, BY_IMPORT], np.int8), np.array([1, 0, 0.5])
    )
    parts = rows_of([IMPORTED] * 3, BY_IMPORT, 100.0)
    assert more(own, parts).energy.tolist() == [0, 100, 200]
    assert more(own, parts).basis_words() == [BASES[COUNTER].value, "imported", "imported"]


def test_rows_of_different_times_are_no_rows_of_one_subject():
    with pytest.raises(ValueError, match="different times"):
        chosen(nothing_known(np.arange(2)), np.ones(2, bool), nothing_known(np.arange(3)))
