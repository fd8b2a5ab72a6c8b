"""tepos status: what a technician asks at seven in the morning. What fails stands out, with since when and why."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from config.faults import ConfigError
from config.language import _
from scripts.console import ABSENT, document, duration, figure, out, say, short, simulated_notice, table, tell, together
from scripts.moments import dated, iso, spoken, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace


def status(town: TownOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show what is known, whether the collector runs or not."""
    from scripts.situation import situation

    place = workplace(data, town)
    now = utc_ms()
    found = situation(place, now)
    tz = _zone(place)
    if found["simulated"]:
        tell(simulated_notice(), "bold yellow")
    for fault in found["faults"]:
        tell(fault, "red")
    if as_json:
        document(dated({**found, "time": iso(now, tz)}, tz))
    else:
        show(found, now, tz)


def _zone(place: Workplace) -> tzinfo:
    try:
        return zone(place.load_town().place.tz)
    except ConfigError:
        return zone(None)


def show(found: dict[str, Any], now: int, tz: tzinfo) -> None:
    """The situation for people; `tz` is the town's."""
    if found["simulated"]:
        say(simulated_notice(), "bold yellow")
    devices = found["devices"]
    silent = [d for d in devices if d["condition"] == "silent"]
    unheard = [d for d in devices if d["condition"] in ("never", "old")]
    answering = [d for d in devices if d["condition"] == "answers"]
    gone = [d for d in devices if d["condition"] == "gone"]
    # What fails stands last, right above the summary: that is what a terminal shows when the list is long.
    if answering:
        good = [
            (d["device"], _ago(d), _kilo(d["pac"], 2), _kilo(d["energy_ac_day"], 1), d["state"] or "")
            for d in answering
        ]
        heads = (_("device"), _("last sample"), "kW", _("kWh today"), _("state"))
        out.print(table(_("Answering"), heads, good, right=(2, 3), squeeze=(4,)))
        say("")
    if unheard and any(d["condition"] == "old" or found["running"] for d in unheard):
        old = [(d["device"], _ago(d), _moment(d["last_sample"], now, tz)) for d in unheard]
        out.print(
            table(_("Not heard of lately"), (_("device"), _("last sample"), _("at")), old, styles=["yellow"] * len(old))
        )
        say("")
    if silent:
        silent.sort(key=lambda d: d["failing_since"] or 0)
        bad = [(d["device"], _moment(d["failing_since"], now, tz), _ago(d), short(d["error"])[0]) for d in silent]
        columns = (_("device"), _("since"), _("last sample"), _("why"))
        out.print(table(_("No answer"), columns, bad, fold=(3,), styles=["red"] * len(bad)))
        for advice in filter(None, dict.fromkeys(short(d["error"])[1] for d in silent)):
            say(advice, "dim")
        say("")
    if gone:
        say(_("No longer in the town's files: {devices}").format(devices=", ".join(d["device"] for d in gone)), "dim")
    _summary(found, len(devices) - len(gone), answering, now, tz)


def _summary(found: dict[str, Any], count: int, answering: list[dict[str, Any]], now: int, tz: tzinfo) -> None:
    power = together(d["pac"] for d in answering)
    sentence = _("{answering} of {all} devices answer, {power} together").format(
        answering=len(answering), all=count, power=figure(power and power / 1000, "kW")
    )
    say(sentence, "bold" if len(answering) == count else "bold red")
    if found["running"]:
        started = _moment(found["started"], now, tz)
        say(_("Collector: process {pid}, running since {time}").format(pid=found["running"], time=started))
    else:
        say(_("Collector: not running"), "bold red")
    from scripts.disk import room_left
    from scripts.situation import what_waits

    spool, store = found["spool"], found["store"]
    lossy = spool and ("error" in spool or spool["counters"]["dropped"] or spool["counters"]["damaged"])
    say(what_waits(spool), "red" if lossy else None)
    sentences, style = room_left(found["disk"])
    for sentence in sentences:
        say(sentence, style)
    if store["problems"]:
        say(_("Store: {url}").format(url=store["url"]), "bold red")
        delivery = found["delivery"]
        if delivery and delivery["status"] != "ok":
            say("  " + _("takes no data since {time}").format(time=_moment(delivery["since"], now, tz)), "red")
        for problem in store["problems"]:
            say(f"  {problem}", "red")
    else:
        sentence = _("Store: {url}, works") if store["made"] else _("Store: {url}, not made yet")
        say(sentence.format(url=store["url"]))


def _moment(moment: int | None, now: int, tz: tzinfo) -> str:
    return ABSENT if moment is None else spoken(moment, now, tz)


def _ago(device: dict[str, Any]) -> str:
    age = device["age_s"]
    return _("never") if age is None else _("{time} ago").format(time=duration(age))


def _kilo(value: float | None, digits: int) -> str:
    return ABSENT if value is None else f"{value / 1000:.{digits}f}"
