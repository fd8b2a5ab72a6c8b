"""Closes a stretch of the town: readings in, rollup rows and what was learnt out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.kwh import ExpectedBasis, Subject
from models.calendar import day_bounds, day_of, days
from models.pv.closing.array_side import ArraySide, array_sides, part_of_side, sides_together
from models.pv.closing.books import WEATHER, Books
from models.pv.closing.doubts import Doubts, doubts
from models.pv.closing.ground import Ground, ground
from models.pv.closing.lost import Lost, losses, lost_by, part_of_lost
from models.pv.closing.measured import (
    Readings,
    SiteEnergy,
    inverter_energies,
    reach,
    reshaped,
    roof_energies,
    site_energy,
    town_energy,
)
from models.pv.closing.memory import Memory
from models.pv.closing.modelled import modelled
from models.pv.closing.rows import NONE, Account, Expected, by_roof, days_of, frames, part_of, summed
from models.pv.closing.silences import Shape, shared_shape
from models.pv.closing.told import Told, tell
from models.pv.closing.weather import Seen, Weather, quarter_means, seen
from models.pv.energy.authority import Total
from models.pv.energy.quarters import QuarterEnergy
from models.pv.energy.rows import EnergyRows, nothing_known
from models.pv.sun import Floats

LIT = 5.0
"""Degrees of elevation from which on an inverter should work."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of a stretch."""

    quarters: pd.DataFrame
    days: pd.DataFrame | None
    """None when the stretch has no whole day."""
    memories: Mapping[date, Memory]
    """What was known after each whole day."""
    inverters: Mapping[str, QuarterEnergy]
    """With unknown spans and what was wrong with the counters."""
    doubts: Mapping[str, Doubts]
    """By inverter: which readings were not believed, and what its silences mean."""


@dataclass(frozen=True, slots=True)
class Given:
    """All that is known from outside about a stretch."""

    readings: Readings
    service: Seen | None = None
    """Weather over the town, arrays over the quarters of the stretch."""
    around: Seen | None = None
    """The same over the quarters of all readings (`measured.reach`), for silences that reach beyond the stretch."""
    index: Mapping[str, Sequence[Total]] = field(default_factory=dict)
    """By site: what the network operator's index gained."""


def close(books: Books, given: Given, memory: Memory, start: int, end: int, tz: tzinfo) -> Closed:
    """Close the quarters from `start`, where a day of the town begins, to before `end` (ms, on the grid of quarters).

    The readings should reach a few hours beyond both ends. Whole days are closed as days too and teach the memory; of
    a day that is not over only the quarters are closed. ValueError when `start` is no beginning of a day.
    """
    if day_bounds(day_of(start, tz), tz)[0] != start:
        raise ValueError(f"{start} is no beginning of a day")
    base = ground(books.plant, start, end)
    if not books.inverters:
        return _nobody(base, memory, start, end, tz)
    models = modelled(books, base, Weather(_sensors(books, given.readings, base), given.service))
    around = _around(books, given.readings, base, start, end)
    read = given.readings
    readings, doubted = doubts(books, read, around, start, end, tz)
    given = replace(given, readings=readings)
    inside = [*days(day_of(start, tz), day_of(end - 1, tz))]
    edges = [*(day_bounds(day, tz)[0] for day in inside), end]
    shape = shared_shape(books, read, around, given.around, edges)
    made = inverter_energies(books, given.readings, start, end, shape)
    none = np.zeros(len(base.starts), bool)
    outages = np.array([doubted[each.path].outage if each.path in doubted else none for each in books.inverters])
    told, memories, memory_before = tell(books, base, models, made, outages, memory, start, end, tz)
    made = reshaped(books, given.readings, made, start, end, told.energy, shape)
    lost = _losses(books, base, made, told, outages)
    sides = array_sides(books, base, models, read, readings, made, memory_before, memories, inside, tz)
    accounts, sites = _accounts(books, base, given, made, told, lost, sides, memory_before, start, end, shape)
    whole = _whole_days(start, end, tz)
    if not whole:
        return Closed(frames(accounts), None, {}, _by_path(books, made), doubted)
    until = day_bounds(whole[-1], tz)[1]
    half = told.half_day[:, : len(whole)]
    behind, capacity = _behind(books), books.plant.pdc0()
    daily = [_day(account, behind[account.kind, account.id], capacity, until, tz, half) for account in accounts]
    metered = _metered(books, sites, memories, until, tz)
    return Closed(frames(accounts), frames(daily), metered, _by_path(books, made), doubted)


