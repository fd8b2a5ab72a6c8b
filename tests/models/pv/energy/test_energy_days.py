from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.calendar import QUARTER, day_bounds, day_start
from models.pv.energy.counter import CounterFacts, Kind
from models.pv.energy.days import day_energy
from models.pv.energy.quarters import quarter_energy
from models.pv.energy.rows import PARTIAL, UNKNOWN
from tests.models.pv.energy.invented import DAY, HOUR, RATED, roof

PARIS = ZoneInfo("Europe/Paris")


def closed(house, first, last, facts=None, shape=None, kept=None):
    """Quarter-hours and days of the town from `first` to `last`, both included."""
    times, power, counter = house.without(np.zeros(len(house.times), bool) if kept is None else ~kept)
    start, end = day_start(first, PARIS), day_bounds(last, PARIS)[1]
    quarters = quarter_energy(times, power, counter, facts or CounterFacts(rated=RATED), start, end, shape)
    return quarters, day_energy(quarters, PARIS, shape)


def around(first, days):
    """A roof read from the noon before the first day to the noon after the last."""
    return roof(300, days + 1.2, start=day_start(first, PARIS) - 12 * HOUR, step=1.0)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 29), 23),
        (date(2026, 10, 25), 25),
        (date(2028, 2, 29), 24),
        (date(2026, 12, 31), 24),
        (date(2027, 1, 1), 24),
    ],
)
def test_a_day_of_the_town_has_its_hours_and_is_the_sum_of_its_quarter_hours(day, hours):
    house = around(day, 1)
    quarters, days = closed(house, day, day)
    assert len(quarters.energy) == 4 * hours
    assert days.energy[0] == pytest.approx(quarters.energy.sum(), rel=1e-14)
    assert days.energy[0] == pytest.approx(np.diff(house.energy(*day_bounds(day, PARIS)))[0], abs=1)
    assert (days.times[0], days.status_words(), days.completeness[0]) == (day_start(day, PARIS), ["measured"], 1)


def test_the_days_of_a_year_hold_all_its_quarter_hours_once():
    house = around(date(2027, 12, 1), 120)
    quarters, days = closed(house, date(2027, 12, 1), date(2028, 3, 29))
    assert len(days.times) == 120
    assert days.energy.sum() == pytest.approx(quarters.energy.sum(), rel=1e-12)
    assert np.diff(days.times).min() == 23 * HOUR


def test_an_inverter_replaced_in_mid_month_leaves_one_day_that_does_not_know_all():
    house = roof(300, 5, start=day_start(date(2026, 6, 13), PARIS))
    swap = day_start(date(2026, 6, 15), PARIS) + 12 * HOUR
    gone = (house.times > swap) & (house.times < swap + 2 * HOUR)
    house.counter = np.where(house.times > swap, house.made - house.energy(swap + 2 * HOUR)[0], house.counter)
    facts = CounterFacts(rated=RATED, replaced=(day_start(date(2026, 6, 15), PARIS),))
    quarters, days = closed(house, date(2026, 6, 13), date(2026, 6, 17), facts, kept=~gone)
    assert days.status_words() == ["measured", "measured", "partial", "measured", "measured"]
    assert [event.kind for event in quarters.events] == [Kind.REPLACED]
    lost = np.diff(house.energy(swap, swap + 2 * HOUR))[0]
    assert days.energy.sum() == pytest.approx(house.made[-1] - lost, abs=5)


def test_a_roof_added_today_has_a_partial_day_and_none_before():
    house = roof(300, 2, start=day_start(date(2026, 6, 14), PARIS))
    begun = day_start(date(2026, 6, 15), PARIS) + 14 * HOUR
    _, days = closed(house, date(2026, 6, 14), date(2026, 6, 15), kept=house.times >= begun)
    assert days.status_words() == ["unknown", "partial"]
    assert np.isnan(days.energy[0])
    assert days.energy[1] == pytest.approx(house.made[-1] - house.energy(begun)[0], abs=2)
    assert days.completeness == pytest.approx([0, 10 / 24])


def test_a_roof_added_today_is_whole_when_nothing_was_expected_of_it_before():
    house = roof(300, 1, start=day_start(date(2026, 6, 15), PARIS))
    begun = house.times[0] + 14 * HOUR
    shape = (np.arange(96) >= 56).astype(float)
    _, days = closed(house, date(2026, 6, 15), date(2026, 6, 15), shape=shape, kept=house.times >= begun)
    assert (days.status_words(), days.completeness[0]) == (["measured"], 1)


def test_a_station_whose_clock_is_off_by_an_hour_shifts_its_days_and_loses_nothing():
    house = roof(300, 4, start=day_start(date(2026, 6, 14), PARIS))
    _, right = closed(house, date(2026, 6, 14), date(2026, 6, 17))
    house.times = house.times + HOUR
    _, late = closed(house, date(2026, 6, 14), date(2026, 6, 17))
    assert np.nansum(late.energy) == pytest.approx(right.energy.sum())
    assert late.energy[1:] == pytest.approx(right.energy[1:], abs=RATED)


def test_what_is_unknown_at_night_takes_nothing_from_a_day_of_which_the_course_is_expected():
    house = roof(300, 1, start=day_start(date(2026, 6, 15), PARIS))
    quarters, _ = closed(house, date(2026, 6, 15), date(2026, 6, 15))
    quarters.status[:8], quarters.energy[:8], quarters.completeness[:8] = UNKNOWN, np.nan, 0.0
    assert day_energy(quarters, PARIS).status[0] == PARTIAL
    shape = np.nan_to_num(quarters.energy)
    assert day_energy(quarters, PARIS, shape).status_words() == ["measured"]


def test_quarter_hours_that_are_no_whole_days_are_refused():
    house = roof(900, 2, start=day_start(date(2026, 6, 15), PARIS))
    start = house.times[0]
    for first, last in ((start + QUARTER, start + DAY), (start, start + DAY - QUARTER)):
        rows = quarter_energy(house.times, house.power, house.counter, CounterFacts(), first, last)
        with pytest.raises(ValueError, match="whole days"):
            day_energy(rows, PARIS)
