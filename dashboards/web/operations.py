"""What is broken, where, since when: sites, the worst first; roofs, inverters, inputs; the round on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from config.kwh import Subject
from config.language import _
from config.town import Site
from dashboards.accounts.roles import May
from dashboards.views.look import Look, roof_of
from dashboards.views.plant import Trace, inputs_and_trace
from dashboards.views.points import Curve, by_days, by_quarters
from dashboards.views.sites import SiteSigns, night, signs, speaks
from dashboards.views.town_map import town_map
from dashboards.web import words
from dashboards.web.drawing import Lines, lines
from dashboards.web.pages import elsewhere, page
from dashboards.web.visitors import actor, people, reader, served
from models.calendar import QUARTER, day_bounds
from models.pv.alerts.works import Kind
from models.territory.typed import number

router = APIRouter(prefix="/exploitation", include_in_schema=False)
FRESH = 15_000
DAYS = 30
LATELY = 10
"""Works that are over and still shown."""
MOST_KWH = 1e9
WORK_FIELDS = ("kind", "scope", "start", "end", "who", "note", "old_serial", "new_serial", "counter_kwh")
Note = Annotated[str, Form(max_length=500)]
Seal = Annotated[str, Form(max_length=200)]


@router.get("")
def sites(request: Request) -> HTMLResponse:
    """Every site with its two signs, the alerts, the map."""
    reader(request, May.SEE_OPERATIONS)
    return _sites(request)


@router.post("/travaux")
def plan(
    request: Request,
    seal: Seal = "",
    kind: Seal = "",
    scope: Seal = "",
    start: Seal = "",
    end: Seal = "",
    who: Seal = "",
    note: Note = "",
    old_serial: Seal = "",
    new_serial: Seal = "",
    counter_kwh: Seal = "",
) -> Response:
    """Write a work down: a planned outage silences its alerts and its loss counts as planned."""
    account = actor(request, May.OPERATE, seal)
    here = served(request)
    told = {"who": who, "note": note, "old_serial": old_serial, "new_serial": new_serial}
    more: dict[str, Any] = {name: " ".join(text.split()) for name, text in told.items() if text.strip()}
    try:
        known = [{site.id, *(f"{site.id}/{each.id}" for each in site.inverters)} for site in here.town.sites]
        if scope not in {"town"}.union(*known):
            raise ValueError
        begin = _moment(start, here.tz)
        until = _moment(end, here.tz) if end else None
        if counter_kwh.strip():
            more["counter_offset"] = 1000.0 * number(counter_kwh, low=0.0, high=MOST_KWH)
        here.plan(Kind(kind), scope, begin, until, account.name, more)
    except ValueError:
        said = told | {"kind": kind, "scope": scope, "start": start, "end": end, "counter_kwh": counter_kwh}
        return _sites(request, 422, _("Give a kind, a place, dates in their order, and the counter as a number."), said)
    with people(request) as known_people:
        known_people.note(account.name, "work planned", scope, here.now())
    return elsewhere("/exploitation#works-title")


def _sites(request: Request, status: int = 200, fault: str = "", said: Mapping[str, str] | None = None) -> HTMLResponse:
    """`fault` and what was `said`: of the form for a work, to be corrected."""
    content = {"signs": _signs(request), "map": town_map(served(request).town), "alerts": _alerts(request)}
    filled = dict.fromkeys(WORK_FIELDS, "") | dict(said or {})
    return page(request, "operations.html", status, fault=fault, said=filled, **content, **_works(request))


@router.post("/travaux/{number}/fin")
def finish(request: Request, number: str, seal: Seal = "", note: Note = "") -> Response:
    """A work is over."""
    account = actor(request, May.OPERATE, seal)
    if not served(request).finish(number, account.name, " ".join(note.split())):
        raise HTTPException(404, _("There is no such work that goes on."))
    return elsewhere("/exploitation#works-title")


@router.post("/alerte/{alert}")
def acknowledge(request: Request, alert: str, note: Note = "", seal: Seal = "") -> Response:
    """Somebody has seen an alert and says what is done about it; under the name of the desk."""
    account = actor(request, May.OPERATE, seal)
    here = served(request)
    if not here.acknowledge(alert, account.name, " ".join(note.split())):
        raise HTTPException(404, _("This alert is over already, or there is none of that name."))
    with people(request) as known:
        known.note(account.name, "alert acknowledged", alert, here.now())
    here.memory.forget("alerts")
    return elsewhere("/exploitation")


@router.get("/tournee")
def technicians_round(request: Request) -> HTMLResponse:
    """The same on paper: where to go first, what to look at, room for notes."""
    reader(request, May.SEE_OPERATIONS)
    return page(request, "round.html", signs=_signs(request), alerts=_alerts(request))


@router.get("/site/{site_id}")
def site_page(request: Request, site_id: str, jour: str = "") -> HTMLResponse:
    """One site: the day against what was expected, the last weeks, its devices."""
    reader(request, May.SEE_OPERATIONS)
    with served(request).look() as look:
        site = _site(look, site_id)
        content = _energy(look, Subject.SITE, site.id, jour)
        (own,) = signs(look, site.id)
        devices = {path: each for path, each in look.devices.items() if path.split("/")[0] == site.id}
        dark = night(look)
        device_signs = {path: speaks([each], dark) for path, each in devices.items()}
    content["alerts"] = [each for each in _alerts(request) if each["site"] == site.id]
    return page(request, "site.html", site=site, sign=own, devices=devices, device_signs=device_signs, **content)


@router.get("/site/{site_id}/toit/{roof_id}")
def roof_page(request: Request, site_id: str, roof_id: str, jour: str = "") -> HTMLResponse:
    """One roof: what stands on it and what it gives."""
    reader(request, May.SEE_OPERATIONS)
    with served(request).look() as look:
        site = _site(look, site_id)
        roof = roof_of(site, roof_id)
        if roof is None:
            raise HTTPException(404)
        content = _energy(look, Subject.ROOF, f"{site.id}/{roof.id}", jour)
    return page(request, "roof.html", site=site, roof=roof, **content)


@router.get("/site/{site_id}/onduleur/{inverter_id}")
def inverter_page(request: Request, site_id: str, inverter_id: str, jour: str = "") -> HTMLResponse:
    """One inverter, input by input."""
    reader(request, May.SEE_OPERATIONS)
    with served(request).look() as look:
        site = _site(look, site_id)
        inverter = next((each for each in site.inverters if each.id == inverter_id), None)
        if inverter is None:
            raise HTTPException(404)
        path = f"{site.id}/{inverter.id}"
        content = _energy(look, Subject.INVERTER, path, jour)
        inputs, trace = inputs_and_trace(look, site, inverter, content["day"])
        device = look.devices.get(path)
        drawn = _traced(trace, *day_bounds(content["day"], look.tz))
        state = speaks([device], night(look)) if device else None
    times = [words.clock(time, served(request).tz) for time in trace.times]
    names = {"measured": words.ac_power()} | {f"in-{n.number}": words.input_name(n.number) for n in inputs}
    more: dict[str, Any] = {"inputs": inputs, "trace": trace, "drawn": drawn, "times": times, "names": names}
    return page(request, "inverter.html", site=site, inverter=inverter, device=device, state=state, **more, **content)


def _signs(request: Request) -> list[SiteSigns]:
    here = served(request)

    def form() -> list[SiteSigns]:
        with here.look() as look:
            return signs(look)

    return here.memory.get("signs", here.now(), FRESH, form)


def _works(request: Request) -> dict[str, Any]:
    here = served(request)
    now = here.now()
    every = here.works()
    ahead = [w for w in every if not w.closed and (w.end is None or w.end >= now)]
    past = [w for w in every if w not in ahead]
    return {"works": ahead, "kinds": list(Kind), "sites": here.town.sites, "past_works": past[: -LATELY - 1 : -1]}


def _moment(text: str, tz: tzinfo) -> int:
    """A date and time of the town as the form gives it."""
    return int(datetime.fromisoformat(text).replace(tzinfo=tz).timestamp()) * 1000


def _alerts(request: Request) -> list[dict[str, Any]]:
    here = served(request)
    return here.memory.get("alerts", here.now(), FRESH, here.alerts)


def _site(look: Look, site_id: str) -> Site:
    site = look.site(site_id)
    if site is None:
        raise HTTPException(404)
    return site


def _energy(look: Look, kind: Subject, subject: str, jour: str) -> dict[str, Any]:
    """A day by quarter-hours with its expectation, and the DAYS before today."""
    try:
        day = date.fromisoformat(jour) if jour else look.today
    except ValueError:
        raise HTTPException(404) from None
    if not date(2000, 1, 1) <= day <= look.today:
        raise HTTPException(404)
    last = look.today - timedelta(days=1)
    return {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < look.today else None,
        "quarters": (quarters := by_quarters(look, kind, subject, day)),
        "quarter_lines": _quarter_lines(quarters, *day_bounds(day, look.tz)),
        "quarter_times": [words.clock(point.start, look.tz) for point in quarters.points],
        "days": by_days(look, kind, subject, last - timedelta(days=DAYS - 1), last),
    }


def _quarter_lines(curve: Curve, start: int, end: int) -> Lines:
    """Power as the mean of each quarter-hour, kW: what is on the roof's own display.

    A quarter-hour that was not measured in full is a dot and no part of the line: it is no drop of the power.
    """
    points = curve.points
    named = [
        ("measured", [_kw(point.energy) if point.sure else None for point in points]),
        ("partly", [None if point.sure else _kw(point.energy) for point in points]),
        ("awaited", [_kw(point.expected) for point in points]),
    ]
    if not any(value is not None for value in named[1][1]):
        del named[1]
    band = [_kw(point.low) for point in points], [_kw(point.high) for point in points]
    places = [(point.start + QUARTER / 2 - start) / (end - start) for point in points]
    gaps = _stretches([((p.start - start) / (end - start), QUARTER / (end - start)) for p in points if p.missing])
    return lines(named, places, words.day_along(), band, gaps, dots=frozenset({"partly"}))


def _stretches(gaps: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Gaps that touch, as one."""
    made: list[tuple[float, float]] = []
    for begin, width in gaps:
        if made and abs(made[-1][1] - begin) < width / 10:
            made[-1] = (made[-1][0], begin + width)
        else:
            made.append((begin, begin + width))
    return made


def _traced(trace: Trace, start: int, end: int) -> Lines:
    named = [("measured", [_thousandth(value) for value in trace.pac])]
    named += [(f"in-{n}", [_thousandth(v) for v in values]) for n, values in enumerate(trace.inputs, 1)]
    return lines(named, [(time - start) / (end - start) for time in trace.times], words.day_along())


def _kw(energy: float | None) -> float | None:
    """kWh of a quarter-hour as its mean kW."""
    return None if energy is None else round(energy * 4, 4)


def _thousandth(value: float | None) -> float | None:
    return None if value is None else round(value / 1000, 4)
