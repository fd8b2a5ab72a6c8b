"""tepos works: planned outages, visits, parts replaced, as dated facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.language import _
from config.works import Kind
from scripts.console import ABSENT, NOT_SO, WRONG, document, out, say, simulated_notice, stop, table
from scripts.moments import iso, spoken, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import Provenance, provenance

if TYPE_CHECKING:
    from config.town import Town
    from models.pv.alerts.works import Work

Document = dict[str, Any]

app = typer.Typer(no_args_is_help=True)
ByOption = Annotated[
    str, typer.Option("--by", metavar="WHO", help=_('Who says so, by role ("services techniques"): no name needed.'))
]
MomentHelp = _("2026-11-22, or 2026-11-22T14:00 in the town's time.")


@app.command("add", help=_("Declare an outage, or write down what was done."))
def add(
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help=_("outage, visit, replacement, cleaning, tree, warranty"))
    ],
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help=_("SITE, SITE/INV, or town."))],
    by: ByOption,
    since: Annotated[str | None, typer.Option("--from", metavar="MOMENT", help=MomentHelp)] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="MOMENT", help=MomentHelp)] = None,
    who: Annotated[str, typer.Option("--who", metavar="WHO", help=_("Who does it, by role or firm."))] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help=_("What, and why."))] = "",
    old_serial: Annotated[str, typer.Option("--old-serial", metavar="S", help=_("Of the part taken out."))] = "",
    new_serial: Annotated[str, typer.Option("--new-serial", metavar="S", help=_("Of the part put in."))] = "",
    counter_kwh: Annotated[
        float | None, typer.Option("--counter-kwh", metavar="KWH", help=_("What the new counter showed at first."))
    ] = None,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one down. What it changes in days that are closed already is worked out anew by the jobs."""
    from collector.ledger import Ledger
    from collector.ledger_file import LEDGER
    from scripts.jobs.works import add as write
    from scripts.jobs.works import works_of

    place = workplace(data, town)
    loaded = place.load_town()
    tz, now = zone(loaded.place.tz), utc_ms()
    _refuse(loaded, kind, scope, by)
    start = now if since is None else _moment(since, tz, end=False)
    end = None if to is None else _moment(to, tz, end=True)
    if end is not None and end <= start:
        stop(WRONG, _("--to lies before --from."))
    told = {"who": who, "note": note, "old_serial": old_serial, "new_serial": new_serial}
    more: Document = {name: text for name, text in told.items() if text}
    if counter_kwh is not None:
        more["counter_offset"] = 1000.0 * counter_kwh
    place.data.mkdir(parents=True, exist_ok=True)
    with Ledger(place.data / LEDGER) as ledger:
        number = write(ledger, kind, scope, start, end, by.strip(), now, more)
        work = next(each for each in works_of(ledger) if each.id == number)
    _tell(work, tz, as_json=as_json)


