"""An inverter down to its inputs (MPPT): what each gives now and beside its best, and the readings of a day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from config.quantities import input_field
from config.town import Inverter, Site
from dashboards.views.look import Look
from models.calendar import day_bounds

POINTS = 240
"""Of a curve drawn on the screen: more than eyes tell apart, few enough for a slow line."""


@dataclass(frozen=True, slots=True)
class Input:
    """One DC input (MPPT) of an inverter."""

    number: int
    kwp: float | None
    """Installed behind it, by the feeds of the town's files."""
    strings: int
    power: float | None
    """W, newest sample."""
    voltage: float | None
    current: float | None
    share: float | None
    """Its DC energy of the day per kWp over that of the best input of the inverter; None where either is not known."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Readings of one day: ms UTC, and W of AC power and of each input (None where there is no reading)."""

    times: tuple[int, ...]
    pac: tuple[float | None, ...]
    inputs: tuple[tuple[float | None, ...], ...]


def inputs_and_trace(look: Look, site: Site, inverter: Inverter, day: date) -> tuple[list[Input], Trace]:
    """The inputs of an inverter, with the readings of one day, thinned to POINTS."""
    numbers = _numbers(site, inverter)
    start, end = day_bounds(day, look.tz)
    path = f"{site.id}/{inverter.id}"
    power = [input_field("pdc", n) for n in numbers]
    fields = ["pac", *power, *(input_field("v_dc", n) for n in numbers), *(input_field("i_dc", n) for n in numbers)]
    if look.store is None:
        return [Input(n, *_behind(site, inverter, n), None, None, None, None) for n in numbers], Trace((), (), ())
    frame = look.store.read(path, fields, start, end)
    sums = {n: float(frame[input_field("pdc", n)].sum(min_count=1)) for n in numbers}
    behind = {n: _behind(site, inverter, n) for n in numbers}
    yields = {n: sums[n] / kwp for n, (kwp, _strings) in behind.items() if kwp and math.isfinite(sums[n])}
    best = max(yields.values(), default=0.0)
    newest = frame.iloc[-1].to_dict() if len(frame) else {}
    made = []
    for n in numbers:
        kwp, strings = behind[n]
        share = yields[n] / best if n in yields and best > 0 else None
        pdc, v_dc, i_dc = (_known(newest.get(input_field(name, n))) for name in ("pdc", "v_dc", "i_dc"))
        made.append(Input(n, kwp, strings, pdc, v_dc, i_dc, share))
    thin = frame.iloc[:: max(1, -(-len(frame) // POINTS))]
    times = tuple(int(each.timestamp() * 1000) for each in thin.index)
    columns = [tuple(_known(value) for value in thin[field]) for field in ("pac", *power)]
    return made, Trace(times, columns[0], tuple(columns[1:]))


def _numbers(site: Site, inverter: Inverter) -> list[int]:
    feeds = {f.input for roof in site.roofs for array in roof.arrays for f in array.feeds if f.inverter == inverter.id}
    return sorted(feeds) or [1]


def _behind(site: Site, inverter: Inverter, number: int) -> tuple[float | None, int]:
    """kWp and strings behind one input."""
    kwp, strings = 0.0, 0
    for roof in site.roofs:
        for array in roof.arrays:
            modules = sum(feed.strings * feed.modules_per_string for feed in array.feeds)
            for feed in array.feeds:
                if feed.inverter == inverter.id and feed.input == number:
                    kwp += array.kwp.value * feed.strings * feed.modules_per_string / modules
                    strings += feed.strings
    return (kwp or None), strings


def _known(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
