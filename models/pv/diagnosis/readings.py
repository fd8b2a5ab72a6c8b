"""The readings of one inverter on one day, as recipes read them: columns of numbers, the sun above each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.diagnosis.day import Bools, InverterDay, Times, TownDay
from models.pv.quality.runs import MINUTE, usual_period
from models.pv.sun import Floats

POWERS = ("pv_power", "pac", "pdc")
"""What tells what the panels give, the first that there is: of a hybrid `pac` contains its battery."""


@dataclass(frozen=True, slots=True)
class Readings:
    """All of one day. Arrays of shape (n,), one element per reading."""

    times: Times
    """ms, rising"""
    elevation: Floats
    """Degrees of the sun at each."""
    period: int
    """ms between two; at least one minute's fraction, never 0."""
    rated: float
    """W"""
    frame: pd.DataFrame
    _numbers: dict[str, Floats] = field(default_factory=dict, repr=False, compare=False)
    """Fields as they were asked for already: a dozen recipes ask for the same few. Nobody writes into them."""

    def __len__(self) -> int:
        return len(self.times)

    def column(self, name: str) -> Floats:
        """A field of numbers; NaN where it is missing, and everywhere when there is none."""
        if (made := self._numbers.get(name)) is None:
            made = self._numbers[name] = self._told(name)
            made.flags.writeable = False
        return made

    def _told(self, name: str) -> Floats:
        if name not in self.frame.columns:
            return np.full(len(self.times), np.nan)
        told = self.frame[name]
        if told.dtype != np.float64:
            told = pd.to_numeric(told, errors="coerce")
        return told.to_numpy(float, copy=True)

    def texts(self, name: str) -> list[str | None]:
        """A field of text; None where it is missing."""
        if name not in self.frame.columns:
            return [None] * len(self.times)
        return [value if isinstance(value, str) else None for value in self.frame[name].tolist()]

    def power(self) -> Floats:
        """W that the panels give."""
        for name in POWERS:
            if name in self.frame.columns and np.isfinite(made := self.column(name)).any():
                return made
        return np.full(len(self.times), np.nan)

    def voltage(self) -> Floats:
        """V, the highest of the phases; NaN where none is told."""
        phases = np.stack([self.column(f"v_ac_ln_{phase}") for phase in "abc"])
        return np.where(np.isnan(phases).all(axis=0), np.nan, np.nan_to_num(phases, nan=-np.inf).max(axis=0))

    def inputs(self) -> list[int]:
        """Numbers of the DC inputs that tell their power, or voltage and current."""
        there = set(self.frame.columns)
        numbers = (int(name[4:]) for name in there if name.startswith("pdc_") and name[4:].isdigit())
        pairs = (int(name[5:]) for name in there if name.startswith("i_dc_") and f"v_dc_{name[5:]}" in there)
        return sorted({*numbers, *pairs})

    def input_power(self, number: int) -> Floats:
        """W of one DC input."""
        told = self.column(f"pdc_{number}")
        if np.isfinite(told).any():
            return told
        return self.column(f"v_dc_{number}") * self.column(f"i_dc_{number}")


def readings(inverter: InverterDay, day: TownDay) -> Readings:
    """Those of the day; of length 0 where there are none. Worked out once for all recipes that ask."""
    known = inverter.kept.get("readings")
    if known is None or known[0] is not day or known[1].frame is not inverter.samples:  # a copy with other readings
        known = inverter.kept["readings"] = (day, _readings(inverter, day))
    made: Readings = known[1]
    return made


def _readings(inverter: InverterDay, day: TownDay) -> Readings:
    frame = inverter.samples
    if not len(frame):
        nothing = np.zeros(0)
        return Readings(nothing.astype(np.int64), nothing, max(inverter.period, 1), inverter.unit.pac_rated, frame)
    times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
    period = inverter.period or (usual_period(times) if len(times) > 2 else 5 * MINUTE)
    middle = day.times + day.width // 2
    sun = np.interp(times, middle, day.elevation) if len(middle) else np.zeros(len(times))
    return Readings(times, sun, max(period, 1), inverter.unit.pac_rated, frame)


def touched(day: TownDay, spans: Iterable[tuple[int, int]]) -> Bools:
    """(T,) the intervals of the day that any of the spans [start, end) in ms touches."""
    made = np.zeros(len(day.elevation), bool)
    for start, end in spans:
        made |= (day.times < end) & (day.times + day.width > start)
    return made


def slots(day: TownDay, times: Times) -> NDArray[np.int64]:
    """The interval of each instant (ms); those beside the day at its edges."""
    made: NDArray[np.int64] = np.clip((times - day.start) // day.width, 0, max(len(day.elevation) - 1, 0))
    return made


def energy(times: Times, power: Floats, period: int) -> Floats:
    """Wh between each reading and the one before it, by the trapezium; NaN for the first and across silences."""
    made = np.full(len(times), np.nan)
    if len(times) > 1:
        gap = np.diff(times)
        mean = (power[1:] + power[:-1]) / 2
        made[1:] = np.where(gap <= 2.5 * period, mean * gap / 3_600_000, np.nan)
    return made