@app.command("list", help=_("Planned works and interventions; by default those to come and of the last year."))
def list_works(
    everything: Annotated[bool, typer.Option("--all", metavar="", help=_("Also those of long ago."))] = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show them, the newest last."""
    place = workplace(data, town)
    tz, now = zone(place.load_town().place.tz), utc_ms()
    works = [each for each in _works(place) if everything or (each.end or each.start) > now - 365 * 86_400_000]
    simulated = provenance(place.data) is Provenance.SIMULATED
    if as_json:
        document({"simulated": simulated, "works": [_entry(each, tz) for each in works]})
        return
    if simulated:
        say(simulated_notice(), "bold yellow")
    heads = (_("id"), _("what"), _("where"), _("from"), _("to"), _("who"), _("note"))
    rows = [
        (str(w.id), str(w.kind), w.scope, spoken(w.start, now, tz), _until(w, now, tz), w.who or w.by, _notes(w))
        for w in works
    ]
    out.print(table("", heads, rows, fold=(6,)))


@app.command("close", help=_("Say that an outage, or a claim, is over."))
def close(
    number: Annotated[int, typer.Argument(metavar="ID", help=_("As `tepos works list` names it."))],
    by: ByOption,
    at: Annotated[str | None, typer.Option("--at", metavar="MOMENT", help=MomentHelp)] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help=_("How it ended."))] = "",
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close one."""
    from collector.ledger import Ledger
    from collector.ledger_file import LEDGER
    from scripts.jobs.works import close as write
    from scripts.jobs.works import works_of

    place = workplace(data, town)
    loaded = place.load_town()
    tz, now = zone(loaded.place.tz), utc_ms()
    if not by.strip():
        stop(WRONG, _("--by is empty: say in which role you answer."))
    work = next((each for each in _works(place) if each.id == number), None)
    if work is None:
        stop(WRONG, _("there are no works {id}; see `tepos works list`").format(id=number))
    if work.closed:
        stop(NOT_SO, _("works {id} are closed already").format(id=number))
    ended = now if at is None else _moment(at, tz, end=True)
    with Ledger(place.data / LEDGER) as ledger:
        write(ledger, work, ended, by.strip(), now, note)
        work = next(each for each in works_of(ledger) if each.id == number)
    _tell(work, tz, as_json=as_json)


def _refuse(town: Town, kind: Kind, scope: str, by: str) -> None:
    from config.shape import nearest

    if not by.strip():
        stop(WRONG, _("--by is empty: say in which role you answer."))
    inverters = [f"{site.id}/{each.id}" for site in town.sites for each in site.inverters]
    known = [*([] if kind is Kind.REPLACEMENT else ["town"]), *(site.id for site in town.sites), *inverters]
    if scope not in known:
        stop(
            WRONG,
            _("{scope} is no site and no inverter here; {remedy}").format(
                scope=repr(scope), remedy=nearest(scope, known)
            ),
        )


def _works(place: Workplace) -> list[Work]:
    from collector.ledger_file import LEDGER
    from scripts.jobs.works import works_in

    file = place.data / LEDGER
    return works_in(file if file.exists() else None)


def _moment(text: str, tz: tzinfo, *, end: bool) -> int:
    """A day means its beginning, or as an end the end of it."""
    try:
        if len(text) == 10:
            day = date.fromisoformat(text) + timedelta(days=int(end))
            return int(datetime(day.year, day.month, day.day, tzinfo=tz).timestamp() * 1000)
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=tz)).timestamp() * 1000)
    except (ValueError, OverflowError):
        stop(WRONG, _("{text} is no moment; write 2026-11-22 or 2026-11-22T14:00.").format(text=repr(text)))


def _tell(work: Work, tz: tzinfo, *, as_json: bool) -> None:
    if as_json:
        document(_entry(work, tz))
        return
    until = "…" if work.end is None else iso(work.end, tz)
    say(_("works {id}: {kind}, {scope}, {start} – {end}").format(
        id=work.id, kind=work.kind, scope=work.scope, start=iso(work.start, tz), end=until
    ))  # fmt: skip


def _entry(work: Work, tz: tzinfo) -> Document:
    return {
        "id": work.id,
        "kind": str(work.kind),
        "scope": work.scope,
        "from": iso(work.start, tz),
        "to": None if work.end is None else iso(work.end, tz),
        "closed": work.closed,
        "by": work.by,
        "who": work.who or None,
        "note": work.note or None,
        "old_serial": work.old_serial or None,
        "new_serial": work.new_serial or None,
        "counter_kwh": None if work.counter_offset is None else work.counter_offset / 1000,
    }


def _until(work: Work, now: int, tz: tzinfo) -> str:
    return ABSENT if work.end is None else spoken(work.end, now, tz)


def _notes(work: Work) -> str:
    serials = f"{work.old_serial or '?'} → {work.new_serial}" if work.new_serial else ""
    return "; ".join(text for text in (work.note, serials) if text)
