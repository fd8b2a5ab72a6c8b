"""Did each roof give what it should? Plants over months and years, for who owns them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from config.kwh import Step, Subject
from dashboards import exports
from dashboards.accounts.roles import May
from dashboards.views.look import TOWN, Look
from dashboards.views.production import closed_days, months, ranking, years
from dashboards.web.pages import page
from dashboards.web.visitors import reader, served
from models.calendar import day_start

router = APIRouter(prefix="/producteur", include_in_schema=False)
FRESH = 600_000
"""ms: closed days change when somebody imports, or when late readings come."""
YEAR = 365
REPORTS = "reports"
"""In the data directory."""
KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types of the files that are reports."""


@router.get("")
def plants(request: Request, annee: str = "") -> HTMLResponse:
    """The plants by energy per installed kWp, over a year or the last 365 days."""
    reader(request, May.SEE_PRODUCTION)
    here = served(request)
    if annee:
        _year(annee)  # before it becomes a key of what is remembered

    def form() -> dict[str, Any]:
        with here.look() as look:
            closed = closed_days(look)
            if closed is None:
                return {"span": None, "plants": [], "whole": None, "years": []}
            span = _span(annee, closed)
            rows, whole = ranking(look, *span)
            found = list(range(closed[0].year, closed[1].year + 1))
            return {"span": span, "plants": rows, "whole": whole, "years": found}

    content: dict[str, Any] = here.memory.get(("plants", annee), here.now(), FRESH, form)
    names = {site.id: site.name for site in here.town.sites}
    return page(request, "production.html", year=annee, names=names, reports=_reports(request), **content)


@router.get("/rapport/{name}")
def report(request: Request, name: str) -> Response:
    """A monthly report, as the job made it: what was signed is never made anew."""
    reader(request, May.SEE_PRODUCTION)
    folder = served(request).ledger.parent / REPORTS
    if name not in _reports(request):
        raise HTTPException(404)
    kind = KINDS[name.rpartition(".")[2]]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response((folder / name).read_bytes(), media_type=kind, headers=headers)


@router.get("/{site_id}/jours.csv")
def csv(request: Request, site_id: str, annee: str) -> Response:
    """The days of a plant in a year, in the form of `tepos export series`."""
    reader(request, May.SEE_PRODUCTION)
    here = served(request)
    with here.look() as look:
        kind, subject = _subject(look, site_id)
        first = date(_year(annee), 1, 1)
        span = day_start(first, look.tz), day_start(date(first.year + 1, 1, 1), look.tz)
        if look.store is None:
            raise HTTPException(404)
        rows = look.store.read_rollups(Step.DAY, kind, [subject], *span)
        made = exports.series(rows, kind, Step.DAY, look.tz, simulated=look.simulated, installed=look.installed(kind))
    name = f"tepos-{site_id}-{first.year}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(exports.as_csv(made).encode(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{site_id}")
def plant(request: Request, site_id: str, annee: str = "") -> HTMLResponse:
    """One plant (or the town): the months of a year, and the years."""
    reader(request, May.SEE_PRODUCTION)
    with served(request).look() as look:
        kind, subject = _subject(look, site_id)
        every = years(look, kind, subject)
        known = [each["first"].year for each in every]
        year = _year(annee) if annee else (known[-1] if known else look.today.year)
        content: dict[str, Any] = {"years": every, "known": known, "year": year}
        content["months"] = months(look, kind, subject, year)
        site = look.site(subject)
        kwp = look.installed(kind).get(subject, 0.0) / 1000
    return page(request, "plant.html", site=site, site_id=site_id, kwp=kwp, **content)


def _reports(request: Request) -> list[str]:
    folder = served(request).ledger.parent / REPORTS
    if not folder.is_dir():
        return []
    return sorted((path.name for path in folder.iterdir() if path.suffix[1:] in KINDS), reverse=True)


def _subject(look: Look, site_id: str) -> tuple[Subject, str]:
    if site_id == TOWN:
        return Subject.TOWN, TOWN
    if look.site(site_id) is None:
        raise HTTPException(404)
    return Subject.SITE, site_id


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2200):
        raise HTTPException(404)
    return int(text)


def _span(annee: str, closed: tuple[date, date]) -> tuple[date, date]:
    """The year asked for, as far as it is closed; else the last 365 days."""
    if annee:
        year = _year(annee)
        return max(date(year, 1, 1), closed[0]), max(min(date(year, 12, 31), closed[1]), closed[0])
    return max(closed[0], closed[1] - timedelta(days=YEAR - 1)), closed[1]
