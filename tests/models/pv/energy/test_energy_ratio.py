import numpy as np
import pytest

from models.pv.energy.ratio import DAY, learn_ratio

TIMES = np.arange(200, dtype=np.int64) * DAY


def days(ratio, noise=0.004, seed=3):
    rng = np.random.default_rng(seed)
    inverters = rng.uniform(5_000, 60_000, len(TIMES))
    return inverters * ratio * (1 + noise * rng.standard_normal(len(TIMES))), inverters


def test_the_ratio_is_learnt_with_an_interval_that_holds_it():
    found = learn_ratio(TIMES, *days(0.975))
    assert found.low < 0.975 < found.high
    assert found.high - found.low < 0.003
    assert (found.days > 150, found.drift, found.current) == (True, None, found.value)


def test_days_that_are_not_whole_or_not_healthy_teach_nothing():
    meter, inverters = days(0.975)
    meter[::3], inverters[1::3] = np.nan, np.nan
    ill = np.zeros(len(TIMES), bool)
    ill[2::6] = True
    meter[ill] *= 0.3
    assert learn_ratio(TIMES, meter, inverters, ~ill).value == pytest.approx(0.975, abs=0.002)


def test_some_days_gone_wrong_do_not_move_it():
    meter, inverters = days(0.975)
    meter[::7] *= 0.2
    found = learn_ratio(TIMES, meter, inverters)
    assert (found.value, found.drift) == (pytest.approx(0.975, abs=0.002), None)


def test_few_days_teach_nothing():
    meter, inverters = days(0.975)
    assert learn_ratio(TIMES[:4], meter[:4], inverters[:4]) is None
    assert learn_ratio(TIMES, meter * np.nan, inverters) is None


@pytest.mark.parametrize("change", [-0.03, 0.03])
def test_a_drift_of_the_last_month_is_reported(change):
    meter, inverters = days(0.975)
    meter[-25:] *= 1 + change
    drift = learn_ratio(TIMES, meter, inverters).drift
    assert drift.change == pytest.approx(change, abs=0.003)
    assert drift.since >= TIMES[-30]
    assert learn_ratio(TIMES, meter, inverters).current == drift.recent


def test_no_drift_is_seen_in_what_does_not_move():
    assert [learn_ratio(TIMES, *days(0.975, seed=seed)).drift for seed in range(100)] == [None] * 100


def test_a_drift_too_small_to_matter_is_no_finding():
    meter, inverters = days(0.975, noise=0.0)
    meter[-25:] *= 1.005
    assert learn_ratio(TIMES, meter, inverters).drift is None


def test_arrays_of_different_length_are_refused():
    meter, inverters = days(0.975)
    with pytest.raises(ValueError, match="length"):
        learn_ratio(TIMES, meter[:5], inverters)
