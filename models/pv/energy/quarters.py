"""The energy of every quarter-hour of one inverter or meter, with status, basis and completeness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.calendar import QUARTER, quarters
from models.pv.energy.counter import CounterFacts, Event, Increments, Kind, Span, held_against
from models.pv.energy.curve import Curve, Way, curve_of
from models.pv.energy.cut import Links, covering, cut, links_of
from models.pv.energy.power import PowerIntegral
from models.pv.energy.rows import (
    COUNTER,
    ESTIMATED,
    MEASURED,
    NO_BASIS,
    PARTIAL,
    POWER,
    RECONSTITUTED,
    UNKNOWN,
    WHOLE,
    EnergyRows,
    Floats,
    Times,
)
from models.pv.energy.shape import Across, Course


@dataclass(frozen=True, slots=True)
class QuarterEnergy(EnergyRows):
    """Quarter-hours of one inverter or meter."""

    unknown: tuple[Span, ...] = ()
    """Stretches within these quarter-hours of which something is unknown."""
    events: tuple[Event, ...] = ()
    """What was wrong with the counter, here and in the readings around."""


def quarter_energy(
    times_ms: Times,
    power: Floats | None,
    counter: Floats | None,
    facts: CounterFacts,
    start: int,
    end: int,
    shape: Floats | None = None,
    shape_start: int | None = None,
    across: Across | None = None,
) -> QuarterEnergy:
    """The quarter-hours from `start` to before `end` (ms, on the grid, else ValueError).

    Readings at rising instants: `power` in W, `counter` in Wh (lifetime), NaN missing, None not measured at all.
    Readings from before `start` and after `end` are welcome: what the counter gained over a silence, a long step or a
    reset across the edges needs them. `shape` is the expected power of each quarter-hour from `shape_start` on
    (default `start`), of any scale: it spreads what was made in a silence, and tells the night. `across`, from there
    on too, takes its place for silences across an edge.
    """
    if end % QUARTER or end <= start:
        raise ValueError(f"{end} is no end of a quarter-hour after {start}")
    times = quarters(start, end)
    integral = PowerIntegral(times_ms, power, facts.rated)
    found = None if counter is None else held_against(integral, times_ms, counter, facts)
    curve = covering(curve_of(found, times_ms, integral, facts.rated), start, end)
    by_shape = (curve.way == Way.GAP) | (curve.way == Way.UNKNOWN)
    expected = Course(start if shape_start is None else shape_start, shape, across, curve.times, by_shape)
    links = links_of(curve, integral, expected, facts.rated)
    made = cut(curve, links, np.append(times, end), integral, expected, facts.rated)
    complete = np.clip(1 - made.unknown / QUARTER, 0.0, 1.0)
    none = (complete <= 1 - WHOLE) & (made.energy <= 0)
    status = np.full(len(times), MEASURED, np.int8)
    basis = np.full(len(times), COUNTER if len(curve.low) else POWER, np.int8)
    status[made.reconstituted > 0] = RECONSTITUTED
    status[made.estimated > 0], basis[made.estimated > 0] = ESTIMATED, POWER
    status[complete < WHOLE] = PARTIAL
    status[none], basis[none] = UNKNOWN, NO_BASIS
    return QuarterEnergy(
        times=times,
        energy=np.where(none, np.nan, made.energy),
        status=status,
        basis=basis,
        completeness=np.where(none, 0.0, complete),
        unknown=tuple(_unknown(curve, links, found, start, end)),
        events=found.events if found else (),
    )


def _unknown(curve: Curve, links: Links, found: Increments | None, start: int, end: int) -> Iterator[Span]:
    """Spans that touch the quarter-hours from `start` to `end`, cut to them unless a counter began anew there."""
    anew = {span.start: span for span in found.unknown} if found else {}
    inside = (curve.times[1:] > start) & (curve.times[:-1] < end) & (links.unknown > 0)
    for link in np.flatnonzero(inside):
        first, last = int(curve.times[link]), int(curve.times[link + 1])
        if curve.way[link] == Way.UNKNOWN:
            yield anew[first]
        else:
            yield Span(max(first, start), min(last, end), Kind.SILENCE)
