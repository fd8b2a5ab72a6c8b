"""Outages told apart from lost communication."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.pv.quality.assess import assess
from models.pv.quality.daylight import Daylight
from models.pv.quality.facts import DeviceFacts
from models.pv.quality.gaps import GapKind
from models.pv.quality.reasons import Reason
from tests.models.pv.quality.roofs import RATED, elevation, roof, with_counter

FACTS = DeviceFacts(RATED, 900_000)


def utc(text):
    return pd.Timestamp(f"2023-06-{text}", tz="UTC")


@pytest.fixture(scope="module")
def june():
    return roof("2023-06-01", 10, clear=0.8)[0]


def lost(frame, start, end):
    return frame[(frame.index < utc(start)) | (frame.index >= utc(end))]


def kinds(frame, **more):
    gaps = assess(frame, FACTS, elevation(frame.index), **more).gaps
    return [
        (gap.kind, pd.Timestamp(gap.start, unit="ms", tz="UTC"), pd.Timestamp(gap.end, unit="ms", tz="UTC"))
        for gap in gaps
    ]


def test_a_counter_that_went_on_tells_lost_communication(june):
    frame = lost(with_counter(june), "05 09:00", "05 14:00")
    assert kinds(frame) == [(GapKind.COMMUNICATION, utc("05 09:00"), utc("05 14:00"))]


def test_a_counter_that_stood_still_in_daylight_tells_an_outage(june):
    off = june.copy()
    off[utc("05 09:00") : utc("05 13:45")] = 0.0
    frame = lost(with_counter(off), "05 09:00", "05 14:00")
    assert kinds(frame) == [(GapKind.OUTAGE, utc("05 09:00"), utc("05 14:00"))]


def test_a_coarse_counter_that_could_not_have_moved_tells_nothing(june):
    off = june.copy()
    off[utc("05 11:00") : utc("05 11:45")] = 0.0
    frame = lost(with_counter(off, 1000.0), "05 11:00", "05 12:00")
    assert [kind for kind, *_span in kinds(frame)] == [GapKind.UNKNOWN]
    assert [kind for kind, *_span in kinds(lost(june.to_frame("pac"), "05 09:00", "05 14:00"))] == [GapKind.UNKNOWN]


def test_an_inverter_that_does_not_answer_at_night_sleeps(june):
    awake = with_counter(june)[(elevation(june.index) > 0)]
    assert {kind for kind, *_span in kinds(awake)} == {GapKind.ASLEEP}
    assert len(kinds(awake)) == 9


def test_days_without_samples_are_told_by_the_counter(june):
    frame = lost(with_counter(june), "03 22:00", "06 02:00")
    assert [kind for kind, *_span in kinds(frame)] == [GapKind.COMMUNICATION]


def test_zeros_in_daylight_are_an_outage_and_true(june):
    off = june.copy()
    off[utc("05 09:00") : utc("05 13:45")] = 0.0
    frame = off.to_frame("pac")
    found = assess(frame, FACTS, elevation(frame.index))
    assert kinds(frame) == [(GapKind.OUTAGE, utc("05 09:00"), utc("05 14:00"))]
    assert found.summary() == {"OUTAGE": 20}


def test_where_neighbours_see_no_light_zeros_are_no_outage(june):
    off = june.copy()
    off[utc("05 09:00") : utc("05 13:45")] = 0.0
    lit = np.asarray((off.index < utc("05 08:00")) | (off.index > utc("05 15:00")))
    assert kinds(off.to_frame("pac"), peers_lit=lit) == []
    assert len(kinds(off.to_frame("pac"), peers_lit=np.ones(len(off), bool))) == 1


def test_a_fault_state_in_light_is_an_outage_at_once(june):
    frame = june.to_frame("pac")
    frame["state"] = None
    assert kinds(frame) == []
    frame["state"] = "Normal"
    frame.loc[utc("05 12:00"), ["pac", "state"]] = [0.0, "FAULT"]
    found = assess(frame, FACTS, elevation(frame.index))
    assert found.reasons.loc[utc("05 12:00"), "pac"] == Reason.OUTAGE
    assert [gap.kind for gap in found.gaps] == [GapKind.OUTAGE]


def test_rows_in_which_nothing_was_given_are_a_gap(june):
    frame = with_counter(june)
    frame.loc[utc("05 09:00") : utc("05 13:45")] = np.nan
    assert kinds(frame) == [(GapKind.COMMUNICATION, utc("05 09:00"), utc("05 14:00"))]


def test_a_day_seen_tells_the_sun_of_other_hours():
    index = pd.date_range("2023-06-05 05:00", "2023-06-05 12:00", freq="15min", tz="UTC")
    later = pd.date_range("2023-06-05 12:00", "2023-06-07 12:00", freq="15min", tz="UTC")
    sun = Daylight.seen(index.as_unit("ms").asi8, elevation(index))
    away = np.degrees(np.arcsin(sun.sine(later.as_unit("ms").asi8))) - elevation(later)
    assert np.abs(away).max() < 1.0
    assert Daylight.seen(index.as_unit("ms").asi8[:5], elevation(index)[:5]) is None
