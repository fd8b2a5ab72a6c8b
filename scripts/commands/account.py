"""tepos account: who may sign in on the page, as what; and keys for programs."""

from __future__ import annotations

import secrets
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from config.language import _
from dashboards.accounts.roles import May, Role
from scripts.console import NOT_SO, WRONG, document, out, say, stop, table
from scripts.moments import iso, utc_ms, zone
from scripts.options import DataOption, JsonOption, workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dashboards.accounts.people import People

app = typer.Typer(no_args_is_help=True)
LINES = 50

Name = Annotated[str, typer.Argument(metavar="NAME", help=_("A desk, as services-techniques; not a person."))]


@app.command("add", help=_("Make an account, or give one new roles and a new password."))
def add(
    name: Name,
    role: Annotated[list[Role], typer.Option("--role", help=_("May be given again."))],
    data: DataOption = None,
) -> None:
    """The password is asked for; where nobody types it is read from stdin, and an empty line makes one."""
    asking = sys.stdin.isatty()
    password = typer.prompt(_("password"), hide_input=True) if asking else sys.stdin.readline().rstrip("\n")
    made = password or secrets.token_urlsafe(15)
    with _people(data) as people:
        try:
            people.add(name, role, made, utc_ms())
        except ValueError as error:
            stop(WRONG, str(error))
        people.note("tepos account", "account made", name, utc_ms())
    say(_("{name} may sign in as {roles}.").format(name=name, roles=", ".join(role)))
    if not password:
        say(_("Its password, shown once: {password}").format(password=made))


@app.command("list", help=_("Accounts with their roles, tokens with their scope, and what was done lately."))
def list_accounts(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Shows no secret: nobody has them."""
    with _people(data) as people:
        accounts, tokens, trail = people.all(), people.tokens(), people.trail(LINES)
    told = {
        "accounts": [{"name": each.name, "roles": sorted(each.roles)} for each in accounts],
        "tokens": [
            {"id": each.id, "account": each.account, "scope": each.scope, "until": iso(each.until, zone(None))}
            for each in tokens
        ],
        "trail": [
            {"at": iso(at, zone(None)), "who": who, "what": what, "about": about} for at, who, what, about in trail
        ],
    }
    if as_json:
        document(told)
        return
    out.print(table("", (_("account"), _("roles")), [(a.name, ", ".join(sorted(a.roles))) for a in accounts]))
    if tokens:
        heads = (_("token"), _("account"), _("scope"), _("until"))
        rows = [(str(t.id), t.account, t.scope.value, iso(t.until, zone(None))) for t in tokens]
        out.print(table("", heads, rows))


@app.command("remove", help=_("Remove an account, with its sessions and tokens."))
def remove(name: Name, data: DataOption = None) -> None:
    """From now on."""
    with _people(data) as people:
        if not people.remove(name):
            stop(NOT_SO, _("there is no account {name}").format(name=repr(name)))
        people.note("tepos account", "account removed", name, utc_ms())


@app.command("token", help=_("A key for a program: it reads what its scope allows, and writes nothing."))
def token(
    name: Name,
    scope: Annotated[May, typer.Option("--scope", help=_("What it may read."))] = May.SEE_OPERATIONS,
    days: Annotated[int, typer.Option(min=1, max=730, metavar="N", help=_("Days until it ends."))] = 365,
    revoke: Annotated[int | None, typer.Option("--revoke", metavar="ID", help=_("End this token instead."))] = None,
    data: DataOption = None,
) -> None:
    """Shown once."""
    with _people(data) as people:
        if revoke is not None:
            if not people.revoke(revoke):
                stop(NOT_SO, _("there is no token {id}").format(id=revoke))
            people.note("tepos account", "token ended", str(revoke), utc_ms())
            return
        try:
            secret = people.grant(name, scope, utc_ms(), days)
        except ValueError as error:
            stop(WRONG, str(error))
        people.note("tepos account", "token made", name, utc_ms())
    say(_("The token, shown once: {token}").format(token=secret))


@contextmanager
def _people(data: Path | None) -> Iterator[People]:
    from dashboards.accounts.database import ACCOUNTS, Database
    from dashboards.accounts.people import People

    with Database(workplace(data).data / ACCOUNTS) as database:
        yield People(database)
