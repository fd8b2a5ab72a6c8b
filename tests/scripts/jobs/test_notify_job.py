"""Who is told what, and when: routes, quiet hours, the empty digest, a channel that is down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from collector.channels.outbox import Outbox
from collector.errors import ChannelDown
from collector.ledger import Ledger
from collector.periods import Periods
from config.contracts import Contracts
from config.notify import Notify, Route, Smtp
from config.works import Kind
from dashboards.prices import Prices
from models.pv.alerts.decide import decide
from models.pv.alerts.deed import Deed, What
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding
from scripts.jobs.alerts import alerts_of, append
from scripts.jobs.heartbeat import Heartbeat
from scripts.jobs.notify import NotifyJob, Office
from scripts.jobs.works import add
from tests.collector.channels.post_office import Office as PostOffice
from tests.collector.channels.post_office import post_office, web_hook
from tests.models.pv.alerts.told import finding
from tests.scripts.jobs.living_town import PARIS, at
from tests.scripts.simulator.sunny_town import sunny_town

TECHNIQUE, COMPANY = "technique@example.org", "societe@example.org"
EVENING = at("2026-11-28T22:00")
ARC = finding(Cause.ARC, "east/inv", since=EVENING, lost_wh=float("nan"), lost_per_day=float("nan"))
OFF = finding(Cause.INVERTER_OFF, "west/inv", since=EVENING)


@dataclass
class Desk:
    """The job on a ledger of its own; `now` moves by hand."""

    folder: Path
    office: PostOffice
    periods: Periods
    now: int = EVENING
    routes: tuple[Route, ...] = (Route(name="techniques", mail=(TECHNIQUE,), quiet=("21:00", "06:30")),)
    heard: dict[str, int] = field(default_factory=dict)
    heartbeat: Heartbeat | None = None

    def find(self, *findings: Finding) -> None:
        """What the alerts' job does with findings."""
        with Ledger(self.periods.path) as ledger:
            for deed in decide(findings, alerts_of(ledger), self.now, lambda _site: Decimal("0.1")):
                append(ledger, deed, self.now)

    def run(self, moment: str | None = None) -> list[tuple[str, str]]:
        """One run; (to, subject) of what has arrived so far."""
        self.now = at(moment) if moment else self.now
        smtp = Smtp(host="127.0.0.1", port=self.office.port, security="none", sender="tepos@example.org")
        notify = Notify(language="en", smtp=smtp, routes=self.routes)
        office = Office(lambda: notify, self.folder / "outbox.db", self.folder, heartbeat=self.heartbeat)
        job = NotifyJob(
            sunny_town(), self.periods, office, Prices(Contracts()).of, lambda: self.heard, lambda: 0, PARIS,
            lambda: self.now,
        )  # fmt: skip
        job.run([])
        return [(to, str(letter["Subject"])) for to, letter in self.office.letters]


@pytest.fixture
def desk(memory: Path) -> Iterator[Desk]:
    with post_office() as office, Periods(memory / "ledger.db") as periods:
        desk = Desk(memory, office, periods)
        with Outbox(memory / "outbox.db") as outbox:  # the digest of today is behind us
            assert outbox.put([]) == 0
        yield desk


def no_digest(**how: object) -> Route:
    return Route(**{"name": "techniques", "mail": (TECHNIQUE,), "digest": False, **how})  # type: ignore[arg-type]


def test_a_danger_is_told_at_once_also_at_night_and_says_to_keep_away(desk: Desk) -> None:
    desk.routes = (no_digest(quiet=("21:00", "06:30")),)
    desk.find(ARC)
    assert desk.run() == [(TECHNIQUE, "DANGER: east, inv: electric arc detected")]
    assert "do not approach" in desk.office.text()
    assert "do not reset it" in desk.office.text()


