"""The light of hours by quarter-hours: means are kept, the sun's way is followed, the best source is taken."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import QUARTER
from models.pv.sky_quarters import CELL, HOUR, best_quarters, extraterrestrial, to_quarters
from models.pv.sun import clear_sky, sun_position

PLACE = (50.457, 2.793, 50.0)
START = int(pd.Timestamp("2026-06-04T00:00Z").timestamp() * 1000)
DAY = 24 * HOUR
STARTS = START + HOUR * np.arange(24, dtype=np.int64)


def clear(starts: np.ndarray, step: int) -> np.ndarray:
    """Mean clear-sky light over intervals, minute by minute."""
    cells = starts[:, None] + np.arange(30_000, step, 60_000)
    times = pd.DatetimeIndex(pd.to_datetime(cells.ravel(), unit="ms", utc=True))
    return clear_sky(sun_position(times, *PLACE), PLACE[2]).ghi.reshape(cells.shape).mean(axis=1)


def rows(starts: np.ndarray, step: int = HOUR, **columns: np.ndarray) -> pd.DataFrame:
    """Rows as an archive gives them."""
    return pd.DataFrame({"step": step, **columns}, index=pd.to_datetime(starts, unit="ms", utc=True))


def hourly(quarters: np.ndarray) -> np.ndarray:
    return quarters.reshape(-1, 4).mean(axis=1)


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1300), min_size=24, max_size=24), st.integers(0, 364))
def test_the_mean_of_every_hour_is_kept_whatever_it_is(values: list[float], day: int) -> None:
    ghi = np.array(values)
    starts, quarters = to_quarters(ghi, STARTS + day * DAY, *PLACE)
    assert starts.tolist() == list(range(START + day * DAY, START + (day + 1) * DAY, QUARTER))
    assert np.allclose(hourly(quarters), ghi, atol=1e-9)
    assert (quarters >= 0).all()


def test_a_cloudless_day_by_hours_becomes_that_day_by_quarters() -> None:
    starts, quarters = to_quarters(clear(STARTS, HOUR), STARTS, *PLACE)
    truth = clear(starts, QUARTER)
    assert np.abs(quarters - truth).max() < 1  # at sunrise, within five minutes
    steps = np.abs(np.repeat(clear(STARTS, HOUR), 4) - truth).max()
    assert steps > 50  # what an even split would be wrong by


def test_missing_hours_are_missing_quarters_and_nothing_else() -> None:
    ghi = clear(STARTS, HOUR)
    ghi[12] = np.nan
    _starts, quarters = to_quarters(ghi, STARTS, *PLACE)
    assert np.flatnonzero(np.isnan(quarters)).tolist() == [48, 49, 50, 51]


def test_quarters_that_are_quarters_stay_as_they_are() -> None:
    starts = START + QUARTER * np.arange(96, dtype=np.int64)
    ghi = np.random.default_rng(1).uniform(0, 800, 96)
    assert np.allclose(to_quarters(ghi, starts, *PLACE, step=QUARTER)[1], ghi, atol=1e-9)


def test_hours_that_begin_at_twenty_to_are_put_where_they_belong() -> None:
    starts = STARTS - 20 * 60_000
    _grid, quarters = to_quarters(0.6 * clear(starts, HOUR), starts, *PLACE)
    truth = 0.6 * clear(START - HOUR // 2 + QUARTER * np.arange(len(quarters)), QUARTER)
    inside = np.isfinite(quarters)
    assert inside.sum() >= 94
    assert np.abs(quarters - truth)[inside].max() < 2


def test_no_rows_at_all_are_quarters_without_weather() -> None:
    sky = best_quarters({"a": rows(STARTS[:0], ghi=np.empty(0))}, START, START + DAY, *PLACE)
    assert np.isnan(sky.ghi).all()
    assert sky.used() == set()
    assert len(best_quarters({}, START, START, *PLACE).ghi) == 0
    assert len(to_quarters(np.empty(0), STARTS[:0], *PLACE)[1]) == 0


def test_each_quarter_takes_its_light_from_the_best_source_that_knows_it() -> None:
    best = np.where(np.arange(24) < 12, 0.5, np.nan) * clear(STARTS, HOUR)
    rest = {"ghi": 0.8 * clear(STARTS, HOUR), "dhi": 0.1 * clear(STARTS, HOUR)}
    sky = best_quarters({"best": rows(STARTS, ghi=best), "rest": rows(STARTS, **rest)}, START, START + DAY, *PLACE)
    assert sky.source.tolist() == [0] * 48 + [1] * 48
    assert sky.used() == {"best", "rest"}
    assert np.allclose(hourly(sky.ghi), np.where(np.isnan(best), rest["ghi"], best), atol=1e-9)
    assert np.isnan(sky.dhi[:48]).all()  # the parts of the light come from one source
    assert np.allclose(hourly(sky.dhi)[12:], rest["dhi"][12:], atol=1e-9)


def test_air_may_come_from_another_source_and_changes_steadily() -> None:
    light = rows(STARTS, ghi=clear(STARTS, HOUR))
    air = rows(STARTS, temp_air=np.arange(24.0))
    sky = best_quarters({"light": light, "air": air}, START, START + DAY, *PLACE)
    assert sky.used() == {"light"}
    assert np.allclose(np.diff(sky.temp_air)[2:-2], 0.25)
    assert np.allclose(hourly(sky.temp_air)[1:-1], np.arange(1.0, 23.0))
    assert np.isnan(sky.wind_speed).all()


def test_a_finer_source_goes_before_a_coarser_one_quarter_by_quarter() -> None:
    fine = rows(STARTS[10:11], step=QUARTER, ghi=np.array([123.0]))
    sky = best_quarters({"fine": fine, "coarse": rows(STARTS, ghi=clear(STARTS, HOUR))}, START, START + DAY, *PLACE)
    assert sky.ghi[40] == pytest.approx(123.0)
    assert (sky.source == 0).sum() == 1
    assert np.isfinite(sky.ghi).all()


def test_light_when_the_sun_is_down_is_spread_evenly() -> None:
    ghi = np.zeros(24)
    ghi[0] = 4.0
    assert to_quarters(ghi, STARTS, *PLACE)[1][:4].tolist() == [4.0] * 4


def test_the_light_outside_the_atmosphere_bounds_the_clear_sky() -> None:
    outside, within = extraterrestrial(STARTS, HOUR, *PLACE), clear(STARTS, HOUR)
    assert (outside >= within - 1).all()
    assert outside.max() == pytest.approx(1323 * np.sin(np.radians(90 - 50.457 + 22.4)), rel=0.02)
    assert outside[0] == 0


def test_a_stretch_that_is_cut_within_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="no start of a quarter-hour"):
        best_quarters({}, START + CELL, START + DAY, *PLACE)
