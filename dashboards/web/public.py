"""What everybody may read, without an account, by GET only: home, kiosk, territory, panels, legal pages."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from config.carriers import Carrier, Known, Perimeter, Ring
from config.carriers import Lever as Levers
from dashboards import initiative_words
from dashboards.initiatives import register
from dashboards.panels import Panels, energy, roofs_of
from dashboards.panels import public as public_panels
from dashboards.progress import words as progress_words
from dashboards.progress.document import bar
from dashboards.roofs import Roofs, pipeline
from dashboards.views.scenarios import PRICE, scenarios
from dashboards.views.today import Today, today
from dashboards.views.trajectory import Trajectory, trajectory
from dashboards.web.drawing import Lines, lines
from dashboards.web.pages import page
from dashboards.web.visitors import registry, served
from models.calendar import day_of
from models.territory.coverage import Refusal
from models.territory.initiatives.words import Lever, State
from models.territory.roof_pipeline import Kind, Stage

router = APIRouter(include_in_schema=False)
FRESH = 30_000
"""ms for which the public figures are kept: a thousand visitors cost as much as one."""


def _today(request: Request) -> Today:
    here = served(request)

    def form() -> Today:
        with here.look() as look:
            return today(look)

    return here.memory.get("today", here.now(), FRESH, form)


@router.get("/")
def home(request: Request) -> HTMLResponse:
    """One number, one bar, one sentence; the charts below."""
    return page(request, "home.html", today=_today(request), coverage=bar(served(request).told()))


@router.get("/affichage")
def kiosk(request: Request) -> HTMLResponse:
    """The screen of the town hall: the same without navigation, large, refreshed by itself."""
    return page(request, "kiosk.html", today=_today(request), coverage=bar(served(request).told()))


@router.get("/territoire")
def territory(request: Request) -> HTMLResponse:
    """Are we on the path? What is covered, what the roofs will bring, what initiatives declare."""
    here = served(request)
    place = here.town.place
    with registry(request) as known:
        told = register(known, here.now(), here.tz)
        roofs = Roofs(known.ledger, (place.latitude, place.longitude, place.altitude)).all()
        panels = public_panels(Panels(known.ledger, known.people).all())
    told_progress = here.told()
    paths = {each["ring"]: trajectory(each) for each in (told_progress or {}).get("trajectory", ())}
    return page(
        request, "territory.html", coverage=bar(told_progress), pipeline=pipeline(roofs), effects=told["effects"],
        states=told["states"], panels=panels, said_words=initiative_words, progress=told_progress,
        progress_words=progress_words, scenarios=scenarios(roofs, day_of(here.now(), here.tz).year, told_progress),
        price=PRICE, draw_path=_drawn, trajectories=paths, **_enums(),
    )  # fmt: skip


@router.get("/panneau/{number}")
def panel(request: Request, number: int) -> HTMLResponse:
    """The panel of a newborn: number, year, roof, energy since. No name is known here."""
    here = served(request)
    with registry(request) as known:
        found = Panels(known.ledger, known.people).all().get(number)
    if found is None or found.withdrawn:
        raise HTTPException(404)
    with here.look() as look:
        roof = roofs_of(here.town).get(found.roof)
        told = energy(found, roof, look.store, here.tz, here.now()) if look.store else None
    names = {f"{s.id}/{r.id}": f"{s.name}, {r.name}" for s in here.town.sites for r in s.roofs}
    return page(request, "panel.html", panel=found, told=told, roof=names.get(found.roof, found.roof))


@router.get("/accessibilite")
def accessibility(request: Request) -> HTMLResponse:
    """The declaration of accessibility."""
    return page(request, "accessibility.html")


@router.get("/mentions-legales")
def legal(request: Request) -> HTMLResponse:
    """Who publishes this."""
    town_of = served(request).town
    return page(request, "legal.html", insee=town_of.place.insee, publisher=town_of.publisher)


@router.get("/donnees-personnelles")
def privacy(request: Request) -> HTMLResponse:
    """What is kept about people, and why."""
    return page(request, "privacy.html")


def _drawn(found: Trajectory) -> Lines:
    """Aims as a line with its milestones, what was observed as a line; a year alone is a dot."""
    named = [("awaited", found.aim), ("milestone", found.milestones), ("measured", found.observed)]
    half = 0.5
    gaps = [(max(found.place(year - half), 0.0), min(found.place(year + half), 1.0)) for year in found.gaps]
    first, last = found.years[0], found.years[-1]
    along = [
        str(first),
        *([str((first + last) // 2)] if (first + last) % 2 == 0 and last > first + 1 else ()),
        str(last),
    ]
    places = [found.place(year) for year in found.years]
    return lines(named, places, along, gaps=gaps, dots=frozenset({"milestone"}))


def _enums() -> dict[str, Any]:
    return {
        "Lever": Lever, "State": State, "Stage": Stage, "Kind": Kind, "Ring": Ring, "Perimeter": Perimeter,
        "Known": Known, "Refusal": Refusal, "Carrier": Carrier, "Levers": Levers,
    }  # fmt: skip
