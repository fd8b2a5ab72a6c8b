"""ENERPOS, Université de La Réunion: four inverters on two roofs, every ten minutes, with sensors beside them.

Facts from the data set's Readme and its authors' component files (github.com/Laboratoire-Piment/
TwInSolar_PV_system_modelling): 210 Wp modules of -0.46 %/K on a well-ventilated over-roof, tilt 9 degrees, and the
highest AC power of the inverters. All losses are fixed beforehand. The files may hold any days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from models.pv.expected.chain import Chain, ac_power, ac_power_from_poa
from models.pv.expected.losses import FAIMAN_INSULATED, PVWATTS, PVWATTS_RUNNING
from models.pv.plant import GAMMA_CRYSTALLINE, InverterFacts, Plane, Plant
from models.pv.quality.clock import ClockOffset
from models.pv.quality.irradiance_clock import offset_to_irradiance
from models.pv.scores import Score, score
from models.pv.sun import Floats, Irradiance, Sun, split_ghi, sun_position
from scripts.bench import Figure
from scripts.bench.accuracy.hours import Hours, hours_of
from scripts.bench.accuracy.scored import figures_of
from scripts.bench.accuracy.splits import calibrated, halves

LATITUDE, LONGITUDE, ALTITUDE = -21 - 20 / 60, 55 + 29 / 60, 75.0
STEP = pd.Timedelta("10min")
GAMMA = -0.0046
HOUSE = Chain(losses=PVWATTS_RUNNING)
"""Losses of a plant that is up: what stands still here is no error of the expectation."""


def plant(gamma: float = GAMMA) -> Plant:
    """The two roofs, NE and SW, and the four inverters."""
    facts = ((11_340, 14, 10_500), (7_560, 14, 10_500), (15_120, 194, 15_750), (15_120, 194, 15_750))
    planes = tuple(
        Plane(f"roof/{row}", "roof", row, pdc0, 9.0, azimuth, "fixed", gamma)
        for row, (pdc0, azimuth, _limit) in enumerate(facts)
    )
    inverters = tuple(InverterFacts(f"inv-{n}", limit, False) for n, (_p, _a, limit) in enumerate(facts, 1))
    return Plant(LATITUDE, LONGITUDE, ALTITUDE, planes, inverters)


@dataclass(frozen=True, slots=True)
class Set:
    """The samples, labelled by their start; powers in W, shape (inverters, samples)."""

    starts: pd.DatetimeIndex
    measured: Floats
    poa: Floats
    """W/m², (planes, samples)."""
    irradiance: Irradiance
    temp_air: Floats
    wind_speed: Floats
    sun: Sun
    hours: Hours


def load(folder: Path) -> Set:
    """All files of the set; FileNotFoundError when there is none."""
    power, weather = (
        _table(folder / "enerpos", pattern) for pattern in ("PV_ENERPOS_*.csv*", "Meteo_Terre_Sainte_*.csv*")
    )
    ends = pd.date_range(power.index[0], power.index[-1], freq=STEP)
    power, weather = power.reindex(ends), weather.reindex(ends)
    starts = ends - STEP  # the Readme: labels are the end of the recording
    ne, sw = (power[f"POA_{roof}"].to_numpy(float) for roof in ("NE", "SW"))
    ghi, dni, dhi = (weather[name].to_numpy(float) for name in ("GHI", "BNI", "DHI"))
    return Set(
        starts=starts,
        measured=power[[f"Inv{n}_AC" for n in (1, 2, 3, 4)]].to_numpy(float).T,
        poa=np.array([ne, ne, sw, sw]),
        irradiance=Irradiance(ghi, dni, dhi),
        temp_air=weather["DBT"].to_numpy(float),
        wind_speed=weather["Ws10"].to_numpy(float),
        sun=sun_position(starts + STEP / 2, LATITUDE, LONGITUDE, ALTITUDE),
        hours=hours_of(power.index[0], power.index[-1] - STEP, LATITUDE, LONGITUDE),
    )


def _table(folder: Path, pattern: str) -> pd.DataFrame:
    files = sorted(folder.glob(pattern))
    if not files:
        raise FileNotFoundError(f"{folder}/{pattern}")
    whole = pd.concat([pd.read_csv(file, index_col=0, parse_dates=True) for file in files])
    return whole[~whole.index.duplicated()].sort_index()


VARIANTS: dict[str, tuple[str, Chain, float]] = {
    "poa": ("from the POA sensors, the house's chain", HOUSE, GAMMA),
    "poa_all_losses": ("losses with 3 % unavailability (14.08 %)", replace(HOUSE, losses=PVWATTS), GAMMA),
    "poa_reference_cell": ("sensors taken as reference cells behind glass", replace(HOUSE, iam="none"), GAMMA),
    "poa_gamma_assumed": ("-0.37 %/K as where no data sheet is known", HOUSE, GAMMA_CRYSTALLINE),
    "poa_insulated": ("modules with insulated backs", replace(HOUSE, temperature=FAIMAN_INSULATED), GAMMA),
    "dni_dhi": ("from beam and diffuse on the horizontal, Perez-Driesse", HOUSE, GAMMA),
    "dni_dhi_haydavies": ("the same, Hay-Davies", replace(HOUSE, transposition="haydavies"), GAMMA),
    "ghi": ("from GHI alone, Erbs-Driesse and Perez-Driesse", HOUSE, GAMMA),
    "ghi_haydavies": ("the same, Hay-Davies", replace(HOUSE, transposition="haydavies"), GAMMA),
    "ghi_all_losses": ("losses with 3 % unavailability (14.08 %)", replace(HOUSE, losses=PVWATTS), GAMMA),
}
"""All chains that were tried. `poa` stands first for its reasons, not for its score (others score better): the data
sheet's facts, sensors taken as pyranometers, and the losses of a plant that runs."""


