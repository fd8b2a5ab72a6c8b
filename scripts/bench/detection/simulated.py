"""A year of the simulated Loos-en-Gohelle in quarter-hours, made as hard as life.

The simulator's roofs share one sky, with small clouds of their own. Real neighbours agree less: passing clouds, dirt,
shade and wind of their own, expectations that drift. So every inverter gets noise on top, of a quarter-hour and of a
day, and the bench measures what came of it: hourly error and daily unrest of the expectation must lie where published
peers lie, or nothing is printed. Simulated, never measured.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import numpy as np

import config
from models.pv.closing.books import books_of
from models.pv.closing.ground import ground, under_clouds
from models.pv.diagnosis.units import units_of
from models.pv.plant import Plant
from models.pv.sun import Floats
from scripts.bench.detection.series import DAY, Series, sun
from scripts.simulator.powers import EPOCH, Powers
from scripts.simulator.sky import PER_DAY, QUARTER

TOWN = Path(__file__).parents[3] / "config" / "towns" / "loos-en-gohelle"
YEAR = 365
AUTUMN = 300
"""Days into the year: a town that begins then learns its roofs under the lowest sun."""
ASKEW = 10.0
"""Degrees by which a declared azimuth may be wrong: read off an aerial picture, or taken from the street."""
QUARTERS, QUARTERS_KEPT = 0.06, 0.7
"""Noise of a quarter-hour as a share of the power, on top of the simulator's clouds; how much of it stays until the
next quarter."""
DAYS, DAYS_KEPT = 0.012, 0.5
"""Noise of a whole day, and how much of it stays until the next."""


def load(seed: int, days: int = YEAR, first: int = 0, askew: float = 0.0) -> Series:
    """The year 2026 of the town of this seed, or so many days from its day `first` on.

    `askew`: standard deviation (degrees) of the error of declared azimuths, twice that of declared tilts.
    """
    year = _load(seed, first + days, askew)
    if not first:
        return year
    names = ("energy", "starts", "elevation", "azimuth", "months", "clear", "dimmed")
    later = {name: getattr(year, name)[first:] for name in names}
    return replace(year, parts=tuple(part[first:] for part in year.parts), **later)


def _load(seed: int, days: int, askew: float) -> Series:
    town = config.load(TOWN)
    books = books_of(town, UTC)
    units = units_of(town, books, UTC)
    powers = Powers(town, seed)
    count, starts = len(units), EPOCH + DAY * np.arange(days, dtype=np.int64)
    energy, parts = _made(powers, count, days)
    rng = np.random.default_rng([seed, 4])
    energy *= _noise(rng, (days * PER_DAY, count), QUARTERS, QUARTERS_KEPT).reshape(days, PER_DAY, count)
    energy *= _noise(rng, (days, count), DAYS, DAYS_KEPT)[:, None, :]
    plant = _askew(books.plant, np.random.default_rng([seed, 5]), askew) if askew else books.plant
    base = ground(plant, int(starts[0]), int(starts[-1]) + DAY)
    dimmed = under_clouds(plant, base).reshape(-1, count, days, PER_DAY).transpose(2, 0, 3, 1)
    place = town.place
    elevation, azimuth = sun(starts, QUARTER, place.latitude, place.longitude, place.altitude)
    months = starts.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    return Series(
        "simulated", units, energy, starts, QUARTER, elevation, azimuth, place.longitude, months,
        clear=base.clear.T.reshape(days, PER_DAY, count), dimmed=dimmed, parts=parts,
    )  # fmt: skip


def _askew(plant: Plant, rng: np.random.Generator, degrees: float) -> Plant:
    """As a town would declare it; the planes of an inverter lie on one roof and are wrong together."""
    turns, tilts = rng.normal(0.0, degrees, (2, len(plant.inverters)))
    planes = tuple(
        plane
        if plane.mount != "fixed"
        else replace(
            plane,
            surface_azimuth=float((plane.surface_azimuth + turns[plane.inverter]) % 360),
            surface_tilt=float(np.clip(plane.surface_tilt + tilts[plane.inverter] / 2, 0.0, 90.0)),
        )
        for plane in plant.planes
    )
    return replace(plant, planes=planes)


def _made(powers: Powers, count: int, days: int) -> tuple[Floats, tuple[Floats, ...]]:
    """Wh by quarter, and the share of each inverter's first input in its DC energy."""
    energy = np.zeros((count, days * PER_DAY))
    parts = np.zeros((count, days * PER_DAY))
    rows = list(powers.wiring.inputs_of.values())
    place = number = 0
    while place < energy.shape[1]:
        block = powers.block(number)
        take = min(block.left.shape[1], energy.shape[1] - place)
        energy[:, place : place + take] = (block.left + block.right)[:count, :take] / 8
        dc = (block.dc_left + block.dc_right)[:, :take]
        for row, inputs in enumerate(rows):
            total = dc[inputs].sum(axis=0)
            parts[row, place : place + take] = np.divide(dc[inputs[0]], total, out=np.zeros(take), where=total > 0)
        place, number = place + take, number + 1
    shares = tuple(
        parts[row].reshape(days, PER_DAY) if len(rows[row]) > 1 else np.zeros((0, 0)) for row in range(count)
    )
    return energy.T.reshape(days, PER_DAY, count), shares


def _noise(rng: np.random.Generator, shape: tuple[int, int], size: float, kept: float) -> Floats:
    """Factors around 1 with memory from row to row (AR(1)), independent from column to column; never below 0.2."""
    white = rng.standard_normal(shape) * np.sqrt(1 - kept**2)
    made = np.empty(shape)
    made[0] = rng.standard_normal(shape[1])
    for row in range(1, shape[0]):
        made[row] = kept * made[row - 1] + white[row]
    factors: Floats = np.maximum(1 + size * made, 0.2)
    return factors
