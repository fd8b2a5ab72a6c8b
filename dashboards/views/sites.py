"""Each site with two signs that never mix: does it speak to us, and does it give what it should? The worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pandas as pd

from config.kwh import Step, Subject
from config.town import Site
from dashboards.views.look import Document, Look
from dashboards.yields import COLUMNS, figures
from models.calendar import day_start
from models.pv.sun import sun_position

DAYS = 7
"""Complete days from which the performance is judged."""
GOOD, LOW = 0.9, 0.75
"""Measured over expected: from GOOD on as it should be, below LOW poor."""
ASLEEP = 5.0
"""Degrees: below this elevation of the sun an inverter may be off."""


class Speaks(StrEnum):
    """The communication of a site or device, the worst first."""

    SILENT = "silent"
    PARTLY = "partly"
    NEVER = "never"
    OLD = "old"
    ASLEEP = "asleep"
    ANSWERS = "answers"


class Gives(StrEnum):
    """Its performance, the worst first."""

    POOR = "poor"
    LOW = "low"
    UNKNOWN = "unknown"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class SiteSigns:
    """One line of the morning's list."""

    site: Site
    kwp: float
    speaks: Speaks
    silent: tuple[str, ...]
    """Paths of the devices that do not answer although they should."""
    gives: Gives
    figures: Document
    """Of the last DAYS closed days, as dashboards.yields gives them."""
    power: float | None
    """W now."""
    heard: int | None
    """ms UTC of its newest sample."""


def night(look: Look) -> bool:
    """Whether the sun stands so low that inverters may be off."""
    place = look.town.place
    times = pd.DatetimeIndex([pd.Timestamp(look.now, unit="ms", tz="UTC")])
    return bool(90 - sun_position(times, place.latitude, place.longitude).zenith[0] < ASLEEP)


def signs(look: Look, only: str | None = None) -> list[SiteSigns]:
    """All sites, the worst first; or one of them."""
    sites = [site for site in look.town.sites if only in (None, site.id)]
    ids = [site.id for site in sites]
    end = day_start(look.today, look.tz)
    start = day_start(look.today - timedelta(days=DAYS), look.tz)
    rows = look.rows(Step.DAY, Subject.SITE, None if only is None else ids, start, end, COLUMNS)
    powers, dark = look.installed(Subject.SITE), night(look)
    told = {each["subject"]: each for each in figures(rows, ids, powers, DAYS)}
    devices: dict[str, dict[str, Mapping[str, Any]]] = {site: {} for site in ids}
    for path, device in look.devices.items():
        devices.setdefault(path.split("/")[0], {})[path] = device
    made = [_signs(devices[site.id], site, told[site.id], powers.get(site.id, 0.0), dark) for site in sites]
    return sorted(made, key=_badness)


def speaks(devices: Sequence[Mapping[str, Any]], dark: bool) -> Speaks:
    """The sign of some devices together; an inverter that is silent in the dark sleeps."""
    states = {_speaks(device, dark) for device in devices}
    if not states:
        return Speaks.NEVER
    if states == {Speaks.SILENT} or len(states) == 1:
        return states.pop()
    if Speaks.SILENT in states or Speaks.OLD in states or Speaks.NEVER in states:
        return Speaks.PARTLY
    return Speaks.ANSWERS


def gives(index: float | None, days: int) -> Gives:
    """The sign of measured over expected energy, over so many days."""
    if index is None or days < 1:
        return Gives.UNKNOWN
    return Gives.GOOD if index >= GOOD else Gives.LOW if index >= LOW else Gives.POOR


def _speaks(device: Mapping[str, Any], dark: bool) -> Speaks:
    match device["condition"]:
        case "answers":
            return Speaks.ANSWERS
        case "never" | "gone":
            return Speaks.NEVER
        case _ if dark and device.get("role") == "inverter":
            return Speaks.ASLEEP
        case "old":
            return Speaks.OLD
        case _:
            return Speaks.SILENT


def _signs(own: Mapping[str, Mapping[str, Any]], site: Site, told: Document, pdc0: float, dark: bool) -> SiteSigns:
    heard = [device["last_sample"] for device in own.values() if device["last_sample"]]
    powers = [
        device["pac"] for device in own.values() if device["condition"] == "answers" and device["pac"] is not None
    ]
    return SiteSigns(
        site=site,
        kwp=pdc0 / 1000,
        speaks=speaks(list(own.values()), dark),
        silent=tuple(path for path, device in own.items() if _speaks(device, dark) in (Speaks.SILENT, Speaks.OLD)),
        gives=gives(told["performance_index"], told["performance_index_days"]),
        figures=told,
        power=sum(powers) if powers else None,
        heard=max(heard) if heard else None,
    )


def _badness(each: SiteSigns) -> tuple[int, int, float]:
    orders = list(Speaks), list(Gives)
    worst = min(orders[0].index(each.speaks), orders[1].index(each.gives))
    index = each.figures["performance_index"]
    return worst, orders[1].index(each.gives), index if index is not None else 9.0
