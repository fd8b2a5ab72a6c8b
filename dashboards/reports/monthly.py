"""One month of the town and of each roof: measured, expected, lost, beside the same month of the year before.

Plain data, from the same rollup rows and the same functions as `tepos yields` and `tepos export series`: whatever the
form, the figures are the same to the watt-hour. None is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo
from typing import Any

import pandas as pd

from collector.store import Store
from config.kwh import Step, Subject
from config.town import Town
from dashboards import exports
from dashboards.yields import COLUMNS, figures
from models.calendar import day_bounds, day_start
from models.pv.plant import Plant, installed, plant_of

Document = dict[str, Any]
TOWN = "town"
DAY_COLUMNS = ("energy_kwh", "expected_kwh", "expected_low_kwh", "expected_high_kwh", "completeness", "status",
               "basis", "expected_basis")  # fmt: skip
"""What is told of each day, named as in an exported series."""


def monthly(
    store: Store, town: Town, month: date, tz: tzinfo, *, simulated: bool, roofs: Sequence[str] = ()
) -> Document:
    """The month that `month` lies in, of the town and its roofs (or only of these roofs, ``site/roof``).

    A subject without a closed day has no figures, and its `days` are empty: it is not left out. ValueError for a roof
    that the town does not have.
    """
    plant, names = plant_of(town), roof_names(town)
    if unknown := sorted({*roofs} - {*names}):
        raise ValueError(", ".join(unknown))
    first, last = bounds(month)
    before = first.replace(year=first.year - 1)
    wanted = [(Subject.ROOF, list(roofs) or list(names))]
    if not roofs:
        wanted.insert(0, (Subject.TOWN, [TOWN]))
    subjects: list[Document] = []
    for kind, ids in wanted:
        now, then = (_month(store, plant, kind, ids, when, tz) for when in (first, before))
        days = _days(store, plant, kind, ids, first, tz, simulated=simulated)
        for subject in ids:
            name = town.place.name if kind is Subject.TOWN else names[subject]
            year_before = then[subject] if then[subject]["days_closed"] else None
            told = {"kind": kind.value, "subject": subject, "name": name, "figures": now[subject]}
            subjects.append(told | {"year_before": year_before, "days": days.get(subject, [])})
    return {
        "town": town.place.name,
        "simulated": simulated,
        "month": f"{first:%Y-%m}",
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": (last - first).days + 1,
        "subjects": subjects,
    }


def bounds(month: date) -> tuple[date, date]:
    """The first and the last day of the month in which a day lies."""
    first = month.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def roof_names(town: Town) -> dict[str, str]:
    """Every roof by ``site/roof``, as people call it: by its site, and by its own name where the site has several."""
    named: dict[str, str] = {}
    for site in town.sites:
        for roof in site.roofs:
            named[f"{site.id}/{roof.id}"] = site.name if len(site.roofs) == 1 else f"{site.name}, {roof.name}"
    return named


def _month(
    store: Store, plant: Plant, kind: Subject, ids: Sequence[str], month: date, tz: tzinfo
) -> dict[str, Document]:
    rows = _rows(store, kind, ids, month, list(COLUMNS), tz)
    first, last = bounds(month)
    told = figures(rows, ids, installed(plant, kind), (last - first).days + 1)
    return {each["subject"]: each for each in told}


def _days(
    store: Store, plant: Plant, kind: Subject, ids: Sequence[str], month: date, tz: tzinfo, *, simulated: bool
) -> dict[str, list[Document]]:
    rows = _rows(store, kind, ids, month, None, tz)
    made = exports.series(rows, kind, Step.DAY, tz, simulated=simulated, installed=installed(plant, kind))
    days: dict[str, list[Document]] = {}
    for record in exports.as_records(made):
        told = {"day": record["start"][:10], **{name: record[name] for name in DAY_COLUMNS}}
        days.setdefault(record["subject"], []).append(told)
    return days


def _rows(
    store: Store, kind: Subject, ids: Sequence[str], month: date, columns: Sequence[str] | None, tz: tzinfo
) -> pd.DataFrame:
    first, last = bounds(month)
    return store.read_rollups(Step.DAY, kind, ids, day_start(first, tz), day_bounds(last, tz)[1], columns)
