"""What a town's files say of a plant, checked against what the plant does: capacity, tilt, azimuth, clock.

On clear days the shape of the power curve tells how the modules face and how the clock goes, whatever their size; its
height then tells the size. All are fitted together (`orientation_fit`), because each can pass for another: a plane
turned to the west and an early clock both move the noon. What the days cannot tell apart is UNDECIDED. Nothing is
corrected here: a person looks at what is OFF, and until then the declared figure stays in use.

Without any metadata, and on any weather, the other roofs of the town still tell a capacity that is far off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from models.pv.expected.chain import DEFAULT, Chain
from models.pv.expected.orientation_fit import TEMP_AIR, WIND, Found, fit
from models.pv.plant import Plant
from models.pv.sun import Floats, Irradiance

MIN_DAYS = 8
"""Clear days below which nothing is decided."""
AZIMUTH, TILT, CLOCK = 20.0, 15.0, 15.0
"""Degrees, degrees and minutes by which the declared figure may miss without being reported: haze, shading and a
horizon that nobody has told of turn the fit by as much."""
SAME = 10.0
"""Degrees of turn within which the declared azimuth itself, with another clock, explains the days."""
DECISIVE = 2.0
"""A figure is confirmed when everything that the days accept lies within that many tolerances."""
CAPACITY = (0.75, 1.33)
"""Measured over modelled power that haze, temperature and losses may explain."""
AMONG_NEIGHBOURS = (0.6, 1.6)
"""Energy per declared kWp over the neighbours' median: tilt and azimuth explain no more (a roof to the north at 30
degrees gives 0.62 of one to the south at 50 N)."""
MIN_NEIGHBOURS = 3


class Verdict(StrEnum):
    """What the data say of a figure."""

    OK = "ok"
    OFF = "off"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Check:
    """One figure: as declared, as found, and the bounds of what the data accept; NaN where nothing was found."""

    verdict: Verdict
    declared: float
    found: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Checked:
    """The figures of one inverter. Angles of several planes are those of its largest one; all turn together."""

    capacity: Check
    """Power over what the declared capacity should give; declared is 1."""
    azimuth: Check
    """Degrees east of north; found lies in 0..360, the bounds may lie beyond."""
    tilt: Check
    """Degrees."""
    clock: Check
    """Seconds to add to the labels; declared is 0. Found with the planes as declared, if the days accept that."""
    explained: bool
    """The days accept everything as it is declared. If not, something is wrong, even if no figure alone is OFF."""
    days: int
    """Clear days that it rests on."""


def check(
    times: pd.DatetimeIndex,
    power: Floats,
    plant: Plant,
    irradiance: Irradiance | None = None,
    temp_air: ArrayLike = TEMP_AIR,
    wind_speed: ArrayLike = WIND,
    chain: Chain = DEFAULT,
) -> Checked:
    """Check the plant's one inverter against its power in W.

    times: aware, in equal steps that divide a day, of at most an hour: the middles of the intervals that the powers
    are means of. power, temp_air, wind_speed and the irradiance (by a clock that is right): shape (times,), NaN is
    unknown. Without an irradiance the clear sky is the reference. One clock for the whole stretch is looked for: with
    summer time in the labels, check winter and summer apart. ValueError for another number of inverters, or uneven
    times.
    """
    if len(plant.inverters) != 1 or not plant.planes:
        raise ValueError(f"{len(plant.inverters)} inverters with {len(plant.planes)} planes, not one inverter")
    if np.shape(power) != (len(times),):
        raise ValueError(f"power of shape {np.shape(power)} at {len(times)} times")
    steps = np.diff(times.as_unit("s").asi8)
    if not len(steps) or (steps != steps[0]).any() or not 0 < steps[0] <= 3600 or 86400 % steps[0]:
        raise ValueError("times not in equal steps that divide a day, of at most an hour")
    found = fit(times, np.asarray(power, float), plant, irradiance, (temp_air, wind_speed), chain)
    largest = max(plant.planes, key=lambda plane: plane.pdc0)
    declared = (largest.surface_azimuth, largest.surface_tilt)
    if found is None or found.days < MIN_DAYS:
        size, azimuth, tilt, clock = (_unknown(figure) for figure in (1.0, *declared, 0.0))
        return Checked(size, azimuth, tilt, clock, True, found.days if found else 0)
    return _checked(found, *declared)


def against_neighbours(energy: Floats) -> list[Check]:
    """The capacity of every roof, from energy per declared kWp of shape (roofs, days); NaN is unknown.

    A roof is compared with the median of the others, day by day, and the days by their median; the bounds are the
    quartiles of the days. UNDECIDED with fewer than MIN_NEIGHBOURS others or MIN_DAYS days.
    """
    return [_among(np.delete(energy, number, axis=0), own) for number, own in enumerate(energy)]


def _checked(found: Found, azimuth: float, tilt: float) -> Checked:
    accepted = found.accepted
    turn, tipped, minutes = _shortest(found.candidates).T
    right_clock = np.abs(minutes) <= CLOCK
    as_declared = (np.abs(turn) <= SAME) & (np.abs(tipped) <= TILT)
    taken = accepted & right_clock if (accepted & right_clock).any() else accepted  # a clock is right unless it cannot
    best = found.best(taken)

    azimuth_verdict = _verdict(turn[taken], turn, AZIMUTH)
    facing = accepted & as_declared if (accepted & as_declared).any() else accepted
    clock_verdict = _verdict(minutes[facing], minutes, CLOCK)
    # A turn and a wrong clock look alike: the one that explains the days better is reported, if chance allows to say.
    if azimuth_verdict is Verdict.OFF and not found.fits_better(right_clock, as_declared):
        azimuth_verdict = Verdict.UNDECIDED
    if clock_verdict is Verdict.OFF and not found.fits_better(as_declared, right_clock):
        clock_verdict = Verdict.UNDECIDED

    def told(verdict: Verdict, declared: float, differences: Floats, among: NDArray[np.bool_]) -> Check:
        picked = (differences[found.best(among)], differences[among].min(), differences[among].max())
        return Check(verdict, declared, *(float(declared + difference) for difference in picked))

    turned = told(azimuth_verdict, azimuth, turn, taken)
    tilted = told(_verdict(tipped[taken], tipped, TILT), tilt, np.clip(tipped, -tilt, 90 - tilt), taken)
    capacities = found.capacity[taken]
    return Checked(
        capacity=_capacity(float(found.capacity[best]), float(capacities.min()), float(capacities.max())),
        azimuth=replace(turned, found=turned.found % 360),
        tilt=tilted,
        clock=told(clock_verdict, 0.0, 60.0 * minutes, facing),
        explained=bool((accepted & right_clock & as_declared).any()),
        days=found.days,
    )


def _verdict(accepted: Floats, grid: Floats, tolerance: float) -> Verdict:
    """From the differences that are accepted and those that were looked at: is the declared figure among them?"""
    nearest, farthest = float(np.abs(accepted).min()), float(np.abs(accepted).max())
    if nearest > tolerance:
        at_the_end = nearest == np.abs(grid).min()  # the days may accept what was not looked at
        return Verdict.UNDECIDED if at_the_end else Verdict.OFF
    return Verdict.OK if farthest <= DECISIVE * tolerance else Verdict.UNDECIDED


def _shortest(candidates: Floats) -> Floats:
    """With turns in -180..180."""
    made = candidates.copy()
    made[:, 0] = (made[:, 0] + 180) % 360 - 180
    return made


def _capacity(found: float, low: float, high: float) -> Check:
    if low >= CAPACITY[0] and high <= CAPACITY[1]:
        verdict = Verdict.OK
    elif high < CAPACITY[0] or low > CAPACITY[1]:
        verdict = Verdict.OFF
    else:
        verdict = Verdict.UNDECIDED
    return Check(verdict, 1.0, found, low, high)


def _among(others: Floats, own: Floats) -> Check:
    several = np.isfinite(others).sum(axis=0) >= MIN_NEIGHBOURS
    usual = np.nanmedian(np.where(several, others, 0.0), axis=0)
    days = several & np.isfinite(own) & (usual > 0)
    if days.sum() < MIN_DAYS:
        return _unknown(1.0)
    low, found, high = (float(q) for q in np.quantile(own[days] / usual[days], [0.25, 0.5, 0.75]))
    off = not AMONG_NEIGHBOURS[0] <= found <= AMONG_NEIGHBOURS[1]
    return Check(Verdict.OFF if off else Verdict.OK, 1.0, found, low, high)


def _unknown(declared: float) -> Check:
    return Check(Verdict.UNDECIDED, declared, np.nan, np.nan, np.nan)
