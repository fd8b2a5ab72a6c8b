"""The monthly report as one HTML page for paper: what WeasyPrint makes a tagged PDF of, and what a browser shows too.

Its own file of styles stands in the page: it is read where no server is.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config import formats
from config.kwh import EnergyStatus
from config.language import _, spoken
from dashboards import kwh_words
from dashboards.learnt_words import basis_word
from dashboards.reports.bars import daily_bars
from dashboards.reports.monthly import Document

TEMPLATES = Path(__file__).parent / "templates"


def page(report: Document, made_at: datetime, *, replaces: date | None = None) -> str:
    """The report in the language that is spoken here. `made_at`: with the town's zone. `replaces`: when the report was
    made whose figures these correct."""
    month = date.fromisoformat(report["from"])
    statuses = {day["status"] for each in report["subjects"] for day in each["days"]} - {None}
    return _environment().get_template("monthly.html").render(
        _=_,
        lang=spoken(),
        report=report,
        month=formats.month(month),
        made_at=formats.moment(made_at),
        replaces=replaces and formats.day(replaces),
        statuses=[status for status in EnergyStatus if status in statuses],
        charts={each["subject"]: daily_bars(each["days"], month) for each in report["subjects"]},
        change=_change,
        f=formats,
        w=kwh_words,
        basis_word=basis_word,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters["date"] = lambda text: formats.day(date.fromisoformat(text), "medium")
    return made


def _change(now: dict[str, Any], before: dict[str, Any] | None) -> float | None:
    """Share by which the energy differs from that of the year before, where both months are completely known."""
    if before is None or not before["energy_kwh"] or now["energy_kwh"] is None:
        return None
    whole = now["days_complete"] == now["days_closed"] and before["days_complete"] == before["days_closed"]
    same = now["days_closed"] == before["days_closed"] or abs(now["days_closed"] - before["days_closed"]) == 1  # 29 Feb
    return float(now["energy_kwh"] / before["energy_kwh"] - 1) if whole and same else None
