"""tepos learnt: what the models have learnt, what they find odd, and what they ask a person."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import typer

from config.kwh import ExpectedBasis
from config.language import _
from config.shape import nearest
from config.town import Town
from scripts.console import ABSENT, DONE, NOT_SO, WRONG, document, err, out, say, simulated_notice, stop, table
from scripts.moments import iso, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import Provenance, provenance

Document = dict[str, Any]
NEWEST = 2**62
DAY = 86_400_000
"""ms"""

app = typer.Typer(invoke_without_command=True)
InverterOption = Annotated[str | None, typer.Option("--inverter", metavar="SITE/INV", help=_("This inverter only."))]
AllOption = Annotated[bool, typer.Option("--all", metavar="", help=_("Also what the readings could not decide."))]


@app.callback()
def learnt(
    context: typer.Context,
    day: Annotated[
        str | None, typer.Option("--day", metavar="DATE", help=_("As it was after that day; by default the newest."))
    ] = None,
    inverter: InverterOption = None,
    everything: AllOption = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was learnt; works while jobs run."""
    if context.invoked_subcommand is not None:
        return
    place = workplace(data, town)
    loaded = place.load_town()
    _refuse_unknown(loaded, inverter)
    at, content = _content(place, loaded, inverter, _end_of(day, loaded))
    simulated = provenance(place.data) is Provenance.SIMULATED
    until = None if at is None else iso(at, zone(loaded.place.tz))
    if as_json:
        document({"simulated": simulated, "closed_until": until, **content})
        return
    if simulated:
        say(simulated_notice(), "bold yellow")
    if until is None:
        say(_("No day is closed yet: nothing has been learnt."))
    else:
        say(_("Learnt from the days until {moment}.").format(moment=until))
        _show(content)
    _show_checks(content["inverters"], everything=everything)
    options = [*(("--town", town) if town else ()), *(("--data", data) if data else ())]
    _show_questions(content["questions"], [str(word) for word in options])


@app.command("confirm", help=_("Answer a scale that asks: it is the plant as it stands, not a loss."))
def confirm(
    inverter: Annotated[str, typer.Argument(metavar="SITE/INV", help=_("The inverter whose scale asks."))],
    by: Annotated[
        str,
        typer.Option("--by", metavar="WHO", help=_('Who says so, by role ("services techniques"): no name needed.')),
    ],
    basis: Annotated[
        ExpectedBasis | None, typer.Option("--basis", metavar="B", help=_("Only the scale of this expectation."))
    ] = None,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the answer down. It holds from the first day that is not closed yet until a part is replaced."""
    from collector.ledger import Ledger
    from collector.ledger_file import LEDGER
    from dashboards.learnt_words import basis_word
    from scripts.jobs.answers import KIND

    place = workplace(data, town)
    loaded = place.load_town()
    _refuse_unknown(loaded, inverter)
    who = by.strip()
    if not who:
        stop(WRONG, _("--by is empty: say in which role you answer."))
    at, content = _content(place, loaded, inverter, NEWEST)
    asked = [each for each in content["questions"] if basis is None or each["basis"] == basis]
    if at is None or not asked:
        stop(NOT_SO, _("{inverter}: no scale asks for an answer.").format(inverter=inverter))
    with Ledger(place.data / LEDGER) as ledger:
        for each in asked:
            told = {name: each[name] for name in ("basis", "value", "low", "high")}
            ledger.append(KIND, inverter, at, told, who, utc_ms())
    since = iso(at, zone(loaded.place.tz))
    if as_json:
        document({"inverter": inverter, "from": since, "by": who, "confirmed": asked})
        return
    for each in asked:
        sentence = _("{inverter} ({basis}): the scale {scale} is applied to the days from {moment} on.")
        words = {"inverter": inverter, "basis": basis_word(each["basis"]), "scale": f"{each['value']:.3f}"}
        say(sentence.format(**words, moment=since))


@app.command("check", help=_("Hold capacity, tilt, azimuth and clock against the stored readings, now."))
def check(
    days: Annotated[int, typer.Option("--days", min=14, max=400, help=_("So many days of readings."))] = 60,
    inverter: InverterOption = None,
    everything: AllOption = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration against the readings, and keep what is found. Exit 1 when a figure is off."""
    from rich.progress import track

    from dashboards.learnt import array_keys, metadata
    from models.calendar import quarter_of
    from scripts.jobs.learnt import checker_of
    from scripts.jobs.registry import opened

    place = workplace(data, town)
    loaded = place.load_town()
    _refuse_unknown(loaded, inverter)
    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))
    found: list[Document] = []
    with opened(place, loaded) as work:
        checker, keys = checker_of(work), array_keys(loaded)
        paths = [path for path in checker.inverters if inverter in (None, path)]
        newest = [sample.time for device, sample in work.store.last().items() if device in checker.inverters]
        if not newest:
            stop(NOT_SO, _("There are no readings of inverters yet."))
        end = quarter_of(max(newest))
        turns = checker.check(paths, end, days * DAY)
        for path, told in track(turns, "", len(paths), console=err, transient=True, disable=not err.is_terminal):
            found.append({"inverter": path, "metadata": metadata(told, keys, work.tz)})
    off = any(each["verdict"] == "off" for one in found for each in one["metadata"]["figures"])
    simulated = provenance(place.data) is Provenance.SIMULATED
    if as_json:
        until = iso(end, zone(loaded.place.tz))
        document({"simulated": simulated, "until": until, "days": days, "inverters": found})
    else:
        if simulated:
            say(simulated_notice(), "bold yellow")
        _show_checks(found, everything=everything)
        if not off:
            say(_("Nothing contradicts the configuration; inverters checked: {n}.").format(n=len(found)))
    raise typer.Exit(NOT_SO if off else DONE)


