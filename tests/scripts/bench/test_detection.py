"""The bench of the detection: what it injects, that it looks at nothing to come, and that it refuses an easy year."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scripts.bench.detection import neighbours, simulated
from scripts.bench.detection.cases import Clean, clean, draws, outcomes
from scripts.bench.detection.hardness import hardness
from scripts.bench.detection.losses import kinds, lasting
from scripts.bench.detection.natural import NATURAL, natural
from scripts.bench.detection.scored import Scores
from scripts.bench.detection.scored import lasting as lasts
from scripts.bench.detection.series import Series

FILE = Path(__file__).parents[3] / "../shared/pvdata/neighbours/pv_W_per_kW.csv.gz"
measured = pytest.mark.skipif(not FILE.is_file(), reason="needs ../shared/pvdata/neighbours")
KINDS = {kind.name: kind for kind in [*lasting(), *kinds()]}
DAYS = 100


def cut(series: Series, days: int, inverters: int) -> Series:
    """The first days, the first inverters."""
    per_day = {name: getattr(series, name)[:days] for name in ("starts", "elevation", "azimuth", "months")}
    sky = {
        name: None if (values := getattr(series, name)) is None else values[:days, ..., :inverters]
        for name in ("clear", "dimmed")
    }
    energy = series.energy[:days, :, :inverters]
    return replace(series, units=series.units[:inverters], energy=energy, parts=(), **sky, **per_day)


@cache
def year() -> Series:
    return cut(simulated.load(3, DAYS), DAYS, 10)


@cache
def untouched() -> Clean:
    return clean(year())


@pytest.mark.parametrize(("name", "low", "high"), [
    ("10", 0.1, 0.1), ("33", 0.33, 0.33), ("100", 0.93, 1.0), ("ramp", 0.08, 0.09), ("time_of_day", 0.1, 0.35),
    ("one_mppt", 0.25, 0.25), ("intermittent", 0.1, 0.3),
])  # fmt: skip
def test_a_loss_takes_what_its_name_says(name: str, low: float, high: float) -> None:
    kind = KINDS[name]
    bright = replace(year(), energy=np.ones((200, 96, 10)), elevation=np.tile(year().elevation, (2, 1)))
    kept = kind.kept(bright, 2, 20, np.random.default_rng(1))
    lit = bright.elevation[20 : 20 + len(kept)] > 10
    assert low - 1e-9 <= 1 - kept[lit].mean() <= high + 1e-9


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    drawn = [draws(year(), untouched(), KINDS["20"], np.random.default_rng(seed), 10, 1) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert sorted(row for one in drawn[0] for row, _ in one) == list(range(10))


def test_a_day_is_judged_by_nothing_that_comes_after_it() -> None:
    short = clean(cut(year(), 70, 10))
    assert short.open == untouched().open[:70]
    assert np.array_equal(short.expected, untouched().expected[:70], equal_nan=True)


def test_a_fifth_is_found_and_its_energy_known() -> None:
    (one,) = outcomes(year(), untouched(), KINDS["20"], [(4, 60)], seed=1)
    assert one.found is not None
    assert one.lit_days <= 7
    assert one.flagged_early > 0.6 * one.lost_early
    assert one.known_lost == pytest.approx(one.lost, rel=0.2)


def test_what_is_not_known_of_the_energy_is_the_drift_of_the_expectation() -> None:
    (one,) = outcomes(year(), untouched(), KINDS["33"], [(4, 60)], seed=1)
    assert 0 < abs(one.drift) < 0.05
    assert one.known_lost / one.lost - 1 == pytest.approx(one.drift / 0.33, abs=0.03)
    (figure, part) = lasts(year(), [one])
    assert (figure.value, part.value) == (1.0, 1.0)
    assert f"{one.drift:+.1%}" in part.note


def test_a_dead_inverter_is_found_within_one_lit_hour_of_quarters() -> None:
    (one,) = outcomes(year(), untouched(), KINDS["100"], [(1, 70)], seed=5)
    assert one.samples <= 4
    assert str(one.found.cause) in ("inverter_off", "site_off") if one.found else False


def test_the_figures_have_their_names_and_a_baseline() -> None:
    scores, made = Scores(year(), untouched(), seed=1), {}
    for name in ("20", "100"):
        some = outcomes(year(), untouched(), KINDS[name], [(3, 62)], seed=1)
        made |= {figure.name: figure for figure in scores.found(some)}
    made |= {figure.name: figure for figure in scores.rest()}
    for name in ("found_20.share", "found_20.days", "found_100.share", "false_per_system_year", "recall_energy",
                 "specificity", "cause_precision"):  # fmt: skip
        assert f"detection.simulated.{name}" in made
    assert made["detection.simulated.false_per_system_year"].baseline is not None


def test_a_year_that_is_easier_than_life_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "QUARTERS", 0.0)
    monkeypatch.setattr(simulated, "DAYS", 0.0)
    easy = cut(simulated.load(3, 40), 40, 6)
    with pytest.raises(ValueError, match="not as hard as life"):
        list(hardness(easy, clean(easy), refuse=True))


def test_natural_faults_have_their_days_and_what_shows_them() -> None:
    assert all(one.first <= one.last and len(one.evidence) > 40 for some in NATURAL.values() for one in some)
    assert natural("simulated", "roof_14", 0) is None


@measured
def test_losses_on_the_measured_roofs_are_found_in_time() -> None:
    series = neighbours.load(FILE)
    run = clean(cut(series, 130, 11))
    series = cut(series, 130, 11)
    for name, row, day in (("15", 1, 60), ("20", 6, 75), ("33", 8, 90), ("100", 2, 80), ("time_of_day", 4, 70)):
        (one,) = outcomes(series, run, KINDS[name], [(row, day)], seed=1)
        assert one.lit_days <= KINDS[name].within
