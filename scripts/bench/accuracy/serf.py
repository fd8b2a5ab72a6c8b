"""SERF East, NREL, Colorado (PVDAQ system 50): one inverter every quarter-hour, under a satellite's GHI (NSRDB PSM3).

Known: place, tilt 45, azimuth 158. Not known: capacity (the scale learnt on 2011 takes it up), rated power (the
highest quarter-hour of 2011 stands for it), the modules' temperature coefficient and the wind (1 m/s). The clock of
the powers is the wall clock of Colorado, although its labels say UTC-7 all year; that is found against the satellite.
Everything is learnt on 2011, the clock too, and scored on 2012.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.expected.calibration import learn
from models.pv.expected.chain import Chain, ac_power
from models.pv.expected.losses import PVWATTS_RUNNING
from models.pv.plant import AC_PER_DC, GAMMA_CRYSTALLINE, InverterFacts, Plane, Plant
from models.pv.quality.clock import UNDECIDED, ClockOffset, Label
from models.pv.quality.irradiance_clock import offset_to_irradiance
from models.pv.scores import Score, nrmse, score
from models.pv.sun import Floats, Sun, split_ghi, sun_position
from scripts.bench import Figure
from scripts.bench.accuracy.hours import Hours, hours_of
from scripts.bench.accuracy.scored import figures_of

LATITUDE, LONGITUDE, ALTITUDE = 39.74, -105.18, 1830.0
TILT, AZIMUTH = 45.0, 158.0
ZONE = "America/Denver"
WIND = 1.0
"""m/s, where none is known: pvlib's own default."""
TAUGHT, SCORED = 2011, 2012
HOUSE = Chain(losses=PVWATTS_RUNNING)
GAMMAS = np.round(np.arange(-0.0055, -0.00275, 0.0002), 4)
"""Per °C: what data sheets of crystalline modules say, of old ones and new ones."""
DEAD = 0.1
"""Hours without power count as a standstill from that part of the rated power expected."""
PLAIN = "a scalar learnt on 2011 x GHI"


@dataclass(frozen=True, slots=True)
class Set:
    """Quarter-hours labelled by their start, UTC-7."""

    starts: pd.DatetimeIndex
    measured: Floats
    ghi: Floats
    temp_air: Floats
    sun: Sun
    hours: Hours
    rated: float
    """W; the highest quarter-hour of TAUGHT."""
    clock: ClockOffset
    """Of the powers' labels."""

    def year(self, year: int) -> NDArray[np.bool_]:
        """The hours of one year."""
        return np.asarray(self.hours.starts.year == year)


def load(folder: Path, as_written: bool = False) -> Set:
    """Both files of the set, the labels of the powers set right unless they are wanted as they are written."""
    power = _table(folder, "system_50_ac_power_2_full_DST_2011_2012.csv.gz", "measured_on")["ac_power_2"]
    sky = _table(folder, "system_50_ac_power_2_full_DST_psm3_2011_2012.csv.gz", "index")
    clock = UNDECIDED if as_written else _clock(power, sky["ghi"])
    starts = pd.date_range(power.index[0].normalize(), power.index[-1], freq="15min")
    measured = _true_time(power, clock).reindex(starts).to_numpy(float)
    middles = starts + pd.Timedelta("7min30s")
    return Set(
        starts=starts,
        measured=measured,
        ghi=_between(sky["ghi"], middles),
        temp_air=_between(sky["temp_air"], middles),
        sun=sun_position(middles, LATITUDE, LONGITUDE, ALTITUDE),
        hours=hours_of(starts[0], starts[-1], LATITUDE, LONGITUDE),
        rated=float(np.nanmax(measured[starts.year == TAUGHT])),
        clock=clock,
    )


def figures(folder: Path, seed: int) -> list[Figure]:
    """The satellite's GHI through the chain; beside each the plain scalar on GHI."""
    data = load(folder)
    chosen = min(GAMMAS, key=lambda gamma: _fault_of_taught(data, _power(data, HOUSE, float(gamma))))
    noted = f"{chosen * 100:.2f} %/K, chosen on {TAUGHT} by hourly error; {_told(data.clock)}"
    variants: dict[str, tuple[str, Chain, float]] = {
        "ghi": (noted, HOUSE, float(chosen)),
        "ghi_gamma_assumed": (f"-0.37 %/K assumed; {_told(data.clock)}", HOUSE, GAMMA_CRYSTALLINE),
        "ghi_haydavies": (f"Hay-Davies; {noted}", replace(HOUSE, transposition="haydavies"), float(chosen)),
    }
    plain = _scores(data, data.ghi, seed)
    made = []
    for name, (note, chain, gamma) in variants.items():
        made += _both(name, f"Erbs-Driesse, {note}", _scores(data, _power(data, chain, gamma), seed), plain)
    raw = load(folder, as_written=True)
    note = "the clock as written, with its summer time"
    return made + _both("ghi_clock_as_found", note, _scores(raw, _power(raw, HOUSE, float(chosen)), seed), plain)


