"""A finding opens on a loss, lasts as long as it, knows since when, and closes after it."""

import json

import numpy as np
import pytest

from models.pv.fleet.finding import CLOSING_DAYS, WEEK, Watch, watch

EXPECTED = 10_000.0


def run(ratios, before=None, first=0):
    now = before or Watch()
    passed = []
    for number, ratio in enumerate(ratios, first):
        now = watch(now, number, EXPECTED * ratio, EXPECTED)
        passed.append(now)
    return passed


def healthy(days, sigma=0.02):
    return 1 + sigma * np.random.default_rng(3).standard_normal(days)


@pytest.mark.parametrize("loss", [0.15, 0.2, 0.33, 1.0])
def test_a_loss_is_open_within_a_week_and_still_after_120_days_with_its_energy(loss):
    passed = run([*healthy(60), *(healthy(120) * (1 - loss))])
    assert passed[60 + WEEK].open
    assert passed[-1].open
    assert passed[-1].finding.since == pytest.approx(60, abs=1)
    assert passed[-1].finding.lost_wh == pytest.approx(120 * EXPECTED * loss, rel=0.1)


def test_a_slow_loss_is_counted_from_near_its_beginning():
    last = run([*healthy(60), *(healthy(120) - 0.01 * np.arange(120) / 7)])[-1]
    assert last.open
    assert last.finding.lost_wh == pytest.approx(EXPECTED * 0.01 * np.arange(120).sum() / 7, rel=0.2)


def test_a_roof_in_health_has_no_finding_in_a_year():
    assert not any(one.open for one in run(healthy(365, sigma=0.04)))


def test_one_bad_day_is_no_finding():
    assert not any(one.open for one in run([*healthy(60), 0.5, *healthy(30)]))


def test_a_finding_closes_after_the_loss_and_says_so_once():
    passed = run([*healthy(60), *(healthy(20) - 0.2), *healthy(30)])
    closed = [one.finding for one in passed if one.finding and one.finding.until is not None]
    assert len(closed) == 1
    assert 80 < closed[0].until <= 80 + WEEK + CLOSING_DAYS
    assert not passed[-1].open
    assert passed[-1].finding is None


def test_a_single_good_day_does_not_close_it():
    passed = run([*healthy(60), *(healthy(20) - 0.2), 1.1, *(healthy(20) - 0.2)])
    assert all(one.open for one in passed[70:])


def test_a_day_of_which_nothing_is_known_changes_nothing():
    before = run(healthy(20))[-1]
    assert watch(before, 21, float("nan"), EXPECTED) == before
    assert watch(before, 21, 1.0, float("nan")) == before
    assert watch(before, 21, 0.0, 0.0) == before


def test_a_loss_from_the_first_day_is_reported_as_such_and_does_not_hide_a_later_one():
    now = run(healthy(40))[-1]
    for number in range(40, 60):
        now = watch(now, number, EXPECTED * 0.7, EXPECTED, nameplate=0.5)
    assert now.first.from_first_day
    assert (now.first.since, now.first.ratio) == (0, 0.5)
    assert now.first.lost_wh == pytest.approx(now.made)
    assert now.open
    assert not now.finding.from_first_day


def test_a_watch_survives_json():
    for one in (run(healthy(3))[-1], run([*healthy(40), *(healthy(20) - 0.3)])[-1]):
        again = Watch.from_dict(json.loads(json.dumps(one.to_dict())))
        assert again == one


def test_days_that_no_roof_can_make_do_not_end_a_loss_that_lasts():
    passed = run([*healthy(60), *(healthy(40) * 0.85), 1.41, 2.43, *(healthy(40) * 0.85)])
    assert all(one.open for one in passed[70:])
    assert passed[-1].finding.lost_wh == pytest.approx(80 * EXPECTED * 0.15, rel=0.1)
