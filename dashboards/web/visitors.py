"""Who asks: nobody we know, an account by its session, or a program by its token. And what they may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

from collector.ledger import Ledger
from collector.people import People as Kept
from config.language import _
from dashboards.accounts.database import Database
from dashboards.accounts.people import Account, People
from dashboards.accounts.roles import May
from dashboards.accounts.seals import holds, seal
from dashboards.registry import Registry
from dashboards.web.served import Served

BEARER = "bearer "


class Refused(Exception):
    """The visitor may not. `known`: we know who it is, so that signing in again would not help."""

    def __init__(self, *, known: bool) -> None:
        self.known = known
        super().__init__(_("you may not see this") if known else _("sign in first"))


class Foreign(Exception):
    """A form that did not come from a page of ours, or came too late."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `secret` is that of the session, "" without one."""

    account: Account | None
    secret: str
    scope: May | None = None
    """Of a token: it may this, and read only."""

    def may(self, what: May) -> bool:
        """Whether it is allowed."""
        if self.scope is not None:
            return self.scope is what
        return self.account is not None and self.account.may(what)


def served(request: Request) -> Served:
    """The town that this application serves."""
    here: Served = request.app.state.served
    return here


@contextmanager
def people(request: Request) -> Iterator[People]:
    """The accounts, for one answer."""
    with Database(served(request).accounts) as database:
        yield People(database)


@contextmanager
def registry(request: Request) -> Iterator[Registry]:
    """The register of initiatives, for one answer. Who only reads makes no file."""
    here = served(request)
    writes = request.method == "POST"
    ledger = here.ledger if writes or here.ledger.exists() else None
    kept = here.people if writes or here.people.exists() else None
    with Ledger(ledger) as facts, Kept(kept) as texts:
        yield Registry(facts, texts)


def cookie_name(here: Served) -> str:
    """``__Host-`` binds it to this host and to TLS, which plain loopback does not have."""
    return "__Host-tepos" if here.secure else "tepos"


def visitor(request: Request) -> Visitor:
    """Who asks, looked up once for each request."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        known = request.state.visitor = _visitor(request)
    return known


def _visitor(request: Request) -> Visitor:
    here = served(request)
    secret = request.cookies.get(cookie_name(here), "")
    given = request.headers.get("authorization", "")
    token = given[len(BEARER) :] if given.lower().startswith(BEARER) else ""
    if not (secret or token) or not here.accounts.exists():
        return Visitor(None, "")
    with people(request) as known:
        if token:
            found = known.of_token(token, here.now())
            account = next((each for each in known.all() if found and each.name == found.account), None)
            return Visitor(account, "", found.scope) if found else Visitor(None, "")
        account = known.of_session(secret, here.now())
        return Visitor(account, secret) if account else Visitor(None, "")


def reader(request: Request, what: May) -> Visitor:
    """The visitor, who may read this. A simulated town has nothing to hide: everybody may. Else Refused."""
    who = visitor(request)
    if not who.may(what) and not (served(request).simulated and request.method == "GET"):
        raise Refused(known=who.account is not None)
    return who


def actor(request: Request, what: May, given: str) -> Account:
    """The account that may do this, with a form of ours. Refused or Foreign."""
    who = visitor(request)
    if who.account is None or who.scope is not None or not who.may(what):
        raise Refused(known=who.account is not None)
    demand_own_form(request, given)
    return who.account


def sealed(request: Request) -> str:
    """The seal for the forms of this visitor."""
    with people(request) as known:
        return seal(known.database.key(), visitor(request).secret, served(request).now())


def demand_own_form(request: Request, given: str) -> None:
    """Foreign, unless a page of ours made this form for this visitor: its seal, and where the browser says it was."""
    here = served(request)
    origin = request.headers.get("origin") or request.headers.get("referer") or ""
    hosts = {request.headers.get("host", "")}
    if here.public_url:
        hosts.add(urlsplit(here.public_url).netloc)
    if urlsplit(origin).netloc not in hosts - {""}:
        raise Foreign
    with people(request) as known:
        if not holds(given, known.database.key(), visitor(request).secret, here.now()):
            raise Foreign
