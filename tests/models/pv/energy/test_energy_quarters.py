import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pv.energy.counter import CounterFacts, Kind, increments
from models.pv.energy.quarters import quarter_energy
from tests.models.pv.energy.invented import DAY, FAULTS, HOUR, MIDNIGHT, QUARTER, RATED, damaged, roof

FACTS = CounterFacts(rated=RATED)
NOON = MIDNIGHT + 12 * HOUR
DAY_AFTER = MIDNIGHT + DAY


def quarters_of(house, start=MIDNIGHT, end=DAY_AFTER, facts=FACTS, shape=None, lost=None):
    times, power, counter = house.without(np.zeros(len(house.times), bool) if lost is None else lost)
    return quarter_energy(times, power, counter, facts, start, end, shape)


def truth(house, start=MIDNIGHT, end=DAY_AFTER):
    return np.diff(house.energy(*np.arange(start, end + 1, QUARTER)))


def between(house, start, end):
    return (house.times > start) & (house.times < end)


def lit(house):
    return truth(house) / truth(house).max()


@pytest.mark.parametrize("step", [1.0, 10.0, 100.0, 1000.0])
@pytest.mark.parametrize(("seconds", "doubt"), [(10, 0.015), (60, 0.08)])
def test_live_readings_give_each_quarter_hour_far_better_than_the_step_of_the_counter(seconds, doubt, step):
    house = roof(seconds, step=step)
    made = quarters_of(house)
    assert set(made.status_words()) == {"measured"}
    assert set(made.basis_words()) == {"counter"}
    assert np.abs(made.energy - truth(house)).max() < max(doubt * RATED / 4, 1)


@pytest.mark.parametrize("step", [1.0, 10.0, 100.0, 1000.0])
def test_quarter_hourly_readings_give_each_quarter_hour_within_the_step(step):
    house = roof(900, step=step)
    assert np.abs(quarters_of(house).energy - truth(house)).max() <= step + 0.15


def test_quarter_hourly_readings_of_a_fine_counter_without_power_are_exact():
    house = roof(900)
    made = quarter_energy(house.times, None, house.counter, FACTS, MIDNIGHT, DAY_AFTER)
    assert made.energy == pytest.approx(np.diff(house.counter))


def test_a_counter_that_is_brought_up_to_date_once_an_hour_is_shaped_by_power():
    house = roof(60)
    house.counter = np.repeat(house.counter[::60], 60)[: len(house.times)]
    made = quarters_of(house)
    assert set(made.status_words()) == {"measured"}
    assert np.abs(made.energy - truth(house)).max() < 0.02 * RATED / 4


def test_a_wrong_scale_of_power_changes_nothing_because_the_counter_fixes_the_sum():
    house = roof(60)
    straight = quarters_of(house)
    house.power = house.power * 0.7
    assert quarters_of(house).energy == pytest.approx(straight.energy, abs=2)


def test_the_energy_of_a_silence_is_spread_by_the_expected_shape_and_said_to_be():
    house = roof(60)
    made = quarters_of(house, shape=lit(house), lost=between(house, NOON, NOON + 3 * HOUR))
    gone = slice(48, 60)
    assert set(made.status_words()[gone]) == {"reconstituted"}
    assert made.energy[gone].sum() == pytest.approx(truth(house)[gone].sum(), abs=2)
    assert made.energy[gone] / made.energy[gone].sum() == pytest.approx(lit(house)[gone] / lit(house)[gone].sum())
    assert (made.completeness == 1).all()


def test_without_a_shape_a_silence_is_spread_evenly():
    house = roof(60)
    gone = slice(48, 60)
    made = quarters_of(house, lost=between(house, NOON, NOON + 3 * HOUR)).energy[gone]
    assert made == pytest.approx(made.mean())


def test_a_silence_across_midnights_is_spread_by_the_shape_of_all_its_days():
    house = roof(300, days=3)
    kept = house.without(between(house, NOON, NOON + 2 * DAY))
    shape = np.tile(truth(house, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY), 3)
    made = quarter_energy(*kept, FACTS, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY, shape, MIDNIGHT)
    assert np.nansum(made.energy) == pytest.approx(np.diff(house.energy(NOON, NOON + 2 * DAY))[0] / 2, rel=1e-3)


