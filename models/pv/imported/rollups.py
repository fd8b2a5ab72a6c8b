"""The rollup rows of a stretch of a town with its imports: which change, and to what.

Worked out anew each time from what was measured and what is imported now, so that an undone import leaves no trace: a
row that rests on imports (its basis says so) counts as unknown, a day of it is summed anew from its quarter-hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Basis, EnergyStatus, ExpectedBasis, Step, Subject
from models.calendar import quarters
from models.pv.energy.days import day_energy, day_starts
from models.pv.energy.rows import (
    BASES,
    NO_BASIS,
    STATUSES,
    UNKNOWN,
    EnergyRows,
    Floats,
    Mask,
    Times,
    add_up,
    nothing_known,
)
from models.pv.imported.family import TOWN, Family, Home, Id
from models.pv.imported.merge import chosen, half_measured, ours, with_imports, without_imports
from models.pv.imported.rows import Intervals, imported_days, imported_quarters
from models.pv.sun import sun_position

KINDS = (Subject.INVERTER, Subject.ROOF, Subject.SITE, Subject.TOWN)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The rows of one subject in the store, on the whole grid of the stretch."""

    energy: EnergyRows
    """`unknown` where there is no row."""
    expected: Floats
    other: pd.DataFrame
    """Row by row of the grid all columns of a rollup; of times without a row nothing is expected."""


class _Stretch:
    """The grids of a stretch of whole days, and the light on them."""

    def __init__(self, family: Family, start: int, end: int) -> None:
        self.days = day_starts(start, end, family.tz)
        self.edges = np.append(self.days, end)
        self.quarters = quarters(start, end)
        sun = sun_position(
            pd.DatetimeIndex(self.quarters.astype("datetime64[ms]")).tz_localize("UTC"), family.latitude, family.longitude
        )
        self.light = np.maximum(np.cos(np.radians(sun.zenith)), 0.0)
        self.day_of = np.searchsorted(self.days, self.quarters, "right") - 1

    def grid(self, step: Step) -> Times:
        return self.quarters if step is Step.QUARTER else self.days


Rows = dict[Id, EnergyRows]


