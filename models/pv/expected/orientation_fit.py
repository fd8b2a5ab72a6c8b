"""How the planes of an inverter face and how its clock goes, fitted to the shape of its power on clear days.

Candidates are turns and tilts of all planes together, through the chain, moved in time. The mismatch of a day is
1 - cos² between its measured and its modelled curve: every day counts alike, and neither capacity nor haze matters.
The days accept the candidates that are not worse than the best one by more than the model's own error, beyond chance.
In a short time a turn and a wrong clock look alike; then both are accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from models.pv.expected.chain import Chain, ac_power
from models.pv.expected.clear_hours import clear_hours
from models.pv.plant import Plane, Plant
from models.pv.sun import Floats, Irradiance, Sun, clear_sky, sun_position

CLEAR_HOURS = 4.0
"""A day is used from that many clear hours."""
MOST_DAYS = 60
"""Days that are used at most, the clearest ones."""
BRIGHT = 0.8
"""Of the clear sky's irradiance, that a known irradiance must reach for a sample to count as clear."""
TEMP_AIR, WIND = 15.0, 1.0
"""°C and m/s where they are not known: the shape of a day hardly changes with them."""
FINE = 900.0
"""Seconds between modelled instants, at most: an hour's mean is not its middle."""
TURNS, TILTS, MINUTES = np.arange(-180.0, 180, 7.5), np.arange(-45.0, 46, 7.5), np.arange(-120.0, 121, 12)
"""The grid: degrees clockwise, degrees, and minutes to add to the labels."""
ODD = 4.0
"""A day is left out whose mismatch is that many times the median's: clouds, or snow."""
MODEL_ERROR, SHARE = 0.001, 0.5
"""Mismatch that haze, the glass and an unknown horizon may make: 3 % of the power, root mean square; and that part of
the best candidate's own mismatch, which says how well the model does here."""
TIMES = 3.0
"""Capacity, over that of the best candidate, beyond which a candidate is no explanation."""
CHANCE = 2.0
"""Standard errors of the mean over the days that count as chance."""


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates as differences from what is declared, and what the days say of them."""

    candidates: Floats
    """Turn (degrees clockwise), tilt (degrees), minutes to add to the labels: (candidates, 3)."""
    mismatch: Floats
    """Per candidate and day: 1 - cos², 1 where nothing is modelled."""
    crossed: Floats
    """Per candidate and day, the sum of measured x modelled power"""
    squared: Floats
    """and that of modelled²."""

    @property
    def days(self) -> int:
        """How many days it rests on."""
        return int(self.mismatch.shape[1])

    @property
    def capacity(self) -> Floats:
        """Measured over modelled power of each candidate; infinite where nothing is modelled."""
        with np.errstate(divide="ignore"):
            made: Floats = self.crossed.sum(axis=1) / self.squared.sum(axis=1)
        return np.nan_to_num(made, nan=np.inf)

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Candidates that are not worse than the best one by more than the model's own error, beyond chance.

        A plane that sees no beam can have nearly any shape, and needs many times the modules: that is no explanation.
        """
        best = self.best(np.ones(len(self.candidates), bool))
        allowed = MODEL_ERROR + SHARE * self.mismatch[best].mean()
        worse = self.mismatch - self.mismatch[best]
        beyond_chance = worse.mean(axis=1) - CHANCE * worse.std(axis=1) / np.sqrt(self.days)
        accepted: NDArray[np.bool_] = (beyond_chance <= allowed) & (self.capacity <= TIMES * self.capacity[best])
        return accepted

    def best(self, among: NDArray[np.bool_]) -> int:
        """The candidate of a choice that fits best."""
        ranked: Floats = np.where(among, self.mismatch.mean(axis=1), np.inf)
        return int(np.argmin(ranked))

    def fits_better(self, these: NDArray[np.bool_], those: NDArray[np.bool_]) -> bool:
        """Whether the best of these candidates fits better than the best of those, beyond chance."""
        if not those.any() or not these.any():
            return bool(these.any())
        worse = self.mismatch[self.best(those)] - self.mismatch[self.best(these)]
        return bool(worse.mean() > CHANCE * worse.std() / np.sqrt(self.days))

    def without_odd_days(self) -> Found:
        """Without the days that even the best candidate does not explain."""
        lowest = self.mismatch[np.argmin(self.mismatch.mean(axis=1))]
        keep = lowest <= ODD * max(float(np.median(lowest)), MODEL_ERROR)
        return Found(self.candidates, self.mismatch[:, keep], self.crossed[:, keep], self.squared[:, keep])


def fit(
    times: pd.DatetimeIndex,
    power: Floats,
    plant: Plant,
    irradiance: Irradiance | None,
    weather: tuple[ArrayLike, ArrayLike],
    chain: Chain,
) -> Found | None:
    """The fit for the plant's one inverter; None without any clear day. Arguments as in `metadata.check`."""
    curves = _Curves.of(times, power, plant, irradiance, weather, chain)
    if not curves.days:
        return None
    fixed = all(plane.mount == "fixed" for plane in plant.planes)
    found = curves.against(TURNS, TILTS, MINUTES) if fixed else curves.against(np.zeros(1), np.zeros(1), MINUTES)
    return found.without_odd_days()


