"""One look at a town: what a view may read, and the instant at which it looks. Made anew for every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cached_property
from typing import Any

import pandas as pd

from collector.ledger import Ledger
from collector.store import Store
from collector.store.rollups import rollup_frame
from config.kwh import Step, Subject
from config.town import Inverter, Roof, Site, Town
from models.calendar import day_of
from models.pv.plant import Plant, installed

Document = dict[str, Any]
TOWN = "town"
"""The id of the one subject of kind town."""


@dataclass(frozen=True)
class Look:
    """What is known at `now`. A store or ledger that was not made yet is None: then nothing is known."""

    town: Town
    plant: Plant
    tz: tzinfo
    now: int
    """ms since 1970, UTC."""
    store: Store | None
    ledger: Ledger | None
    devices: Mapping[str, Mapping[str, Any]]
    """By path: how each device is (`condition`, `last_sample`, `age_s`, `pac`, `state`, `error`)."""
    simulated: bool

    @cached_property
    def today(self) -> date:
        """The day of the town."""
        return day_of(self.now, self.tz)

    def rows(
        self, step: Step, kind: Subject, subjects: Sequence[str] | None, start: int, end: int, columns: Sequence[str]
    ) -> pd.DataFrame:
        """Rollup rows as Store.read_rollups gives them; none where there is no store."""
        if self.store is None:
            return rollup_frame((), (), (), {column: () for column in columns})
        return self.store.read_rollups(step, kind, subjects, start, end, columns)

    def installed(self, kind: Subject) -> dict[str, float]:
        """W of modules by subject."""
        return installed(self.plant, kind)

    def site(self, site: str) -> Site | None:
        """The site of that id."""
        return next((each for each in self.town.sites if each.id == site), None)

    def power(self) -> float | None:
        """W that the inverters give now, of those that answer; None when none does."""
        known = [float(each["pac"]) for each in self.devices.values() if each["condition"] == "answers" and each["pac"]]
        return sum(known) if known else None


def inverters(town: Town) -> Iterator[tuple[Site, Inverter]]:
    """All inverters with their sites."""
    for site in town.sites:
        for inverter in site.inverters:
            yield site, inverter


def roof_of(site: Site, roof: str) -> Roof | None:
    """The roof of that id."""
    return next((each for each in site.roofs if each.id == roof), None)
