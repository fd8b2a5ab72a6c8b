"""Services give hours, closing works with quarters: what a roof should make in a day must hardly depend on that."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from config.kwh import ExpectedBasis
from models.calendar import QUARTER, day_start, days
from models.pv.closing.books import books_of
from models.pv.closing.ground import Ground, ground
from models.pv.closing.modelled import modelled
from models.pv.closing.weather import Seen, Weather
from models.pv.sky_quarters import HOUR, best_quarters
from models.pv.sun import Floats
from scripts.jobs.weather import spot_of
from scripts.simulator.weather import SyntheticWeather
from tests.scripts.jobs.past_town import PARIS
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
BOOKS, SPOT = books_of(TOWN, PARIS), spot_of(TOWN.place)
ALL_DAYS = days(date(2025, 1, 1), date(2025, 12, 31))
STARTS = np.array([day_start(day, PARIS) for day in ALL_DAYS])
START, END = int(STARTS[0]), day_start(date(2026, 1, 1), PARIS)
FIXED = [counted.path != "tracker/inv" for counted in BOOKS.inverters]


@pytest.fixture(scope="module")
def base() -> Ground:
    return ground(BOOKS.plant, START, END)


@pytest.fixture(scope="module")
def quarters() -> pd.DataFrame:
    """A year of restless skies by quarter-hours."""
    rows = SyntheticWeather(3).fetch(SPOT, START - HOUR, END + HOUR, 0).rows
    return rows.assign(step=QUARTER)


@pytest.fixture(scope="module")
def hours(quarters: pd.DataFrame) -> pd.DataFrame:
    """The same, as a service has it: means of hours."""
    return quarters.resample("h").mean().assign(step=HOUR)


def expected(base: Ground, rows: pd.DataFrame) -> Floats:
    """Wh that each inverter should make on each day, shape (inverters, days)."""
    sky = best_quarters({"service": rows}, START, END, SPOT.latitude, SPOT.longitude, SPOT.altitude)
    seen = Seen(ExpectedBasis.SATELLITE, sky.ghi, sky.dni, sky.dhi, sky.temp_air, sky.wind_speed)
    (model,) = modelled(BOOKS, base, Weather({}, seen))
    by_day: Floats = np.add.reduceat(model.energy, (STARTS - START) // QUARTER, axis=1)
    return by_day


@pytest.fixture(scope="module")
def finest(base: Ground, quarters: pd.DataFrame) -> Floats:
    return expected(base, quarters)


def test_the_hours_of_a_service_give_the_day_of_a_fixed_roof_to_a_hundredth(
    base: Ground, finest: Floats, hours: pd.DataFrame
) -> None:
    error = expected(base, hours) / finest - 1
    assert np.abs(error[FIXED]).max() < 0.01
    assert np.quantile(np.abs(error), 0.95, axis=1).max() < 0.01  # a tracker: all but a few days of broken clouds


def test_the_hours_of_a_service_give_the_year_to_a_few_thousandths(
    base: Ground, finest: Floats, hours: pd.DataFrame
) -> None:
    for rows in (hours, hours.drop(columns=["dni", "dhi"])):
        assert expected(base, rows).sum(axis=1) / finest.sum(axis=1) == pytest.approx(np.ones(4), abs=0.003)


def test_hours_of_global_light_alone_give_most_days_to_a_hundredth(
    base: Ground, finest: Floats, hours: pd.DataFrame
) -> None:
    error = np.abs(expected(base, hours.drop(columns=["dni", "dhi"])) / finest - 1)[FIXED]
    assert np.quantile(error, 0.95, axis=1).max() < 0.01
    assert error.max() < 0.025
