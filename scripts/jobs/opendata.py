"""The job that freezes the open data of a year when its last month is closed, and a revision when figures change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.calendar import day_of
from scripts.jobs.papers import Papers
from scripts.jobs.period import Period

DECEMBER = 12


class OpenDataJob(Papers):
    """Its periods are months, so that any late reading opens the year again; only December's end makes files."""

    name = "opendata"
    batch = 120
    cadence = {"hour": "5", "minute": "40"}  # noqa: RUF012 - read only

    def first(self) -> int | None:
        """See Job."""
        return self.after[0].first()

    def run(self, periods: Sequence[Period]) -> None:
        """See Job. A month of a year that is over freezes that year anew, if anything in it changed."""
        this_year = day_of(self._now(), self._tz).year
        months = [day_of(period.start, self._tz) for period in periods]
        for year in sorted({month.year for month in months if month.year < this_year}):
            if any(month.year == year and month.month == DECEMBER for month in months) or self._frozen(year):
                self._freeze(year)

    def _frozen(self, year: int) -> bool:
        from dashboards.opendata.frozen import newest_of

        return newest_of(self._folder, year) is not None

    def _freeze(self, year: int) -> None:
        from dashboards.opendata.frozen import freeze
        from dashboards.opendata.package import package
        from dashboards.opendata.schema import PRODUCTION, SITES
        from dashboards.opendata.tables import production, sites

        rows = production(self._store, self._town, year, self._tz, simulated=self._simulated)
        if rows:
            today = datetime.fromtimestamp(self._now() // 1000, self._tz).date()
            tables = {PRODUCTION.name: rows, SITES.name: sites(self._town)}
            freeze(self._folder, year, package(self._town.place.name, year, today, tables, simulated=self._simulated))
