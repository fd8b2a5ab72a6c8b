"""Loos with a year of invented readings and invented open data: what its progress is made of."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

import config
from collector.opendata.dataset import Wanted
from collector.opendata.kept import Territory
from collector.store import Store, open_store
from config.kwh import ROLLUP_NUMBERS, Step, Subject
from models.calendar import day_start, days
from tests.collector.opendata import files

PARIS = ZoneInfo("Europe/Paris")
NOW = day_start(date(2026, 5, 1), PARIS)
LOOS = Path(config.__file__).parent / "towns" / "loos-en-gohelle"
MADE = {"eglise-saint-vaast": 32.0, "salle-varet": 73.0, "base-11-19": 80.0}
"""MWh of 2023."""


def site_days(site: str, mwh: float, first: date, last: date, kind: Subject = Subject.SITE, **more) -> pd.DataFrame:
    """Day rows of a site that sum to so many MWh."""
    times = [day_start(day, PARIS) for day in days(first, last)]
    known = {"energy": mwh * 1e6 / len(times), "completeness": 1.0}
    texts = {"basis": "meter", "status": "measured", "expected_basis": "none"}
    told = dict.fromkeys(ROLLUP_NUMBERS, np.nan) | known | texts | more
    return pd.DataFrame({"kind": kind, "subject": site, "time": np.array(times), **told})


def stored(folder: Path, made: dict[str, float] = MADE, year: int = 2023) -> Store:
    """A store in which these sites have a whole year."""
    store = open_store(f"sqlite:///{folder}/store.db")
    for site, mwh in made.items():
        store.write_rollups(Step.DAY, site_days(site, mwh, date(year, 1, 1), date(year, 12, 31)))
    return store


def imported(folder: Path, *, consumption: bool = True, register: bool = True) -> Territory:
    """territory.db with what the operators say of 2022 and 2023."""
    kept = Territory(folder / "territory.db")
    if consumption:
        kept.add(files.written(folder, files.ore(), "ore.csv"), Wanted(files.LOOS), NOW)
    if register:
        wanted = Wanted(files.LOOS, edition=date(2023, 12, 31))
        kept.add(files.written(folder, files.register(), "register.csv"), wanted, NOW)
    return kept
