"""The job that tells people: what is urgent at once, the rest once a day; and the heartbeat after each good cycle.

What is to be told is read off the alerts as they stand, not off what happened: whatever was missed while tepos was
down is told when it runs again, once, and the past that a catch-up brings up is not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

from collector.channels.message import Message
from collector.channels.outbox import Outbox
from collector.channels.sending import Channels, addresses, deliver
from collector.errors import ChannelDown
from collector.ledger import Ledger
from collector.periods import Periods
from config.language import _, speaking
from config.notify import Notify, Route, minutes
from config.town import Site, Town
from dashboards.alerts import Document, SitePrice, alerts_document
from dashboards.messages import Day, Event, Text, alert_text, digest_text
from models.calendar import day_of
from models.pv.alerts.alert import Alert, State
from models.pv.alerts.severity import Severity
from scripts.jobs.alerts import alerts_of
from scripts.jobs.closing import DAY, GRACE_QUARTER
from scripts.jobs.diagnosis import open_findings
from scripts.jobs.heartbeat import Heartbeat
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep
from scripts.jobs.works import works_of

log = logging.getLogger(__name__)

NOTIFY, SENDING = "notify", "sending"
RECENT = 2 * DAY
"""ms: what happened longer ago is not told at once any more; if it goes on it stands in the digest."""
LEASE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Office:
    """What sending needs: who is told (None: nobody), where messages wait, where secrets stand."""

    notify: Callable[[], Notify | None]
    """Read anew each time; ConfigError while the file is faulty."""
    outbox: Path | None
    folder: Path
    password: str | None = None
    page: str | None = None
    heartbeat: Heartbeat | None = None


class NotifyJob:
    """Puts messages into the outbox and sends what waits there."""

    name = NOTIFY
    step = PeriodStep.QUARTER
    batch = 100_000
    reopens = False
    cadence = {"minute": "4,19,34,49"}  # noqa: RUF012 - read only

    def __init__(
        self,
        town: Town,
        periods: Periods,
        office: Office,
        price: Callable[[str], SitePrice],
        heard: Callable[[], Mapping[str, int]],
        first: Callable[[], int | None],
        tz: tzinfo,
        now: Callable[[], int],
        after: Sequence[Job] = (),
    ) -> None:
        """`heard`: the newest reading (ms) of each device. `first`: the earliest instant with readings."""
        self.after, self._town, self._periods, self._office = after, town, periods, office
        self._price, self._heard, self._first, self._tz, self._now = price, heard, first, tz, now

    def first(self) -> int | None:
        """See Job."""
        return self._first()

    def settled_until(self, now: int) -> int:
        """See Job."""
        return now - GRACE_QUARTER

    def run(self, periods: Sequence[Period]) -> None:
        """See Job. ChannelDown when something does not get through: it is tried again."""
        notify = self._office.notify()
        if notify is not None:
            with Outbox(self._office.outbox) as outbox:
                with speaking(notify.language):
                    self._compose(notify, outbox)
                self._send(notify, outbox)
        if self._office.heartbeat is not None:
            self._office.heartbeat.beat(self._periods, self._heard(), self._now())

    def _compose(self, notify: Notify, outbox: Outbox) -> None:
        now = self._now()
        with Ledger(self._periods.path) as ledger:
            alerts, works = alerts_of(ledger), works_of(ledger)
        entries = alerts_document(
            alerts.values(), open_findings(self._periods, now), self._town, self._price, now, self._tz, works=works,
            closed_since=now - RECENT,
        )  # fmt: skip
        for route in notify.routes:
            sites = [site for site in self._town.sites if _concerns(route, site)]
            own = [entry for entry in entries if entry["site"] in {"town", *(site.id for site in sites)}]
            for entry in own:
                self._at_once(route, alerts[entry["id"]], entry, outbox, now)
            if route.digest and _minute_of(now, self._tz) >= minutes(notify.digest):
                self._digest(route, sites, own, outbox, now)

    def _at_once(self, route: Route, alert: Alert, entry: Document, outbox: Outbox, now: int) -> None:
        if route.immediate == "nothing" or alert.severity < Severity.parse(route.immediate):
            return
        if now - alert.touched > RECENT or entry["muted"] or alert.state(now) is State.SNOOZED:
            return
        critical = alert.severity is Severity.CRITICAL
        for who in addresses(route):
            for event, key in _events(alert, lambda key, who=who: outbox.has(key, who)):  # type: ignore[misc]
                text = alert_text(entry, event, self._office.page, simulated=self._town.simulated)
                held = 0 if critical and event is not Event.CLOSED else _quiet_until(route, now, self._tz)
                outbox.put([_message(key, who, route, text, now)], held)

    def _digest(self, route: Route, sites: Sequence[Site], own: Sequence[Document], outbox: Outbox, now: int) -> None:
        on = day_of(now, self._tz)
        key = f"digest/{on.isoformat()}"
        waiting = [who for who in addresses(route) if not outbox.has(key, who)]
        if waiting:
            text = digest_text(
                self._day(on, sites, own, outbox, now), self._office.page, simulated=self._town.simulated
            )
            held = _quiet_until(route, now, self._tz)
            outbox.put([_message(key, who, route, text, now) for who in waiting], held)

    def _day(self, on: date, sites: Sequence[Site], own: Sequence[Document], outbox: Outbox, now: int) -> Day:
        heard = self._heard()
        equipped = [site for site in sites if site.devices]
        seen = [s for s in equipped if any(heard.get(f"{s.id}/{d.id}", 0) > now - DAY for d in s.devices)]
        return Day(
            on=on,
            town=self._town.place.name,
            sites=len(equipped),
            seen=len(seen),
            silent=[site.name for site in equipped if site not in seen],
            open=[entry for entry in own if entry["state"] != State.CLOSED and not entry["muted"]],
            closed=[entry for entry in own if entry["state"] == State.CLOSED and _within(entry["closed"], now, DAY)],
            muted=sum(bool(entry["muted"]) for entry in own if entry["state"] != State.CLOSED),
            troubles=sorted({trouble.route for trouble in outbox.troubles()}),
        )

    def _send(self, notify: Notify, outbox: Outbox) -> None:
        """By one process at a time."""
        lease = self._periods.lease(SENDING, 0, 1, self._now(), LEASE_SECONDS)
        if lease is None:
            return
        channels = Channels(notify, self._office.folder, self._office.password)
        try:
            down = deliver(outbox, channels.of, self._now, lambda: False)
        finally:
            channels.close()
            self._periods.release(lease)
        if down:
            routes = ", ".join(sorted({each.message.route for each in outbox.waiting() if each.error}))
            told = _("messages to {routes} do not get through: {why}")
            raise ChannelDown(told.format(routes=routes, why=next(iter(down.values()))))


def _events(alert: Alert, told: Callable[[str], bool]) -> Iterator[tuple[Event, str]]:
    """What is to be told of an alert as it stands, with the key of the message: told once, whatever else happens."""
    opened = f"{alert.id}/{Event.OPENED}/{alert.reopened}"
    if not alert.open:
        if told(opened):
            yield Event.CLOSED, f"{alert.id}/{Event.CLOSED}/{alert.reopened}"
    elif not told(opened):
        if alert.acknowledged is None:
            yield Event.OPENED, opened
    elif alert.worsened:
        yield Event.WORSENED, f"{alert.id}/{Event.WORSENED}/{alert.worsened}"


def _concerns(route: Route, site: Site) -> bool:
    return (not route.sites or site.id in route.sites) and (not route.owners or site.owner in route.owners)


def _message(key: str, who: str, route: Route, text: Text, now: int) -> Message:
    return Message(key, who, route.name, text.subject, text.body, now)


def _quiet_until(route: Route, now: int, tz: tzinfo) -> int:
    """The end of the quiet hours (ms) when they are; 0 outside of them."""
    if route.quiet is None:
        return 0
    start, end = (minutes(each) for each in route.quiet)
    minute, here = _minute_of(now, tz), datetime.fromtimestamp(now / 1000, tz)
    quiet = start <= minute < end if start <= end else minute >= start or minute < end
    if not quiet:
        return 0
    day = here.date() + timedelta(days=int(minute >= end))
    until = datetime(day.year, day.month, day.day, end // 60, end % 60, tzinfo=tz)
    return int(until.timestamp() * 1000)


def _minute_of(now: int, tz: tzinfo) -> int:
    here = datetime.fromtimestamp(now / 1000, tz)
    return 60 * here.hour + here.minute


def _within(moment: str, now: int, span: int) -> bool:
    return datetime.fromisoformat(moment).timestamp() * 1000 >= now - span
