"""Messages to people: one alert at once, and the digest of a day, which comes also when there is nothing to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from config import formats
from config.language import _
from dashboards.alert_words import headline, sentences, severity_words

Document = dict[str, Any]


class Event(StrEnum):
    """Why a message is sent at once. These words stand in the keys of messages."""

    OPENED = "opened"
    WORSENED = "worsened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and body."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Day:
    """What a digest tells, of the sites of one audience."""

    on: date
    town: str
    sites: int
    """That have something to be heard of."""
    seen: int
    """Of these, the sites of which something was heard in the last day."""
    silent: Sequence[str]
    """Names of the others."""
    open: Sequence[Document]
    """Entries of `alerts_document`, without those that a planned outage silences."""
    closed: Sequence[Document]
    """Closed within the last day."""
    muted: int
    """Alerts that a planned outage silences."""
    troubles: Sequence[str]
    """Routes whose messages do not get through."""


def alert_text(entry: Document, event: Event, page: str | None, *, simulated: bool) -> Text:
    """One alert at once."""
    subject = headline(entry)
    if event is Event.WORSENED:
        subject = _("Worse: {what}").format(what=subject)
    elif event is Event.CLOSED:
        subject = _("Over: {what}").format(what=subject)
    elif entry["severity"] == "critical":
        subject = _("DANGER: {what}").format(what=subject)
    body = [f"{headline(entry)}.", "", *sentences(entry), "", *_links(entry, page)]
    return _labelled(Text(subject, "\n".join(body)), simulated)


def digest_text(day: Day, page: str | None, *, simulated: bool) -> Text:
    """The digest of a day."""
    seen = _("{seen} sites of {sites} seen").format(seen=day.seen, sites=day.sites)
    number = len(day.open)
    few = {0: _("0 alerts"), 1: _("1 alert")}
    alerts = few.get(number) or _("{n} alerts").format(n=number)
    critical = sum(entry["severity"] == "critical" for entry in day.open)
    if critical:
        alerts = _("{alerts}, {n} critical").format(alerts=alerts, n=critical)
    body = [_("{town}, {day}.").format(town=day.town, day=formats.day(day.on)), f"{seen}, {alerts}."]
    if day.silent:
        body.append(_("Nothing heard since yesterday: {sites}.").format(sites=", ".join(day.silent)))
    if day.muted:
        body.append(_("Silenced by planned outages: {n}.").format(n=day.muted))
    if day.troubles:
        body.append(_("Messages that do not get through: {routes}.").format(routes=", ".join(day.troubles)))
    for entry in day.open:
        mark = severity_words(entry["severity"])
        body += ["", f"- [{mark}] {headline(entry)}", *(f"  {line}" for line in sentences(entry))]
        body.append("  " + _command(entry))
    if day.closed:
        body += ["", _("Over since yesterday:")]
        body += [
            line for entry in day.closed for line in (f"- {headline(entry)}", *(f"  {s}" for s in sentences(entry)))
        ]
    body += ["", *([f"{page}/exploitation"] if page else [])]
    subject = _("{town}: {seen}, {alerts}").format(town=day.town, seen=seen, alerts=alerts)
    return _labelled(Text(subject, "\n".join(body)), simulated)


def _links(entry: Document, page: str | None) -> list[str]:
    return [*([f"{page}/exploitation#a-{entry['id']}"] if page else []), _command(entry)]


def _command(entry: Document) -> str:
    if entry["state"] in ("closed", "acknowledged"):
        return _("Alert {id}").format(id=entry["id"])
    return _("Alert {id}; to answer: tepos alerts ack {id} --by WHO --note TEXT").format(id=entry["id"])


def _labelled(text: Text, simulated: bool) -> Text:
    if not simulated:
        return text
    notice = _("SIMULATED DATA: invented by a computer, measured nowhere.")
    return Text(_("[SIMULATED] {subject}").format(subject=text.subject), f"{notice}\n\n{text.body}")
