"""Signing in and out. A door that was tried with a wrong key stays shut for a while, twice as long each time."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from config.language import _
from dashboards.accounts.attempts import Attempts
from dashboards.accounts.passwords import LONGEST
from dashboards.accounts.people import SESSION
from dashboards.web.pages import elsewhere, page
from dashboards.web.visitors import Refused, cookie_name, demand_own_form, people, served, visitor

router = APIRouter(include_in_schema=False)
FREE = 20
"""Attempts from one address that cost no waiting: a town hall has one address for all its desks."""
OWN_PATH = re.compile(r"/(?![/\\])[\w\-./?=&%]*")

Text = Annotated[str, Form(max_length=LONGEST + 1)]


@router.get("/connexion")
def door(request: Request, vers: str = "/") -> Response:
    """The form."""
    return page(request, "sign_in.html", toward=_own(vers), fault=None, name="")


@router.post("/connexion")
def enter(request: Request, name: Text = "", password: Text = "", seal: Text = "", vers: Text = "/") -> Response:
    """Sign in; what is wrong, name or password, is not said."""
    demand_own_form(request, seal)
    here = served(request)
    now = here.now()
    with people(request) as known:
        doors = (
            (Attempts(known.database), f"name:{name.strip()}"),
            (Attempts(known.database, FREE), f"from:{request.client.host if request.client else '?'}"),
        )
        waits = [attempts.wait(each, now) for attempts, each in doors]
        if any(waits):
            seconds = -(-max(waits) // 1000)
            fault = _("Too many attempts: wait {n} s and try again.").format(n=seconds)
            shut = page(request, "sign_in.html", 429, toward=_own(vers), fault=fault, name=name)
            shut.headers["Retry-After"] = str(seconds)
            return shut
        account = known.check(name.strip(), password)
        if account is None:
            known.note("?", "sign-in refused", "", now)
            fault = _("This name and this password do not belong together.")
            return page(request, "sign_in.html", 403, toward=_own(vers), fault=fault, name=name)
        for attempts, each in doors:
            attempts.forget(each)
        old = visitor(request).secret
        if old:
            known.end(old)
        secret = known.begin(account.name, now)
        known.note(account.name, "sign-in", "", now)
    answer = elsewhere(_own(vers))
    answer.set_cookie(
        cookie_name(here), secret, max_age=SESSION // 1000, path="/", secure=here.secure, httponly=True, samesite="lax"
    )
    return answer


@router.post("/deconnexion")
def leave(request: Request, seal: Text = "") -> RedirectResponse:
    """Sign out, here and on the server."""
    demand_own_form(request, seal)
    here, who = served(request), visitor(request)
    if who.account:
        with people(request) as known:
            known.end(who.secret)
            known.note(who.account.name, "sign-out", "", here.now())
    answer = elsewhere("/")
    answer.delete_cookie(cookie_name(here), path="/", secure=here.secure, httponly=True, samesite="lax")
    return answer


@router.get("/compte")
def account(request: Request) -> Response:
    """Who is signed in, what that allows, and the way out."""
    who = visitor(request)
    if who.account is None:
        raise Refused(known=False)
    return page(request, "account.html", roles=sorted(who.account.roles))


def _own(path: str) -> str:
    """A path of ours; anything else is the home page: nobody is sent to a stranger from here."""
    return path if OWN_PATH.fullmatch(path) else "/"
