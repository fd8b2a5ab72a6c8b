"""Open data: the same figures for everybody, with their schema, under the Licence Ouverte 2.0."""

from __future__ import annotations

import re

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from dashboards.opendata import tables
from dashboards.opendata.frozen import FOLDER, frozen
from dashboards.opendata.package import LICENCE, as_csv
from dashboards.opendata.schema import PRODUCTION, TABLES
from dashboards.views.production import closed_days
from dashboards.web.pages import page
from dashboards.web.visitors import served
from models.calendar import day_of

router = APIRouter(prefix="/opendata", include_in_schema=False)
FILE = re.compile(r"[\w][\w.-]*")
FRESH = 300_000


@router.get("")
def catalogue(request: Request) -> HTMLResponse:
    """What there is, what each column means, and under which licence."""
    here = served(request)
    with here.look() as look:
        closed = closed_days(look)
    years = range(closed[0].year, closed[1].year + 1) if closed else ()
    kept = [(path.name, sorted(file.name for file in path.iterdir())) for path in frozen(here.ledger.parent / FOLDER)]
    return page(
        request, "opendata.html", tables=TABLES, years=list(years), frozen=kept, licence=LICENCE,
        updated=closed[1] if closed else None,
    )  # fmt: skip


@router.get("/{year}/{name}.csv")
def table(request: Request, year: int, name: str) -> Response:
    """A table of a year as it is known now; what was frozen lies beside it."""
    here = served(request)
    about = next((each for each in TABLES if each.name == name), None)
    if about is None or not 2000 <= year <= day_of(here.now(), here.tz).year:
        raise HTTPException(404)

    def form() -> bytes:
        with here.look() as look:
            if look.store is None:
                raise HTTPException(404)
            rows = (
                tables.production(look.store, look.town, year, look.tz, simulated=look.simulated)
                if about is PRODUCTION
                else tables.sites(look.town)
            )
        return as_csv(about, rows).encode()

    content = here.memory.get(("opendata", year, name), here.now(), FRESH, form)
    return _file(content, f"{name}-{year}.csv", "text/csv; charset=utf-8")


@router.get("/schema/{name}.json")
def schema(name: str) -> dict[str, object]:
    """The schema of a table (Frictionless)."""
    about = next((each for each in TABLES if each.name == name), None)
    if about is None:
        raise HTTPException(404)
    return about.schema()


@router.get("/fige/{package}/{name}")
def frozen_file(request: Request, package: str, name: str) -> Response:
    """A file of a frozen year, as it was on the day when it was frozen."""
    for path in frozen(served(request).ledger.parent / FOLDER):
        if path.name == package and FILE.fullmatch(name) and (file := path / name).is_file():
            return _file(file.read_bytes(), name, "application/octet-stream")
    raise HTTPException(404)


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
