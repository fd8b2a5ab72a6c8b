"""The instruction of initiatives behind a login: every form from the first answer to the evaluation, and its refusals.

What a form says goes through dashboards.registry, as what `tepos initiative act` says: same checks, same facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from config.language import _
from dashboards.accounts.roles import May
from dashboards.initiative_forms import HASH, Form, explained, forms, said_by, with_values
from dashboards.initiative_words import action_word, state_word
from dashboards.initiatives import one
from dashboards.web.pages import elsewhere, page
from dashboards.web.registry import words_of_registry
from dashboards.web.visitors import Refused, actor, people, reader, registry, served, visitor
from models.territory.initiatives.fold import Refused as Impossible
from models.territory.initiatives.words import Action, Role

router = APIRouter(prefix="/initiatives/instruction", include_in_schema=False)
MOST_FIELDS, LONGEST_FIELD = 60, 32 * 1024
"""Of a form, in bytes."""
PIECE = 1 << 20

Given = Mapping[str, Sequence[str]]


@router.get("")
def instruction(request: Request) -> HTMLResponse:
    """All of them for the services, drafts too."""
    reader(request, May.SEE_REGISTRY)
    here = served(request)
    with registry(request) as known:
        every = [one(known, each.id, here.now(), here.tz) for each in known.all()]
    return page(request, "instruction.html", every=every, **words_of_registry())


@router.get("/{number}")
def instruct_one(request: Request, number: str, fait: str = "") -> HTMLResponse:
    """One, with who carries it and a form for all that may be done now. `fait` is what has just been done."""
    reader(request, May.SEE_REGISTRY)
    done = action_word(Action(fait)) if fait in set(Action) else None
    return _page(request, number, done=done)


@router.post("/{number}")
async def act(request: Request, number: str) -> Response:
    """Do what a form says. Who may not is refused before anything of the form is read."""
    who = visitor(request)
    if who.account is None or who.scope is not None or not who.may(May.INSTRUCT):
        raise Refused(known=who.account is not None)
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD) as form:
        document = await _fingerprint(form.get("document"))
        given = {name: [each for each in form.getlist(name) if isinstance(each, str)] for name in form}
    return await run_in_threadpool(_act, request, number, given, document)


def _act(request: Request, number: str, given: Given, document: str | None) -> Response:
    account = actor(request, May.INSTRUCT, _first(given, "seal"))
    here = served(request)
    try:
        action, role = Action(_first(given, "action")), Role(_first(given, "role"))
    except ValueError:
        raise HTTPException(404) from None
    with registry(request) as known:
        try:
            initiative = known.one(number)
        except ValueError:
            raise HTTPException(404) from None
        form = next((each for each in forms(initiative, known.texts([initiative])) if each.action is action), None)
        if form is None or role not in form.roles:
            fault = _("“{action}” is not possible any more: the initiative is now “{state}”.")
            told = fault.format(action=action_word(action), state=state_word(initiative.state))
            return _page(request, number, status=409, fault=told)
        try:
            known.act(number, action, role, said_by(form, role, given, document), here.now(), here.now())
        except ValueError as error:
            sent = {**given, HASH: [document]} if document else given
            field, told = explained(form, str(error))
            status = 409 if isinstance(error, Impossible) else 422
            return _page(
                request, number, status, fault=told, field=field, wrong=with_values(form, sent), role=role.value
            )
    with people(request) as known_people:
        known_people.note(account.name, f"initiative {action.value}", number, here.now())
    return elsewhere(f"/initiatives/instruction/{number}?fait={action.value}")


def _page(request: Request, number: str, status: int = 200, **told: Any) -> HTMLResponse:  # noqa: ANN401
    here = served(request)
    wrong: Form | None = told.get("wrong")
    try:
        with registry(request) as known:
            view = one(known, number, here.now(), here.tz, "instruction")
            initiative = known.one(number)
            possible = forms(initiative, known.texts([initiative]))
    except ValueError:
        raise HTTPException(404) from None
    shown = [wrong if wrong and wrong.action is each.action else each for each in possible]
    content = {"fault": None, "field": None, "wrong": None, "role": None, "done": None} | told
    public = view["holder_view"]["public"]
    return page(
        request, "instruct.html", status, view=view, public=public, forms=shown, **content, **words_of_registry()
    )


async def _fingerprint(sent: object) -> str | None:
    """The SHA-256 of a file that was sent, read piece by piece and kept nowhere; None when there is none."""
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    made = hashlib.sha256()
    while piece := await sent.read(PIECE):
        made.update(piece)
    return made.hexdigest()


def _first(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "")