def _nobody(base: Ground, memory: Memory, start: int, end: int, tz: tzinfo) -> Closed:
    """Of a town without inverters nothing is known, and that is said."""
    nothing, whole = np.full(len(base.starts), np.nan), _whole_days(start, end, tz)
    expected = Expected(nothing, nothing, nothing, np.full(len(nothing), NONE, np.int8), nothing)
    lost = Lost(np.zeros(len(nothing)), np.zeros(len(nothing)), nothing)
    side = ArraySide(nothing, nothing, np.zeros(len(nothing)))
    town = Account(Subject.TOWN, "town", nothing_known(base.starts), expected, lost, side)
    if not whole:
        return Closed(frames([town]), None, {}, {}, {})
    until = day_bounds(whole[-1], tz)[1]
    daily = days_of(_until(town, until), tz, np.full(len(whole), np.nan))
    return Closed(frames([town]), frames([daily]), dict.fromkeys(whole, memory), {}, {})


def _losses(
    books: Books, base: Ground, made: Sequence[QuarterEnergy], told: Told, outages: NDArray[np.bool_]
) -> list[Lost]:
    lit = base.elevation > LIT
    rated = [inverter.pac_rated for inverter in books.plant.inverters]
    return [
        lost_by(made[row], told.energy[row], told.basis[row], rated[row], outages[row], told.finding[row], lit)
        for row in range(len(made))
    ]


def _around(books: Books, readings: Readings, base: Ground, start: int, end: int) -> Ground:
    """The ground under all readings, those beside the stretch too."""
    first, last = reach(books, readings, start, end)
    return base if (first, last) == (start, end) else ground(books.plant, first, last)


def _sensors(books: Books, readings: Readings, base: Ground) -> dict[str, Seen]:
    sensors: dict[str, Seen] = {}
    for site in books.sites:
        for station in site.stations:
            frame = readings.get(station)
            if frame is not None and len(frame):
                means = quarter_means(frame[[name for name in WEATHER if name in frame.columns]], base.starts)
                sensors.setdefault(site.id, seen(ExpectedBasis.SENSOR, means, len(base.starts)))
    return sensors


def _accounts(
    books: Books,
    base: Ground,
    given: Given,
    made: Sequence[QuarterEnergy],
    told: Told,
    lost: Sequence[Lost],
    side: Sequence[ArraySide],
    memory: Memory,
    start: int,
    end: int,
    shape: Shape,
) -> tuple[list[Account], dict[str, SiteEnergy]]:
    capacity = books.plant.pdc0()
    accounts = [
        Account(Subject.INVERTER, counted.path, made[row], told.of(row), lost[row], side[row])
        for row, counted in enumerate(books.inverters)
    ]
    sites = {
        site.id: site_energy(
            books, site, given.readings, made, told.energy, given.index.get(site.id, ()), memory, start, end, shape
        )
        for site in books.sites
        if site.inverters
    }
    held = {name: site.settled.rows for name, site in sites.items()}
    roofs = roof_energies(books, base.share, made, held, told.energy)
    for roof, behind in zip(books.roofs, by_roof(books, base.share), strict=True):
        should = summed([part_of(told.of(row), part) for row, part in behind], [capacity[row] for row, _ in behind])
        size = [capacity[row] for row, _ in behind]
        gone = losses([part_of_lost(lost[row], part) for row, part in behind], size)
        seen_there = sides_together([part_of_side(side[row], part) for row, part in behind], size)
        accounts.append(Account(Subject.ROOF, roof, roofs[roof], should, gone, seen_there))
    of_sites = []
    for site in books.sites:
        if site.inverters:
            size = [capacity[row] for row in site.inverters]
            should = summed([told.of(row) for row in site.inverters], size)
            gone = losses([lost[row] for row in site.inverters], size)
            seen_there = sides_together([side[row] for row in site.inverters], size)
            of_sites.append(Account(Subject.SITE, site.id, held[site.id], should, gone, seen_there))
    whole = summed([told.of(row) for row in range(len(capacity))], capacity.tolist())
    gone, seen_there = losses(lost, capacity.tolist()), sides_together(side, capacity.tolist())
    town = Account(Subject.TOWN, "town", town_energy(of_sites), whole, gone, seen_there)
    return [*accounts, *of_sites, town], sites


