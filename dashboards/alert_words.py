"""What an alert says: what, where, since when, how much, what to look at first. Plain sentences, for mail and page.

They are made of an entry of `alerts_document` (dashboards.alerts), so that whoever reads its JSON can make them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from config import formats
from config.language import _
from models.pv.diagnosis.cause import Cause, Stage

Entry = Mapping[str, Any]


def cause_words(cause: Cause) -> str:
    """A cause in a few words, as in a list."""
    words = {
        Cause.COMMUNICATION: _("no answer from the device"),
        Cause.FROZEN: _("frozen readings"),
        Cause.COUNTER_STUCK: _("energy counter stuck"),
        Cause.CLOCK: _("device clock wrong"),
        Cause.PLANNED: _("planned outage"),
        Cause.TOWN_WIDE: _("loss on most roofs of the town at once"),
        Cause.SITE_OFF: _("whole site off"),
        Cause.INVERTER_OFF: _("inverter off in daylight"),
        Cause.GRID_TRIPS: _("disconnections by grid voltage"),
        Cause.INSULATION: _("insulation fault"),
        Cause.EARTH_LEAKAGE: _("earth leakage current"),
        Cause.ARC: _("electric arc detected"),
        Cause.SURGE_PROTECTOR: _("surge protector worn out"),
        Cause.FAN: _("fan fault"),
        Cause.OVER_TEMPERATURE: _("inverter too hot"),
        Cause.DEVICE_FAULT: _("fault reported by the device"),
        Cause.STRING_OPEN: _("open string"),
        Cause.INPUT_LOW: _("weak DC input"),
        Cause.DERATING: _("power limited below the rating"),
        Cause.THERMAL: _("power reduced by heat"),
        Cause.EXPORT_LIMIT: _("export limited"),
        Cause.SNOW: _("snow on the modules"),
        Cause.SHADING: _("shade at a fixed place of the sun"),
        Cause.OBSTACLE: _("new obstacle in the sun"),
        Cause.SOILING: _("soiled modules"),
        Cause.DEGRADATION: _("ageing of the modules"),
        Cause.UNEXPLAINED: _("unexplained loss"),
        Cause.CLIPPING: _("clipping by design"),
        Cause.CAPACITY: _("capacity does not match the yield"),
        Cause.TILT: _("tilt does not match the data"),
        Cause.AZIMUTH: _("azimuth does not match the data"),
    }
    return words[cause]


def severity_words(severity: str) -> str:
    """Of the word in JSON."""
    words = {"critical": _("CRITICAL"), "major": _("major"), "minor": _("minor"), "none": _("for information")}
    return words[severity]


def state_words(state: str) -> str:
    """Of the word in JSON."""
    words = {
        "open": _("unanswered"),
        "acknowledged": _("acknowledged"),
        "snoozed": _("snoozed"),
        "closed": _("closed"),
    }
    return words[state]


def check_first(cause: Cause) -> str:
    """What a technician looks at first. Dangers say what not to do."""
    danger = _(
        "Danger: do not approach the modules or the inverter, and do not reset it, before a qualified electrician has"
        " checked the installation."
    )
    words = {
        Cause.COMMUNICATION: _("The network, the gateway and the supply of the device; its output is unknown, not 0."),
        Cause.FROZEN: _("Restart the gateway or the data logger; compare with the inverter's display."),
        Cause.COUNTER_STUCK: _("Compare the counter with the inverter's display and with the meter."),
        Cause.CLOCK: _("Set the clock of the device, or its time zone."),
        Cause.TOWN_WIDE: _("The weather, the grid and tepos itself, before any roof."),
        Cause.SITE_OFF: _("The main AC breaker, the grid protection relay and the grid supply of the building."),
        Cause.INVERTER_OFF: _("The AC breaker and the display of the inverter; then the DC switch."),
        Cause.GRID_TRIPS: _("The grid voltage at the inverter at noon; report it to the grid operator."),
        Cause.SURGE_PROTECTOR: _("The window of the surge protectors, DC and AC; replace the red cartridge."),
        Cause.FAN: _("Dust and noise of the fan; clean or replace it."),
        Cause.OVER_TEMPERATURE: _("The ventilation of the room, the filters and the fan."),
        Cause.DEVICE_FAULT: _("The fault on the inverter's display, by its code in the maker's manual."),
        Cause.STRING_OPEN: _(
            "The string fuses and connectors of this input; measure each string's voltage and current."
        ),
        Cause.INPUT_LOW: _("Shade and dirt on the modules of this input, then its strings one by one."),
        Cause.DERATING: _("The power limit in the inverter's settings, and its alarms."),
        Cause.THERMAL: _("The ventilation of the inverter, its filters and its place in the sun."),
        Cause.EXPORT_LIMIT: _("The export limit in the settings, and who asked for it."),
        Cause.OBSTACLE: _("What is new around the roof at the hours of the loss: a tree, a mast, a chimney."),
        Cause.SOILING: _("Dirt on the modules; plan a cleaning when it costs less than the loss."),
        Cause.DEGRADATION: _("Thermography and the curve of each string; the warranty of the modules."),
        Cause.UNEXPLAINED: _("The inverter's display and alarms, then the strings one by one."),
        Cause.CAPACITY: _("The nameplates and the wiring against the town's files."),
        Cause.TILT: _("The tilt of the modules against the town's files."),
        Cause.AZIMUTH: _("The azimuth of the modules against the town's files."),
    }
    return danger if cause in (Cause.INSULATION, Cause.EARTH_LEAKAGE, Cause.ARC) else words.get(cause, "")


def place_words(entry: Entry) -> str:
    """Where: the site's name, the inverter, its input."""
    where: str = entry["site_name"] or entry["site"]
    if entry["device"]:
        where = _("{site}, {device}").format(site=where, device=entry["device"])
    if entry["input"] is not None:
        where = _("{where}, input {number}").format(where=where, number=entry["input"])
    return where