def test_a_night_without_readings_made_nothing_and_is_not_missing():
    house = roof(60, days=2)
    asleep = house.power <= 0
    made = quarters_of(house, MIDNIGHT + 12 * HOUR, MIDNIGHT + 36 * HOUR, lost=asleep)
    assert set(made.status_words()) == {"measured"}
    assert (made.energy[32:64] == 0).all()
    assert (made.completeness == 1).all()


def test_the_evening_is_known_before_the_next_morning_has_come():
    house = roof(60)
    made = quarters_of(house, shape=lit(house), lost=house.power <= 0)
    assert set(made.status_words()) == {"measured"}
    assert np.nansum(made.energy) == pytest.approx(truth(house).sum(), abs=2)


def test_a_silence_by_day_without_a_counter_is_unknown():
    house = roof(60)
    lost = between(house, NOON, NOON + HOUR)
    times, power, _ = house.without(lost)
    made = quarter_energy(times, power, None, FACTS, MIDNIGHT, DAY_AFTER, lit(house))
    assert np.isnan(made.energy[48:52]).all()
    assert set(made.status_words()[48:52]) == {"unknown"}
    assert set(made.basis_words()[48:52]) == {"none"}
    assert [(span.start, span.end, span.why) for span in made.unknown] == [(NOON, NOON + HOUR, Kind.SILENCE)]


def test_power_alone_is_an_estimate_by_day_and_a_plain_nothing_by_night():
    house = roof(60)
    made = quarter_energy(house.times, house.power, None, FACTS, MIDNIGHT, DAY_AFTER)
    assert made.energy == pytest.approx(truth(house), abs=0.1)
    assert set(made.basis_words()) == {"power"}
    assert [made.status_words()[place] for place in (0, 48)] == ["measured", "estimated"]


def test_power_goes_on_where_the_counter_fell_silent():
    house = roof(60)
    house.counter[house.times > NOON] = np.nan
    made = quarters_of(house)
    assert made.energy == pytest.approx(truth(house), abs=3)
    assert (made.basis_words()[40], made.basis_words()[60]) == ("counter", "power")
    assert (made.status_words()[40], made.status_words()[60]) == ("measured", "estimated")


def test_readings_of_power_beyond_physics_and_below_nothing_are_not_power():
    house = roof(60)
    house.power[::7] = 9e9
    house.power[house.power == 0] = -15.0
    assert quarters_of(house).energy == pytest.approx(truth(house), abs=4)


def test_what_is_not_yet_read_is_unknown():
    house = roof(60)
    made = quarters_of(house, lost=house.times > NOON + 5 * 60_000)
    assert made.status_words()[47:50] == ["measured", "partial", "unknown"]
    assert made.completeness[47:50] == pytest.approx([1, 1 / 3, 0])
    assert np.isnan(made.energy[49])


def test_a_reset_between_two_quarter_hourly_readings_leaves_what_is_known_and_says_so():
    house = roof(900)
    house.counter[50:] -= house.counter[50] - 200
    made = quarters_of(house)
    assert made.energy[49] == pytest.approx(200, abs=1)
    assert (made.status_words()[49], made.completeness[49] < 0.5) == ("partial", True)
    (span,) = made.unknown
    assert (span.why, span.known) == (Kind.RESET, 200)


def test_a_standstill_is_filled_by_power_and_called_an_estimate():
    house = roof(300)
    house.counter[180:] -= house.counter[180] - house.counter[144]
    house.counter[144:180] = house.counter[144]
    made = quarters_of(house)
    assert made.energy == pytest.approx(truth(house), abs=6)
    assert made.status_words()[52] == "estimated"


def test_a_station_whose_clock_is_off_by_an_hour_loses_nothing():
    house = roof(60, days=3)
    straight = quarters_of(house, MIDNIGHT, MIDNIGHT + 3 * DAY)
    house.times = house.times + HOUR
    late = quarters_of(house, MIDNIGHT, MIDNIGHT + 3 * DAY)
    assert np.nansum(late.energy) == pytest.approx(straight.energy.sum())
    assert late.energy[4:] == pytest.approx(straight.energy[:-4])


def test_no_reading_at_all_is_no_figure():
    none = np.zeros(0)
    made = quarter_energy(none.astype(np.int64), none, none, FACTS, MIDNIGHT, DAY_AFTER)
    assert np.isnan(made.energy).all()
    assert set(made.status_words()) == {"unknown"}