def _behind(books: Books) -> dict[tuple[Subject, str], list[int]]:
    """The inverters behind each subject."""
    rows = list(range(len(books.inverters)))
    made = {(Subject.INVERTER, counted.path): [row] for row, counted in zip(rows, books.inverters, strict=True)}
    made |= {(Subject.SITE, site.id): list(site.inverters) for site in books.sites}
    for plane in books.plant.planes:
        own = made.setdefault((Subject.ROOF, plane.roof), [])
        if plane.inverter not in own:
            own.append(plane.inverter)
    return made | {(Subject.TOWN, "town"): rows}


def _day(account: Account, mine: list[int], capacity: Floats, until: int, tz: tzinfo, half: Floats) -> Account:
    """The whole days of an account. half: of each inverter and day; several together are no surer than their mean."""
    size = capacity[mine] if capacity[mine].any() else np.ones(len(mine))
    with_modules = size > 0
    width: Floats = (half[mine] * size[:, None])[with_modules].sum(axis=0) / size.sum()
    return days_of(_until(account, until), tz, width)


def _until(account: Account, until: int) -> Account:
    """Its rows before an instant (ms)."""
    keep = account.energy.times < until
    if keep.all():
        return account
    energy, should, lost = account.energy, account.expected, account.lost
    kept = EnergyRows(*(getattr(energy, name)[keep] for name in EnergyRows.__slots__))
    expected = Expected(*(getattr(should, name)[keep] for name in Expected.__slots__))
    lost = Lost(*(getattr(lost, name)[keep] for name in Lost.__slots__))
    side = ArraySide(*(getattr(account.side, name)[keep] for name in ArraySide.__slots__))
    return Account(account.kind, account.id, kept, expected, lost, side)


def _metered(
    books: Books, sites: Mapping[str, SiteEnergy], memories: Mapping[date, Memory], until: int, tz: tzinfo
) -> dict[date, Memory]:
    """The memories with the days on which a site's meters and inverters are both completely known.

    Another inverter counts in its own way: from the day on which one was replaced nothing before tells. A stretch is
    settled by the ratio known before it: in a catch-up of weeks it is that of the first day.
    """
    told = dict(memories)
    order = sorted(told)
    behind = {site.id: site.inverters for site in books.sites}
    for site, found in sites.items():
        if found.meters is None:
            continue
        swaps = {day for row in behind[site] for day in books.plant.inverters[row].replaced}
        for number, day in enumerate(order):
            first, last = day_bounds(day, tz)
            inside = (found.meters.times >= first) & (found.meters.times < last)
            known = min(found.meters.completeness[inside].min(), found.inverters.completeness[inside].min()) > 0.99
            if known:
                sums = [float(rows.energy[inside].sum()) for rows in (found.meters, found.inverters)]
                for later in order[number:]:
                    if later > day and later in swaps:
                        break
                    told[later] = told[later].metered(site, first, *sums)
    return told


def _whole_days(start: int, end: int, tz: tzinfo) -> list[date]:
    return [day for day in days(day_of(start, tz), day_of(end - 1, tz)) if day_bounds(day, tz)[1] <= end]


def _by_path(books: Books, made: Sequence[QuarterEnergy]) -> dict[str, QuarterEnergy]:
    return {counted.path: rows for counted, rows in zip(books.inverters, made, strict=True)}
