"""Templates filled: every page has the reader's language, the visitor, and whether the town is simulated."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config import formats
from config.kwh import Step
from config.language import _, spoken
from dashboards import alert_words, kwh_words
from dashboards.accounts.roles import May
from dashboards.web import words
from dashboards.web.answering import FIRST
from dashboards.web.drawing import bars, lines
from dashboards.web.visitors import sealed, served, visitor

HERE = Path(__file__).parent
STATIC = HERE / "static"


def page(request: Request, template: str, status: int = 200, **content: Any) -> HTMLResponse:  # noqa: ANN401
    """A page out of a template of dashboards/web/templates."""
    here = served(request)
    who = visitor(request)
    query = request.url.query
    every = {
        "request_path": request.scope["path"] + (f"?{query}" if query else ""),
        "lang": spoken(),
        "town": here.town.place.name,
        "simulated": here.simulated,
        "account": who.account,
        "may": who.may,
        "sees": lambda what: here.simulated or who.may(May(what)),
        "tz": here.tz,
        "now": here.now(),
        "seal": lambda: sealed(request),
    }
    return HTMLResponse(environment().get_template(template).render(every | content), status)


def link(path: str, language: str | None = None) -> str:
    """A path of ours in the language of the reader (or in another)."""
    language = language or spoken()
    return path if language == FIRST or not path.startswith("/") else f"/{language}{path}"


def elsewhere(path: str) -> RedirectResponse:
    """After a deed: see there."""
    return RedirectResponse(link(path), 303)


@cache
def environment() -> Environment:
    """The templates. Undefined names are errors, all text is escaped."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "_": _,
        "link": link,
        "static": static,
        "words": words,
        "kwh_words": kwh_words,
        "alert_words": alert_words,
        "formats": formats,
        "draw_bars": bars,
        "draw_lines": lines,
        "Step": Step,
        "May": May,
        "day_of": lambda text: formats.day(date.fromisoformat(text)),
        "decimal": Decimal,
    }
    return made


@cache
def static(name: str) -> str:
    """The address of a file of ours; it changes with the file, so that browsers may keep it for good."""
    version = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={version}"
