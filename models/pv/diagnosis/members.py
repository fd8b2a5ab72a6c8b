"""Whom a subject is about: the rows of its inverters in a town's day."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from models.pv.diagnosis.day import TownDay, Unit

TOWN = "town"


class Members:
    """Rows of the inverters behind each subject of one town."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = tuple(units)
        self._rows: dict[str, list[int]] = {TOWN: list(range(len(self.units)))}
        for row, unit in enumerate(self.units):
            self._rows[unit.path] = [row]
            self._rows.setdefault(unit.site, []).append(row)

    @classmethod
    def of(cls, day: TownDay) -> Members:
        """Those of a day; kept while the town stays the same."""
        return _members(tuple(inverter.unit for inverter in day.inverters))

    def rows(self, subject: str) -> list[int]:
        """Of an inverter, one of its inputs, a site or the town; none for a subject that the town does not have."""
        return self._rows.get(subject.split("#")[0], [])

    def site(self, subject: str) -> str | None:
        """The site of an inverter or input, or the site itself; None for the town and for strangers."""
        rows = self.rows(subject)
        return self.units[rows[0]].site if rows and subject != TOWN else None

    def part(self, subject: str) -> float:
        """The share of an inverter's modules that hang on an input; 1 for every other subject, and where unknown."""
        path, _, number = subject.partition("#")
        rows = self._rows.get(path, [])
        if not number or not rows:
            return 1.0
        inputs = self.units[rows[0]].inputs
        total = sum(one.pdc0 for one in inputs)
        own = sum(one.pdc0 for one in inputs if str(one.number) == number)
        return own / total if own > 0 else 1.0


@lru_cache(maxsize=4)
def _members(units: tuple[Unit, ...]) -> Members:
    return Members(units)