def headline(entry: Entry) -> str:
    """One line: ``École Lamendin, inv-1, entrée 2 : chaîne ouverte``."""
    return _("{where}: {what}").format(where=place_words(entry), what=entry["cause_words"])


def loss_words(entry: Entry) -> str:
    """How much, per day and so far; who reads it must see whether the price is assumed."""
    if entry["lost_kwh"] is None:
        if Cause(entry["cause"]).stage is Stage.DEVICE:
            return _("No loss of energy is known.")
        return _("What it costs is unknown.")
    daily = entry["lost_kwh_per_day"]
    if not entry["lost_kwh"] and not daily:
        return _("No loss of energy is known.")
    euros = Decimal(str(entry["lost_eur"]))
    told = _("{kwh} lost so far, {euros}{assumed}.")
    if daily is not None and daily <= 0:  # it lingers until it is sure to be over
        told = _("Nothing is lost lately; {kwh} lost so far, {euros}{assumed}.")
    elif daily is not None:
        told = _("{daily} and {daily_euros} a day; {kwh} lost so far, {euros}{assumed}.")
    return told.format(
        kwh=_kwh(entry["lost_kwh"]),
        euros=formats.money(euros),
        daily=_kwh(daily),
        daily_euros=formats.money(None if daily is None else Decimal(str(entry["lost_eur_per_day"]))),
        assumed=_(" (assumed price)") if entry["price_status"] == "assumed" else "",
    )


def evidence_words(entry: Entry) -> str:
    """What makes tepos say so, where that can be said in a sentence; empty where not."""
    evidence, share = entry["evidence"], entry["missing"]
    strings, broken = int(evidence.get("strings") or 0), int(evidence.get("strings_open") or 0)
    fits = broken and (share is None or not strings or round(share * strings) == broken)
    if entry["cause"] == Cause.STRING_OPEN and fits:
        missing = "" if share is None else _(" ({share} missing)").format(share=formats.percent(share))
        return f"{strings_words(broken, strings)}{missing}."
    if entry["device_says"]:
        return _("The device says: {words}.").format(words=entry["device_says"])
    if "r_iso_kohm" in evidence:
        return _("Insulation resistance {value} kΩ.").format(value=formats.number(float(evidence["r_iso_kohm"])))
    if share is not None and share > 0 and Cause(entry["cause"]).stage is Stage.PERFORMANCE:
        return _("{share} of the expected energy is missing.").format(share=formats.percent(share))
    return ""


def strings_words(broken: int, strings: int) -> str:
    """How many of the strings of an input give nothing, without a full stop; `strings` 0: unknown how many it has."""
    if not strings:
        told = _("One of its strings gives nothing") if broken == 1 else _("{broken} of its strings give nothing")
    elif broken >= strings:
        told = _("Its only string gives nothing") if strings == 1 else _("None of its {strings} strings gives anything")
    elif broken == 1:
        told = _("One of its {strings} strings gives nothing")
    else:
        told = _("{broken} of its {strings} strings give nothing")
    return told.format(broken=broken, strings=strings)


def since_words(entry: Entry) -> str:
    """Since when."""
    since, opened = (datetime.fromisoformat(entry[name]) for name in ("since", "opened"))
    until = entry["closed"]
    if until is not None:
        lasted = datetime.fromisoformat(until) - opened
        told = _("From {since} to {until} ({lasted}).")
        return told.format(since=formats.moment(since), until=formats.moment(datetime.fromisoformat(until)),
                           lasted=formats.duration(max(lasted, timedelta(minutes=1))))  # fmt: skip
    return _("Since {since}.").format(since=formats.moment(since))


def answer_words(entry: Entry) -> str:
    """Who answered, and what; empty while nobody has."""
    if not entry["acknowledged_by"]:
        return ""
    told = _("Acknowledged by {who}: {note}") if entry["note"] else _("Acknowledged by {who}.")
    return told.format(who=entry["acknowledged_by"], note=entry["note"])


def sentences(entry: Entry) -> list[str]:
    """All that is to be said, line by line, the most important first."""
    first = entry["check_first"]
    if first and entry["severity"] != "critical":
        first = _("Check first: {what}").format(what=first)
    said = [since_words(entry), evidence_words(entry), loss_words(entry), first, answer_words(entry)]
    if entry["severity"] == "critical":
        said = [first, *(each for each in said if each != first)]
    if entry["closed"] is not None:
        said = [since_words(entry), loss_words(entry)]
    return [each for each in said if each]


def _kwh(kwh: float | None) -> str:
    return formats.kwh(None if kwh is None else 1000 * kwh, 0 if kwh is None or abs(kwh) >= 10 else 1)
