"""The demo's picture of the town: one line per device where the terminal has room, else one per site."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from config.language import _
from scripts.console import ABSENT, duration, simulated_notice, table, together

AROUND = 6
"""Lines of the board that are not devices: notice, summary, heads, room for the cursor."""


def summary(status: dict[str, Any]) -> str:
    """The state of a collector (Collecting.status) in one line."""
    devices = status["devices"]
    power = together(device["values"].get("pac") for device in devices if _answers(device))
    return _("{answering} of {all} devices answer, {power} together; samples that wait: {queued}").format(
        answering=sum(_answers(device) for device in devices),
        all=len(devices),
        power="– kW" if power is None else f"{power / 1000:.1f} kW",
        queued=status["spool"]["queued"],
    )


def board(status: dict[str, Any], now: int, height: int | None = None) -> RenderableType:
    """Notice, summary and table; `height` in lines is what the terminal has (None: no bound), `now` in ms UTC."""
    devices = status["devices"]
    by_device = height is None or len(devices) + AROUND <= height
    rows = [_of_device(d, now) for d in devices] if by_device else _of_sites(devices)
    styles = ["red" if row[-1] else None for row in rows]
    heads = (_("device"), _("model"), "kW", _("kWh today"), _("age"), _("state"), "")
    if not by_device:
        heads = (_("site"), _("devices"), "kW", _("kWh today"), "", _("state"), "")
    shown = table("", heads[:-1], [row[:-1] for row in rows], right=(2, 3, 4), squeeze=(1, 5), styles=styles)
    notice = Text(simulated_notice() if status["simulated"] else "", style="bold yellow")
    return Group(notice, Text(summary(status), style="bold"), Text(), shown)


def _of_device(device: dict[str, Any], now: int) -> tuple[str, ...]:
    values = device["values"]
    last = device["last_sample"]
    return (
        device["path"],
        device["model"] or device["map"],
        _kilo(values.get("pac"), 2),
        _kilo(values.get("energy_ac_day"), 1),
        ABSENT if last is None else duration(max(0, now - last) / 1000),
        device["error"] or str(values.get("state") or ""),
        device["error"],
    )


def _of_sites(devices: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    sites: dict[str, list[dict[str, Any]]] = {}
    for device in devices:
        sites.setdefault(device["path"].split("/")[0], []).append(device)
    rows: list[tuple[str, ...]] = []
    for site, members in sites.items():
        day = [m["values"].get("energy_ac_day") for m in members if "pac" in m["values"]]
        errors = [m["error"] for m in members if m["error"]]
        states = dict.fromkeys(str(m["values"]["state"]) for m in members if m["values"].get("state"))
        rows.append(
            (
                site,
                f"{sum(map(_answers, members))}/{len(members)}",
                _kilo(together(m["values"].get("pac") for m in members if _answers(m)), 2),
                # The day's energy of some devices only would pass for that of the site.
                ABSENT if None in day else _kilo(together(day), 1),
                "",
                errors[0] if errors else ", ".join(states),
                errors[0] if errors else "",
            )
        )
    return rows


def _answers(device: dict[str, Any]) -> bool:
    return not device["error"] and device["last_sample"] is not None


def _kilo(value: float | None, digits: int) -> str:
    return ABSENT if value is None else f"{value / 1000:.{digits}f}"
