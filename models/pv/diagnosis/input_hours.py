"""The DC inputs of an inverter hour by hour, each against the others that see the same light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.pv.diagnosis.day import InputFacts, InverterDay, TownDay
from models.pv.diagnosis.readings import Readings, energy, readings
from models.pv.quality.clipping import NEAR_RATED
from models.pv.quality.runs import HOUR
from models.pv.sun import Floats

LIGHT = 0.05
"""Share of its modules' power that the brightest of inputs alike must give in an hour for their ratio to mean
something: below, a volt and a tenth of an ampere are the noise."""
WHOLE = 0.6
"""Share of an hour that readings must cover."""


@dataclass(frozen=True, slots=True)
class InputHours:
    """One input on one day. Arrays of shape (h,), one element per hour that means something, rising."""

    facts: InputFacts
    hours: NDArray[np.int64]
    """Number of each hour of the day, from its start."""
    ratio: Floats
    """Its energy per W of modules over the median of the others alike."""
    weight: Floats
    """Wh that it should have made if it were as the others."""


def input_hours(inverter: InverterDay, day: TownDay) -> Mapping[int, InputHours]:
    """By number; inputs that no other is alike are left out: of the inverter itself, else of its site.

    Hours in which an inverter was at its limit are left out: it then takes from each input what it likes.
    """
    own = _measured(inverter, day)
    if not own:
        return {}
    made = {}
    for number, one in own.items():
        alike = [two for other, two in own.items() if other != number and two.facts.planes == one.facts.planes]
        if not alike and one.facts.planes:
            alike = _of_site(inverter, day, one.facts)
        if alike:
            made[number] = _beside(one, alike)
    return made


@dataclass(frozen=True, slots=True)
class _Measured:
    """One input by the hour of the day, shape (H,)."""

    facts: InputFacts
    specific: Floats
    """Wh per W of modules; NaN unknown, and while its inverter was at its limit."""


def _measured(inverter: InverterDay, day: TownDay) -> dict[int, _Measured]:
    told = readings(inverter, day)
    facts = {one.number: one for one in inverter.unit.inputs}
    numbers = [number for number in told.inputs() if not facts or number in facts]
    if len(told) < 2:
        return {}
    powers = {number: told.input_power(number) for number in numbers}
    if not facts:  # registers of inputs that it does not have hold zeros
        powers = {number: power for number, power in powers.items() if (np.nan_to_num(power) > 0).any()}
    guessed = inverter.unit.pdc0 / len(powers) if powers and inverter.unit.pdc0 > 0 else 1.0
    made = {}
    for number, power in powers.items():
        one = facts.get(number, InputFacts(number, 0, guessed, ()))
        hourly = _by_hour(told, day, power)
        free = _free(told, day, len(hourly))
        made[number] = _Measured(one, np.where(free, hourly, np.nan) / max(one.pdc0, 1.0))
    return made


def _of_site(inverter: InverterDay, day: TownDay, facts: InputFacts) -> list[_Measured]:
    """Inputs under the same light on other inverters of the site."""
    return [
        two
        for other in day.inverters
        if other.unit.site == inverter.unit.site and other.unit.path != inverter.unit.path
        if any(one.planes == facts.planes for one in other.unit.inputs)
        for two in _measured(other, day).values()
        if two.facts.planes == facts.planes
    ]


def _by_hour(told: Readings, day: TownDay, power: Floats) -> Floats:
    """(H,) Wh of each hour of the day; NaN where readings do not cover it."""
    count = int(-(-(day.end - day.start) // HOUR))
    wh = energy(told.times, power, told.period)
    wh[:1] = power[:1] * told.period / HOUR  # the first reading of the day stands for what is before it
    there = np.isfinite(wh)
    slot = np.clip((told.times - 1 - day.start) // HOUR, 0, count - 1)
    covered = np.bincount(slot[there], np.full(int(there.sum()), float(told.period)), count) / HOUR
    total = np.bincount(slot[there], wh[there], count)
    made: Floats = np.where(covered >= WHOLE, total / np.maximum(covered, WHOLE), np.nan)
    return made


def _free(told: Readings, day: TownDay, count: int) -> NDArray[np.bool_]:
    """(H,) hours in which the inverter was not at its limit."""
    limited = told.column("pac") >= NEAR_RATED * told.rated
    slot = np.clip((told.times - 1 - day.start) // HOUR, 0, count - 1)
    made: NDArray[np.bool_] = np.bincount(slot[limited], minlength=count)[:count] == 0
    return made


def _beside(one: _Measured, alike: Sequence[_Measured]) -> InputHours:
    rows = np.stack([two.specific for two in alike])
    there = np.isfinite(one.specific) & np.isfinite(rows).all(axis=0)
    others = np.where(there, np.median(np.where(there, rows, 0.0), axis=0), 0.0)
    good = there & (np.maximum(others, np.where(there, one.specific, 0.0)) >= LIGHT) & (others > 0.1 * LIGHT)
    hours = np.flatnonzero(good)
    return InputHours(
        one.facts,
        hours.astype(np.int64),
        one.specific[hours] / others[hours],
        others[hours] * max(one.facts.pdc0, 1.0),
    )


def middle(values: Floats, weight: Floats, share: float = 0.5) -> float:
    """The weighted quantile: half of the energy lies at values below it."""
    order = np.argsort(values)
    passed = np.cumsum(weight[order])
    place = int(np.searchsorted(passed, share * passed[-1]))
    return float(values[order][min(place, len(values) - 1)])
