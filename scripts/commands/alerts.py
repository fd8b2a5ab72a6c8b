"""tepos alerts: what is wrong on which roof, what it costs; and the answers of people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.language import _
from scripts.console import NOT_SO, WRONG, document, out, say, simulated_notice, stop, table, tell
from scripts.moments import iso, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import Provenance, provenance

if TYPE_CHECKING:
    from config.town import Town
    from models.pv.alerts.alert import Alert
    from models.pv.alerts.deed import What

Document = dict[str, Any]
COLOURS = {"critical": "bold red", "major": "red", "minor": "yellow"}

app = typer.Typer(invoke_without_command=True)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help=_("The alert, as `tepos alerts` names it."))]
ByOption = Annotated[
    str, typer.Option("--by", metavar="WHO", help=_('Who says so, by role ("services techniques"): no name needed.'))
]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help=_("What was found, or will be done."))]


@app.callback()
def alerts(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", metavar="", help=_("Also those that are closed."))] = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the alerts; works while the jobs run."""
    if context.invoked_subcommand is not None:
        return
    place = workplace(data, town)
    content = _content(place, place.load_town(), everything=everything)
    if as_json:
        document(content)
        return
    if content["simulated"]:
        say(simulated_notice(), "bold yellow")
    _show(content)


@app.command("ack", help=_("Say that somebody cares; it stays open until what was found is over."))
def ack(
    alert: IdArgument,
    by: ByOption,
    note: NoteOption = "",
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Acknowledge an alert."""
    from models.pv.alerts.deed import What

    _act(workplace(data, town), alert, by, What.ACKNOWLEDGED, lambda _now: {"note": note}, as_json=as_json)


@app.command("snooze", help=_("Be silent about it until a day, or until it gets worse."))
def snooze(
    alert: IdArgument,
    by: ByOption,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help=_("2026-12-01, or a number of days as 7d."))],
    note: NoteOption = "",
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Snooze an alert."""
    from models.pv.alerts.deed import What

    place = workplace(data, town)
    tz = zone(place.load_town().place.tz)

    def told(now: int) -> Document:
        try:
            days = int(until[:-1]) if until[-1:] == "d" else None
            moment = (
                now + int(timedelta(days=days).total_seconds() * 1000)
                if days is not None
                else int(datetime.fromisoformat(until).replace(tzinfo=tz).timestamp() * 1000)
            )
        except (ValueError, OverflowError):
            stop(WRONG, _("{text} is no date; write 2026-12-01, or 7d.").format(text=repr(until)))
        if moment <= now:
            stop(WRONG, _("{text} is over already.").format(text=repr(until)))
        return {"until": moment, "note": note}

    _act(place, alert, by, What.SNOOZED, told, as_json=as_json)


@app.command("close", help=_("Say that it is settled; it comes back when it gets worse, or ends and returns."))
def close(
    alert: IdArgument,
    by: ByOption,
    note: NoteOption = "",
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close an alert by hand."""
    from models.pv.alerts.deed import What, Why

    told = {"why": str(Why.PERSON), "note": note}
    _act(workplace(data, town), alert, by, What.CLOSED, lambda _now: told, as_json=as_json)


def _act(place: Workplace, name: str, by: str, what: What, told: Callable[[int], Document], *, as_json: bool) -> None:
    """Write a person's deed down, if it makes sense."""
    from collector.ledger import Ledger
    from collector.ledger_file import LEDGER
    from dashboards.alert_words import headline
    from models.pv.alerts.deed import Deed
    from scripts.jobs.alerts import alerts_of, append

    loaded, who = place.load_town(), by.strip()
    if not who:
        stop(WRONG, _("--by is empty: say in which role you answer."))
    if not (place.data / LEDGER).exists():
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.data / LEDGER))
    now = utc_ms()
    data = told(now)
    with Ledger(place.data / LEDGER) as ledger, ledger.deciding():
        known = _found(alerts_of(ledger), name)
        append(ledger, Deed(what, known.id, known.subject, now, who, data), now)
    entry = next(each for each in _content(place, loaded, everything=True)["alerts"] if each["id"] == known.id)
    if as_json:
        document(entry)
    else:
        say(f"{headline(entry)}: {_state(entry)}")


