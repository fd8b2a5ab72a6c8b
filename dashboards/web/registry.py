"""The register of initiatives: everybody reads it, everybody may bring an idea, the town's services instruct it.

An idea is a draft until its link is followed; without mail a person of the town submits it. Nothing of it is public
before.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from config.language import _
from dashboards import initiative_words
from dashboards.accounts.attempts import Attempts
from dashboards.initiatives import one, register
from dashboards.web.pages import elsewhere, link, page
from dashboards.web.visitors import demand_own_form, people, registry, served
from models.territory.initiatives.words import (
    Action,
    Carrier,
    Confidence,
    HolderKind,
    Lever,
    Method,
    Perimeter,
    Renewal,
    Role,
    State,
    Theme,
)

log = logging.getLogger(__name__)
router = APIRouter(prefix="/initiatives", include_in_schema=False)
FREE, FIRST, LONGEST = 5, 600_000, 86_400_000
"""Ideas from one address that may come at once; then ten minutes, twice as long each time, a day at most."""

Line = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=4000)]


@router.get("")
def public_register(request: Request) -> HTMLResponse:
    """Everything that was submitted, and how long each waits."""
    here = served(request)
    with registry(request) as known:
        content = register(known, here.now(), here.tz)
    return page(request, "initiatives.html", register=content, **words_of_registry())


@router.get("/idee")
def idea(request: Request) -> HTMLResponse:
    """The form for an idea."""
    said = dict.fromkeys(("title", "summary", "theme", "holder_kind", "contact"), "")
    return page(request, "idea.html", said=said, fault=None, **words_of_registry())


@router.post("/idee")
def bring(
    request: Request,
    seal: Line = "",
    title: Line = "",
    summary: Long = "",
    theme: Line = "",
    holder_kind: Line = "citizen",
    contact: Line = "",
    site: Line = "",
) -> Response:
    """Keep an idea as a draft, and send the link that submits it. `site` is a field that no person sees."""
    demand_own_form(request, seal)
    here = served(request)
    said = {"title": title, "summary": summary, "theme": theme, "holder_kind": holder_kind, "contact": contact}
    if site:
        return page(request, "idea_kept.html", mailed=False, number=None)
    address = request.client.host if request.client else "?"
    with people(request) as known:
        wait = Attempts(known.database, FREE, FIRST, LONGEST).wait(f"idea:{address}", here.now())
    if wait:
        fault = _("Several ideas came from here already: wait {n} min, or bring them to the town hall.")
        told = fault.format(n=-(-wait // 60_000))
        full = page(request, "idea.html", 429, said=said, fault=told, **words_of_registry())
        full.headers["Retry-After"] = str(-(-wait // 1000))
        return full
    filed = {"title": title, "summary": summary, "theme": theme or None, "holder_kind": holder_kind}
    year = datetime.fromtimestamp(here.now() // 1000, here.tz).year
    try:
        with registry(request) as drafts:
            done = drafts.file(
                {name: value for name, value in filed.items() if value}, Role.HOLDER, here.now(), here.now(), year,
                holder={"contact": contact} if contact.strip() else None,
            )  # fmt: skip
    except ValueError as error:
        return page(request, "idea.html", 422, said=said, fault=str(error), **words_of_registry())
    mailed = _mail(request, done.initiative.id, contact.strip())
    return page(request, "idea_kept.html", mailed=mailed, number=done.initiative.id)


@router.get("/confirmer")
def confirm(request: Request, n: str = "", c: str = "") -> HTMLResponse:
    """The link of the letter: a button, so that no mail program submits by looking."""
    return page(request, "confirm.html", number=n, mark=c, good=_marked(request, n, c))


@router.post("/confirmer")
def submit(request: Request, seal: Line = "", n: Line = "", c: Line = "") -> Response:
    """The idea is submitted: from now on it stands in the register."""
    demand_own_form(request, seal)
    if not _marked(request, n, c):
        raise HTTPException(404)
    here = served(request)
    try:
        with registry(request) as drafts:
            if any(step.action is Action.SUBMIT for step in drafts.one(n).way):
                return elsewhere(f"/initiatives/{n}")  # the link was followed twice
            drafts.act(n, Action.SUBMIT, Role.HOLDER, {}, here.now(), here.now())
    except ValueError as error:
        raise HTTPException(409, str(error)) from None
    return elsewhere(f"/initiatives/{n}")


@router.get("/{number}")
def public_one(request: Request, number: str) -> HTMLResponse:
    """One, as everybody may see it. A draft is nobody's business."""
    here = served(request)
    try:
        with registry(request) as known:
            view = one(known, number, here.now(), here.tz)
    except ValueError:
        raise HTTPException(404) from None
    if not any(step["action"] == Action.SUBMIT for step in view["way"]):
        raise HTTPException(404)
    return page(request, "initiative.html", view=view, **words_of_registry())


def _mark(request: Request, number: str) -> str:
    with people(request) as known:
        return hmac.new(known.database.key(), f"idea {number}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[
            :32
        ]


def _marked(request: Request, number: str, mark: str) -> bool:
    return hmac.compare_digest(mark.encode("utf-8", "replace"), _mark(request, number).encode())


def _mail(request: Request, number: str, contact: str) -> bool:
    """Whether the letter left; a town hall calls those whom it cannot write to."""
    here = served(request)
    if here.send is None or "@" not in contact:
        return False
    base = here.public_url or str(request.base_url).rstrip("/")
    address = f"{base}{link('/initiatives/confirmer')}?n={number}&c={_mark(request, number)}"
    text = _("You have brought an idea to the town. Follow this link to submit it: {link}").format(link=address)
    try:
        here.send(contact, _("Your idea for the town: please confirm"), text)
    except Exception:
        log.warning("the letter about %s could not be sent", number)
        return False
    return True


def words_of_registry() -> dict[str, Any]:
    """What every page about initiatives needs to speak."""
    return {
        "said_words": initiative_words,
        "State": State,
        "Action": Action,
        "Role": Role,
        "HolderKind": HolderKind,
        "Lever": Lever,
        "Theme": Theme,
        "Carrier": Carrier,
        "Perimeter": Perimeter,
        "Method": Method,
        "Confidence": Confidence,
        "Renewal": Renewal,
    }
