"""Alerts as plain data: for the page, `tepos alerts --json` and messages. Moments are ISO 8601 in the town's time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, Protocol

from config.device_words import fault_words, state_word
from config.town import Town
from dashboards.alert_words import cause_words, check_first
from models.pv.alerts.alert import Alert
from models.pv.alerts.gate import device_of, euros, site_of, together
from models.pv.alerts.service import Service
from models.pv.alerts.works import Work, muted
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding

Document = dict[str, Any]


class SitePrice(Protocol):
    """What a kWh of a site brings."""

    @property
    def euros(self) -> Decimal:
        """€/kWh."""
        ...

    @property
    def status(self) -> str:
        """measured, declared or assumed."""
        ...


def alerts_document(
    alerts: Iterable[Alert],
    findings: Iterable[Finding],
    town: Town,
    price: Callable[[str], SitePrice],
    at: int,
    tz: tzinfo,
    *,
    works: Sequence[Work] = (),
    closed_since: int | None = None,
) -> list[Document]:
    """One entry for each alert that is open at `at` (ms), the most urgent first, then the dearest.

    findings: as they are now, for the cost of today; an alert whose finding is not among them tells what was told last.
    closed_since: with it also those that were closed at that instant (ms) or later, after the open ones.
    """
    now = going_on(findings)
    wanted = [each for each in alerts if each.open or (closed_since is not None and (each.closed or 0) >= closed_since)]
    entries = [
        _entry(each, now.get((each.cause, each.subject)) if each.open else None, town, price, at, tz, works)
        for each in wanted
    ]
    order = ("critical", "major", "minor", "none")
    return sorted(
        entries,
        key=lambda entry: (
            entry["state"] == "closed", order.index(entry["severity"]), -(entry["lost_eur_per_day"] or 0.0),
            entry["opened"], entry["id"],
        ),
    )  # fmt: skip


def going_on(findings: Iterable[Finding]) -> dict[tuple[Cause, str], Finding]:
    """The findings that are open, as one looks them up for an alert: by its cause and subject."""
    return {(each.cause, each.subject): each for each in together(findings) if each.open}


def service_document(services: Iterable[Service], town: Town) -> list[Document]:
    """Mean hours from an alert to its answer and to its end, by site; None where there is none."""
    names = site_names(town)
    return [
        {
            "site": each.site,
            "site_name": names.get(each.site, each.site),
            "alerts": each.alerts,
            "hours_to_acknowledge": _hours(each.to_acknowledge),
            "hours_to_repair": _hours(each.to_repair),
        }
        for each in services
    ]


def site_names(town: Town) -> Mapping[str, str]:
    """Names of the sites by id; ``town`` has that of the place."""
    return {"town": town.place.name, **{site.id: site.name for site in town.sites}}


def _entry(
    alert: Alert, finding: Finding | None, town: Town, price: Callable[[str], SitePrice], at: int, tz: tzinfo,
    works: Sequence[Work],
) -> Document:  # fmt: skip
    told = finding or alert.finding
    site, device = site_of(told.subject), device_of(told.subject)
    number = told.subject.partition("#")[2]
    kwh_price = price(site)
    lost = told.lost_wh - told.planned_wh
    return {
        "id": alert.id,
        "site": site,
        "site_name": site_names(town).get(site, site),
        "device": device.partition("/")[2] or None,
        "input": int(number) if number else None,
        "cause": str(told.cause),
        "cause_words": cause_words(told.cause),
        "severity": alert.severity.word,
        "state": str(alert.state(at)),
        "muted": muted(works, told.subject, at),
        "since": _iso(told.since, tz),
        "opened": _iso(alert.opened, tz),
        "closed": _iso(alert.closed, tz),
        "why": alert.why and str(alert.why),
        "acknowledged": _iso(alert.acknowledged, tz),
        "acknowledged_by": alert.acknowledged_by or None,
        "snoozed_until": _iso(alert.snoozed_until, tz),
        "note": alert.note or None,
        "worsened": alert.worsened,
        "reopened": alert.reopened,
        "lost_kwh": _number(lost / 1000),
        "lost_kwh_per_day": _number(told.lost_per_day / 1000),
        "lost_eur": _money(lost, kwh_price.euros),
        "lost_eur_per_day": _money(told.lost_per_day, kwh_price.euros),
        "planned_kwh": _number(told.planned_wh / 1000),
        "price_eur_per_kwh": float(kwh_price.euros),
        "price_status": kwh_price.status,
        "missing": _number(told.missing),
        "confidence": _number(told.confidence),
        "evidence": {name: value for name, value in told.evidence.items() if value == value},
        "device_says": _says(told, town),
        "check_first": check_first(told.cause),
    }


def _says(finding: Finding, town: Town) -> str | None:
    """What the device itself said, in words with the maker's own beside."""
    device = town.devices().get(device_of(finding.subject))
    if device is None:
        return None
    evidence, said = finding.evidence, []
    for field, value in evidence.items():
        if (field == "fault_code" or field.startswith("alarm")) and isinstance(value, int | float):
            said += [f"{word.words} ({word.maker_code})" for word in fault_words(device.map, value, field)]
    state = evidence.get("state")
    if not said and isinstance(state, str):
        word = state_word(device.map, state)
        said = [f"{word.words} ({word.maker_code})" if word else state]
    return "; ".join(said) or None


def _iso(moment: int | None, tz: tzinfo) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment // 1000, UTC).astimezone(tz).isoformat()


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _money(lost_wh: float, price: Decimal) -> float | None:
    return float(round(euros(lost_wh, price), 2)) if math.isfinite(lost_wh) else None


def _hours(ms: float | None) -> float | None:
    return None if ms is None else round(ms / 3_600_000, 1)