def _content(place: Workplace, town: Town, inverter: str | None, at: int) -> tuple[int | None, Document]:
    """See scripts.jobs.learnt; of one inverter (and its site) only, when it is named."""
    from scripts.jobs.learnt import learnt_until, nothing_learnt
    from scripts.jobs.registry import opened

    known, content = None, nothing_learnt(town)
    if place.store_is_made:
        with opened(place, town, make=False) as work:
            known, content = learnt_until(work, town, at)
    if inverter is not None:
        mine = {inverter, inverter.split("/")[0]}
        content = {
            part: [row for row in rows if {row.get("inverter"), row.get("site")} & mine]
            for part, rows in content.items()
        }
    return known, content


def _show(content: Document) -> None:
    from dashboards.learnt_words import basis_word, drift_words, loss_words, scale_words, state_word

    heads = (_("inverter"), _("judged by"), _("scale of"), _("scale"), _("days"), _("state"), _("energy missing"))
    rows = []
    for each in content["inverters"]:
        scales = [
            (basis_word(one["basis"]), scale_words(one), str(one["days"]), state_word(one["state"]))
            for one in each["scales"]
        ]
        losses = "\n".join(map(loss_words, each["losses"])) or ABSENT
        first, *others = scales or [(ABSENT,) * 4]
        rows.append((each["inverter"], basis_word(each["basis"]), *first, losses))
        rows += [("", "", *other, "") for other in others]
    out.print(table("", heads, rows, right=(4,), fold=(5, 6)))
    if not content["sites"]:
        return
    columns = (_("site"), _("meter / inverters"), _("days"), _("drift"))
    sites = [
        (
            each["site"],
            scale_words({"value": each["meter_per_inverters"], **each}) if each["meter_per_inverters"] else ABSENT,
            str(each["days"]),
            drift_words(each["drift"]) or ABSENT,
        )
        for each in content["sites"]
    ]
    out.print(table("", columns, sites, right=(2,)))


def _show_checks(inverters: Iterable[Document], *, everything: bool) -> None:
    from dashboards.learnt_words import contradictions, undecided

    for each in inverters:
        if each["metadata"] is None:
            continue
        for sentence, remedy in contradictions(each["inverter"], each["metadata"]):
            say(sentence, "bold red")
            say(f"  → {remedy}")
        if everything and (doubt := undecided(each["inverter"], each["metadata"])):
            say(doubt)


def _show_questions(questions: Iterable[Document], options: Iterable[str]) -> None:
    from dashboards.learnt_words import question

    for asked in questions:
        say(question(asked), "bold")
        command = ["tepos", "learnt", "confirm", asked["inverter"], "--basis", asked["basis"], *options]
        say(f'  {shlex.join(command)} --by "services techniques"')


def _refuse_unknown(town: Town, inverter: str | None) -> None:
    known = [f"{site.id}/{each.id}" for site in town.sites for each in site.inverters]
    if inverter is not None and inverter not in known:
        told = _("the town has no inverter {name}; {remedy}")
        stop(WRONG, told.format(name=inverter, remedy=nearest(inverter, known)))


def _end_of(day: str | None, town: Town) -> int:
    from models.calendar import day_bounds

    if day is None:
        return NEWEST
    try:
        return day_bounds(date.fromisoformat(day), zone(town.place.tz))[1]
    except ValueError:
        stop(WRONG, _("{text} is no date; write 2026-11-22.").format(text=repr(day)))