def imported_rollups(
    family: Family,
    imports: Mapping[Id, Intervals],
    quarter_rows: pd.DataFrame,
    day_rows: pd.DataFrame,
    start: int,
    end: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The quarter and day rows of start..end (ms, whole days of the town) that must be written, as stores take them.

    imports: what holds of all imports and touches the stretch. quarter_rows, day_rows: all that the store has of it
    now, with all columns of a rollup row (kind, subject, time, …). Rows that need no change are not given.

    A measured figure stays; of a day measured in part the quarter-hours that nobody measured may be filled in, and it
    is then their sum. Roofs, sites and the town take what their parts say, `partial` with the share that is known when
    parts of them are unknown; a site without a commissioning date counts as there from the beginning.
    """
    stretch = _Stretch(family, start, end)
    kept = {step: _kept(rows, stretch.grid(step)) for step, rows in zip(Step, (quarter_rows, day_rows), strict=True)}
    by_quarter = _merged(family, Step.QUARTER, kept[Step.QUARTER], stretch, imports, {})
    by_day = _merged(family, Step.DAY, kept[Step.DAY], stretch, imports, by_quarter)
    return _changed(kept[Step.QUARTER], by_quarter, stretch.quarters), _changed(kept[Step.DAY], by_day, stretch.days)


def _merged(
    family: Family,
    step: Step,
    kept: Mapping[Id, _Kept],
    stretch: _Stretch,
    imports: Mapping[Id, Intervals],
    by_quarter: Rows,
) -> Rows:
    """All rows of one step with their imports. by_quarter: the same of quarter-hours, when the step is the day."""
    work = _Work(step, kept, stretch, imports, by_quarter)
    for site in family.sites:
        for inverter in site.inverters:
            work.settle((Subject.INVERTER, inverter), [])
        for roof, shares in site.roofs.items():
            work.settle((Subject.ROOF, roof), [(Subject.INVERTER, inverter) for inverter in shares], shares)
        work.settle_site(site)
    work.settle_town(family.sites)
    return work.rows


class _Work:
    """One step of one stretch on its way from parts to wholes."""

    def __init__(
        self,
        step: Step,
        kept: Mapping[Id, _Kept],
        stretch: _Stretch,
        imports: Mapping[Id, Intervals],
        by_quarter: Rows,
    ) -> None:
        self.step, self.kept, self.stretch, self.imports, self.by_quarter = step, kept, stretch, imports, by_quarter
        self.times = stretch.grid(step)
        self.rows: Rows = {}

    def measured(self, who: Id) -> EnergyRows:
        """What was measured; a day that rests on imports is the sum of its measured quarter-hours."""
        if who not in self.kept:
            return nothing_known(self.times)
        return without_imports(self.kept[who].energy)

    def said(self, who: Id) -> EnergyRows:
        """What imports say of it itself."""
        said = self.imports.get(who)
        if said is None:
            return nothing_known(self.times)
        if self.step is Step.QUARTER:
            return imported_quarters(said, self.times)
        return imported_days(said, self.stretch.edges, self.stretch.quarters, self.stretch.light)

    def settle(self, who: Id, parts: Sequence[Id], shares: Mapping[str, float] | None = None) -> None:
        """Measured, else imported, else what its parts say where any of them rests on imports."""
        made = with_imports(self.measured(who), self.said(who))
        if any(part in self.rows for part in parts):
            capacity = {part: 1.0 if shares is None else shares[part[1]] for part in parts}
            made = _filled(made, self.together(parts, capacity, shares))
        self.keep(who, made)

    def settle_site(self, site: Home) -> None:
        """A site takes what its roofs say or what its inverters say, whichever is more; a lone roof what the site."""
        who: Id = (Subject.SITE, site.id)
        made = with_imports(self.measured(who), self.said(who))
        for kind, sizes in ((Subject.INVERTER, site.inverters), (Subject.ROOF, site.capacity_of)):
            parts = {(kind, name): size for name, size in sizes.items()}
            if any(part in self.rows for part in parts):
                made = _filled(made, self.together(list(parts), parts, None))
        self.keep(who, made)
        if len(site.roofs) == 1 and who in self.rows:
            roof: Id = (Subject.ROOF, next(iter(site.roofs)))
            own = self.rows.get(roof, nothing_known(self.times))
            self.keep(roof, chosen(own, (own.status == UNKNOWN) & ours(self.rows[who]), self.rows[who]))

    def settle_town(self, sites: Sequence[Home]) -> None:
        """The town is always the sum of its sites: where one of them rests on imports, and where it did before."""
        present = {(Subject.SITE, site.id): site for site in sites if site.inverters or (Subject.SITE, site.id) in self.rows}
        if not any(site in self.rows for site in present):
            return
        capacity = {
            who: np.where((self.times >= site.since) if site.since is not None else True, site.capacity, 0.0)
            for who, site in present.items()
        }
        before = self.kept[TOWN].energy if TOWN in self.kept else nothing_known(self.times)
        touched = ours(before) | np.any([ours(self.rows[who]) for who in present if who in self.rows], axis=0)
        self.rows[TOWN] = chosen(before, touched, self.together(list(present), capacity, None))

    def together(
        self, parts: Sequence[Id], capacity: Mapping[Id, float | Floats], shares: Mapping[str, float] | None
    ) -> EnergyRows:
        """The sum of parts, each weighing by what was expected of it, else by its capacity."""
        rows = [self.of(part) for part in parts]
        weights = np.stack([np.broadcast_to(capacity[part], len(self.times)) for part in parts]).astype(float)
        weights = np.where(weights.sum(axis=0) > 0, weights, 1.0)
        if all(part in self.kept for part in parts):
            should = np.stack([self.kept[part].expected for part in parts])
            lit = np.isfinite(should).all(axis=0) & (should.sum(axis=0) > 0)
            weights = np.where(lit, should, weights)
        if shares is not None:
            rows = [replace(row, energy=row.energy * shares[part[1]]) for row, part in zip(rows, parts, strict=True)]
        return add_up(rows, weights)

    def of(self, who: Id) -> EnergyRows:
        """Its rows with imports, as far as they are settled."""
        return self.rows[who] if who in self.rows else self.measured(who)

    def keep(self, who: Id, made: EnergyRows) -> None:
        """Remember the rows of who has any imports or has had any; a day measured in part is the sum of its quarters."""
        had = self.kept[who].energy if who in self.kept else nothing_known(self.times)
        if self.step is Step.DAY and who in self.by_quarter:
            made = self._summed(who, had, made)
        if ours(made).any() or ours(had).any():
            self.rows[who] = made

    def _summed(self, who: Id, had: EnergyRows, made: EnergyRows) -> EnergyRows:
        """Days of which some quarter-hours were measured, and some rest on imports or rested on them before."""
        by_quarter, day_of = self.by_quarter[who], self.stretch.day_of
        known = (by_quarter.status != UNKNOWN) & ~ours(by_quarter)
        days = len(self.times)
        some = np.bincount(day_of, known, days) > 0
        filled = np.bincount(day_of, ours(by_quarter), days) > 0
        anew = some & ((half_measured(had) & filled) | ours(had))
        return chosen(made, anew, day_energy(by_quarter, self.stretch.tz, self.stretch.light)) if anew.any() else made
