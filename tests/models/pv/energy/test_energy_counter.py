import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pv.energy.counter import CounterFacts, Kind, counter_step, increments
from tests.models.pv.energy.invented import FAULTS, HOUR, MIDNIGHT, RATED, damaged, roof

FACTS = CounterFacts(rated=RATED)


def kinds(found):
    return [event.kind for event in found.events]


def read(*shown, minutes=5):
    times = MIDNIGHT + 10 * HOUR + np.arange(len(shown), dtype=np.int64) * minutes * 60_000
    return times, np.array(shown, float)


@pytest.mark.parametrize("step", [1.0, 10.0, 100.0, 1000.0])
def test_the_step_is_learnt_from_what_a_counter_shows(step):
    assert counter_step(roof(seconds=300, days=2, step=step).counter) == step


def test_the_step_is_learnt_through_the_rounding_of_a_float_register():
    shown = (roof(seconds=300, days=2, step=100).counter / 1000).astype(np.float32)
    assert counter_step(shown.astype(float) * 1000) == 100.0


def test_a_counter_that_hardly_moved_tells_no_step():
    assert counter_step(np.array([5000.0, 5000.0, 6000.0, np.nan, 7000.0])) is None


def test_a_healthy_counter_gives_what_it_counted():
    house = roof()
    found = increments(house.times, house.counter, FACTS)
    assert found.valid.all()
    assert found.energy == pytest.approx(house.counter - house.counter[0])
    assert (found.events, found.unknown) == ((), ())


@pytest.mark.parametrize(("fault", "kind"), [("zero", Kind.ZERO), ("dip", Kind.DIP), ("spike", Kind.JUMP)])
def test_a_fault_that_passes_is_not_believed_and_costs_nothing(fault, kind):
    house = roof()
    found = increments(house.times, damaged(house.counter, fault, 700, 20), FACTS)
    assert kinds(found) == [kind]
    assert np.flatnonzero(~found.valid).tolist() == list(range(700, 720))
    assert found.energy[-1] == house.counter[-1] - house.counter[0]


def test_zeros_all_night_until_the_inverter_is_awake_are_not_believed():
    house = roof(days=2)
    asleep = house.power == 0
    found = increments(house.times, np.where(asleep, 0.0, house.counter), FACTS)
    assert set(kinds(found)) == {Kind.ZERO}
    lit = np.flatnonzero(~asleep)
    assert found.energy[lit[-1]] == house.counter[lit[-1]] - house.counter[lit[0]]


def test_what_was_made_between_the_last_reading_and_a_reset_is_an_explicit_unknown():
    house = roof()
    shown = damaged(house.counter, "reset", 700, 0)
    found = increments(house.times, shown, FACTS)
    (span,) = found.unknown
    assert (span.start, span.end, span.why) == (house.times[699], house.times[700], Kind.RESET)
    lost = house.counter[700] - house.counter[699]
    assert 0 < lost <= span.most
    assert found.energy[-1] + lost == house.counter[-1] - house.counter[0]


def test_what_a_counter_shows_after_its_reset_was_made_since_the_last_reading():
    house = roof(seconds=300)
    shown = house.counter.copy()
    shown[150:] -= house.counter[150] - 300
    (span,) = increments(house.times, shown, FACTS).unknown
    assert (span.known, span.most) == (300, pytest.approx(1.2 * RATED / 12 + 1))


def test_a_first_value_after_a_reset_that_is_too_large_for_the_time_is_not_production():
    house = roof(seconds=300)
    shown = house.counter.copy()
    shown[150:] -= 3_000_000
    found = increments(house.times, shown, FACTS)
    assert (found.unknown[0].known, kinds(found)) == (0, [Kind.RESET])


def test_a_night_on_the_old_counter_is_enough_to_see_a_reset_in_the_morning():
    house = roof(seconds=300)
    morning = int(np.flatnonzero(house.power > 0)[0])
    found = increments(house.times, damaged(house.counter, "reset", morning, 0), FACTS)
    assert kinds(found) == [Kind.RESET]


@pytest.mark.parametrize(
    "facts", [CounterFacts(rated=RATED, modulus=65536 * 100.0), CounterFacts(rated=RATED, step=100.0, width=16)]
)
def test_a_counter_that_rolls_over_by_its_width_loses_nothing(facts):
    house = roof(days=2, step=100)
    shown = (house.counter - 7_000_000 + 65500 * 100) % (65536 * 100)
    found = increments(house.times, shown, facts)
    assert kinds(found) == [Kind.ROLLOVER]
    assert found.unknown == ()
    assert found.energy[-1] == house.counter[-1] - house.counter[0]


def test_an_impossible_jump_is_more_than_the_sun_allows_since_the_counter_last_moved():
    allowed = 1.2 * RATED * 15 / 60 + 1
    for jump, believed in ((allowed, True), (allowed + 1, False)):
        facts = CounterFacts(rated=RATED, step=1.0)
        found = increments(*read(1000, 1100, 1100, 1100, 1100 + jump, 1100 + jump), facts)
        assert found.valid[4] == believed


