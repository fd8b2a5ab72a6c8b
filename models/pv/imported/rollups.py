"""The rollup rows of a stretch of a town with its imports: which change, and to what.

Worked out anew each time from what was measured and what is imported now, so that an undone import leaves no trace: a
row that rests on imports (its basis says so) counts as unknown, a day of it is summed anew from its quarter-hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from config.kwh import Subject
from models.calendar import quarters
from models.pv.energy.days import day_energy, day_starts
from models.pv.energy.rows import PARTIAL, UNKNOWN, EnergyRows, Floats, Mask, Times, add_up, nothing_known
from models.pv.imported.family import TOWN, Family, Home, Id
from models.pv.imported.merge import chosen, half_measured, more, ours, with_imports, without_imports
from models.pv.imported.rows import Intervals, imported_days, imported_quarters
from models.pv.imported.table import Kept, changed_rows, kept_rows
from models.pv.sun import sun_position

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

    imports: what holds of all imports and touches the stretch. quarter_rows, day_rows: what the store has of it now,
    all columns of a rollup row (kind, subject, time, …): of all sites and the town, and of the inverters and roofs of
    every site that has or had imports. Rows that need no change are not given.

    A measured figure stays. A day that was measured in part is completed only by imported quarter-hours that nobody
    measured, and is then the sum of its quarter-hours; a day that was measured in full is left alone. Roofs, sites and
    the town take what their parts say, `partial` with the share that is known where parts of them are unknown; a site
    without a commissioning date counts as there from the beginning.
    """
    stretch = _Stretch(family, start, end)
    kept_quarters, kept_days = kept_rows(quarter_rows, stretch.quarters), kept_rows(day_rows, stretch.days)
    by_quarter = _Quarters(stretch, kept_quarters, imports, kept_days)
    _settle(family, by_quarter)
    by_day = _Days(stretch, kept_days, imports, by_quarter)
    _settle(family, by_day)
    return (
        changed_rows(kept_quarters, by_quarter.rows, stretch.quarters),
        changed_rows(kept_days, by_day.rows, stretch.days),
    )


class _Stretch:
    """The grids of a stretch of whole days, and the light on them."""

    def __init__(self, family: Family, start: int, end: int) -> None:
        self.tz = family.tz
        self.days = day_starts(start, end, family.tz)
        self.edges = np.append(self.days, end)
        self.quarters = quarters(start, end)
        times = pd.DatetimeIndex(self.quarters.astype("datetime64[ms]")).tz_localize("UTC")
        sun = sun_position(times, family.latitude, family.longitude)
        self.light: Floats = np.maximum(np.cos(np.radians(sun.zenith)), 0.0)
        self.day_of = np.searchsorted(self.days, self.quarters, "right") - 1

    def any_of_day(self, mask: Mask) -> Mask:
        """Of each day whether any of its quarter-hours is so."""
        return np.asarray(np.bincount(self.day_of, mask, len(self.days)) > 0, bool)


class _Step:
    """The rows of one step on their way from parts to wholes; `rows` has who rests on imports, or did."""

    def __init__(
        self, stretch: _Stretch, grid: Times, kept: Mapping[Id, Kept], imports: Mapping[Id, Intervals]
    ) -> None:
        self.stretch, self.grid, self.kept, self.imports = stretch, grid, kept, imports
        self.rows: Rows = {}

    def before(self, who: Id) -> EnergyRows:
        """As the store has them."""
        return self.kept[who].energy if who in self.kept else nothing_known(self.grid)

    def measured(self, who: Id) -> EnergyRows:
        """As they were measured."""
        return without_imports(self.before(who))

    def said(self, who: Id) -> EnergyRows:
        """What imports say about it itself."""
        raise NotImplementedError

    def completed(self, who: Id, made: EnergyRows) -> EnergyRows:
        """Rows measured in part with what imports add to them."""
        return made

    def of(self, who: Id) -> EnergyRows:
        """With imports, as far as they are settled."""
        return self.rows[who] if who in self.rows else self.measured(who)

    def keep(self, who: Id, made: EnergyRows) -> None:
        """Settle the rows of one."""
        made = self.completed(who, made)
        if ours(made).any() or ours(self.before(who)).any():
            self.rows[who] = made

    def together(self, parts: Mapping[Id, float | Floats], shares: Mapping[Id, float] | None = None) -> EnergyRows:
        """The sum of parts, of each the share; they weigh by what was expected of them, else by capacity (W)."""
        rows = [self.of(part) for part in parts]
        share = np.array([1.0 if shares is None else shares[part] for part in parts])
        weights = np.stack([np.broadcast_to(size, len(self.grid)) for size in parts.values()]) * share[:, None]
        weights = np.where(weights.sum(axis=0) > 0, weights, 1.0)
        if all(part in self.kept for part in parts):
            should = np.stack([self.kept[part].expected for part in parts]) * share[:, None]
            weights = np.where(np.isfinite(should).all(axis=0) & (should.sum(axis=0) > 0), should, weights)
        shared = [replace(own, energy=own.energy * part) for own, part in zip(rows, share, strict=True)]
        return add_up(shared, weights)