def figures(folder: Path, seed: int) -> list[Figure]:
    """Every variant, without calibration and with it; the baseline is rated power x POA x losses, nothing else."""
    data = load(folder)
    kept = HOUSE.losses.kept * HOUSE.eta / 1000
    naive = data.poa * np.array([[plane.pdc0] for plane in plant().planes]) * kept
    found = _clock(data)
    offset = float(np.nan_to_num(found.seconds))
    clock = (
        f"labels of the powers moved by {offset:g} s (against the sensors; 95 % {found.low:.0f} .. {found.high:.0f})"
    )
    plain, plain_halves = _scores(data, _moved(naive, offset), seed)
    against = "rated power x POA x losses, same clock"
    made = []
    for name, (note, chain, gamma) in VARIANTS.items():
        expected = _expected(data, name, chain, gamma)
        free, halved = _scores(data, _moved(expected, offset), seed)
        made += figures_of(f"reunion.{name}", free, f"{note}; uncalibrated; {clock}", plain, against)
        about = f"{note}; one scale per inverter learnt on half of the days; {_halves(data, seed)}; {clock}"
        made += figures_of(f"reunion.{name}_calibrated", halved, about, plain_halves, f"{against}, also calibrated")
        if name == "poa":
            made += figures_of("reunion.poa_clock_as_found", _scores(data, expected, seed)[0], f"{note}; uncalibrated")
            first = calibrated(*_hourly(data, _moved(expected, offset)), data.hours, seed, only_first=True)
            made += figures_of("reunion.poa_first_half", first, f"{note}; learnt on the first half, scored on the rest")
    return made


def _expected(data: Set, name: str, chain: Chain, gamma: float) -> Floats:
    here, weather = plant(gamma), (data.temp_air, data.wind_speed, chain)
    if name.startswith("poa"):
        return ac_power_from_poa(here, data.sun, data.poa, *weather)
    sky = split_ghi(data.irradiance.ghi, data.sun) if name.startswith("ghi") else data.irradiance
    return ac_power(here, data.sun, sky, *weather)


def _hourly(data: Set, expected: Floats) -> tuple[Floats, Floats]:
    known = (
        np.where(np.isfinite(data.measured), expected, np.nan),
        np.where(np.isfinite(expected), data.measured, np.nan),
    )
    return data.hours.means(data.starts, known[0]), data.hours.means(data.starts, known[1])


def _scores(data: Set, expected: Floats, seed: int) -> tuple[Score, Score]:
    own, truth = _hourly(data, expected)
    free = score(own.sum(axis=0), truth.sum(axis=0), data.hours.daylight, data.hours.day, seed)
    return free, calibrated(own, truth, data.hours, seed)


def _halves(data: Set, seed: int) -> str:
    return f"mean over {len(halves(data.hours.day[-1] + 1, seed))} halves, bias by its size"


def _moved(expected: Floats, seconds: float) -> Floats:
    """The expectation as a clock sees it whose labels are that many seconds early."""
    steps = np.arange(expected.shape[-1])
    return np.array([np.interp(steps + seconds / STEP.total_seconds(), steps, row) for row in expected])


def _clock(data: Set) -> ClockOffset:
    """Of the labels of the powers, from the sensors beside them."""
    power, light = (pd.Series(rows.sum(axis=0), index=data.starts) for rows in (data.measured, data.poa))
    return offset_to_irradiance(power, light)
