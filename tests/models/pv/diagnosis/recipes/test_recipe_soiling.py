"""Soiling falls slowly and comes back with rain; what falls in a step, or all at once, is something else."""

from __future__ import annotations

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import TownDay
from models.pv.diagnosis.recipes.soiling import soiling
from models.pv.sun import Floats
from tests.models.pv.diagnosis.slow_days import DAY, invented, looked


def dust(number: int, _day: TownDay, _row: int, energy: Floats) -> Floats:
    """0.4 % a day from the 20th day on, washed off on the 70th, and again."""
    gone = 0.004 * (number - 20 if number < 70 else number - 70)
    return energy * (1 - max(gone, 0.0))


def test_a_slow_fall_is_found_and_its_share_known() -> None:
    told = looked(soiling, invented("2026-04-01", 68, dust))
    day, (sign,) = told[-1]
    assert sign.cause is Cause.SOILING
    assert sign.evidence["missing_share"] == pytest.approx(0.18, abs=0.05)
    assert sign.claim is not None
    assert (sign.claim > 0).sum() == np.isfinite(day.inverters[0].expected).sum()


def test_a_slow_fall_is_dated_from_where_it_began_and_not_from_the_first_day_looked_at() -> None:
    told = looked(soiling, invented("2026-04-01", 68, dust, noise=0.01))
    (sign,) = told[-1][1]
    assert abs(sign.since - told[20][0].start) <= 6 * DAY


def test_rain_ends_it_and_the_next_fall_is_surer() -> None:
    told = looked(soiling, invented("2026-04-01", 118, dust))
    assert told[80][1] == []
    (sign,) = told[-1][1]
    assert sign.evidence["washed"] == 1
    assert sign.confidence > told[66][1][0].confidence
    assert abs(sign.since - told[70][0].start) < 6 * DAY


@pytest.mark.parametrize("kept", [0.67, 0.8, 0.9])
def test_a_step_is_no_dirt(kept: float) -> None:
    def step(number: int, _day: TownDay, _row: int, energy: Floats) -> Floats:
        return energy * (kept if number >= 40 else 1.0)

    assert not any(signs for _day, signs in looked(soiling, invented("2026-04-01", 75, step)))


def test_a_clean_roof_is_not_called_dirty() -> None:
    for seed in range(2):
        told = looked(soiling, invented("2026-04-01", 75, seed=seed, noise=0.05, count=1))
        assert not any(signs for _day, signs in told), seed


def test_a_day_with_nothing_known_changes_nothing() -> None:
    def silent(number: int, day: TownDay, _row: int, energy: Floats) -> Floats:
        return np.full(96, np.nan) if number >= 66 else dust(number, day, 0, energy)

    told = looked(soiling, invented("2026-04-01", 68, silent))
    assert told[65][1]
    assert told[-1][1]