def test_a_span_off_the_grid_is_refused():
    house = roof(900)
    for start, end in ((MIDNIGHT + 1, DAY_AFTER), (MIDNIGHT, DAY_AFTER - 1), (MIDNIGHT, MIDNIGHT)):
        with pytest.raises(ValueError, match="quarter"):
            quarters_of(house, start, end)


damage = st.tuples(st.sampled_from(FAULTS), st.floats(0.02, 0.98), st.integers(1, 8))


@st.composite
def histories(draw):
    seconds, step = draw(st.sampled_from([60, 300, 900])), draw(st.sampled_from([1.0, 10.0, 100.0, 1000.0]))
    house = roof(seconds, 2, step, draw(st.integers(0, 999)))
    for fault, place, length in draw(st.lists(damage, max_size=3, unique_by=lambda found: found[0])):
        house.counter = damaged(house.counter, fault, int(place * len(house.counter)), length)
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    lost = rng.random(len(house.times)) < draw(st.sampled_from([0.0, 0.1, 0.5]))
    first = draw(st.integers(0, len(lost)))
    lost[first : first + draw(st.integers(0, 60))] = True
    lost[[0, -1]] = False
    return house, *house.without(lost), step


@given(histories())
@settings(max_examples=120, deadline=None)
def test_the_quarter_hours_between_two_readings_make_what_the_counter_gained(history):
    _, times, power, counter, step = history
    facts = CounterFacts(step=step, rated=RATED)
    found = increments(times, counter, facts, power)
    made = quarter_energy(times, power, counter, facts, MIDNIGHT, MIDNIGHT + 2 * DAY)
    known = times[found.valid]
    whole = known[known % QUARTER == 0]
    inside = np.nan_to_num(made.energy[(made.times >= whole[0]) & (made.times < whole[-1])]).sum()
    gained = np.diff(found.energy[np.isin(times, whole[[0, -1]])])
    assert inside == pytest.approx(gained.sum(), abs=step + 1e-6)


@given(histories())
@settings(max_examples=60, deadline=None)
def test_no_quarter_hour_is_negative_or_more_than_the_sun_allows(history):
    _, times, power, counter, step = history
    facts = CounterFacts(step=step, rated=RATED)
    made = quarter_energy(times, power, counter, facts, MIDNIGHT, MIDNIGHT + 2 * DAY)
    known = made.energy[~np.isnan(made.energy)]
    assert (known >= 0).all()
    assert (known <= 1.2 * RATED / 4 + 1e-6).all()
    assert ((made.completeness >= 0) & (made.completeness <= 1)).all()
    assert (np.isnan(made.energy) == (made.completeness == 0)).all() or (made.status[made.completeness == 0] >= 4).all()


@given(histories(), st.integers(1, 191))
@settings(max_examples=60, deadline=None)
def test_closing_a_span_in_two_parts_gives_the_same_sum(history, cut):
    _, times, power, counter, step = history
    facts, middle, end = CounterFacts(step=step, rated=RATED), MIDNIGHT + cut * QUARTER, MIDNIGHT + 2 * DAY
    whole = quarter_energy(times, power, counter, facts, MIDNIGHT, end)
    parts = [quarter_energy(times, power, counter, facts, *span) for span in ((MIDNIGHT, middle), (middle, end))]
    assert np.nansum([np.nansum(part.energy) for part in parts]) == pytest.approx(np.nansum(whole.energy), abs=step)


@given(st.sampled_from([60, 300, 900]), st.sampled_from([1.0, 100.0, 1000.0]), st.integers(0, 999), st.integers(8, 16))
@settings(max_examples=40, deadline=None)
def test_each_day_closed_with_some_hours_around_it_gives_the_sum_of_both(seconds, step, seed, hours):
    house = roof(seconds, 2, step, seed)
    facts, made = CounterFacts(step=step, rated=RATED), []
    for start in (MIDNIGHT, MIDNIGHT + DAY):
        near = (house.times >= start - hours * HOUR) & (house.times <= start + DAY + hours * HOUR)
        kept = house.without(~near)
        made.append(np.nansum(quarter_energy(*kept, facts, start, start + DAY).energy))
    assert sum(made) == pytest.approx(house.made[-1], abs=2 * step)
