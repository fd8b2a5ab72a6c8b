"""Who feeds whom in the simulated town: arrays to inputs, inputs to inverters, inverters to meters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from config.town import Array, Feed, Inverter, Meter, Site, Town
from models.pv.sun import Floats
from scripts.simulator.sky import PER_DAY, uniform

LOSSES = 0.86
"""Soiling, mismatch, cables, ageing: PVWatts' 14 %."""


@dataclass(frozen=True, slots=True)
class Input:
    """One DC input of an inverter."""

    array: int
    """The (first) array that feeds it."""
    strings: int = 0
    modules: int = 0
    """In series."""


@dataclass(slots=True)
class Wiring:
    """The town as rows of numbers: arrays, inputs and inverters each count from 0 in the order of the town."""

    arrays: list[tuple[str, Array]] = field(default_factory=list)
    """With the roof's path."""
    inputs: list[Input] = field(default_factory=list)
    inverters: dict[str, int] = field(default_factory=dict)
    inputs_of: dict[str, list[int]] = field(default_factory=dict)
    rated: list[float] = field(default_factory=list)
    """W, of each inverter."""
    kwp: list[float] = field(default_factory=list)
    """Of each inverter."""
    meters: dict[str, tuple[Meter, list[int], Floats]] = field(default_factory=dict)
    """With the inverters of its site and the site's load by quarter of the week, W."""
    weights: dict[tuple[int, int], float] = field(default_factory=dict)
    """(input, array) -> W under 1000 W/m² at 25 °C, losses counted."""

    def matrix(self) -> Floats:
        """The weights as an array of shape (inputs, arrays)."""
        made = np.zeros((len(self.inputs), len(self.arrays)))
        for (row, number), weight in self.weights.items():
            made[row, number] = weight
        return made


def wire(town: Town, seed: int) -> Wiring:
    """The wiring of a town. Each input is, by the seed, up to 3 % better or worse than its data sheet."""
    wiring = Wiring()
    for site in town.sites:
        first = len(wiring.arrays)
        wiring.arrays += [(f"{site.id}/{roof.id}", array) for roof in site.roofs for array in roof.arrays]
        fed = [
            (number, array, feed)
            for number, (_, array) in enumerate(wiring.arrays[first:], first)
            for feed in array.feeds
        ]
        by_inverter: dict[str, list[tuple[int, Array, Feed]]] = {}
        for each in fed:
            by_inverter.setdefault(each[2].inverter, []).append(each)
        for inverter in site.inverters:
            _add(wiring, f"{site.id}/{inverter.id}", inverter, by_inverter.get(inverter.id, []), seed)
        _add_meters(wiring, site)
    return wiring


def _add(wiring: Wiring, path: str, inverter: Inverter, fed: Sequence[tuple[int, Array, Feed]], seed: int) -> None:
    count = max((feed.input for *_, feed in fed), default=1)
    rows = wiring.inputs_of[path] = list(range(len(wiring.inputs), len(wiring.inputs) + count))
    kwp = 0.0
    for number, row in enumerate(rows, 1):
        here = [each for each in fed if each[2].input == number]
        gain = 0.97 + 0.06 * float(uniform(seed, f"gain {path}", np.array([number]))[0])
        for array_number, array, feed in here:
            modules = sum(f.strings * f.modules_per_string for f in array.feeds)
            share = array.kwp.value * feed.strings * feed.modules_per_string / modules
            weight = wiring.weights.get((row, array_number), 0.0)
            wiring.weights[row, array_number] = weight + 1000 * share * LOSSES * gain
            kwp += share
        if here:
            wiring.inputs.append(Input(here[0][0], sum(f.strings for *_, f in here), here[0][2].modules_per_string))
        else:
            wiring.inputs.append(Input(0))
    wiring.inverters[path] = len(wiring.inverters)
    wiring.kwp.append(kwp)
    wiring.rated.append(inverter.pac_rated.value if inverter.pac_rated else max(900 * kwp, 1.0))


def _add_meters(wiring: Wiring, site: Site) -> None:
    own = [wiring.inverters[f"{site.id}/{inverter.id}"] for inverter in site.inverters]
    load = _week_of_load(1000 * sum(wiring.kwp[row] for row in own) or 5000.0)
    for meter in site.meters:
        wiring.meters[f"{site.id}/{meter.id}"] = (meter, own, load)


def _week_of_load(installed: float) -> Floats:
    """A public building, busy on weekdays; W by quarter of the week from Thursday 00:00 UTC, as 1970 began."""
    quarter = np.arange(7 * PER_DAY)
    hour, day = quarter % PER_DAY / 4 + 1, quarter // PER_DAY
    busy = np.clip(np.sin((hour - 7) / 11 * np.pi), 0, None) * ((day != 2) & (day != 3))
    load: Floats = installed * (0.04 + 0.3 * busy)
    return load