def test_a_counter_that_goes_on_from_elsewhere_begins_anew():
    house = roof()
    found = increments(house.times, damaged(house.counter, "replaced", 700, 0), FACTS)
    assert kinds(found) == [Kind.JUMP]
    assert (found.valid.all(), found.unknown[0].known) == (True, 0)
    assert found.energy[-1] == pytest.approx(house.counter[-1] - house.counter[0], abs=RATED / 60)


@pytest.mark.parametrize("offset", [60_000_000.0, -3_000_000.0])
def test_a_known_replacement_makes_a_jump_in_either_direction_a_new_base(offset):
    house = roof(seconds=300)
    shown = house.counter.copy()
    shown[-72:] += offset  # at 18:00
    late = house.times <= house.times[-72] + 900_000  # too little to believe it by itself
    for replaced, kind in (((MIDNIGHT,), [Kind.REPLACED]), ((), [Kind.JUMP if offset > 0 else Kind.DIP])):
        found = increments(house.times[late], shown[late], CounterFacts(rated=RATED, replaced=replaced))
        assert kinds(found) == kind
        assert found.valid[-1] == bool(replaced)


def test_a_counter_that_stands_still_while_power_flows_is_unmasked_by_power():
    house = roof(seconds=300)
    shown = house.counter.copy()
    shown[120:180] = shown[120]
    shown[180:] -= house.counter[180] - house.counter[120]
    found = increments(house.times, shown, FACTS, house.power)
    assert kinds(found) == [Kind.STUCK]
    assert found.energy[-1] == pytest.approx(house.made[-1], abs=5)


def test_a_counter_that_makes_up_for_its_standstill_is_believed():
    house = roof(seconds=300)
    shown = house.counter.copy()
    shown[120:180] = shown[120]
    found = increments(house.times, shown, FACTS, house.power)
    assert (found.events, found.energy[-1]) == ((), house.counter[-1] - house.counter[0])


def test_nothing_read_is_nothing_known():
    times, shown = read(np.nan, -5.0, np.nan)
    found = increments(times, shown, FACTS)
    assert not found.valid.any()
    assert np.isnan(found.energy).all()


def test_times_that_do_not_rise_and_arrays_of_different_length_are_refused():
    times, shown = read(1.0, 2.0)
    with pytest.raises(ValueError, match="rise"):
        increments(times[::-1], shown, FACTS)
    with pytest.raises(ValueError, match="length"):
        increments(times, shown[:1], FACTS)


readings = st.lists(st.one_of(st.floats(0, 1e7), st.just(0.0), st.just(float("nan"))), min_size=1, max_size=60)


@given(readings)
@settings(max_examples=120, deadline=None)
def test_whatever_a_counter_shows_energy_never_falls_and_never_outruns_the_sun(shown):
    times, shown = read(*shown, minutes=10)
    found = increments(times, shown, CounterFacts(step=1.0, rated=RATED))
    good = np.flatnonzero(found.valid)
    rises = np.diff(found.energy[good])
    assert (rises >= 0).all()
    moved, at = 0, times[good]
    for number, rise in enumerate(rises):
        assert rise <= 1.2 * RATED * (at[number + 1] - at[moved]) / HOUR + 1 + 1e-6
        moved = number + 1 if rise else moved


damage = st.tuples(st.sampled_from(FAULTS), st.floats(0.02, 0.98), st.integers(1, 20))


@given(
    st.sampled_from([60, 300, 900]),
    st.sampled_from([1.0, 10.0, 100.0, 1000.0]),
    st.integers(0, 999),
    st.lists(damage, max_size=4, unique_by=lambda found: found[0]),
)
@settings(max_examples=120, deadline=None)
def test_what_is_counted_and_what_is_unknown_make_what_was_produced(seconds, step, seed, faults):
    house = roof(seconds, days=2, step=step, seed=seed)
    shown = house.counter
    for fault, place, minutes in faults:
        shown = damaged(shown, fault, int(place * len(shown)), max(1, minutes * 60 // seconds))
    found = increments(house.times, shown, CounterFacts(step=step, rated=RATED))
    good = np.flatnonzero(found.valid)
    lost = sum(np.diff(house.energy(span.start, span.end))[0] - span.known for span in found.unknown)
    whole, counted = house.made[good[-1]] - house.made[good[0]], found.energy[good[-1]]
    doubt = step * (1 + 2 * len(found.unknown)) + 1e-6
    assert whole - lost - doubt <= counted <= whole + doubt
    if "zero" not in {fault for fault, *_ in faults}:  # soon after a reset a zero looks like its beginning
        assert counted + lost == pytest.approx(whole, abs=doubt)
