"""A real plant's counter of 2021, as dirty as it came: Université de La Réunion, 49 kWp behind 50 kW of inverters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.calendar import quarter_of
from models.pv.energy.counter import CounterFacts, Kind, counter_step
from models.pv.energy.quarters import QUARTER, quarter_energy

FILE = Path(__file__).parents[5] / "shared/pvdata/enerpos/production_counter_2021.csv.gz"
RATED = 50_000.0
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the measurements of {FILE.name} are not here")


@pytest.fixture(scope="module")
def year():
    """Times, power (W), the lifetime counter (Wh) that the increments of the file make, and their sum."""
    table = pd.read_csv(FILE)
    local = pd.to_datetime(table["date"], format="%d/%m/%Y %H:%M") - pd.Timedelta(hours=4)
    times = ((local - pd.Timestamp(0)) // pd.Timedelta("1ms")).to_numpy(np.int64)
    gained = table["produced_energy_kWh"].to_numpy(float) * 1000
    counter = np.where(np.isnan(gained), np.nan, np.nancumsum(gained))
    return times, table["pv_power_W"].to_numpy(float), counter, float(np.nansum(gained))


@pytest.fixture(scope="module", params=[True, False], ids=["with power", "counter alone"])
def made(request, year):
    times, power, counter, _ = year
    start, end = quarter_of(int(times[0])), quarter_of(int(times[-1])) + QUARTER
    return quarter_energy(times, power if request.param else None, counter, CounterFacts(rated=RATED), start, end)


def test_the_year_has_the_sum_that_the_counter_gained(made, year):
    assert np.nansum(made.energy) == pytest.approx(year[3], abs=100)


def test_no_quarter_hour_of_the_year_is_more_than_the_inverters_can_give(made):
    assert np.nanmax(made.energy) <= 1.2 * RATED / 4 + 1e-6
    assert np.nanmin(made.energy) >= 0


def test_the_9016_kwh_of_ten_minutes_are_those_of_the_six_weeks_without_readings_before(made):
    gap = (made.times >= pd.Timestamp("2021-01-29").value // 10**6) & (
        made.times < pd.Timestamp("2021-03-12").value // 10**6
    )
    assert set(np.array(made.status_words())[gap]) == {"reconstituted"}
    assert made.energy[gap].sum() == pytest.approx(9_016_300 * gap.sum() * QUARTER / (42.79 * 86_400_000), rel=0.01)


def test_the_hour_in_which_the_counter_outran_its_inverters_is_found(made):
    outrun = [event for event in made.events if event.kind is Kind.JUMP]
    assert {str(pd.Timestamp(event.time, unit="ms").date()) for event in outrun} == {"2021-06-21"}
    assert len(outrun) == len(made.events)


def test_the_step_of_its_counter_is_a_tenth_of_a_kilowatt_hour(year):
    assert counter_step(year[2]) == 100
