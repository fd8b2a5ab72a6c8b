"""Degradation: year on year, from two years on; without rdtools it is not looked for."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.degradation import available, degradation, middle_rate
from models.pv.diagnosis.recipes.ageing import EVERY, ageing
from tests.models.pv.diagnosis.slow_days import invented

DAY = 86_400_000
RATE = -0.02
needs_rdtools = pytest.mark.skipif(not available(), reason="needs rdtools: the extra tepos[analysis]")


def series(years: float, rate: float = RATE) -> tuple[Any, Any]:
    """Weekly performance that ages, with a season and some noise."""
    at = np.arange(0, int(365 * years), 7)
    noise = np.random.default_rng(1).normal(0, 0.01, len(at))
    return 1_600_000_000_000 + at * DAY, 0.8 * (1 + rate * at / 365) * (
        1 + 0.05 * np.sin(2 * np.pi * at / 365.25)
    ) + noise


@needs_rdtools
def test_two_percent_a_year_is_found_and_lies_in_its_interval() -> None:
    found = degradation(*series(3))
    assert found is not None
    assert found.rate == pytest.approx(RATE, abs=0.005)
    assert found.low < RATE < found.high
    assert degradation(*series(3)) == found


def test_less_than_two_years_say_nothing() -> None:
    assert degradation(*series(1.9)) is None


@needs_rdtools
def test_the_recipe_names_what_is_surely_worse_than_usual_and_remembers_weeks() -> None:
    past: Any = {"week": 2900, "now": [], "best": 0.0, "weeks": []}
    times, ratio = series(3)
    past["weeks"] = [[int(at) // (7 * DAY), round(10_000 * one)] for at, one in zip(times, ratio, strict=True)]
    signs: Any = []
    for day in invented("2026-04-01", EVERY, count=1):  # one of these days is this inverter's
        signs, past = ageing(day.inverters[0], day, past)
    (sign,) = signs
    assert sign.cause is Cause.DEGRADATION
    assert sign.evidence["change_per_year_high"] < -0.005
    assert len(past["weeks"]) <= 260


@needs_rdtools
def test_the_rate_alone_is_that_of_the_whole_answer() -> None:
    found = degradation(*series(3))
    assert found is not None
    assert middle_rate(*series(3)) == found.rate
    assert middle_rate(*series(1.9)) is None


@needs_rdtools
def test_what_was_replaced_and_no_longer_ages_is_no_longer_told() -> None:
    times, ratio = series(3, rate=0.0)
    weeks = [[int(at) // (7 * DAY), round(10_000 * one)] for at, one in zip(times, ratio, strict=True)]
    past: Any = {"week": 2900, "weeks": weeks, "rate": [-0.02, -0.025, -0.015]}
    (day,) = invented("2026-04-01", 1, count=1)
    assert [sign.cause for sign in ageing(day.inverters[0], day, past)[0]] == [Cause.DEGRADATION]
    for later in invented("2026-04-01", EVERY, count=1):
        signs, past = ageing(later.inverters[0], later, past)
    assert list(signs) == []


@needs_rdtools
def test_no_day_pays_for_all_inverters_nor_more_when_more_years_lie_behind() -> None:
    days = list(invented("2026-04-01", EVERY, count=1))
    weeks = [[2600 + week, 8000] for week in range(300)]
    asked = np.zeros((2, EVERY), int)
    for name in range(40):
        unit = replace(days[0].inverters[0].unit, path=f"s{name}/inv-1")
        for row, behind in enumerate((weeks[-120:], weeks[-260:])):
            past = {"week": 2901, "weeks": behind, "rate": [-0.02, -0.025, -0.015]}  # who asks forgets this rate
            for number, day in enumerate(days):
                asked[row, number] += "rate" not in ageing(replace(day.inverters[0], unit=unit), day, past)[1]
    assert asked.sum(axis=1).tolist() == [40, 40]
    assert asked.max() <= 3


def test_rdtools_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys, models.pv.diagnosis.diagnose; sys.exit('rdtools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_rdtools_it_is_not_looked_for_and_everything_else_works() -> None:
    program = (
        "import sys; sys.modules['rdtools'] = None\n"
        "from models.pv.diagnosis.recipes.ageing import ageing, available\n"
        "from tests.models.pv.diagnosis.slow_days import invented\n"
        "past = {}\n"
        "for day in invented('2026-04-01', 20): signs, past = ageing(day.inverters[0], day, past)\n"
        "print(available(), len(signs), len(past['weeks']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "0", "3"], done.stderr
