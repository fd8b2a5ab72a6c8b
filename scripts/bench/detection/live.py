"""The path of the product, day after day: expectation from the fleet, diagnosis, what the day teaches. Causal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from config.kwh import ExpectedBasis
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.diagnose import Known, diagnose
from models.pv.diagnosis.finding import Finding
from models.pv.fleet.day import FleetDay
from models.pv.fleet.expect import Expectation, expect
from models.pv.fleet.finding import Watch, watch
from models.pv.fleet.learn import learn
from models.pv.fleet.state import FleetState
from models.pv.sun import Floats
from scripts.bench.detection.series import Series


@dataclass(frozen=True, slots=True)
class Memory:
    """All that one day hands to the next."""

    state: FleetState = field(default_factory=FleetState.empty)
    watches: tuple[Watch, ...] = ()
    known: Known = field(default_factory=Known)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a day."""

    findings: list[Finding]
    expected: Floats
    """(T, n) Wh; NaN where not from the fleet."""


def live(series: Series, number: int, energy: Floats, memory: Memory, upto: int | None = None) -> tuple[Seen, Memory]:
    """One day (T, n) of a series, or its first `upto` intervals: then what is remembered is for nothing."""
    whole = upto is None
    cut = slice(0, upto)
    watches = memory.watches or tuple(Watch() for _ in series.units)
    day = _fleet_day(series, number, energy, cut)
    frozen = np.array([one.open for one in watches])
    told = expect(memory.state, day, ~frozen)
    fleet = np.array([word is ExpectedBasis.FLEET for word in told.basis])
    expected = np.where(fleet, told.expected, np.nan)
    findings, known = diagnose(_town_day(series, number, energy[cut], expected, told, cut, whole=whole), memory.known)
    if not whole:
        return Seen(findings, expected), memory
    both = np.isfinite(expected) & np.isfinite(day.measured)
    made, should = (np.where(both, part, 0.0).sum(axis=0) for part in (day.measured, expected))
    start = int(series.starts[number])
    after = tuple(watch(one, start, float(made[row]), float(should[row])) for row, one in enumerate(watches))
    state = learn(memory.state, day, told, ~np.array([one.open for one in after]))
    return Seen(findings, expected), Memory(state, after, known)


def _fleet_day(series: Series, number: int, energy: Floats, cut: slice) -> FleetDay:
    times = series.starts[number] + series.width * np.arange(energy.shape[0], dtype=np.int64)
    clear = None if series.clear is None else series.clear[number][cut]
    dimmed = None if series.dimmed is None else series.dimmed[number][:, cut]
    paths = [unit.path for unit in series.units]
    return FleetDay(paths, times[cut], series.width, energy[cut], series.longitude, clear, dimmed, series.capacity)


def _town_day(
    series: Series, number: int, energy: Floats, expected: Floats, told: Expectation, cut: slice, *, whole: bool
) -> TownDay:
    nowhere, never = np.full(len(energy), np.nan), np.zeros(len(energy), bool)
    inverters = []
    for row, unit in enumerate(series.units):
        known: dict[str, Any] = {"low": nowhere, "high": nowhere}
        if np.isfinite(expected[:, row]).any():
            known = {"low": told.low[:, row], "high": told.high[:, row], "half_day": float(told.spread_day[row])}
        clear = nowhere if series.clear is None else series.clear[number][cut, row]
        one = InverterDay(
            unit=unit, energy=energy[:, row], expected=expected[:, row], clear=clear, outage=never, **known
        )
        inverters.append(one)
    sun = series.elevation[number][cut], series.azimuth[number][cut]
    return TownDay(int(series.starts[number]), series.width, *sun, inverters, whole)
