"""What is and what is not a fault of a measurement."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pv.energy.counter import CounterFacts
from models.pv.quality.assess import assess
from models.pv.quality.facts import DeviceFacts
from models.pv.quality.reasons import DOUBTFUL, TRUE_VALUE, Reason
from tests.models.pv.quality.roofs import RATED, elevation, roof, with_counter

FACTS = DeviceFacts(RATED, 900_000)
NOON = pd.Timestamp("2023-06-05 12:00", tz="UTC")


@pytest.fixture(scope="module")
def june():
    return roof("2023-06-01", 14)[0]


def reasons(frame, facts=FACTS, field="pac", **more):
    found = assess(frame, facts, elevation(frame.index), **more)
    codes = found.reasons[field]
    return pd.Series([Reason(code) for code in codes.tolist()], codes.index, dtype=object), found


def test_a_sound_fortnight_has_no_doubtful_sample(june):
    found = assess(with_counter(june), FACTS, elevation(june.index))
    assert not (found.reasons.to_numpy() & int(DOUBTFUL)).any()
    assert found.summary() == {}
    assert found.gaps == []


@pytest.mark.parametrize("watts", [1.0, 10.0, 100.0, 500.0, 1000.0])
def test_power_given_in_coarse_steps_is_neither_frozen_nor_clipped(june, watts):
    found, _all = reasons(with_counter((june / watts).round() * watts))
    assert not any(one & (Reason.FROZEN | Reason.INTERPOLATED | Reason.CLIPPED) for one in found)


def test_a_counter_of_whole_kilowatt_hours_has_no_fault(june):
    found, _all = reasons(with_counter(june, 1000.0), field="energy_ac_total")
    assert not any(found)


def test_three_hours_of_one_value_are_frozen(june):
    stuck = june.copy()
    stuck[NOON - pd.Timedelta("4h") : NOON - pd.Timedelta("1h")] = 1234.0
    found, _all = reasons(stuck.to_frame("pac"))
    frozen = found.index[[Reason.FROZEN in one for one in found]]
    assert (frozen[0], frozen[-1], len(frozen)) == (NOON - pd.Timedelta("4h"), NOON - pd.Timedelta("1h"), 13)


def test_zeros_and_standby_of_the_night_are_sound(june):
    night = june.where(june > 0, -12.0)
    found, _all = reasons(night.to_frame("pac"))
    assert not any(found)


def test_production_at_night_is_told(june):
    lamp = june.copy()
    lamp[pd.Timestamp("2023-06-05 23:30", tz="UTC") : pd.Timestamp("2023-06-06 00:30", tz="UTC")] = [
        900,
        950,
        940,
        910,
        905,
    ]
    found, _all = reasons(lamp.to_frame("pac"))
    assert sum(Reason.NIGHT in one for one in found) == 5


def test_an_inverter_on_its_limit_is_clipped_and_not_frozen():
    limited, _ghi = roof("2023-06-01", 14, clear=0.7, limit=3500.0)
    found, _all = reasons(limited.to_frame("pac"), DeviceFacts(3500.0, 900_000))
    on_limit = (limited >= 3499).to_numpy()
    told = np.array([Reason.CLIPPED in one for one in found])
    assert on_limit.sum() > 30
    assert told[on_limit].mean() > 0.95
    assert not any(Reason.FROZEN in one for one in found)


def test_a_limit_that_was_set_below_rated_power_is_clipping_where_it_comes_back():
    limited, _ghi = roof("2023-06-01", 14, clear=0.7, limit=3000.0)
    found, _all = reasons(limited.to_frame("pac"))
    assert sum(Reason.CLIPPED in one for one in found) > 30
    assert not any(Reason.FROZEN in one for one in found)


@pytest.mark.parametrize(("value", "reason"), [(9000.0, Reason.OUT_OF_RANGE), (-2500.0, Reason.OUT_OF_RANGE)])
def test_what_the_device_cannot_do_is_out_of_range(june, value, reason):
    odd = june.copy()
    odd[NOON] = value
    found, _all = reasons(odd.to_frame("pac"))
    assert reason in found[NOON]


def test_a_single_value_that_leaves_a_clear_course_is_a_spike():
    clear, _ghi = roof("2023-06-01", 5, clear=1.0)
    odd = clear.copy()
    odd[NOON] = 300.0
    found, _all = reasons(odd.to_frame("pac"))
    assert [when for when, one in found.items() if Reason.SPIKE in one] == [NOON]


def test_a_short_stop_of_the_inverter_is_no_spike():
    clear, _ghi = roof("2023-06-01", 5, clear=1.0)
    stopped = clear.copy()
    stopped[NOON] = 0.0
    found, _all = reasons(stopped.to_frame("pac"))
    assert not any(found)


def test_a_field_without_value_is_missing_and_the_others_stay_sound(june):
    frame = with_counter(june)
    frame.loc[NOON, "pac"] = np.nan
    found, whole = reasons(frame)
    assert found[NOON] == Reason.MISSING
    assert whole.summary() == {"MISSING": 1}


def test_counter_faults_are_told_sample_by_sample(june):
    frame = with_counter(june)
    rows = {"zero": 500, "dip": 700, "jump": 900}
    frame.iloc[rows["zero"], 1] = 0.0
    frame.iloc[rows["dip"], 1] -= 5000.0
    frame.iloc[rows["jump"], 1] += 9_000_000.0
    found, _all = reasons(frame, field="energy_ac_total")
    told = {at: one for at, one in enumerate(found) if one}
    assert told == {500: Reason.COUNTER_ZERO, 700: Reason.COUNTER_DIP, 900: Reason.COUNTER_JUMP}


def test_a_reset_and_a_roll_over_are_told_where_the_counter_begins_anew(june):
    frame = with_counter(june)
    reset = frame.copy()
    reset.iloc[600:, 1] -= reset.iloc[600, 1]
    found, _all = reasons(reset, field="energy_ac_total")
    assert [at for at, one in enumerate(found) if Reason.COUNTER_RESET in one] == [600]
    facts = DeviceFacts(RATED, 900_000, counter=CounterFacts(modulus=frame.iloc[600, 1]))
    found, _all = reasons(reset, facts, "energy_ac_total")
    assert [at for at, one in enumerate(found) if Reason.COUNTER_ROLLOVER in one] == [600]


def test_a_counter_that_stands_still_under_power_is_flat(june):
    frame = with_counter(june)
    day = slice(pd.Timestamp("2023-06-05 06:00", tz="UTC"), pd.Timestamp("2023-06-05 16:00", tz="UTC"))
    before, after = frame["energy_ac_total"][day].iloc[[0, -1]]
    frame.loc[day, "energy_ac_total"] = before
    frame.loc[day.stop + pd.Timedelta("1min") :, "energy_ac_total"] -= after - before  # what it left out is lost
    found, _all = reasons(frame, field="energy_ac_total")
    assert sum(Reason.COUNTER_FLAT in one for one in found) > 30


def test_a_hybrid_may_feed_its_battery_into_the_night(june):
    frame = pd.DataFrame({"pac": np.full(len(june), 800.0), "pv_power": june}, june.index)
    found, whole = reasons(frame, DeviceFacts(RATED, 900_000, hybrid=True))
    assert not any(found)
    assert whole.summary() == {}


def test_each_reason_says_whether_its_value_may_be_used():
    assert sum(Reason) == TRUE_VALUE | DOUBTFUL
    assert not TRUE_VALUE & DOUBTFUL
    assert Reason.OUTAGE in TRUE_VALUE


def test_wrong_arguments_are_refused(june):
    frame = june.to_frame("pac")
    with pytest.raises(ValueError, match="as long as"):
        assess(frame, FACTS, elevation(frame.index)[1:])
    with pytest.raises(ValueError, match="time zone"):
        assess(frame.tz_localize(None), FACTS, elevation(frame.index))
    with pytest.raises(ValueError, match="rise"):
        assess(frame[::-1], FACTS, elevation(frame.index))
    with pytest.raises(ValueError, match="rated"):
        DeviceFacts(0.0)
    with pytest.raises(ValueError, match="period"):
        DeviceFacts(period_ms=0)


def test_no_samples_and_no_columns_are_no_error(june):
    for frame in (june.to_frame("pac").iloc[:0], pd.DataFrame(index=june.index), june.to_frame("pac") * np.nan):
        found = assess(frame, FACTS, elevation(june.index)[: len(frame)])
        assert found.reasons.shape == frame.shape


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-3, 1e3), st.integers(0, 13))
def test_the_unit_of_power_changes_no_verdict(june, scale, day):
    frame = june.to_frame("pac")
    at = day * 96 + 48
    frame.iloc[at : at + 8, 0] = frame.iloc[at, 0] + 7.0
    plain = assess(frame, FACTS, elevation(frame.index)).reasons
    scaled = assess(frame * scale, DeviceFacts(RATED * scale, 900_000), elevation(frame.index)).reasons
    assert (plain == scaled).all(axis=None)
