"""The side of the modules: light corrected for heat, measured DC energy, and what the inverter cuts by design."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calendar import QUARTER, day_bounds
from models.pv.closing.books import Books, Counted
from models.pv.closing.ground import Ground
from models.pv.closing.lost import mean
from models.pv.closing.memory import Memory, scale_key
from models.pv.closing.modelled import Modelled
from models.pv.energy.power import PowerIntegral
from models.pv.energy.rows import EnergyRows
from models.pv.quality.clipping import NEAR_RATED
from models.pv.sun import Floats

Mask = NDArray[np.bool_]
Frames = Mapping[str, pd.DataFrame]
"""By device."""
KNOWN = 0.99
"""Share of a day, by what was expected, whose DC energy must be known for that of the day to be."""


@dataclass(frozen=True, slots=True)
class ArraySide:
    """Of one subject; shape (rows,), NaN where it is not known."""

    corrected: Floats
    """Wh/m² in the plane of the modules, as if the cells had stayed at 25 °C."""
    energy_dc: Floats
    """Wh that the inverters measured on their DC side; of a hybrid, whose production is that, its energy."""
    clipped: Floats
    """Wh cut at the rated power: what the modules could have given more under the light that was."""


def array_sides(
    books: Books,
    base: Ground,
    models: Sequence[Modelled],
    read: Frames,
    believed: Frames,
    made: Sequence[EnergyRows],
    before: Memory,
    memories: Mapping[date, Memory],
    days: Iterable[date],
    tz: tzinfo,
) -> list[ArraySide]:
    """That of every inverter, in the order of the books.

    read: as the store gave it; believed: power without what is doubted. before, memories: what was known on the morning
    of the first of these days, and after each of them that is over.
    """
    corrected, could = np.full(base.clear.shape, np.nan), np.full(base.clear.shape, np.nan)
    limit = NEAR_RATED / 4 * np.array([facts.pac_rated for facts in books.plant.inverters])[:, None]
    below = np.stack([rows.energy for rows in made]) < limit  # whose scale makes no difference
    for model in reversed(models):
        corrected = np.where(np.isfinite(model.insolation), model.corrected, corrected)
        free = (model.energy + model.cut) * _scales(books, model, base, before, memories, days, tz, below)
        could = np.where(np.isfinite(free), free, could)
    return [
        ArraySide(
            corrected[row],
            dc_energy(counted, read, believed, made[row]),
            clipped(made[row].energy, books.plant.inverters[row].pac_rated, could[row], base.clear[row]),
        )
        for row, counted in enumerate(books.inverters)
    ]


def _scales(
    books: Books, model: Modelled, base: Ground, before: Memory, memories: Mapping[date, Memory], days: Iterable[date],
    tz: tzinfo, below: Mask,
) -> Floats:  # fmt: skip
    """What was learnt of each inverter by the morning of each day, as the expectation of that day uses it.

    Of days on which it stayed below its limit all the time it is 1: nobody asks.
    """
    scales = np.ones(base.clear.shape)
    replaced = {facts.path: facts.replaced for facts in books.plant.inverters}
    keys = [scale_key(counted.path, model.basis) for counted in books.inverters]
    known = before
    for day in days:
        known = known.renewed(replaced, day)
        first, last = ((at - int(base.starts[0])) // QUARTER for at in day_bounds(day, tz))
        for row, key in enumerate(keys):
            if key in known.epochs and not below[row, first:last].all():
                scales[row, first:last] = known.epochs[key].scale().applied
        known = memories.get(day, known)
    return scales


def clipped(energy: Floats, rated: float, could: Floats, clear: Floats) -> Floats:
    """Wh cut in each quarter-hour by an inverter of `rated` W that made `energy` Wh.

    could: modelled, without the limit; clear: under a cloudless sky, with it. Only who was at the limit cut something,
    and only what lies above both the limit and what was made is lost: it is in no expectation, so in no other loss.
    Within a quarter-hour of changing clouds more is cut than its mean tells. NaN where nobody knows the light on an
    inverter at its limit.
    """
    limit = rated / 4
    with np.errstate(invalid="ignore"):
        at_limit = np.where(np.isnan(energy), clear >= NEAR_RATED * limit, energy >= NEAR_RATED * limit)
        over = np.maximum(could - np.fmax(limit, energy), 0.0)
        unsure = np.isnan(energy) & ~(could <= limit)
    lost: Floats = np.where(at_limit, np.where(unsure, np.nan, over), 0.0)
    return lost


def dc_energy(counted: Counted, read: Frames, believed: Frames, made: EnergyRows) -> Floats:
    """Wh of each quarter-hour by the DC power of an inverter: of those that its readings cover, else NaN.

    Where it made nothing, it took nothing, to the end of that quarter-hour: so its waking up beside it is known, and
    its falling asleep. Readings whose AC power is doubted count for nothing here either.
    """
    if counted.dc is None:
        return np.full(len(made.times), np.nan)
    if counted.dc == counted.power:
        return made.energy
    frame = read.get(counted.path)
    resting = np.where(made.energy == 0, 0.0, np.nan)
    if frame is None or counted.dc not in frame.columns or not len(frame):
        return resting
    power = frame[counted.dc].to_numpy(float)
    if counted.power in frame.columns:
        fit = believed[counted.path][counted.power].to_numpy(float)
        power = np.where(np.isnan(fit) & np.isfinite(frame[counted.power].to_numpy(float)), np.nan, power)
    edges = np.append(made.times, made.times[-1] + QUARTER)
    rests = made.energy == 0
    asleep = edges[np.flatnonzero(rests[1:] != rests[:-1]) + 1]
    times, power = pd.DatetimeIndex(frame.index).as_unit("ms").asi8[np.isfinite(power)], power[np.isfinite(power)]
    asleep = np.setdiff1d(asleep, times)
    place = np.searchsorted(times, asleep)
    times, power = np.insert(times, place, asleep), np.insert(power, place, 0.0)
    integral = PowerIntegral(times, power, counted.facts.rated)
    whole = np.diff(integral.known(edges)) == QUARTER
    return np.where(whole, np.diff(integral.energy(edges)), resting)


def sides_together(parts: Sequence[ArraySide], weights: Sequence[float]) -> ArraySide:
    """Several parts: sums of energy, and the light by capacity. What is not known of one that has modules is not known.

    weights: their capacities.
    """
    modules = np.asarray(weights, float)[:, None]
    energy_dc, cut = (
        np.where(modules > 0, [getattr(part, name) for part in parts], 0.0).sum(axis=0)
        for name in ("energy_dc", "clipped")
    )
    if not modules.any():
        energy_dc = np.full(len(energy_dc), np.nan)
    light = np.array([part.corrected for part in parts])
    size = np.where(np.isfinite(light), modules, 0.0)
    return ArraySide(mean(size * np.nan_to_num(light), size), energy_dc, cut)


def part_of_side(whole: ArraySide, share: Floats) -> ArraySide:
    """A share of it (0..1 per row); the light is the same."""
    return ArraySide(whole.corrected, whole.energy_dc * share, whole.clipped * share)


def side_of_days(side: ArraySide, expected: Floats, light: Floats, slight: Mask, starts: NDArray[np.intp]) -> ArraySide:
    """That of the days that begin at these rows. expected: Wh; light: Wh/m²; slight: rows that say nothing of a day.

    DC energy is that of a day when it is known for KNOWN of it: what an inverter takes while it wakes up is not read.
    """
    known = np.isfinite(side.energy_dc)
    weight = np.nan_to_num(expected)
    total, seen = (np.add.reduceat(values, starts) for values in (weight, np.where(known, weight, 0.0)))
    enough = np.where(total > 0, seen >= KNOWN * total, np.logical_and.reduceat(known, starts))
    dark = np.nan_to_num(light) == 0
    return ArraySide(
        np.add.reduceat(np.where(dark & np.isfinite(light), 0.0, side.corrected), starts),
        np.where(enough, np.add.reduceat(np.nan_to_num(side.energy_dc), starts), np.nan),
        np.add.reduceat(np.where(slight, np.nan_to_num(side.clipped), side.clipped), starts),
    )
