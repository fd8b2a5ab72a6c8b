"""Utrecht and Turin: measured power per kWp beside PVGIS's simulation of the same roof; no irradiance is known.

So this is post-processing of somebody else's expectation, not our chain: the simulated power over the modelled
clear-sky power of the plane is an index; it is moved in time (`clock`), scaled (`scale`), bent by where the sun stands
(`envelope`) and pulled towards what such a sky usually gives (`clouds`). Each step is learnt on one part of the data
and scored on the other: Utrecht 2014 and 2015, Turin odd and even weeks. The baseline is PVGIS SARAH2 with its bias
removed in the scored part itself, which the steps may not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.expected.chain import clear_sky_power
from models.pv.plant import GAMMA_CRYSTALLINE, InverterFacts, Plane, Plant
from models.pv.scores import Score, nrmse, score
from models.pv.sun import Floats, sun_position
from scripts.bench import Figure
from scripts.bench.accuracy.hours import Hours, hours_of
from scripts.bench.accuracy.scored import figures_of

SITES = {
    "utrecht": ("Utrecht", (2014, 2015), 51.97, 5.33, 30.0, 170.0),
    "turin": ("Turin", (2019,), 45.065, 7.659, 26.0, 206.0),
}
"""Name in the file, years, latitude, longitude, tilt, azimuth."""
SERIES = ("PG-SARAH2", "PG-SARAH", "PG-ERA5")
FINE = 12
"""Instants per hour between which the index is interpolated."""
DIM = 0.02
"""Clear-sky power (of 1 under full sun) below which the index says nothing."""
LARGEST = 1.6
"""Bound of the index."""
TEMP_AIR, WIND = 15.0, 1.0
"""°C and m/s of the clear-sky power: an index needs no season, the envelope learns it."""
STEPS: dict[str, tuple[str, ...]] = {
    "clock": ("index",),
    "envelope": ("index", "east", "east2", "height", "height2"),
    "clouds": ("index", "east", "east2", "height", "height2", "day", "one"),
}
"""What the measured power over the clear-sky power is a weighted sum of. `clock` has the scale alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """Hours of one year of one site, or of every other week; arrays of shape (hours,)."""

    label: str
    hours: Hours
    use: NDArray[np.bool_]
    """The hours that belong to the part."""
    measured: Floats
    simulated: dict[str, Floats]
    clear: Floats
    """Clear-sky power at FINE instants per hour, shape (hours, FINE)."""
    east: Floats
    height: Floats
    """Where the sun stands: degrees from south / 90, elevation / 60."""


