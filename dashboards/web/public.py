"""What everybody may read, without an account, by GET only: home, kiosk, territory, panels, legal pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.views.coverage import UNKNOWN
from dashboards.views.today import Today, today
from dashboards.web.pages import page
from dashboards.web.visitors import served

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
    return page(request, "home.html", today=_today(request), coverage=UNKNOWN)


@router.get("/affichage")
def kiosk(request: Request) -> HTMLResponse:
    """The screen of the town hall: the same without navigation, large, refreshed by itself."""
    return page(request, "kiosk.html", today=_today(request), coverage=UNKNOWN)


@router.get("/accessibilite")
def accessibility(request: Request) -> HTMLResponse:
    """The declaration of accessibility."""
    return page(request, "accessibility.html")


@router.get("/mentions-legales")
def legal(request: Request) -> HTMLResponse:
    """Who publishes this."""
    return page(request, "legal.html", insee=served(request).town.place.insee)


@router.get("/donnees-personnelles")
def privacy(request: Request) -> HTMLResponse:
    """What is kept about people, and why."""
    return page(request, "privacy.html")
