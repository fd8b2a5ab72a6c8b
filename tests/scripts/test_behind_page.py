"""What the page asks of the ledger, on a real one: alerts answered once, works planned and finished, letters."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.ledger import Ledger
from config.settings import Settings
from models.pv.alerts.decide import told
from models.pv.alerts.deed import Deed, What
from models.pv.alerts.works import Kind
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding
from scripts import behind_page
from scripts.jobs.alerts import append
from scripts.moments import utc_ms
from scripts.options import DEFAULT_TOWN, Workplace
from tests.collector.channels.post_office import post_office

NAN = float("nan")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(Settings(tmp_path, ""), tmp_path, DEFAULT_TOWN, f"sqlite:///{tmp_path}/store.db")


def opened(place: Workplace) -> None:
    """An alert of a silent inverter."""
    now = utc_ms() - 3_600_000
    finding = Finding(Cause.COMMUNICATION, "cybercoin/inv-1", now, now, NAN, NAN, NAN, 1.0, {})
    with Ledger(place.data / "ledger.db") as ledger:
        append(ledger, Deed(What.OPENED, "abcdef", finding.subject, now, data={"finding": told(finding)}), now)


def test_nothing_is_made_by_looking(place):
    town = place.load_town()
    assert behind_page.open_alerts(place, town) == behind_page.works(place) == []
    assert behind_page.acknowledge(place, "abcdef", "desk", "") is False
    assert behind_page.progress(place, town)["insee"] == "62528"
    assert list(place.data.iterdir()) == []


def test_an_alert_is_answered_under_the_name_of_a_desk(place):
    opened(place)
    assert behind_page.acknowledge(place, "nobody", "exploitation", "") is False
    assert behind_page.acknowledge(place, "abcdef", "exploitation", "un câble") is True
    (alert,) = behind_page.open_alerts(place, place.load_town())
    told_as = alert["site_name"], alert["state"], alert["acknowledged_by"], alert["note"]
    assert told_as == ("Cybercoin", "acknowledged", "exploitation", "un câble")


def test_a_planned_outage_silences_its_site_until_it_is_over(place):
    opened(place)
    now, town = utc_ms(), place.load_town()
    behind_page.plan(place, Kind.OUTAGE, "cybercoin", now - 1000, None, "exploitation", {})
    (work,) = behind_page.works(place)
    assert behind_page.open_alerts(place, town)[0]["muted"] is True
    assert behind_page.finish(place, str(work.id), "exploitation", "fini") is True
    assert behind_page.finish(place, str(work.id), "exploitation", "fini") is False
    assert behind_page.works(place)[0].closed
    with pytest.raises(ValueError, match="before"):
        behind_page.plan(place, Kind.VISIT, "cybercoin", now, now - 1, "exploitation", {})


def test_a_letter_leaves_by_the_mail_server_of_the_town(place, tmp_path):
    town = tmp_path / "town"
    town.mkdir()
    with post_office() as office:
        smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {office.port}\nsecurity = "none"\nsender = "tepos@example.org"\n'
        (town / "notify.toml").write_text(smtp)
        send = behind_page.letters(Workplace(place.settings, tmp_path, town, place.store_url))
        send("a@example.org", "Votre idée", "Suivez ce lien")
    assert (office.letters[0][0], office.subjects, office.text()) == (
        "a@example.org", ["Votre idée"], "Suivez ce lien\n",
    )  # fmt: skip
    assert behind_page.letters(place) is None
