"""An invented October of two roofs in a store on disk: what reports are made of in tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from collector.store import Store, open_store
from config import load
from config.kwh import ROLLUP_NUMBERS, Step, Subject
from config.town import Town
from models.calendar import day_start, days
from scripts.moments import zone

EXAMPLE = Path(__file__).parents[3] / "config" / "towns" / "example"
OCTOBER = date(2026, 10, 1)


def town() -> Town:
    """The example town of the project."""
    return load(EXAMPLE)


def rows(of: Town, kind: Subject, subject: str, first: date, last: date, **columns: object) -> pd.DataFrame:
    """Day rows as a closing would write them; `columns` say what is different."""
    times = np.array([day_start(day, zone(of.place.tz)) for day in days(first, last)])
    known = {"energy": 41_234.567 + np.arange(len(times)), "expected": 40_000.0, "completeness": 1.0, "insolation": 3e3}
    texts = {"basis": "meter", "status": "measured", "expected_basis": "fleet"}
    told = dict.fromkeys(ROLLUP_NUMBERS, np.nan) | known | texts | columns
    return pd.DataFrame({"kind": kind.value, "subject": subject, "time": times, **told})


def filled(folder: Path, of: Town, first: date = OCTOBER, last: date = date(2026, 10, 31), **columns: object) -> Store:
    """A store with these days of the town and of every roof."""
    store = open_store(f"sqlite:///{folder}/store.db")
    subjects = [(Subject.TOWN, "town")]
    subjects += [(Subject.ROOF, f"{site.id}/{roof.id}") for site in of.sites for roof in site.roofs]
    for kind, subject in subjects:
        store.write_rollups(Step.DAY, rows(of, kind, subject, first, last, **columns))
    return store