def test_what_is_less_than_critical_waits_for_the_digest(desk: Desk) -> None:
    desk.find(OFF)
    desk.heard = {"south/inv": EVENING, "east/inv": EVENING, "tracker/inv": EVENING, "west/inv": EVENING}
    assert desk.run("2026-11-29T06:00") == []
    assert desk.run("2026-11-29T07:30") == [(TECHNIQUE, "Sonnenstadt: 4 sites of 4 seen, 1 alert")]
    assert "west, inv: inverter off in daylight" in desk.office.text()


def test_a_digest_comes_once_a_day_also_when_there_is_nothing_to_tell(desk: Desk) -> None:
    desk.heard = dict.fromkeys(("south/inv", "east/meter", "west/inv"), at("2026-11-29T07:00"))
    desk.run("2026-11-29T07:31")
    desk.run("2026-11-29T12:00")
    ((to, subject),) = desk.run("2026-11-29T20:00")
    assert (to, subject) == (TECHNIQUE, "Sonnenstadt: 2 sites of 4 seen, 0 alerts")
    assert "Nothing heard since yesterday: east, tracker." in desk.office.text()


def test_quiet_hours_hold_back_what_is_not_critical(desk: Desk) -> None:
    desk.routes = (no_digest(immediate="major", quiet=("21:00", "06:30")),)
    desk.find(OFF)
    assert desk.run("2026-11-29T06:29") == []
    assert len(desk.run("2026-11-29T06:30")) == 1


def test_each_audience_hears_of_its_own_sites(desk: Desk) -> None:
    desk.routes = (no_digest(sites=("east",)), no_digest(name="societe", mail=(COMPANY,), sites=("west",)))
    desk.find(ARC)
    assert [to for to, _subject in desk.run()] == [TECHNIQUE]


def test_what_is_over_is_told_to_who_was_told_of_it(desk: Desk) -> None:
    desk.routes = (no_digest(),)
    desk.find(ARC)
    desk.run()
    desk.now += 3_600_000
    desk.find()
    assert [subject for _to, subject in desk.run()][1:] == ["Over: east, inv: electric arc detected"]


def test_of_what_a_catch_up_brings_up_nobody_is_woken(desk: Desk) -> None:
    desk.routes = (no_digest(),)
    desk.find(ARC)
    assert desk.run("2026-12-24T12:00") == []


def test_who_sleeps_on_an_alert_and_a_planned_outage_are_not_disturbed(desk: Desk) -> None:
    desk.routes = (no_digest(),)
    desk.find(ARC)
    with Ledger(desk.periods.path) as ledger:
        (alert,) = alerts_of(ledger).values()
        until = {"until": at("2026-12-10")}
        append(ledger, Deed(What.SNOOZED, alert.id, alert.subject, desk.now, "services techniques", until), desk.now)
        add(ledger, Kind.OUTAGE, "west", desk.now, None, "services techniques", desk.now, {})
    desk.routes = (no_digest(immediate="minor"),)
    desk.find(ARC, OFF)
    assert desk.run() == []


def test_a_channel_that_is_down_is_told_and_its_messages_go_when_it_is_back(desk: Desk) -> None:
    desk.routes = (no_digest(),)
    desk.find(ARC)
    desk.office.answer = "451 come back later"
    with pytest.raises(ChannelDown, match=r"techniques.*451"):
        desk.run()
    desk.office.answer = "250 OK"
    desk.now += 3_600_000
    assert len(desk.run()) == 1


def test_the_heartbeat_is_called_after_a_good_cycle_only(desk: Desk) -> None:
    desk.routes = (no_digest(),)
    with web_hook() as hook:
        desk.heartbeat = Heartbeat(hook.url, sunny_town().place, ("days",))
        desk.run("2026-11-29T02:00")  # at night nobody need speak
        desk.run("2026-11-29T12:00")  # nothing is heard
        desk.heard = {"south/inv": at("2026-11-29T11:45")}
        desk.run("2026-11-29T12:00")
        desk.periods.failed("days", "the store is away", desk.now)
        desk.run()
        assert hook.called == 2
