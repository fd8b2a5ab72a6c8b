"""The bench's own arithmetic, and its loaders on days that are made here; what it prints of real ones is no test."""

import json
import subprocess
import sys
from math import comb

import numpy as np
import pandas as pd
import pytest

from models.pv.expected.calibration import learn
from models.pv.expected.chain import ac_power_from_poa
from models.pv.scores import nrmse
from scripts.bench.accuracy import reunion, run, scored, splits
from scripts.bench.accuracy.hours import hours_of

DAYS = 8
HOURS = hours_of(pd.Timestamp("2022-10-01 00:00+04:00"), pd.Timestamp("2022-10-08 23:50+04:00"), -21.33, 55.48)


def test_hours_know_their_days_and_the_light_of_their_place():
    assert len(HOURS.starts) == 24 * DAYS
    assert HOURS.day.tolist() == sorted([*range(DAYS)] * 24)
    assert np.flatnonzero(HOURS.daylight[:24]).tolist() == [*range(6, 19)]  # the sun is up from 6:02 to 18:12


def test_an_hour_is_the_mean_of_its_known_samples_and_unknown_with_less_than_half():
    samples = pd.date_range("2022-10-01 00:00+04:00", periods=12, freq="10min")
    values = np.array([[1.0, 2, 3, np.nan, np.nan, np.nan, 5, 5, np.nan, np.nan, np.nan, np.nan]])
    assert HOURS.means(samples, values)[0, :3] == pytest.approx([2.0, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize(("days", "count"), [(8, 70), (6, 20), (7, comb(7, 4)), (15, 70)])
def test_every_half_of_few_days_is_looked_at_and_seventy_of_many(days, count):
    found = splits.halves(days, seed=1)
    assert found.shape == (count, days)
    assert (found.sum(axis=1) == (days + 1) // 2).all()
    assert len({tuple(row) for row in found.tolist()}) == count
    assert found[0].tolist() == [True] * ((days + 1) // 2) + [False] * (days // 2)


def two_inverters(seed=1):
    """Hourly expected and measured W, with a scale of its own for each inverter and each day."""
    chance = np.random.default_rng(seed)
    expected = np.where(HOURS.daylight, chance.uniform(100, 1000, (2, len(HOURS.starts))), 0.0)
    daily = chance.normal([[0.95], [1.06]], 0.03, (2, DAYS))
    return expected, expected * daily[:, HOURS.day]


def test_the_mean_over_halves_is_that_of_the_splits_done_one_by_one():
    expected, measured = two_inverters()
    days, wanted = HOURS.starts[::24].date, []
    for taught in splits.halves(DAYS, 1):
        learnt = taught[HOURS.day]
        made, should = (rows[:, learnt].reshape(2, -1, 24).sum(axis=2) for rows in (measured, expected))
        scales = [learn(days[taught], made[n], should[n], taught[taught], confirmed=True).value for n in (0, 1)]
        use = ~learnt & HOURS.daylight
        own, truth = (np.array(scales) @ expected)[use], measured.sum(axis=0)[use]
        wanted.append([abs(own.sum() / truth.sum() - 1), nrmse(own, truth)])
    found = splits.calibrated(expected, measured, HOURS, seed=1)
    assert [found.bias.value, found.nrmse_hourly.value] == pytest.approx(np.mean(wanted, axis=0))
    assert found.bias.low <= found.bias.value
    assert found.nrmse_hourly.value <= found.nrmse_hourly.high


def test_what_differs_by_a_constant_factor_is_calibrated_away():
    expected, _measured = two_inverters()
    found = splits.calibrated(expected, expected * np.array([[0.9], [1.2]]), HOURS, seed=1)
    assert [found.bias.value, found.nrmse_hourly.value, found.nrmse_daily.value] == pytest.approx([0, 0, 0], abs=1e-6)


def test_a_figure_says_its_interval_its_days_and_its_definition():
    expected, measured = two_inverters()
    score = splits.calibrated(expected, measured, HOURS, seed=1)
    found = scored.figures_of("set.method", score, "how", score, "itself")
    assert [f.name for f in found] == [
        f"accuracy.set.method.{n}" for n in ("bias", "nrmse_hourly", "nrmse_daily", "sigma_daily")
    ]
    assert found[1].ratio == 1
    assert found[1].note.startswith("how; baseline: itself; 95 % within 0.")
    assert " h; root mean square of (expected - measured) hourly power / mean measured power" in found[1].note


@pytest.fixture
def folder(tmp_path):
    """ENERPOS for eight days in two files each, powers 10 min early and exactly as the chain has them, times 1.05."""
    ends = pd.date_range("2023-01-01 00:00+04:00", periods=DAYS * 144, freq="10min")
    made = tmp_path / "enerpos"
    made.mkdir()
    sky = clouds(ends)
    weather = pd.DataFrame({"GHI": sky, "BNI": sky * 0.5, "DHI": sky * 0.5, "DBT": 25.0, "Ws10": 3.0}, index=ends)
    sun = reunion.sun_position(ends - reunion.STEP / 2, reunion.LATITUDE, reunion.LONGITUDE, reunion.ALTITUDE)
    power = 1.05 * ac_power_from_poa(reunion.plant(), sun, sky, 25.0, 3.0, reunion.HOUSE)
    columns = {f"Inv{n}_AC": np.roll(row, -1) for n, row in enumerate(power, 1)}
    powers = pd.DataFrame({"POA_NE": sky, "POA_SW": sky, **columns}, index=ends)
    for part, rows in (("01-04-2023", slice(0, 500)), ("05-08-2023_bis", slice(500, None))):
        weather.iloc[rows].to_csv(made / f"Meteo_Terre_Sainte_{part}.csv", index_label="datetime")
        powers.iloc[rows].to_csv(made / f"PV_ENERPOS_{part}.csv", index_label="datetime")
    return tmp_path


def clouds(ends):
    sun = reunion.sun_position(ends - reunion.STEP / 2, reunion.LATITUDE, reunion.LONGITUDE)
    through = np.random.default_rng(1).uniform(0.3, 1.0, len(ends))
    return 1000 * np.clip(np.cos(np.radians(sun.zenith)), 0, None) * through


def test_any_days_of_the_reunion_set_are_read_their_clock_found_and_their_scale_learnt(folder):
    found = {figure.name.removeprefix("accuracy.reunion."): figure for figure in run.run(folder, seed=1)}
    assert "moved by 600 s" in found["poa.bias"].note
    assert found["poa.bias"].value == pytest.approx(1 / 1.05 - 1, abs=0.005)
    assert found["poa_calibrated.nrmse_hourly"].value < 0.01
    assert found["poa_clock_as_found.nrmse_hourly"].value > 2 * found["poa.nrmse_hourly"].value
    assert "mean over 70 halves" in found["poa_calibrated.bias"].note


def test_the_command_takes_another_folder_of_the_same_layout(folder):
    done = _tepos("bench", "accuracy", "--json", "--data", str(folder))
    assert done.returncode == 0
    assert {f["name"].split(".")[1] for f in json.loads(done.stdout)} == {"reunion"}
    assert _tepos("bench", "accuracy", "--data", str(folder / "nowhere")).returncode == 2


def test_a_folder_without_measurements_gives_no_figures(tmp_path):
    assert list(run.run(tmp_path, seed=1)) == []


def _tepos(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "scripts.cli", *arguments], capture_output=True, text=True, timeout=120
    )
