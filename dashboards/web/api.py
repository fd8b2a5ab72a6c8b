"""The figures of the pages as JSON, the same to the watt-hour. Reads only; described by /api/openapi.json."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse

from config.kwh import Step, Subject
from dashboards import exports
from dashboards.accounts.roles import May
from dashboards.initiatives import register
from dashboards.views.look import TOWN, Look
from dashboards.views.sites import signs
from dashboards.views.today import today
from dashboards.web.visitors import reader, registry, served
from dashboards.yields import COLUMNS, figures
from models.calendar import day_start

Document = dict[str, Any]
FIRST, LAST = date(1971, 1, 1), date(2200, 1, 1)
LONGEST = {Step.QUARTER: 31, Step.DAY: 3660}
"""Days of one answer; longer spans are cut, and say so."""
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"description": about, "content": {"application/json": {"schema": {"type": "object"}}}}
    for code, about in (
        (401, "no session and no token"), (403, "not allowed"), (404, "no such subject"), (503, "the store is away"),
    )
}  # fmt: skip
router = APIRouter(prefix="/api", responses=ERRORS)

From = Annotated[date, Query(alias="from", description="first day of the town, included")]
To = Annotated[date, Query(alias="to", description="last day of the town, included")]
Kind = Annotated[Subject, Query(description="what the rows are about")]
About = Annotated[str | None, Query(max_length=200, description="one subject, as site/roof; without it all")]


@router.get("/today", summary="The day so far")
def now(request: Request) -> Document:
    """kWh of all roofs today, up to when they are measured, and what was expected."""
    with served(request).look() as look:
        found = today(look)
    return {
        "simulated": look.simulated,
        "energy_kwh": found.energy,
        "expected_kwh": found.expected,
        "until": None if found.until is None else _iso(found.until, look),
        "age_s": None if found.age is None else found.age // 1000,
        "power_w": found.power,
        "sites": found.sites,
    }


@router.get("/sites", summary="The sites, the worst first")
def sites(request: Request) -> Document:
    """Each site with its two signs, communication and performance."""
    reader(request, May.SEE_OPERATIONS)
    with served(request).look() as look:
        found = signs(look)
    told = [
        {
            "site": each.site.id,
            "name": each.site.name,
            "installed_kwp": each.kwp,
            "communication": each.speaks.value,
            "silent": list(each.silent),
            "performance": each.gives.value,
            "performance_index": each.figures["performance_index"],
            "power_w": each.power,
            "last_sample": None if each.heard is None else _iso(each.heard, look),
        }
        for each in found
    ]
    return {"simulated": look.simulated, "sites": told}


@router.get("/yields", summary="Yields, performance and losses of a stretch of days")
def yields(request: Request, start: From, end: To, kind: Kind = Subject.SITE) -> Document:
    """The figures of IEC 61724-1, as `tepos yields` gives them; inverters only for who may see the operation."""
    if kind is Subject.INVERTER:
        reader(request, May.SEE_OPERATIONS)
    first, last, cut = _span(start, end, Step.DAY)
    with served(request).look() as look:
        rows = look.rows(Step.DAY, kind, None, *_bounds(first, last, look), COLUMNS)
        days = max(1, (last - first).days + 1)
        found = figures(rows, _subjects(look, kind), look.installed(kind), days)
    return {"simulated": look.simulated, "from": str(first), "to": str(last), "truncated": cut, "yields": found}


@router.get("/series", summary="Energy measured and expected, row by row")
def series(
    request: Request, start: From, end: To, kind: Kind = Subject.TOWN, step: Step = Step.DAY, subject: About = None
) -> Document:
    """As `tepos export series`. Quarter-hours and inverters only for who may see the operation."""
    if kind is Subject.INVERTER or step is Step.QUARTER:
        reader(request, May.SEE_OPERATIONS)
    first, last, cut = _span(start, end, step)
    with served(request).look() as look:
        if subject is not None and subject not in _subjects(look, kind):
            raise HTTPException(404, "no such subject")
        rows: list[Document] = []
        if look.store is not None:
            chosen = None if subject is None else [subject]
            found = look.store.read_rollups(step, kind, chosen, *_bounds(first, last, look))
            made = exports.series(found, kind, step, look.tz, simulated=look.simulated, installed=look.installed(kind))
            rows = exports.as_records(made)
    return {"simulated": look.simulated, "from": str(first), "to": str(last), "truncated": cut, "series": rows}


@router.get("/alerts", summary="The alerts that are open")
def alerts(request: Request) -> Document:
    """As `tepos alerts --json`, the most urgent first."""
    reader(request, May.SEE_OPERATIONS)
    here = served(request)
    return {"simulated": here.simulated, "alerts": here.alerts()}


@router.get("/progress", summary="The progress of the territory")
def progress(request: Request) -> Document:
    """As `tepos progress --json`: every figure with source, vintage, status and completeness; or what is missing."""
    return served(request).told() or {"year": None, "rings": []}


@router.get("/initiatives", summary="The public register of initiatives")
def initiatives(request: Request) -> Document:
    """As `tepos initiative list --json`: what everybody may see."""
    here = served(request)
    with registry(request) as known:
        return {"simulated": here.simulated, **register(known, here.now(), here.tz)}


@router.get("/status", summary="Devices, spool and store")
def status(request: Request) -> JSONResponse:
    """As `tepos status --json`; moments in ms since 1970, UTC."""
    reader(request, May.SEE_OPERATIONS)
    state = served(request).state()
    return JSONResponse({name: state[name] for name in ("time", "simulated", "devices", "spool")})


def _subjects(look: Look, kind: Subject) -> list[str]:
    match kind:
        case Subject.TOWN:
            return [TOWN]
        case Subject.SITE:
            return [site.id for site in look.town.sites]
        case Subject.ROOF:
            return [f"{site.id}/{roof.id}" for site in look.town.sites for roof in site.roofs]
        case _:
            return [f"{site.id}/{inverter.id}" for site in look.town.sites for inverter in site.inverters]


def _span(start: date, end: date, step: Step) -> tuple[date, date, bool]:
    """The days asked for, within what a store can know, and no more than an answer holds."""
    first, last = max(start, FIRST), min(end, LAST)
    most = first + timedelta(days=LONGEST[step] - 1) if first < LAST else first
    return first, min(last, most), last > most


def _bounds(first: date, last: date, look: Look) -> tuple[int, int]:
    start = day_start(min(first, LAST), look.tz)
    return start, max(start, day_start(max(last, FIRST) + timedelta(days=1), look.tz))


def _iso(moment: int, look: Look) -> str:
    return datetime.fromtimestamp(moment // 1000, look.tz).isoformat()
