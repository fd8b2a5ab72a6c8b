"""The same roofs once more, told how they face: as well as the curves of the first forty days say it.

The set has no tilt and no azimuth; `orientation_fit` finds angles that are ten degrees off and more, about as wrong as
a town's own list. With them `models.pv.fleet.season` has something to say of real roofs, and must not be believed too
far.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from models.calendar import QUARTER
from models.pv.closing.ground import CHAIN, FACING, ground, under_clouds
from models.pv.expected.orientation_fit import fit
from models.pv.fleet.day import HOUR
from models.pv.plant import AC_PER_DC, GAMMA_CRYSTALLINE, InverterFacts, Plane, Plant
from models.pv.sun import Floats
from scripts.bench import Figure
from scripts.bench.accuracy.roofs import ALTITUDE, CAPACITY, LATITUDE, LONGITUDE, Replay, Roofs, replay, scores

TAUGHT = 40
"""Days whose curves tell how a roof faces."""
BLOCK, OFF = 28, 0.04
"""Days over which energies are held against each other, and how far they may be off."""


def figures(roofs: Roofs, plain: Replay) -> Iterator[Figure]:
    """Each beside the same of `plain`, in which nobody knows how roofs face."""
    facing, angles = faced(roofs)
    run = replay(facing)
    words = f"angles fitted to the first {TAUGHT} days: {', '.join(angles)}; baseline: without angles"
    both = [scores(roofs.power, one.expected) for one in (run, plain)]
    for place, name in enumerate(("nrmse_hourly", "sigma_daily")):
        own, base = (float(np.nanmedian(one[place])) for one in both)
        yield _figure(name, own, base, f"median of {len(roofs.names)} roofs; {words}")
    off, off_plain = (_off(roofs.power, one.expected) for one in (run, plain))
    note = f"share of {len(off)} roof-blocks of {BLOCK} days more than {OFF:.0%} off; {words}"
    yield _figure("blocks_off", float(np.mean(off)), float(np.mean(off_plain)), note)


def faced(roofs: Roofs) -> tuple[Roofs, list[str]]:
    """With the skies by these angles, and the angles in words."""
    times = pd.date_range(pd.Timestamp(roofs.start, unit="ms", tz="UTC"), periods=24 * TAUGHT, freq="1h")
    planes, inverters, told = [], [], []
    for row, name in enumerate(roofs.names):
        plane, inverter = _plane(name, 0, 1.0, 180.0, 20.0), InverterFacts(name, 2 * CAPACITY, True)
        lone = Plant(LATITUDE, LONGITUDE, ALTITUDE, (plane,), (inverter,))
        found = fit(times, roofs.power[:TAUGHT, :, row].ravel(), lone, None, (20.0, 1.0), CHAIN)
        inverters.append(inverter)
        if found is None:  # no clear day: nobody knows
            planes.append(replace(plane, inverter=row, assumed=FACING))
            told.append(f"{name} unknown")
            continue
        best = found.best(found.candidates[:, 2] == 0)  # the labels of this set are right
        turn, tilt, _minutes = found.candidates[best]
        planes.append(_plane(name, row, float(found.capacity[best]), (180.0 + turn) % 360, max(20.0 + tilt, 0.0)))
        told.append(f"{name} {planes[-1].surface_tilt:g}/{planes[-1].surface_azimuth:g}")
    plant = Plant(LATITUDE, LONGITUDE, ALTITUDE, tuple(planes), tuple(inverters))
    base = ground(plant, roofs.start, roofs.start + len(roofs.power) * 24 * HOUR)
    clear, dimmed = (_hours(one, len(roofs.power)) for one in (base.clear, under_clouds(plant, base)))
    return replace(roofs, clear=clear, dimmed=dimmed), told


def _plane(name: str, row: int, size: float, azimuth: float, tilt: float) -> Plane:
    return Plane(name, name, row, size * CAPACITY / AC_PER_DC, tilt, azimuth, "fixed", GAMMA_CRYSTALLINE)


def _hours(quarters: Floats, days: int) -> Floats:
    """(…, roofs, quarters) Wh to (…, days, 24, roofs)."""
    hourly = quarters.reshape(*quarters.shape[:-1], days, 24, HOUR // QUARTER).sum(axis=-1)
    return np.moveaxis(hourly, -3, -1)


def _off(power: Floats, expected: Floats) -> list[bool]:
    made: list[bool] = []
    for first in range(BLOCK, len(power) - BLOCK + 1, BLOCK):
        part = slice(first, first + BLOCK)
        known = np.isfinite(expected[part]) & np.isfinite(power[part])
        own, should = (np.where(known, one[part], 0.0).sum(axis=(0, 1)) for one in (power, expected))
        made += (np.abs(own[should > 0] / should[should > 0] - 1.0) > OFF).tolist()
    return made


def _figure(name: str, value: float, baseline: float, note: str) -> Figure:
    return Figure(f"accuracy.neighbours.fleet_facing.{name}", round(value, 4), "1", round(baseline, 4), note)
