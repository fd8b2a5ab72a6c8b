"""Clocks: Réunion is ten minutes early, SERF East carries summer time, and made-up roofs whose truth is known."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest

from models.pv.quality.clock import Label, Place, clock_offset, offset_to_irradiance, offset_to_sun
from models.pv.quality.segments import LAWS, best_story, legal_changes
from tests.models.pv.quality.roofs import LATITUDE, LONGITUDE, PVDATA, roof

LOOS = Place(LATITUDE, LONGITUDE)
BOULDER = Place(39.74, -105.18, 1800.0)
HOUR = pd.Timedelta("1h")


@functools.cache
def stored(folder, name, column):
    path = PVDATA / folder / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    table = pd.read_csv(path, index_col=column)
    table.index = pd.to_datetime(table.index, utc=True)
    return table


def reunion(name):
    column = "PV_ENERPOS_01-08-10-2022_bis.csv" if name[0] in "IP" else "Meteo_Terre_Sainte_01-08-10-2022.csv"
    return stored("enerpos", column, 0)[name].astype(float)


def serf():
    power = stored("labelled", "system_50_ac_power_2_full_DST_2011_2012.csv.gz", 1)["ac_power_2"]
    return power, stored("labelled", "system_50_ac_power_2_full_DST_psm3_2011_2012.csv.gz", 1)["ghi"]


def moved(series, seconds):
    """The series as a clock would label it to which `seconds` must be added."""
    return pd.Series(series.to_numpy(), series.index - pd.Timedelta(seconds=seconds))


@functools.cache
def loos(start, days, **more):
    return roof(start, days, **more)


def changes(found):
    return [f"{pd.Timestamp(one.start, unit='ms'):%Y-%m-%d}" for one in found.segments[1:]]


@pytest.mark.parametrize("light", ["POA_NE", "POA_SW", "GHI"])
@pytest.mark.parametrize("inverter", ["Inv1_AC", "Inv2_AC", "Inv3_AC", "Inv4_AC"])
def test_the_labels_of_reunion_are_ten_minutes_early(inverter, light):
    found = offset_to_irradiance(reunion(inverter), reunion(light), Label.END, Label.END)
    assert found.seconds == 600
    assert found.decided
    assert 300 < found.estimate < 500  # power is read at instants: the finer figure is that of half a step more
    assert len(found.segments) == 1
    assert not found.daylight_saving


@pytest.mark.parametrize("days", [slice(0, 4), slice(2, 6), slice(4, 8)])
def test_four_days_of_reunion_are_enough(days):
    part = slice(days.start * 144, days.stop * 144)
    assert offset_to_irradiance(reunion("Inv2_AC").iloc[part], reunion("GHI").iloc[part]).seconds == 600


@pytest.mark.parametrize("seconds", [-420, 1200, -3600, 4 * 3600])
def test_other_offsets_on_reunion_come_out_as_they_were_put_in(seconds):
    assert offset_to_irradiance(moved(reunion("Inv1_AC"), seconds), reunion("GHI")).seconds == 600 + seconds


def test_serf_east_carries_summer_time_against_the_satellite():
    found = offset_to_irradiance(*serf())
    assert found.daylight_saving
    assert found.seconds == 0
    assert [one.seconds for one in found.segments] == [-3600, 0, -3600, 0]
    assert changes(found) == ["2011-11-06", "2012-03-11", "2012-11-04"]


def test_serf_east_carries_summer_time_against_the_sun():
    found = offset_to_sun(serf()[0], BOULDER, 45.0, 158.0)
    assert found.daylight_saving
    assert [one.seconds for one in found.segments] == [-3600, 0, -3600, 0]
    assert changes(found) == ["2011-11-06", "2012-03-11", "2012-11-04"]


def test_summer_time_of_serf_east_is_found_without_its_orientation():
    found = offset_to_sun(serf()[0], BOULDER)
    assert found.daylight_saving
    assert changes(found) == ["2011-11-06", "2012-03-11", "2012-11-04"]
    assert found.low < 0 < found.high  # seen [-874, 3767], best 1446: the roof looks south-east, the fit says south


def test_a_station_whose_clock_is_an_hour_off_is_found_with_irradiance():
    power, ghi = loos("2023-05-01", 60)
    found = offset_to_irradiance(moved(power, 3600), ghi)
    assert (found.seconds, found.decided, found.daylight_saving) == (3600, True, False)
    assert found.high - found.low < 300


@pytest.mark.parametrize(("tilt", "azimuth"), [(35.0, 180.0), (35.0, 230.0), (20.0, 120.0), (10.0, 180.0)])
@pytest.mark.parametrize("seconds", [0, 3600, -3600])
def test_a_station_whose_clock_is_an_hour_off_is_found_by_the_sun(tilt, azimuth, seconds):
    power, _ghi = loos("2023-01-01", 60, tilt=tilt, azimuth=azimuth)
    found = offset_to_sun(moved(power, seconds), LOOS, tilt, azimuth, Label.START)
    assert found.seconds == seconds
    assert found.decided == (seconds != 0)


def test_a_year_tells_an_hour_without_irradiance_and_orientation():
    power, _ghi = loos("2023-01-01", 365, tilt=35.0, azimuth=230.0)
    found = offset_to_sun(moved(power, 3600), LOOS, label=Label.START)
    assert (found.seconds, found.decided) == (3600, True)


def test_a_summer_does_not_tell_a_clock_from_an_azimuth():
    power, _ghi = loos("2023-05-01", 60)
    found = offset_to_sun(moved(power, 1800), LOOS, label=Label.START)
    assert found.low < 0 < 1800 < found.high
    assert found.high - found.low > 3600
    assert not found.decided


@pytest.mark.parametrize("minutes", [5, -10, 40])
def test_an_offset_that_is_no_whole_step_is_found_to_a_minute(minutes):
    power, ghi = loos("2023-05-01", 30, step=5)
    early = moved(power, minutes * 60).resample("15min").mean()
    found = offset_to_irradiance(early, ghi.resample("15min").mean())
    assert abs(found.estimate - minutes * 60) < 60
    assert found.low < minutes * 60 < found.high


def test_a_right_clock_is_right():
    power, ghi = loos("2023-05-01", 60)
    found = offset_to_irradiance(power, ghi)
    assert found.seconds == 0
    assert not found.decided
    assert (found.at(power.index.as_unit("ms").asi8) == 0).all()


def test_what_labels_stand_for_is_half_the_answer():
    power, ghi = loos("2023-05-01", 60)
    ends = moved(power, -900)  # labelled by the end of the quarter-hour
    assert offset_to_irradiance(ends, ghi, Label.END).seconds == 0
    assert offset_to_irradiance(ends, ghi, Label.START).seconds == -900


def test_a_clock_that_somebody_set_in_between_is_a_step_and_no_summer_time():
    power, ghi = loos("2023-05-01", 90)
    day = pd.Timestamp("2023-06-20", tz="UTC")
    put = pd.concat([power[power.index < day], moved(power[power.index >= day + HOUR], 2400)]).sort_index()
    found = offset_to_irradiance(put[~put.index.duplicated()], ghi)
    assert [round(one.seconds, -2) for one in found.segments] == [0, 2400]
    assert abs(pd.Timestamp(found.segments[1].start, unit="ms", tz="UTC") - day) < pd.Timedelta("2D")
    assert not found.daylight_saving


def test_european_summer_time_that_was_put_into_labels_is_found_and_can_be_taken_out():
    power, ghi = loos("2023-01-01", 365)
    local = power.index.tz_convert("Europe/Paris").tz_localize(None) - HOUR
    twice = local.duplicated()
    wrong = pd.Series(power.to_numpy()[~twice], local[~twice].tz_localize("UTC")).sort_index()
    found = offset_to_irradiance(wrong, ghi)
    assert found.daylight_saving
    assert [one.seconds for one in found.segments] == [0, -3600, 0]
    assert changes(found) == ["2023-03-26", "2023-10-29"]
    right = wrong.index + pd.to_timedelta(found.at(wrong.index.as_unit("ms").asi8), unit="s")
    assert (right == power.index[~twice]).mean() > 0.999


def test_irradiance_that_tells_nothing_leaves_the_word_to_the_sun():
    power, ghi = loos("2023-05-01", 60)
    late = moved(power, 3600)
    found = clock_offset(late.index, late.to_numpy(), irradiance=ghi * 0, place=LOOS, tilt=35.0, azimuth=180.0)
    assert found.seconds == 3600


def test_nothing_to_compare_is_undecided():
    power, ghi = loos("2023-05-01", 60)
    for found in (
        offset_to_irradiance(power * 0, ghi),
        offset_to_irradiance(power * np.nan, ghi),
        offset_to_irradiance(power.iloc[:5], ghi),
        offset_to_irradiance(power.iloc[48::96], ghi.iloc[48::96]),
        offset_to_irradiance(power, ghi.iloc[48:96:2]),
        offset_to_irradiance(power.iloc[: 96 * 2], ghi.iloc[: 96 * 2]),
        offset_to_sun(power * 0, LOOS),
        offset_to_sun(power.iloc[48::96], LOOS),
        offset_to_sun(power.iloc[: 96 * 2], LOOS),
    ):
        assert not found.decided
        assert found.segments == ()
        assert np.isnan(found.seconds)


def test_wrong_arguments_of_a_clock_are_refused():
    power, _ghi = loos("2023-05-01", 60)
    with pytest.raises(ValueError, match="tilt and azimuth"):
        offset_to_sun(power, LOOS, tilt=30.0)
    with pytest.raises(ValueError, match="irradiance or a place"):
        clock_offset(power.index, power.to_numpy())
    with pytest.raises(ValueError, match="time zone"):
        offset_to_irradiance(power.tz_localize(None), power)


def test_the_laws_of_summer_time_give_the_known_days():
    year = [pd.Timestamp(f"{y}-01-01", tz="UTC").value // 10**6 for y in (2024, 2025)]
    days = [[f"{pd.Timestamp(day, unit='ms'):%m-%d}" for day in legal_changes(*year, law)] for law in LAWS]
    assert days == [["03-31", "10-27"], ["03-10", "11-03"]]


def test_a_story_changes_only_for_its_price():
    scores = np.zeros((20, 3))
    scores[:10, 0], scores[10:, 2] = 1.0, 1.0
    assert best_story(scores, price=9.0)[1] == [(0, 10, 0), (10, 20, 2)]
    assert len(best_story(scores, price=11.0)[1]) == 1
