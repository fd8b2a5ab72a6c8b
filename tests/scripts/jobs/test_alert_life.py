"""The life of an alert through the real path: simulator, poller, spool, store, jobs, SMTP server; and back."""

from __future__ import annotations

from pathlib import Path

from config.notify import Notify, Route, Smtp
from models.pv.alerts.alert import State
from models.pv.alerts.deed import What
from models.pv.diagnosis.cause import Cause
from scripts.simulator.fault import parse_fault
from scripts.simulator.server import loopback
from tests.collector.channels.post_office import Office, post_office
from tests.peers import free_ports
from tests.scripts.jobs.living_town import LivingTown, at
from tests.scripts.simulator.sunny_town import sunny_town

ONE_STRING = "east/inv:string_open:input=2,strings=1,start=2026-06-12T04:00:00+02:00,end=2026-06-13T04:00:00+02:00"
TWO_STRINGS = "east/inv:string_open:input=2,strings=2,start=2026-06-13T04:00:00+02:00,end=2026-06-14T04:00:00+02:00"
OPENED = "[SIMULÉ] east, inv, entrée 2\u202f: chaîne ouverte"
WORSE = "[SIMULÉ] Aggravation\u202f: east, inv, entrée 2\u202f: chaîne ouverte"
OVER = "[SIMULÉ] Terminé\u202f: east, inv, entrée 2\u202f: chaîne ouverte"


def notify(port: int) -> Notify:
    smtp = Smtp(host="127.0.0.1", port=port, security="none", sender="tepos@example.org")
    route = Route(name="services-techniques", mail=("technique@example.org",), immediate="major")
    return Notify(smtp=smtp, routes=(route,))


def at_once(office: Office) -> list[str]:
    """Subjects of the mails that are no digest."""
    return [subject for subject in office.subjects if "sites sur" not in subject]


def test_an_alert_is_opened_told_kept_answered_worsens_and_ends_with_the_fault(tmp_path: Path) -> None:
    with post_office() as office:
        faults = [parse_fault(ONE_STRING), parse_fault(TWO_STRINGS)]
        links = loopback(sunny_town(), free_ports(4)[0])
        town = LivingTown(links, tmp_path, notify(office.port), at("2026-06-05"), faults)

        # A week in which all is well: a digest says so.
        town.pass_until("2026-06-12T10:00")
        town.work()
        assert office.subjects == ["[SIMULÉ] Sonnenstadt\u202f: 4 sites sur 4 vus, 0 alerte"]

        # A string is open since dawn. It is polled, found, and told once its cost is known: tomorrow, with the weather.
        town.poll_until("2026-06-12T14:00")
        town.pass_until("2026-06-13T08:00")
        town.work()
        (alert,) = town.alerts
        assert (alert.cause, alert.subject) == (Cause.STRING_OPEN, "east/inv#2")
        assert at_once(office) == [OPENED]
        assert "Une de ses 3 chaînes ne donne rien" in office.text(1)
        assert "kWh et" in office.text(1)
        assert "les fusibles et connecteurs des chaînes" in office.text(1)

        # Everything starts anew, again and again: nothing is opened or told twice.
        town.work()
        town.now += 900_000
        town.work()
        assert (len(town.alerts), at_once(office)) == (1, [OPENED])

        # Somebody answers. A second string opens: that is told, the answer stays.
        town.answer(What.ACKNOWLEDGED, note="électricien demain matin")
        town.pass_until("2026-06-14T08:00")
        town.work()
        (alert,) = town.alerts
        assert (alert.state(town.now), alert.worsened) == (State.ACKNOWLEDGED, 1)
        assert at_once(office) == [OPENED, WORSE]
        assert "Prise en charge par services techniques\u202f: électricien demain matin" in office.text(-2)

        # It was mended in the night. After enough bright days the alert is over, and that is told too.
        town.pass_until("2026-06-20T08:00")
        town.work()
        (alert,) = town.alerts
        assert (alert.state(town.now), town.errors) == (State.CLOSED, [])
        assert at_once(office) == [OPENED, WORSE, OVER]
        assert "4 sites sur 4 vus, 0 alerte" in office.subjects[-1]
