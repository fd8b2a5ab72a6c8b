"""What the page asks of jobs, ledger and ways out: alerts, works, the progress of the territory, letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from collector.ledger import Ledger
from collector.ledger_file import LEDGER
from config.faults import ConfigError
from config.town import Town
from models.pv.alerts.deed import Deed, What
from models.pv.alerts.works import Kind, Work
from scripts.jobs.alerts import alerts_of, append
from scripts.moments import utc_ms, zone
from scripts.options import Workplace

ROUTE = "page"
"""Of letters that the page sends."""


def open_alerts(place: Workplace, town: Town) -> list[dict[str, Any]]:
    """The alerts that are open now, with what they cost today."""
    from collector.periods import Periods
    from dashboards.alerts import alerts_document
    from dashboards.prices import prices_of
    from scripts.jobs.diagnosis import open_findings

    path, now = place.data / LEDGER, utc_ms()
    if not path.exists():
        return []
    with Ledger(path) as ledger, Periods(path) as periods:
        alerts, findings = alerts_of(ledger), open_findings(periods, now)
    of = prices_of(place.town_folder).of
    return alerts_document(alerts.values(), findings, town, of, now, zone(town.place.tz), works=works(place))


def acknowledge(place: Workplace, alert: str, by: str, note: str) -> bool:
    """Write the answer to an alert into the ledger; False when it is not open."""
    path, now = place.data / LEDGER, utc_ms()
    if not path.exists():
        return False
    with Ledger(path) as ledger, ledger.deciding():
        known = alerts_of(ledger).get(alert)
        if known is None or not known.open:
            return False
        append(ledger, Deed(What.ACKNOWLEDGED, alert, known.subject, now, by, {"note": note}), now)
    return True


def works(place: Workplace) -> list[Work]:
    """Works and interventions; none where there is no ledger yet."""
    from scripts.jobs.works import works_in

    path = place.data / LEDGER
    return works_in(path) if path.exists() else []


def plan(
    place: Workplace, kind: Kind, scope: str, start: int, end: int | None, by: str, more: Mapping[str, Any]
) -> None:
    """Write a work down. ValueError for an end before the beginning."""
    from scripts.jobs.works import add

    with Ledger(place.data / LEDGER) as ledger:
        add(ledger, kind, scope, start, end, by, utc_ms(), more)


def finish(place: Workplace, number: str, by: str, note: str) -> bool:
    """Say that a work is over; False when there is none of that number that goes on."""
    from scripts.jobs.works import close, works_of

    path, now = place.data / LEDGER, utc_ms()
    if not path.exists():
        return False
    with Ledger(path) as ledger:
        found = next((each for each in works_of(ledger) if str(each.id) == number and not each.closed), None)
        if found is not None:
            close(ledger, found, max(now, found.start), by, now, note)
    return found is not None


def progress(place: Workplace, town: Town) -> dict[str, Any] | None:
    """The progress of the territory as it is now; None when the town's file about it is faulty."""
    from scripts.progress import computed

    try:
        if not place.store_is_made:
            return computed(place, town, None, utc_ms())
        with closing(place.open_store()) as store:
            return computed(place, town, store, utc_ms())
    except ConfigError:
        return None


def letters(place: Workplace) -> Callable[[str, str, str], None] | None:
    """How letters leave, by the mail server of notify.toml; None where there is none."""
    from config.notify import load_notify

    try:
        notify = load_notify(place.town_folder)
    except ConfigError:
        return None
    if notify is None or notify.smtp is None:
        return None
    smtp = notify.smtp

    def send(address: str, subject: str, text: str) -> None:
        from collector.channels.mail import Mail, Mailbox
        from collector.channels.message import Message, recipient

        now = utc_ms()
        box = Mailbox(smtp, place.settings.smtp_password)
        key = f"{ROUTE}/{now}"
        try:
            Mail(box, address).send(Message(key, recipient("mail", address), ROUTE, subject, text, now))
        finally:
            box.close()

    return send
