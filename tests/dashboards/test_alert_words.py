"""What alerts say: words for every cause in both languages, dangers first, honest about what is unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.contracts import Contracts
from config.language import speaking
from dashboards.alert_words import (
    cause_words,
    check_first,
    evidence_words,
    headline,
    loss_words,
    sentences,
    severity_words,
    state_words,
)
from dashboards.alerts import alerts_document, service_document
from dashboards.messages import Day, Event, alert_text, digest_text
from dashboards.prices import ASSUMED, Prices
from models.pv.alerts.alert import Alert, State, fold
from models.pv.alerts.decide import decide
from models.pv.alerts.service import service
from models.pv.alerts.severity import Severity, severity_of
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding
from tests.models.pv.alerts.told import DAY, finding
from tests.scripts.simulator.sunny_town import sunny_town

PARIS = ZoneInfo("Europe/Paris")
LATER = 3 * DAY


def alerts(*findings: Finding, at: int = DAY) -> list[Alert]:
    return list(fold(decide(findings, {}, at, lambda _site: Decimal("0.1"))).values())


def entries(*findings: Finding) -> list[dict[str, Any]]:
    return alerts_document(alerts(*findings), findings, sunny_town(), Prices(Contracts()).of, LATER, PARIS)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_word_that_programs_know_has_words_for_people(language: str) -> None:
    with speaking(language):
        assert all(cause_words(cause) for cause in Cause)
        assert all(severity_words(severity.word) for severity in Severity)
        assert all(state_words(state) for state in State)
        assert all(check_first(cause) for cause in Cause if severity_of(cause) > Severity.NONE)


@pytest.mark.parametrize("cause", [Cause.INSULATION, Cause.EARTH_LEAKAGE, Cause.ARC])
def test_a_danger_says_first_what_not_to_do(cause: Cause) -> None:
    with speaking("fr"):
        (entry,) = entries(finding(cause, "west/inv", lost_wh=float("nan"), lost_per_day=float("nan")))
        first = sentences(entry)[0]
    assert "ne vous approchez" in first
    assert "ne le réarmez pas avant le contrôle" in first


def test_a_technician_reads_what_where_since_when_how_much_and_what_to_check() -> None:
    string = finding(subject="west/inv#2", evidence={"strings": 3.0, "strings_open": 1.0}, lost_wh=42_000.0,
                     lost_per_day=14_000.0)  # fmt: skip
    with speaking("fr"):
        (entry,) = entries(string)
        said = [headline(entry), *sentences(entry)]
    assert said == [
        "west, inv, entrée 2\u202f: chaîne ouverte",
        "Depuis le 1er janvier 1970, 01:00.",
        "Une de ses 3 chaînes ne donne rien (33\u202f% en moins).",
        "14\u00a0kWh et 1,40\u00a0€ par jour\u202f; 42\u00a0kWh perdus à ce jour, 4,20\u00a0€ (prix supposé).",
        "À vérifier d'abord\u202f: les fusibles et connecteurs des chaînes de cette entrée\u202f; mesurer la tension et"
        " le courant de chaque chaîne.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "missing", "french", "english"),
    [
        ({"strings": 1.0, "strings_open": 1.0}, 1.0, "Sa seule chaîne ne donne rien (100\u202f% en moins).",
         "Its only string gives nothing (100% missing)."),
        ({"strings": 3.0, "strings_open": 1.0}, 0.34, "Une de ses 3 chaînes ne donne rien (34\u202f% en moins).",
         "One of its 3 strings gives nothing (34% missing)."),
        ({"strings": 3.0, "strings_open": 2.0}, 0.66, "2 de ses 3 chaînes ne donnent rien (66\u202f% en moins).",
         "2 of its 3 strings give nothing (66% missing)."),
        ({"strings": 2.0, "strings_open": 2.0}, 0.98,
         "Aucune de ses 2 chaînes ne donne de courant (98\u202f% en moins).",
         "None of its 2 strings gives anything (98% missing)."),
        ({"strings_open": 1.0}, 0.2, "Une de ses chaînes ne donne rien (20\u202f% en moins).",
         "One of its strings gives nothing (20% missing)."),
        ({"strings_open": 2.0}, float("nan"), "2 de ses chaînes ne donnent rien.",
         "2 of its strings give nothing."),
    ],
)  # fmt: skip
def test_strings_are_counted_as_one_speaks(
    evidence: dict[str, float], missing: float, french: str, english: str
) -> None:
    (entry,) = entries(finding(subject="west/inv#2", evidence=evidence, missing=missing))
    for language, words in (("fr", french), ("en", english)):
        with speaking(language):
            assert evidence_words(entry) == words


def test_what_the_maker_calls_it_stands_beside() -> None:
    (entry,) = entries(finding(Cause.DEVICE_FAULT, "west/inv", evidence={"fault_code": float(1 << 25)}))
    assert entry["device_says"].endswith("(25 Relay Check Failure)")


def test_what_is_unknown_is_no_zero() -> None:
    silent = finding(Cause.COMMUNICATION, "west/inv", lost_wh=float("nan"), lost_per_day=float("nan"))
    (entry,) = entries(silent)
    assert (entry["lost_kwh"], entry["lost_eur"]) == (None, None)
    assert "What it costs is unknown." in sentences(entry)
    assert "unknown, not 0" in entry["check_first"]


def test_a_loss_of_nothing_is_not_spelt_out_in_euros() -> None:
    (entry,) = entries(finding())
    nothing = {name: 0.0 for name in ("lost_kwh", "lost_kwh_per_day", "lost_eur", "lost_eur_per_day")}
    assert loss_words({**entry, **nothing}) == "No loss of energy is known."
    assert "€" in loss_words({**entry, **nothing, "lost_kwh": 3.0})


def test_the_cost_is_that_of_today_while_the_alert_is_open() -> None:
    told, now = finding(subject="west/inv#2"), finding(subject="west/inv#2", lost_wh=90_000.0)
    (entry,) = alerts_document(alerts(told), [now], sunny_town(), Prices(Contracts()).of, LATER, PARIS)
    assert (entry["lost_kwh"], entry["lost_eur"]) == (90.0, float(90 * ASSUMED))


def test_a_digest_names_what_is_critical_and_what_is_silent() -> None:
    found = entries(finding(Cause.ARC, "west/inv"), finding(subject="east/inv#1"))
    day = Day(date(2026, 11, 28), "Loos", 14, 13, ["École Basly"], found, [], 1, ["x"])
    text = digest_text(day, "https://solaire.example", simulated=False)
    assert text.subject == "Loos: 13 sites of 14 seen, 2 alerts, 1 critical"
    for told in (
        "École Basly",
        "Silenced by planned outages: 1",
        "do not get through: x",
        "electric arc",
        "open string",
    ):
        assert told in text.body


def test_simulated_data_say_so_in_every_message() -> None:
    (entry,) = entries(finding(subject="west/inv#2"))
    text = alert_text(entry, Event.WORSENED, None, simulated=True)
    assert text.subject == "[SIMULATED] Worse: west, inv, input 2: open string"
    assert text.body.startswith("SIMULATED DATA")


def test_mean_times_are_told_by_site() -> None:
    (told,) = service_document(service(alerts(finding(subject="west/inv#2"))), sunny_town())
    assert (told["site_name"], told["alerts"], told["hours_to_acknowledge"]) == ("west", 1, None)


def test_a_loss_that_lingers_without_losing_is_no_negative_loss() -> None:
    (entry,) = entries(finding(Cause.UNEXPLAINED, "west/inv", lost_wh=26_000.0, lost_per_day=-400.0))
    told = loss_words(entry)
    assert told.startswith("Nothing is lost lately")
    assert "-" not in told