@dataclass(frozen=True, slots=True)
class _Curves:
    """The clear samples of the days that are used, and the instants around them."""

    plant: Plant
    chain: Chain
    instants: pd.DatetimeIndex
    """All modelled instants of the days, in order, `fine` seconds apart within a day."""
    sky: Irradiance
    weather: tuple[Floats, Floats]
    fine: float
    per_sample: int
    """Modelled instants per sample."""
    samples: NDArray[np.intp]
    """Number of each clear sample among the samples of the days."""
    power: Floats
    starts: NDArray[np.intp]
    """Where each day begins among the clear samples."""

    @property
    def days(self) -> int:
        """How many days are used."""
        return len(self.starts)

    @classmethod
    def of(
        cls,
        times: pd.DatetimeIndex,
        power: Floats,
        plant: Plant,
        irradiance: Irradiance | None,
        weather: tuple[ArrayLike, ArrayLike],
        chain: Chain,
    ) -> _Curves:
        """Cut into days from solar midnight to midnight, clear samples found, the clearest days chosen."""
        step = (times[1] - times[0]).total_seconds()
        slots = round(86400 / step)
        begin = times[0] + pd.Timedelta(hours=plant.longitude / 15)
        before = int((begin - begin.normalize()).total_seconds() // step)
        around = (before, -(before + len(times)) % slots)
        measured = np.pad(power, around, constant_values=np.nan).reshape(-1, slots)
        clear = clear_hours(measured, step / 3600)
        if irradiance is not None:
            bright = np.nan_to_num(irradiance.ghi) >= BRIGHT * clear_sky(_sun(times, plant), plant.altitude).ghi
            clear &= np.pad(bright, around).reshape(-1, slots)
        clear &= ~_at_limit(measured, clear)
        hours = clear.sum(axis=1) * step / 3600
        used = np.sort(np.argsort(-hours, kind="stable")[:MOST_DAYS])
        used = used[hours[used] >= CLEAR_HOURS]

        per_sample = max(round(step / FINE), 1)
        fine = step / per_sample
        seconds = (
            (used[:, None] * 86400.0 + (np.arange(slots * per_sample) + 0.5) * fine).ravel() - step / 2 - before * step
        )
        instants = times[0] + pd.to_timedelta(seconds, unit="s")

        def between(values: ArrayLike, missing: float) -> Floats:
            known = np.broadcast_to(np.asarray(values, float), (len(times),))
            whole = np.nan_to_num(known, nan=missing)
            return np.asarray(np.interp(seconds, np.arange(len(times)) * step, whole), float)

        if irradiance is None:
            sky = clear_sky(_sun(instants, plant), plant.altitude)
        else:
            sky = Irradiance(*(between(part, 0.0) for part in (irradiance.ghi, irradiance.dni, irradiance.dhi)))
        air, wind = between(weather[0], TEMP_AIR), between(weather[1], WIND)
        day, slot = np.nonzero(clear[used])
        starts = np.flatnonzero(np.diff(day, prepend=-1))
        own = measured[used][day, slot]
        return cls(plant, chain, instants, sky, (air, wind), fine, per_sample, day * slots + slot, own, starts)

    def against(self, turns: Floats, tilts: Floats, minutes: Floats) -> Found:
        """All combinations of the three against the days."""
        pairs = np.array([(turn, tilt) for turn in turns for tilt in tilts])
        modelled = self._modelled(pairs)
        candidates, crossed, squared = [], [], []
        for minute in minutes:
            moved = self._moved(modelled, minute * 60)
            candidates.append(np.column_stack([pairs, np.full(len(pairs), minute)]))
            crossed.append(np.add.reduceat(moved * self.power, self.starts, axis=1))
            squared.append(np.add.reduceat(moved * moved, self.starts, axis=1))
        own, x, xx = np.add.reduceat(self.power**2, self.starts), np.concatenate(crossed), np.concatenate(squared)
        with np.errstate(invalid="ignore", divide="ignore"):
            mismatch = np.nan_to_num(1 - x**2 / (xx * own), nan=1.0)
        return Found(np.concatenate(candidates), mismatch, x, xx)

    def _modelled(self, pairs: Floats) -> Floats:
        """Power of every turn and tilt at all instants, (pairs, instants)."""
        planes, inverters = [], []
        for number, (turn, tilt) in enumerate(pairs):
            planes += [_turned(plane, turn, tilt, number) for plane in self.plant.planes]
            installed = sum(plane.pdc0 for plane in self.plant.planes)
            inverters.append(replace(self.plant.inverters[0], pac_rated=2 * installed))  # samples at a limit are out
        candidates = replace(self.plant, planes=tuple(planes), inverters=tuple(inverters))
        return ac_power(candidates, _sun(self.instants, self.plant), self.sky, *self.weather, self.chain)

    def _moved(self, modelled: Floats, seconds: float) -> Floats:
        """The clear samples as modelled that many seconds later, (pairs, clear samples)."""
        place = self.samples[:, None] * self.per_sample + np.arange(self.per_sample) + seconds / self.fine
        place = np.clip(place, 0, modelled.shape[1] - 1.001)
        first = place.astype(np.intp)
        rest = place - first
        made: Floats = (modelled[:, first] * (1 - rest) + modelled[:, first + 1] * rest).mean(axis=2)
        return made


def _turned(plane: Plane, turn: float, tilt: float, inverter: int) -> Plane:
    if plane.mount != "fixed":
        return replace(plane, inverter=inverter)
    tilted = min(max(plane.surface_tilt + tilt, 0.0), 90.0)
    return replace(plane, inverter=inverter, surface_azimuth=(plane.surface_azimuth + turn) % 360, surface_tilt=tilted)


def _sun(times: pd.DatetimeIndex, plant: Plant) -> Sun:
    return sun_position(times, plant.latitude, plant.longitude, plant.altitude)


def _at_limit(power: Floats, clear: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Samples within 1 % of the highest clear one, where those are so many that it is a limit."""
    highest = np.max(power, where=clear, initial=0.0)
    with np.errstate(invalid="ignore"):
        close = power >= 0.99 * highest
    limit: NDArray[np.bool_] = close & (np.count_nonzero(close & clear) > 0.05 * np.count_nonzero(clear))
    return limit
