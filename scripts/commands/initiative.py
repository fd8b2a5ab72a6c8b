"""tepos initiative: the registry of the town's fifty-fifty, from an idea to its evaluation."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from config.language import _
from models.territory.initiatives.words import Action, HolderKind, Lever, Role, State, Theme, Through
from scripts.commands import initiative_files
from scripts.console import ABSENT, WRONG, document, out, say, stop, table
from scripts.moments import utc_ms
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.registers import refuse, registers, simulated, year_of, zone_of

app = typer.Typer(no_args_is_help=True)
Number = Annotated[str, typer.Argument(metavar="NUMBER", help=_("Of the initiative, as FF-2026-007."))]
RoleOption = Annotated[Role, typer.Option("--role", help=_("As whom this is done."))]


class View(StrEnum):
    """Who looks."""

    PUBLIC = "public"
    HOLDER = "holder"
    INSTRUCTION = "instruction"
    LEGAL = "legal"


@app.command("add", help=_("File an initiative; --submit asks the town at once."))
def add(
    title: Annotated[str, typer.Option("--title", help=_("Its title, as it was typed."))],
    summary: Annotated[str, typer.Option("--summary", help=_("What it is about."))],
    holder: Annotated[HolderKind, typer.Option("--holder", help=_("Who carries it."))],
    name: Annotated[
        str | None, typer.Option("--name", help=_("Name of the holder; kept apart, can be erased."))
    ] = None,
    contact: Annotated[str | None, typer.Option("--contact", help=_("How to reach the holder."))] = None,
    address: Annotated[str | None, typer.Option("--address", help=_("Address of the holder; never public."))] = None,
    minor: Annotated[bool, typer.Option("--minor", metavar="", help=_("The holder is a minor."))] = False,
    through: Annotated[Through | None, typer.Option("--through", help=_("Who answers for a minor."))] = None,
    answers: Annotated[str | None, typer.Option("--answers", metavar="NAME", help=_("Name of who answers."))] = None,
    theme: Annotated[Theme | None, typer.Option("--theme", help=_("What it is about, in a word."))] = None,
    lever: Annotated[list[Lever] | None, typer.Option("--lever", help=_("How it moves the balance."))] = None,
    place: Annotated[
        str | None, typer.Option("--place", help=_("Quarter or municipal building, never a home."))
    ] = None,
    role: RoleOption = Role.AGENT,
    submit: Annotated[bool, typer.Option("--submit", metavar="", help=_("Submit it at once."))] = False,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """File an initiative. Names and texts lie apart from the journal, under a reference, so that they can be erased."""
    from dashboards.registry import Registry

    where = workplace(data, town)
    now = utc_ms()
    said: dict[str, Any] = {
        "title": title, "summary": summary, "holder_kind": holder.value, "theme": theme and theme.value,
        "place": place, "levers": [each.value for each in lever or ()], "minor": minor or None,
        "through": through and through.value,
    }  # fmt: skip
    with registers(where, make=True) as kept:
        registry = Registry(kept.ledger, kept.people)
        try:
            who = {"name": name, "contact": contact, "address": address}
            done = registry.file(said, role, now, now, year_of(where, now), _some(who), _some({"name": answers}))
            if submit:
                done = registry.act(done.initiative.id, Action.SUBMIT, role, {}, now, now)
        except ValueError as error:
            refuse(error)
        _tell_done(where, registry, done.initiative.id, done.fact, as_json=as_json)


@app.command("act", help=_("Do something with an initiative: submit, admit, grant, sign, realise …"))
def act(
    number: Number,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help=_("What is done."))],
    role: RoleOption,
    words: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=_("What the action says; may be repeated."))
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help=_("Why."))] = None,
    document_file: Annotated[
        str | None,
        typer.Option("--document", metavar="FILE", help=_("A document (only its hash is kept), or its hash.")),
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=_("On which day."))] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="PERSON", help=_("Reference of who acts, person:…"))] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """One step of an initiative. What is not possible now, or not in this role, is refused with the reason."""
    from dashboards.registry import Registry

    where = workplace(data, town)
    said: dict[str, Any] = dict(_pair(each) for each in words or ())
    said |= _some({"reason": reason, "on": on, "document": _hash(document_file)}) or {}
    now = utc_ms()
    with registers(where, make=True) as kept:
        registry = Registry(kept.ledger, kept.people)
        try:
            done = registry.act(number, action, role, said, now, now, by)
        except ValueError as error:
            refuse(error)
        _tell_done(where, registry, number, done.fact, as_json=as_json)


@app.command("list", help=_("The public register: who waits for an answer, and for how long."))
def list_initiatives(
    state: Annotated[list[State] | None, typer.Option("--state", help=_("Only these states."))] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the register as everybody may see it. Drafts are their holders' own."""
    from dashboards.initiative_words import holder_word, state_word
    from dashboards.initiatives import register
    from dashboards.registry import Registry

    where = workplace(data, town)
    invented = simulated(where)
    with registers(where, make=False) as kept:
        found = register(Registry(kept.ledger, kept.people), utc_ms(), zone_of(where), state or ())
    if as_json:
        document({"simulated": invented, **found})
        return
    heads = (_("initiative"), _("state"), _("days"), _("holder"), _("title"))
    rows = [
        (each["id"], state_word(State(each["state"])), str(each["days_in_state"]),
         each["holder_name"] or holder_word(HolderKind(each["holder_kind"])), each["title"] or _("[erased]"))
        for each in found["initiatives"]
    ]  # fmt: skip
    if not rows:
        say(_("No initiative here yet."))
        return
    out.print(table("", heads, rows, right=(2,), fold=(3, 4)))
    if waiting := found["waiting"]:
        told = _("Waiting for an answer of the town: {n}; the longest for {days} days.")
        say(told.format(n=len(waiting), days=waiting[0]["days"]))