def _both(name: str, note: str, scores: tuple[Score, Score], plain: tuple[Score, Score]) -> list[Figure]:
    """Figures without the hours in which the inverter stood still, and with them."""
    running, all_hours = scores
    about = f"{note}; scale learnt on {TAUGHT}, scored on {SCORED}"
    return [
        *figures_of(f"serf.{name}", running, f"{about} without hours at a standstill", plain[0], PLAIN),
        *figures_of(f"serf.{name}_all_hours", all_hours, f"{about}, standstill included", plain[1], PLAIN),
    ]


def _power(data: Set, chain: Chain, gamma: float) -> Floats:
    plane = Plane("array", "roof", 0, data.rated / AC_PER_DC, TILT, AZIMUTH, "fixed", gamma)
    plant = Plant(LATITUDE, LONGITUDE, ALTITUDE, (plane,), (InverterFacts("inverter", data.rated, True),))
    power: Floats = ac_power(plant, data.sun, split_ghi(data.ghi, data.sun), data.temp_air, WIND, chain)[0]
    return power


def _calibrated(data: Set, power: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Expected with the scale of TAUGHT, measured, and the hours at a standstill."""
    own = data.hours.means(data.starts, np.where(np.isfinite(data.measured), power, np.nan))
    truth = data.hours.means(data.starts, data.measured)
    known = data.year(TAUGHT) & np.isfinite(own) & np.isfinite(truth)
    days = np.unique(data.hours.day[known])
    made, should = (np.bincount(data.hours.day[known], row[known])[days] for row in (truth, own))
    ordinals = [date.fromordinal(int(day) + 1) for day in days]
    scale = learn(ordinals, made, should, [True] * len(days), confirmed=True).applied
    expected = own * scale
    return expected, truth, (truth < 0.01 * data.rated) & (expected > DEAD * data.rated)


def _fault_of_taught(data: Set, power: Floats) -> float:
    expected, truth, dead = _calibrated(data, power)
    use = data.year(TAUGHT) & data.hours.daylight & ~dead
    return nrmse(expected[use], truth[use])


def _scores(data: Set, power: Floats, seed: int) -> tuple[Score, Score]:
    expected, truth, dead = _calibrated(data, power)
    use = data.year(SCORED)
    running, all_hours = (
        score(expected[use], truth[use], daylight[use], data.hours.day[use], seed)
        for daylight in (data.hours.daylight & ~dead, data.hours.daylight)
    )
    return running, all_hours


def _table(folder: Path, name: str, column: str) -> pd.DataFrame:
    return pd.read_csv(folder / "labelled" / name, index_col=column, parse_dates=True).sort_index()


def _between(values: pd.Series, times: pd.DatetimeIndex) -> Floats:
    """A satellite's half-hourly snapshots on the straight line between them."""
    seconds, known = ((pd.DatetimeIndex(index) - times[0]).total_seconds() for index in (times, values.index))
    return np.asarray(np.interp(seconds, known, values.to_numpy(float)), float)


def _clock(power: pd.Series, ghi: pd.Series) -> ClockOffset:
    """The clock of the powers, from TAUGHT alone; the satellite's values are snapshots."""
    made, lit = (series[pd.DatetimeIndex(series.index).year == TAUGHT] for series in (power, ghi))
    return offset_to_irradiance(made, lit, irradiance_label=Label.MIDDLE)


def _told(clock: ClockOffset) -> str:
    summer = "with" if clock.daylight_saving else "without"
    return f"clock found on {TAUGHT}: {clock.seconds:+g} s, {summer} summer time"


def _true_time(power: pd.Series, clock: ClockOffset) -> pd.Series:
    """Labels set right; the hour that summer time makes occur twice in autumn is not known."""
    written = pd.DatetimeIndex(power.index)
    right = written
    if clock.daylight_saving:
        wall = written.tz_localize(None).tz_localize(ZONE, ambiguous="NaT", nonexistent="NaT")
        right = wall.tz_convert(written.tz)
    known = np.asarray(right.notna())
    moved = right[known] + pd.Timedelta(seconds=float(np.nan_to_num(clock.seconds)))
    return pd.Series(power.to_numpy(float)[known], index=moved)