def _found(known: dict[str, Alert], name: str) -> Alert:
    from config.shape import nearest

    if name not in known:
        told = _("there is no alert {id}; {remedy}")
        stop(WRONG, told.format(id=name, remedy=nearest(name, [each.id for each in known.values() if each.open])))
    if not known[name].open:
        stop(NOT_SO, _("alert {id} is closed").format(id=name))
    return known[name]


def _content(place: Workplace, town: Town, *, everything: bool) -> Document:
    """The alerts as plain data, those of an empty directory too: there are none."""
    from collector.channels.outbox import FILE, Outbox
    from collector.ledger import Ledger
    from collector.ledger_file import LEDGER
    from collector.periods import Periods
    from dashboards.alerts import alerts_document, service_document
    from dashboards.prices import prices_of
    from models.pv.alerts.service import service
    from scripts.jobs.alerts import alerts_of
    from scripts.jobs.diagnosis import current
    from scripts.jobs.works import works_of

    now, tz = utc_ms(), zone(town.place.tz)
    file = place.data / LEDGER if (place.data / LEDGER).exists() else None
    with Periods(file) as periods, Ledger(file) as ledger:
        newest = current(periods, now)
        known, works = alerts_of(ledger), works_of(ledger)
    as_of, findings = newest if newest is not None else (None, [])
    entries = alerts_document(
        known.values(), findings, town, prices_of(place.town_folder).of, now, tz, works=works,
        closed_since=0 if everything else None,
    )  # fmt: skip
    box = place.data / FILE
    with Outbox(box if box.exists() else None) as outbox:
        troubles = outbox.troubles()
    return {
        "simulated": provenance(place.data) is Provenance.SIMULATED,
        "as_of": None if as_of is None else iso(as_of, tz),
        "alerts": entries,
        "service": service_document(service(known.values()), town),
        "undelivered": [
            {"route": each.route, "messages": each.messages, "since": iso(each.since, tz), "error": each.error}
            for each in troubles
        ],
    }


def _show(content: Document) -> None:
    from dashboards.alert_words import headline, sentences, severity_words

    if content["as_of"] is None:
        say(_("No day was looked at yet: nothing can be said."))
    for entry in content["alerts"]:
        mark = _("planned outage") if entry["muted"] else severity_words(entry["severity"])
        say(f"{entry['id']} [{mark}, {_state(entry)}] {headline(entry)}", COLOURS.get(entry["severity"]))
        for sentence in sentences(entry):
            say(f"       {sentence}")
    if content["as_of"] is not None and not any(entry["state"] != "closed" for entry in content["alerts"]):
        say(_("No open alert; as of {moment}.").format(moment=content["as_of"]))
    if content["service"] and any(
        each["hours_to_acknowledge"] or each["hours_to_repair"] for each in content["service"]
    ):
        heads = (_("site"), _("alerts"), _("hours until an answer"), _("hours until the end"))
        rows = [
            (
                each["site_name"],
                str(each["alerts"]),
                _hours(each["hours_to_acknowledge"]),
                _hours(each["hours_to_repair"]),
            )
            for each in content["service"]
        ]
        out.print(table(_("Mean times"), heads, rows, right=(1, 2, 3)))
    for each in content["undelivered"]:
        told = _("{n} messages to {route} do not get through since {moment}: {error}")
        tell(told.format(n=each["messages"], route=each["route"], moment=each["since"], error=each["error"]), "yellow")


def _state(entry: Document) -> str:
    from dashboards.alert_words import state_words

    return state_words(entry["state"])


def _hours(value: float | None) -> str:
    from config import formats

    return formats.number(value, 1)