@app.command("show", help=_("One initiative; by default what everybody may see."))
def show(
    number: Number,
    view: Annotated[View, typer.Option("--view", help=_("For whom."))] = View.PUBLIC,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one initiative."""
    from dashboards.initiatives import one
    from dashboards.registry import Registry

    where = workplace(data, town)
    invented = simulated(where)
    with registers(where, make=False) as kept:
        try:
            found = one(Registry(kept.ledger, kept.people), number, utc_ms(), zone_of(where), view.value)
        except ValueError as error:
            refuse(error)
    if as_json:
        document({"simulated": invented, "view": view.value, **found})
        return
    _show(found)


@app.command("effects", help=_("What the declared effects count for in a year, each once, and what is left out."))
def effects(
    year: Annotated[int | None, typer.Option("--year", min=1990, max=2100, help=_("Default: this year."))] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Savings by lever and perimeter. Production is not among them: it is measured, and counted there."""
    from dashboards.initiative_words import lever_word
    from dashboards.initiatives import effects as told
    from dashboards.registry import Registry

    where = workplace(data, town)
    with registers(where, make=False) as kept:
        found = told(Registry(kept.ledger, kept.people).all(), year or year_of(where, utc_ms()))
    if as_json:
        document({"simulated": simulated(where), **found})
        return
    heads = (_("perimeter"), _("lever"), _("kWh"), _("low"), _("high"))
    rows = [
        (
            each["perimeter"],
            lever_word(Lever(each["lever"])),
            *(f"{each[key]:.0f}" for key in ("kwh", "low_kwh", "high_kwh")),
        )
        for each in found["savings"]
    ]
    out.print(table(_("Savings declared for {year}").format(year=found["year"]), heads, rows, right=(2, 3, 4)))
    if found["left_out"]:
        say(_("Shown and not summed: {n} (see --json).").format(n=len(found["left_out"])))


@app.command("lapse", help=_("Close what nobody went on with for too long; the scheduled job does it each day."))
def lapse(data: DataOption = None, town: TownOption = None, as_json: JsonOption = False) -> None:
    """Let lapse what has been too long in a state that waits for its holders."""
    from dashboards.registry import Registry

    where = workplace(data, town)
    with registers(where, make=True) as kept:
        gone = Registry(kept.ledger, kept.people).lapse(utc_ms())
    if as_json:
        document({"lapsed": gone})
        return
    say(_("Lapsed: {n}. {names}").format(n=len(gone), names=", ".join(gone)))


app.command("export", help=_("The public register as CSV, XLSX or JSON, or in the schema of ecological projects."))(
    initiative_files.export
)
app.command("import", help=_("Projects of another platform, in the schema projets-transition-ecologique."))(
    initiative_files.import_projects
)
app.command("verify", help=_("Is the journal whole? Finds the broken link; --head compares with one that was kept."))(
    initiative_files.verify
)


def _hash(said: str | None) -> str | None:
    """Of a document: given as it is, or as a file."""
    if said is None or not Path(said).is_file():
        return said
    with Path(said).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        stop(WRONG, _("--set {text}: write NAME=VALUE").format(text=word))
    return name.strip(), value


def _some(said: dict[str, Any]) -> dict[str, Any] | None:
    return {name: value for name, value in said.items() if value is not None} or None


def _tell_done(place: Workplace, registry: Any, number: str, fact: int, *, as_json: bool) -> None:  # noqa: ANN401
    from dashboards.initiative_words import state_word
    from dashboards.initiatives import one

    found = one(registry, number, utc_ms(), zone_of(place))
    if as_json:
        document({"simulated": simulated(place), "fact": fact, "head": str(registry.ledger.head()), **found})
        return
    say(_("{id}: {state} (fact {fact})").format(id=number, state=state_word(State(found["state"])), fact=fact))


def _show(found: dict[str, Any], indent: str = "") -> None:
    """Every field on its line, whatever the view; what is missing is a dash."""
    for name, value in found.items():
        match value:
            case dict():
                say(f"{indent}{name}:")
                _show(value, f"{indent}  ")
            case list() if value and isinstance(value[0], dict):
                say(f"{indent}{name}:")
                for each in value:
                    say(f"{indent}  - " + ", ".join(f"{key} {one}" for key, one in each.items() if one is not None))
            case list():
                say(f"{indent}{name}: {', '.join(map(str, value)) or ABSENT}")
            case None:
                say(f"{indent}{name}: {ABSENT}")
            case _other:
                say(f"{indent}{name}: {value}")
