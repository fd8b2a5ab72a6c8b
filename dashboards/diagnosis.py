"""Findings of a diagnosis as plain data, with what they cost and the words for a technician."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from config import formats
from config.language import _
from config.town import Town
from dashboards.alert_words import cause_words, check_first
from dashboards.alerts import SitePrice, site_names
from models.pv.alerts.gate import device_of, euros, site_of
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding

Document = dict[str, Any]


def findings_document(
    findings: Iterable[Finding], town: Town, price: Callable[[str], SitePrice], tz: tzinfo
) -> list[Document]:
    """One entry for each finding, the earliest first, then the dearest. Planned losses are apart."""
    names = site_names(town)
    entries = [_entry(each, names, price, tz) for each in findings]
    return sorted(entries, key=lambda entry: (entry["since"], -(entry["lost_eur"] or 0.0), entry["subject"]))


def _entry(finding: Finding, names: Mapping[str, str], price: Callable[[str], SitePrice], tz: tzinfo) -> Document:
    site, device = site_of(finding.subject), device_of(finding.subject)
    number, brings = finding.subject.partition("#")[2], price(site)
    lost = finding.lost_wh - finding.planned_wh

    def money(wh: float) -> float | None:
        return float(round(euros(wh, brings.euros), 2)) if math.isfinite(wh) else None

    return {
        "subject": finding.subject,
        "site": site,
        "site_name": names.get(site, site),
        "device": device.partition("/")[2] or None,
        "input": int(number) if number else None,
        "cause": str(finding.cause),
        "cause_words": cause_words(finding.cause),
        "since": _iso(finding.since, tz),
        "seen": _iso(finding.seen, tz),
        "until": None if finding.until is None else _iso(finding.until, tz),
        "lost_kwh": _number(lost / 1000),
        "lost_kwh_per_day": _number(finding.lost_per_day / 1000),
        "planned_kwh": _number(finding.planned_wh / 1000),
        "lost_eur": money(lost),
        "lost_eur_per_day": money(finding.lost_per_day),
        "price_eur_per_kwh": float(brings.euros),
        "price_status": brings.status,
        "missing": _number(finding.missing),
        "confidence": _number(finding.confidence),
        "evidence": {name: value for name, value in finding.evidence.items() if value == value},
        "check_first": check_first(finding.cause),
    }


def evidence_lines(evidence: Mapping[str, float | str]) -> list[str]:
    """What the data show, figure by figure; a figure without words stands under its own name."""
    words: dict[str, str] = {
        "missing_share": _("missing of the expected energy: {}"),
        "made_share": _("made of the expected energy: {}"),
        "azimuth_from": _("sun from {}° of azimuth"),
        "azimuth_to": _("sun up to {}° of azimuth"),
        "temp_air_min": _("coldest air: {} °C"),
        "inverters_together": _("inverters at the same time: {}"),
        "inverters": _("inverters: {}"),
        "hours_today_h": _("hours on the last day: {}"),
        "fall_per_week": _("fall in a week: {}"),
        "washed": _("times that it rose again: {}"),
        "change_per_year": _("change in a year: {}"),
        "change_per_year_low": _("in a year at worst: {}"),
        "change_per_year_high": _("in a year at best: {}"),
        "years": _("years looked at: {}"),
        "yield_over_neighbours": _("yield against that of the neighbours: {}"),
        "declared_kwp": _("declared: {} kWp"),
        "found_kwp": _("found: {} kWp"),
        "days": _("days: {}"),
        "strings": _("strings: {}"),
        "strings_open": _("strings without current: {}"),
        "days_hit_share": _("days concerned: {}"),
        "silent_h": _("hours of silence: {}"),
        "trips_today": _("disconnections on the last day: {}"),
        "v_ac_max_v": _("highest grid voltage: {} V"),
        "morning_missing_share": _("missing in the morning: {}"),
        "midday_missing_share": _("missing at midday: {}"),
        "evening_missing_share": _("missing in the evening: {}"),
        "usual_ratio": _("usual ratio to the other inputs: {}"),
        "sigma": _("usual unrest of it: {}"),
        "dc_over_ac": _("modules over inverter: {}"),
        "lost_wh_estimated": _("lost on the last day, estimated: {} Wh"),
        "became": _("known since as: {}"),
        "ratio": _("ratio to the others: {}"),
        "power_wh": _("energy by its power: {} Wh"),
        "counter_wh": _("energy by its counter: {} Wh"),
        "r_iso_kohm": _("insulation resistance: {} kΩ"),
        "usual_kohm": _("usual insulation resistance: {} kΩ"),
        "days_of_7": _("days of the last seven: {}"),
        "wet_mornings": _("wet mornings: {}"),
        "temp_max_c": _("hottest: {} °C"),
        "hot_days": _("hot days: {}"),
        "level_w": _("ceiling: {} W"),
        "of_rated": _("ceiling over rated power: {}"),
        "value_w": _("value that stays: {} W"),
        "minutes_today_min": _("minutes disconnected on the last day: {}"),
        "silences": _("silences: {}"),
        "maker_code": _("code of the maker: {}"),
    }
    shares = (
        "missing_share", "made_share", "fall_per_week", "change_per_year", "change_per_year_low",
        "change_per_year_high", "yield_over_neighbours", "days_hit_share", "morning_missing_share",
        "midday_missing_share", "evening_missing_share", "sigma", "of_rated",
    )  # fmt: skip
    elsewhere = ("input", "last_heard_ms", "fault_code", "state", "map")
    told = []
    for name, value in evidence.items():
        if name in elsewhere:
            continue
        if name == "became":
            shown = cause_words(Cause(str(value)))
        elif isinstance(value, str):
            shown = value
        elif name in shares:
            shown = formats.percent(value, 1)
        else:
            shown = formats.number(value, 0 if float(value).is_integer() else 2)
        told.append(words[name].format(shown) if name in words else f"{name}: {shown}")
    return told


def _iso(moment: int, tz: tzinfo) -> str:
    return datetime.fromtimestamp(moment // 1000, UTC).astimezone(tz).isoformat()


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
