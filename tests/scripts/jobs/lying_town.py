"""A sunny spring in a store, and what the town's file may say of it: the truth, or lies about its arrays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from collector.arrivals import Arrivals
from collector.periods import Periods
from collector.sample import Sample
from collector.store import open_store
from config.town import Town
from models.calendar import day_bounds
from scripts.jobs.registry import Work, jobs_of
from scripts.simulator.fault import Fault
from tests.scripts.jobs.past_town import PARIS, PastTown, past_town

FIRST, LAST = date(2026, 4, 15), date(2026, 5, 31)
NOW = day_bounds(LAST, PARIS)[1] + 3_600_000
HOUR = 3_600_000


def said_otherwise(town: Town, site: str, **figures: float) -> Town:
    """The town with other figures of the first array of one site."""
    sites = []
    for each in town.sites:
        if each.id == site:
            roof, array = each.roofs[0], each.roofs[0].arrays[0]
            new = {name: getattr(array, name).model_copy(update={"value": value}) for name, value in figures.items()}
            roof = roof.model_copy(update={"arrays": (array.model_copy(update=new),)})
            each = each.model_copy(update={"roofs": (roof,)})
        sites.append(each)
    return town.model_copy(update={"sites": tuple(sites)})


def spring(folder: Path, town: Town, faults: Sequence[Fault] = ()) -> Path:
    """A folder with the readings of FIRST to LAST and an hour; nothing is closed."""
    with past_town(folder, town, FIRST, LAST, faults):
        return folder


@contextmanager
def told(readings: Path, folder: Path, town: Town) -> Iterator[PastTown]:
    """A copy of these readings where the town's file says `town`."""
    folder.mkdir(exist_ok=True)
    shutil.copy(readings / "store.db", folder / "store.db")
    ledger = folder / "ledger.db"
    with closing(open_store(f"sqlite:///{folder / 'store.db'}")) as store, Periods(ledger) as periods:
        yield PastTown(town, store, periods, Arrivals(ledger), NOW)


def days_more(made: PastTown, truth: Town, days: int) -> None:
    """So many more days of the true town, closed as the file says."""
    said, made.town = made.town, truth
    made.live(made.now, made.now + days * 24 * HOUR)
    made.town, made.now = said, made.now + days * 24 * HOUR
    made.close()


def relabel(made: PastTown, device: str, since: int = 0) -> None:
    """The readings of a device from `since` (ms) on get labels an hour late."""
    frame = made.store.read(device, ["pac"], since, made.now)
    times = frame.index.as_unit("ms").asi8.tolist()
    made.store.write(
        [Sample(device, time + HOUR, {"pac": pac}) for time, pac in zip(times, frame["pac"].tolist(), strict=True)]
    )


def work_of(made: PastTown) -> Work:
    """The jobs of the town as they are in the field."""
    jobs = jobs_of(made.town, made.store, made.periods, lambda: made.now, 400)
    return Work(made.store, made.periods, jobs, PARIS, lambda: made.now)


def written(town: Town, folder: Path) -> Path:
    """The folder with the town as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    data = town.model_dump(mode="json", exclude_defaults=True, exclude={"maps"})
    lines = [f"{name} = {_toml(value)}" for name, value in data.items()]
    (folder / "town.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def place(folder: Path, town: Town) -> tuple[object, ...]:
    """The options of a command that works in this folder on this town."""
    return ("--data", folder, "--town", written(town, folder / "town"))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
