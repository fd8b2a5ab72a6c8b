"""A day of the town for the diagnosis, built from the rows and readings of a closed stretch."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from config.kwh import Subject
from models.calendar import QUARTER, day_bounds
from models.pv.closing.close import Closed
from models.pv.diagnosis.day import TownDay, Works
from models.pv.diagnosis.town_day import DayGiven, town_day
from models.pv.diagnosis.units import fields_of, units_of
from models.pv.quality.gaps import GapKind
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.closing.closing_town import PARIS, Story, array, site, story, town_of

HOUR = 3_600_000
LAST = date(2026, 5, 6)
START, END = day_bounds(LAST, PARIS)
TOWN = town_of(
    site("s0", 100),
    site("s1", 180, inverters=("a", "b")),
    site("s2", 250, map_name="goodwe_et"),
    site("s3", 200, roofs={"east": [array("a", 90, 6, ["inv"])], "west": [array("a", 270, 9, ["inv"])]}),
)
OFF = Fault("s0/inv", FaultKind.INVERTER_OFF, START + 11 * HOUR, START + 14 * HOUR)
SILENT = (START + 9 * HOUR, START + 12 * HOUR)


@pytest.fixture(scope="module")
def told() -> Story:
    made = story(TOWN, LAST - timedelta(days=24), LAST, [OFF])
    made.silence("s1/a", *SILENT)
    return made


@pytest.fixture(scope="module")
def closed(told: Story) -> Closed:
    return told.close()


def of_inverters(frame: pd.DataFrame | None) -> pd.DataFrame:
    assert frame is not None
    return frame[frame["kind"] == Subject.INVERTER.value].drop(columns="kind")


def built(told: Story, closed: Closed, end: int = END, **more: object) -> TownDay:
    units = units_of(told.town, told.books, PARIS)
    given = DayGiven(of_inverters(closed.quarters), of_inverters(closed.days), told.frames, **more)  # type: ignore[arg-type]
    return town_day(units, told.books, given, START, end, PARIS, whole=end == END)


def test_energies_and_expectations_are_those_of_the_rows(told: Story, closed: Closed) -> None:
    day = built(told, closed)
    rows = of_inverters(closed.quarters)
    for inverter in day.inverters:
        own = rows[(rows["subject"] == inverter.unit.path) & (rows["time"] >= START)]
        np.testing.assert_array_equal(inverter.energy, own["energy"])
        np.testing.assert_array_equal(inverter.expected, own["expected"])
        assert 0.01 < inverter.half_day < 0.5
    assert len(day.times) == 96
    assert day.times[0] == START
    assert day.end == END


def test_under_a_cloudless_sky_nothing_is_expected_but_the_model_is_there(told: Story, closed: Closed) -> None:
    rows = of_inverters(closed.quarters).assign(expected_basis="clear_sky")
    units = units_of(told.town, told.books, PARIS)
    day = town_day(units, told.books, DayGiven(rows, of_inverters(closed.days)), START, END, PARIS)
    assert all(np.isnan(inverter.expected).all() for inverter in day.inverters)
    assert all(np.nansum(inverter.clear) > 1000 for inverter in day.inverters)


def test_an_inverter_that_is_off_is_an_outage_and_a_silent_one_is_not(told: Story, closed: Closed) -> None:
    off, silent, *others = built(told, closed).inverters
    hours = np.flatnonzero(off.outage) / 4
    assert hours.min() == 11
    assert hours.max() < 14
    assert len(hours) >= 11
    assert not silent.outage.any()
    assert not any(other.outage.any() for other in others)
    kinds = {gap.kind for gap in silent.gaps if gap.start < SILENT[1] and gap.end > SILENT[0]}
    assert kinds == {GapKind.COMMUNICATION}


def test_rows_alone_tell_an_outage_too(told: Story, closed: Closed) -> None:
    units = units_of(told.town, told.books, PARIS)
    given = DayGiven(of_inverters(closed.quarters), of_inverters(closed.days))
    off = town_day(units, told.books, given, START, END, PARIS).inverters[0]
    assert off.outage.sum() >= 11
    assert off.samples.empty
    assert off.last_heard is None
    assert off.period == 0


def test_a_day_that_goes_on_ends_now(told: Story, closed: Closed) -> None:
    now = START + 12 * HOUR
    day = built(told, closed, now, last_heard={"s1/a": START + 9 * HOUR - QUARTER}, works=[Works("visit", "s1", 0, 1)])
    assert len(day.elevation) == 48
    assert day.end == now
    assert not day.whole
    assert len(day.works) == 1
    first, silent = day.inverters[:2]
    assert first.last_heard == now - QUARTER
    assert silent.last_heard == START + 9 * HOUR - QUARTER
    assert first.samples.index[0].timestamp() * 1000 == START
    assert len(first.samples) == 48
    assert first.period == QUARTER
    assert np.isfinite(first.half_day)


def test_inputs_know_their_strings_and_planes() -> None:
    told = story(TOWN, LAST, LAST)
    units = {unit.path: unit for unit in units_of(TOWN, told.books, PARIS)}
    both = units["s3/inv"].inputs
    assert [(facts.number, facts.strings, facts.pdc0) for facts in both] == [(1, 10, 15_000)]
    assert both[0].planes == ((30, 90), (30, 270))
    assert units["s1/a"].inputs[0].pdc0 == 10_000
    assert units["s2/inv"].hybrid
    assert not units["s0/inv"].hybrid
    assert "pdc_1" in fields_of(list(units.values()))
    assert "state" in fields_of([])


def test_a_day_whose_readings_were_deleted_is_no_silence_but_one_of_which_nothing_is_known_is(
    told: Story, closed: Closed
) -> None:
    units = units_of(told.town, told.books, PARIS)
    polled = {"s0/inv": 10_000, "s1/a": 10_000}
    rows = of_inverters(closed.quarters)
    rows.loc[rows["subject"] == "s1/a", "energy"] = np.nan
    given = DayGiven(rows, of_inverters(closed.days), period=polled)
    known, unknown, *_ = town_day(units, told.books, given, START, END, PARIS).inverters
    assert (known.period, unknown.period) == (0, 10_000)
