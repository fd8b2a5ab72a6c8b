"""The whole page on one town."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from collector.errors import StoreError
from config.language import _, speaking
from dashboards.web import api, entrance, health, instruction, open_data, operations, production, public, registry
from dashboards.web.answering import HEADERS, Shut, Small, Speech, language_of
from dashboards.web.pages import STATIC, elsewhere, page
from dashboards.web.served import Served
from dashboards.web.visitors import Foreign, Refused

Handler = Callable[[Request, Exception], Awaitable[Response]]


def make_app(site: Served) -> FastAPI:
    """The application: pages, API, open data, health. `site` is all that it knows and may open."""
    app = FastAPI(
        title="tepos",
        summary=_("Energy of the roofs of a town, measured and expected."),
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.served = site
    for router in (
        public.router,
        operations.router,
        production.router,
        entrance.router,
        health.router,
        api.router,
        instruction.router,
        registry.router,
        open_data.router,
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Foreign, _foreign)
    app.add_exception_handler(StoreError, _unavailable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(Small)
    app.add_middleware(Speech)
    app.add_middleware(Shut, secure=site.secure)
    return app


def for_programs(request: Request) -> bool:
    """Whether a program asks, who wants its errors as JSON."""
    return str(request.scope["path"]).startswith(("/api/", "/health", "/metrics"))


async def _refused(request: Request, error: Exception) -> Response:
    known = isinstance(error, Refused) and error.known
    if for_programs(request):
        headers = None if known else {"WWW-Authenticate": "Bearer"}
        return JSONResponse({"detail": str(error)}, 403 if known else 401, headers)
    if known:
        return _error(request, 403, _("Your account may not see this page."))
    return elsewhere("/connexion?vers=" + request.scope["path"])


async def _foreign(request: Request, _exception: Exception) -> Response:
    return _error(request, 403, _("This form is too old, or was not made by a page of ours: open it again."))


async def _unavailable(request: Request, error: Exception) -> Response:
    if for_programs(request):
        return JSONResponse({"detail": str(error)}, 503)
    return _error(
        request, 503, _("The store does not answer: the figures come back with it. Nothing is lost meanwhile.")
    )


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if for_programs(request):
        return JSONResponse({"detail": detail}, status, headers)
    what = _("There is no such page.") if status == 404 else detail
    response = _error(request, status, what)
    response.headers.update(headers)
    return response


async def _invalid(request: Request, error: Exception) -> Response:
    if for_programs(request) and isinstance(error, RequestValidationError):
        told = [{"where": [str(w) for w in e["loc"]], "what": e["msg"]} for e in error.errors()]
        return JSONResponse({"detail": told}, 422)
    return _error(request, 422, _("The form is not complete, or a field is too long."))


async def _broken(request: Request, _exception: Exception) -> Response:
    """A fault of ours. It is logged with its traceback; who asked is told so in words, behind the same policy."""
    with speaking(language_of(request.scope["path"])):  # this is answered outside of all that we have put around
        what = _("This is a fault of tepos, and is written down in its log. The other pages go on.")
        made = JSONResponse({"detail": what}, 500) if for_programs(request) else _error(request, 500, what)
    made.headers.update(HEADERS)
    return made


def _error(request: Request, status: int, what: str) -> Response:
    return page(request, "error.html", status, code=status, what=what)
