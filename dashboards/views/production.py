"""Plants over months and years, for who owns them: measured, expected, index, availability, losses by cause."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from config.kwh import Step, Subject
from dashboards.views.look import TOWN, Document, Look
from dashboards.yields import COLUMNS, figures
from models.calendar import day_of, day_start

READ = COLUMNS


def ranking(look: Look, first: date, last: date) -> tuple[list[Document], Document]:
    """The plants by energy per installed kWp, the best first, and the town; over the days first..last."""
    span = day_start(first, look.tz), day_start(last + timedelta(days=1), look.tz)
    days = (last - first).days + 1
    ids = [site.id for site in look.town.sites]
    rows = look.rows(Step.DAY, Subject.SITE, None, *span, READ)
    plants = figures(rows, ids, look.installed(Subject.SITE), days)
    town = figures(look.rows(Step.DAY, Subject.TOWN, [TOWN], *span, READ), [TOWN], look.installed(Subject.TOWN), days)[
        0
    ]
    return sorted(plants, key=lambda each: -(each["final_yield_h"] or -1.0)), town


def months(look: Look, kind: Subject, subject: str, year: int) -> list[Document]:
    """The months of a year that have closed days, each as `figures` gives it, with `first` and its `days`."""
    start, end = day_start(date(year, 1, 1), look.tz), day_start(date(year + 1, 1, 1), look.tz)
    rows = look.rows(Step.DAY, kind, [subject], start, end, READ)
    return _grouped(look, kind, subject, rows, [(date(year, month, 1), _month(year, month)) for month in range(1, 13)])


def years(look: Look, kind: Subject, subject: str) -> list[Document]:
    """The years that have closed days."""
    rows = look.rows(Step.DAY, kind, [subject], 0, look.now, READ)
    if rows.empty:
        return []
    found = range(day_of(int(rows["time"].min()), look.tz).year, day_of(int(rows["time"].max()), look.tz).year + 1)
    spans = [(date(year, 1, 1), 366 if calendar.isleap(year) else 365) for year in found]
    return _grouped(look, kind, subject, rows, spans)


def closed_days(look: Look) -> tuple[date, date] | None:
    """The first and the last day of the town that are closed; None when none is."""
    times = look.rows(Step.DAY, Subject.TOWN, [TOWN], 0, look.now, ["completeness"])["time"]
    return (day_of(int(times.min()), look.tz), day_of(int(times.max()), look.tz)) if len(times) else None


def _grouped(
    look: Look, kind: Subject, subject: str, rows: pd.DataFrame, spans: Sequence[tuple[date, int]]
) -> list[Document]:
    made = []
    installed = look.installed(kind)
    for first, days in spans:
        start, end = day_start(first, look.tz), day_start(first + timedelta(days=days), look.tz)
        own = rows[(rows["time"] >= start) & (rows["time"] < end)]
        if len(own):
            made.append({"first": first, "days": days, **figures(own, [subject], installed, days)[0]})
    return made


def _month(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