class _Quarters(_Step):
    """Quarter-hours. Those of a day that was measured in full are left alone."""

    def __init__(
        self, stretch: _Stretch, kept: Mapping[Id, Kept], imports: Mapping[Id, Intervals], days: Mapping[Id, Kept]
    ) -> None:
        super().__init__(stretch, stretch.quarters, kept, imports)
        self._days = days

    def said(self, who: Id) -> EnergyRows:
        """See _Step."""
        if who not in self.imports:
            return nothing_known(self.grid)
        return imported_quarters(self.imports[who], self.grid)

    def keep(self, who: Id, made: EnergyRows) -> None:
        """See _Step."""
        if who in self._days:
            day = self._days[who].energy
            full = (day.status != UNKNOWN) & (day.status != PARTIAL) & ~ours(day)
            made = chosen(made, full[self.stretch.day_of], self.measured(who))
        super().keep(who, made)


class _Days(_Step):
    """Days of the town."""

    def __init__(
        self, stretch: _Stretch, kept: Mapping[Id, Kept], imports: Mapping[Id, Intervals], by_quarter: _Quarters
    ) -> None:
        super().__init__(stretch, stretch.days, kept, imports)
        self._by_quarter = by_quarter

    def measured(self, who: Id) -> EnergyRows:
        """See _Step: where imports stand now, what the measured quarter-hours of that day add up to."""
        rows = super().measured(who)
        lost = ours(self.before(who))
        if not lost.any() or who not in self._by_quarter.kept:
            return rows
        parts = self._by_quarter.measured(who)
        return chosen(rows, lost & self.stretch.any_of_day(parts.status != UNKNOWN), self._summed(who, parts))

    def said(self, who: Id) -> EnergyRows:
        """See _Step."""
        if who not in self.imports:
            return nothing_known(self.grid)
        stretch = self.stretch
        return imported_days(self.imports[who], stretch.edges, stretch.quarters, stretch.light)

    def completed(self, who: Id, made: EnergyRows) -> EnergyRows:
        """See _Step."""
        if who not in self._by_quarter.rows:
            return made
        parts = self._by_quarter.rows[who]
        anew = half_measured(made) & self.stretch.any_of_day(ours(parts))
        return chosen(made, anew, self._summed(who, parts)) if anew.any() else made

    def _summed(self, who: Id, parts: EnergyRows) -> EnergyRows:
        should = self._by_quarter.kept[who].expected
        dark = ~self.stretch.any_of_day(should > 0)
        return day_energy(parts, self.stretch.tz, np.where(dark[self.stretch.day_of], self.stretch.light, should))


def _settle(family: Family, work: _Step) -> None:
    """All rows of one step: measured, else imported, else what the parts say where any of them rests on imports."""
    for site in family.sites:
        for name in site.inverters:
            who: Id = (Subject.INVERTER, name)
            work.keep(who, with_imports(work.measured(who), work.said(who)))
        for name, shares in site.roofs.items():
            who = (Subject.ROOF, name)
            made = with_imports(work.measured(who), work.said(who))
            behind: dict[Id, float] = {(Subject.INVERTER, inverter): share for inverter, share in shares.items()}
            if any(part in work.rows for part in behind):
                sizes = {part: site.inverters[part[1]] for part in behind}
                made = more(made, work.together(sizes, behind))
            work.keep(who, made)
        _settle_site(site, work)
    _settle_town(family.sites, work)


def _settle_site(site: Home, work: _Step) -> None:
    """A site takes what its inverters or its roofs say, whichever is more; a lone roof takes what the site says."""
    who: Id = (Subject.SITE, site.id)
    made = with_imports(work.measured(who), work.said(who))
    for kind, sizes in ((Subject.INVERTER, site.inverters), (Subject.ROOF, site.capacity_of)):
        parts: dict[Id, float] = {(kind, name): size for name, size in sizes.items()}
        if any(part in work.rows for part in parts):
            made = more(made, work.together(parts))
    work.keep(who, made)
    if len(site.roofs) == 1 and who in work.rows:
        roof: Id = (Subject.ROOF, next(iter(site.roofs)))
        work.keep(roof, more(work.of(roof), work.rows[who]))


def _settle_town(sites: Sequence[Home], work: _Step) -> None:
    """The town is always the sum of its sites; it is summed anew where one of them rests on imports, or it did."""
    parts: dict[Id, float | Floats] = {}
    for site in sites:
        who: Id = (Subject.SITE, site.id)
        if site.inverters or who in work.rows:
            there = work.grid >= site.since if site.since is not None else np.ones(len(work.grid), bool)
            parts[who] = np.where(there, site.capacity, 0.0)
    before = work.before(TOWN)
    touched = ours(before)
    for who in parts:
        if who in work.rows:
            touched = touched | ours(work.rows[who])
    if touched.any():
        work.rows[TOWN] = chosen(before, touched, work.together(parts))
