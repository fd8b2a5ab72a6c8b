"""Roofs under made-up skies for the tests of quality: clear sky, clouds of five minutes, an inverter with a limit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.pv.sun import Irradiance, cell_temperature, clear_sky, split_ghi, sun_position, transpose

PVDATA = Path(__file__).parents[4] / "../shared/pvdata"
LATITUDE, LONGITUDE = 50.457, 2.793
RATED = 5000.0
FINE = 5


def elevation(index, latitude=LATITUDE, longitude=LONGITUDE):
    return 90 - sun_position(index, latitude, longitude).apparent_zenith


def roof(start, days, tilt=35.0, azimuth=180.0, step=15, seed=1, clear=0.3, limit=RATED):
    """Power (W) of 5 kWp and GHI, both means over `step` minutes labelled by their start."""
    rng = np.random.default_rng(seed)
    index = pd.date_range(start, periods=days * 1440 // FINE, freq=f"{FINE}min", tz="UTC")
    sun = sun_position(index + pd.Timedelta(minutes=FINE / 2), LATITUDE, LONGITUDE)
    bare = clear_sky(sun, 0.0, rng.uniform(2.5, 4.0))
    clouds = np.ones(len(index))
    for day in np.array_split(np.arange(len(index)), days):
        if rng.random() > clear:
            drift = np.convolve(rng.normal(size=len(day) + 24), 0.85 ** np.arange(25), "valid")
            clouds[day] = np.clip(rng.uniform(0.15, 0.9) + 0.13 * drift, 0.08, 1.05)
    ghi = bare.ghi * clouds
    split = split_ghi(ghi, sun)
    free = clouds == 1
    light = Irradiance(
        ghi, np.where(free, bare.dni, np.nan_to_num(split.dni)), np.where(free, bare.dhi, np.nan_to_num(split.dhi))
    )
    plane = transpose(np.full(len(index), tilt), np.full(len(index), azimuth), sun, light)
    poa = np.nan_to_num(plane.effective())
    hour = (index.hour + index.minute / 60).to_numpy()
    cell = cell_temperature(poa, 12 + 6 * np.cos((hour - 15) / 12 * np.pi), np.full(len(index), 2.0))
    power = poa / 1000 * RATED * (1 - 0.004 * (cell - 25)) * (1 + 0.02 * rng.normal(size=len(index)))
    power = np.clip(np.where(power > 30, power - 15, 0.0), 0.0, limit)
    table = pd.DataFrame({"pac": power, "ghi": ghi}, index).resample(f"{step}min").mean()
    return table["pac"].round(0), table["ghi"]


def with_counter(pac, step=1.0):
    """Samples of an inverter: power and its lifetime counter in steps of `step` Wh."""
    hours = (pac.index[1] - pac.index[0]).total_seconds() / 3600
    made = 1_000_000 + np.concatenate(([0.0], np.cumsum(pac.to_numpy())[:-1])) * hours
    return pd.DataFrame({"pac": pac, "energy_ac_total": np.floor(made / step) * step}, pac.index)


def labelled(name, column, folder="labelled"):
    """A labelled set: values of power as `pac`, and the label of each."""
    path = PVDATA / folder / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    table = pd.read_csv(path, parse_dates=["timestamp"]).set_index("timestamp")
    index = table.index.tz_convert("UTC") if table.index.tz else table.index.tz_localize("UTC")
    label = table[column].astype(str).str.upper().to_numpy() == "TRUE"
    return pd.DataFrame({"pac": table["value_normalized"].to_numpy()}, index), label


def precision_recall(found, label):
    hit = (found & label).sum()
    return hit / max(found.sum(), 1), hit / label.sum()