def load(folder: Path, site: str) -> list[Part]:
    """The two parts of a site."""
    name, years, latitude, longitude, tilt, azimuth = SITES[site]
    table = pd.read_csv(folder / "simeasren" / "measured_and_simulated.csv.gz")
    wholes = []
    for year in years:
        starts = pd.date_range(f"{year}-01-01", periods=len(table), freq="1h", tz="UTC")
        instants = pd.date_range(starts[0], periods=len(table) * FINE, freq=pd.Timedelta("1h") / FINE)
        sun = sun_position(instants + pd.Timedelta("1h") / FINE / 2, latitude, longitude)
        plane = Plane("array", "roof", 0, 1.0, tilt, azimuth, "fixed", GAMMA_CRYSTALLINE)
        plant = Plant(latitude, longitude, 0.0, (plane,), (InverterFacts("inverter", 10.0, True),))
        middle = slice(FINE // 2, None, FINE)
        wholes.append(
            Part(
                label=str(year),
                hours=hours_of(starts[0], starts[-1], latitude, longitude),
                use=np.ones(len(table), bool),
                measured=table[f"{name}{year}|PV-MEAS"].to_numpy(float),
                simulated={
                    s: table[f"{name}{year}|{s}"].to_numpy(float) for s in SERIES if f"{name}{year}|{s}" in table
                },
                clear=clear_sky_power(plant, sun, TEMP_AIR, WIND)[0].reshape(-1, FINE),
                east=(sun.azimuth[middle] - 180) / 90,
                height=(90 - sun.apparent_zenith[middle]) / 60,
            )
        )
    if len(wholes) > 1:
        return wholes
    odd = wholes[0].hours.day // 7 % 2 == 1
    fields = {field: getattr(wholes[0], field) for field in Part.__slots__}
    return [Part(**fields | {"label": "odd weeks", "use": odd}), Part(**fields | {"label": "even weeks", "use": ~odd})]


def figures(folder: Path, seed: int) -> list[Figure]:
    """Every step on PVGIS SARAH2 and, with all steps, on all its series together; each part scored by the other's."""
    made = []
    for site in SITES:
        parts = load(folder, site)
        for scored, taught in (parts, parts[::-1]):
            where = f"{site}_{scored.label.replace(' ', '_')}"
            raw = scored.simulated["PG-SARAH2"]
            free = _score(scored, raw * scored.measured[scored.use].sum() / raw[scored.use].sum(), seed)
            lit = scored.use & (scored.measured > 0)
            over_lit = nrmse(raw[lit] * scored.measured[lit].sum() / raw[lit].sum(), scored.measured[lit])
            about = f"PG-SARAH2 with its bias removed in {scored.label}"
            made += figures_of(f"{where}.sarah2_bias_removed", free, f"{about}; over hours with power {over_lit:.4f}")
            for step, terms in STEPS.items():
                expected, note = _processed(taught, scored, ("PG-SARAH2",), terms)
                made += figures_of(f"{where}.sarah2_{step}", _score(scored, expected, seed), note, free, about)
            expected, note = _processed(taught, scored, tuple(scored.simulated), STEPS["clouds"])
            made += figures_of(f"{where}.all_series_clouds", _score(scored, expected, seed), note, free, about)
    return made


def _processed(taught: Part, scored: Part, series: tuple[str, ...], terms: tuple[str, ...]) -> tuple[Floats, str]:
    """The scored part's expectation, and how it was made; least squares of power over daylight hours."""
    minutes = {name: _clock(taught, name) for name in series}
    rows = [np.hstack([_terms(part, name, minutes[name], terms) for name in series]) for part in (taught, scored)]
    use = taught.use & taught.hours.daylight
    weights = np.linalg.lstsq(rows[0][use], taught.measured[use], rcond=None)[0]
    moved = ", ".join(f"{name} {minute:+g} min" for name, minute in minutes.items())
    note = f"post-processing ({', '.join(terms)}) learnt on {taught.label}: instants of the labels {moved}"
    return np.maximum(rows[1] @ weights, 0.0), note


def _terms(part: Part, name: str, minutes: float, terms: tuple[str, ...]) -> Floats:
    power, clear = _at(part, name, minutes), part.clear.mean(axis=1)
    days = part.hours.day
    with np.errstate(invalid="ignore"):
        whole_day = np.nan_to_num(np.bincount(days, power) / np.bincount(days, clear))[days]
    made = {
        "index": power, "east": power * part.east, "east2": power * part.east**2, "height": power * part.height,
        "height2": power * part.height**2, "day": clear * whole_day, "one": clear,
    }  # fmt: skip
    return np.array([made[term] for term in terms]).T


def _at(part: Part, name: str, minutes: float) -> Floats:
    """Hourly means of a simulation whose values belong to that many minutes after their label."""
    clear = part.clear.ravel()
    fine = (np.arange(len(clear)) + 0.5) * 60 / FINE
    own = np.arange(len(part.measured)) * 60.0 + minutes
    reference = np.interp(own, fine, clear)
    bright = reference > DIM
    index = np.clip(part.simulated[name][bright] / reference[bright], 0.0, LARGEST)
    made: Floats = (np.interp(fine, own[bright], index) * clear).reshape(-1, FINE).mean(axis=1)
    return made


def _clock(part: Part, name: str) -> float:
    """Minutes after the label at which the simulation fits the measured hours best, scaled freely."""
    use = part.use & part.hours.daylight

    def fault(minutes: float) -> float:
        moved = _at(part, name, minutes)[use]
        return nrmse(moved * part.measured[use].sum() / moved.sum(), part.measured[use])

    return float(min(range(-90, 91, 5), key=fault))


def _score(part: Part, expected: Floats, seed: int) -> Score:
    use = part.use
    return score(expected[use], part.measured[use], part.hours.daylight[use], part.hours.day[use], seed)
