"""What cannot be weather is masked and counted; an answer that does not fit the sun is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import WeatherFormat
from collector.weather.bounds import checked
from collector.weather.frame import HOUR, Floats, WeatherFrame, over_interval, rows_of
from tests.weather_fakes import ghi, light, ms

DAY = 24 * HOUR
SUMMER, WINTER = ms("2026-06-04T00:00"), ms("2026-12-20T00:00")


def frame(ghi: Floats, start: int = SUMMER, **columns: Floats) -> WeatherFrame:
    """Hours from `start` with this light."""
    starts = start + HOUR * np.arange(len(ghi), dtype=np.int64)
    rows = rows_of(starts, {"ghi": ghi, **columns}, start, start + 1000 * DAY)
    return WeatherFrame(rows, HOUR, "x", "", 0)


def hours(start: int = SUMMER, days: int = 1) -> Floats:
    """The invented light of whole days."""
    return ghi(start + HOUR * np.arange(24 * days, dtype=np.int64))


@pytest.mark.parametrize("start", [SUMMER, WINTER])
def test_good_weather_stays_as_it_is(start: int) -> None:
    given = hours(start, 3)
    good = checked(frame(given, start), light)
    assert good.rows["ghi"].tolist() == given.tolist()
    assert good.masked == {}


def test_impossible_light_is_masked_with_all_its_parts_and_counted() -> None:
    values = hours(days=3)
    values[12], values[36], values[2] = 1900.0, -300.0, 60.0
    good = checked(frame(values, dhi=0.5 * np.abs(values)), light)
    assert good.masked == {"too-bright": 1, "negative": 1, "at-night": 1}
    assert np.flatnonzero(good.rows["ghi"].isna()).tolist() == [2, 12, 36]
    assert np.flatnonzero(good.rows["dhi"].isna()).tolist() == [2, 12, 36]


def test_a_pyranometer_a_little_below_zero_at_night_reads_zero() -> None:
    values = hours()
    values[:3] = -2.5
    good = checked(frame(values), light)
    assert good.masked == {}
    assert (good.rows["ghi"] >= 0).all()


def test_light_that_is_stuck_is_masked() -> None:
    values = hours(days=2)
    values[9:13] = 333.3
    good = checked(frame(values), light)
    assert good.masked == {"stuck": 4}
    values = hours(days=2)
    values[9:12] = 333.3  # three hours may be alike
    assert checked(frame(values), light).masked == {}


def test_air_beyond_all_weather_is_masked_alone() -> None:
    air, wind, dni = np.full(24, 12.0), np.full(24, 3.0), np.zeros(24)
    air[0], wind[1], dni[2] = 9999.0, -1.0, 500.0
    good = checked(frame(hours(), temp_air=air, wind_speed=wind, dni=dni), light)
    assert good.masked == {"temp_air": 1, "wind_speed": 1, "dni": 1}
    assert good.rows["ghi"].notna().all()


@pytest.mark.parametrize("start", [SUMMER, WINTER])
@pytest.mark.parametrize("hours_off", [-2, 2])
def test_an_answer_in_another_time_zone_is_refused(start: int, hours_off: int) -> None:
    given = np.roll(hours(start, 2), hours_off)
    with pytest.raises(WeatherFormat, match="at night"):
        checked(frame(given, start), light)


@pytest.mark.parametrize(("factor", "said"), [(3.6, "more light"), (1000.0, "more light"), (0.001, "almost no light")])
def test_an_answer_in_another_unit_is_refused(factor: float, said: str) -> None:
    with pytest.raises(WeatherFormat, match=said):
        checked(frame(factor * hours()), light)


def test_a_station_that_sends_zeros_all_day_is_refused_but_a_single_evening_is_not_judged() -> None:
    with pytest.raises(WeatherFormat, match="broken station"):
        checked(frame(np.zeros(24)), light)
    assert checked(frame(np.zeros(4)), light).masked == {}


def test_an_answer_without_rows_or_without_light_is_no_fault() -> None:
    assert len(checked(frame(np.empty(0)), light).rows) == 0
    assert checked(frame(np.full(48, np.nan)), light).masked == {}


@settings(max_examples=60)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), min_size=1, max_size=60))
def test_whatever_comes_only_possible_light_passes(values: list[float]) -> None:
    given = frame(np.array(values))
    try:
        good = checked(given, light)
    except WeatherFormat:
        return
    kept = good.rows["ghi"].dropna()
    assert (kept >= 0).all()
    outside = light(good.starts, HOUR)[good.rows["ghi"].notna().to_numpy()]
    assert (kept.to_numpy() <= np.where(outside > 0, 1.5 * outside + 20, 10)).all()


def test_the_mean_over_an_interval_is_that_of_both_ends_or_of_the_one_known() -> None:
    ends = np.array([1, 2, 4]) * HOUR
    assert over_interval(ends, [10.0, 20.0, 40.0], HOUR).tolist() == [10.0, 15.0, 40.0]
    assert over_interval(ends, [10.0, np.nan, 40.0], HOUR).tolist() == [10.0, 10.0, 40.0]
